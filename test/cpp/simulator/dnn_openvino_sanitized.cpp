// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include "dnn_sanitizers.hpp"

#if HBM_TEST_ADDRESS_SANITIZER

// OpenVINO's TBB opens a library with RTLD_DEEPBIND, which would bypass the address sanitizer's malloc: it ends the
// process. Without the flag everything is found as well.
extern "C" void* __interceptor_dlopen(const char* file, int flags);

extern "C" __attribute__((visibility("default"))) void* dlopen(const char* file, int flags) {
  return __interceptor_dlopen(file, flags & ~RTLD_DEEPBIND);
}

// What OpenVINO and the libraries it brings keep for ever is not this project's to free.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libopenvino.so\nleak:libtbb\nleak:libhwloc\n";
}

#endif
