// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include "dnn_sanitizers.hpp"

// Suppressions for OpenVINO and its libraries, which are not built with the sanitizer.

#if HBM_TEST_ADDRESS_SANITIZER || HBM_TEST_THREAD_SANITIZER

#define HBM_TEST_EXPORTED extern "C" __attribute__((visibility("default")))

// OpenVINO's TBB opens a library with RTLD_DEEPBIND, which would bypass the sanitizer's malloc: it ends the process.
// Without the flag everything is found as well.
extern "C" void* __interceptor_dlopen(const char* file, int flags);

HBM_TEST_EXPORTED void* dlopen(const char* file, int flags) {
  return __interceptor_dlopen(file, flags & ~RTLD_DEEPBIND);
}

// What they keep for ever is not this project's to free.
HBM_TEST_EXPORTED const char* __lsan_default_suppressions() {
  return "leak:libopenvino.so\nleak:libtbb\nleak:libhwloc\n";
}

// The thread sanitizer does not see how they synchronise, and takes what they hand from thread to thread for a race.
HBM_TEST_EXPORTED const char* __tsan_default_suppressions() {
  return "called_from_lib:libopenvino.so\ncalled_from_lib:libopenvino_intel_cpu_plugin.so\n"
         "called_from_lib:libtbb.so\n";
}

// It sees the waiting of their threads, in libstdc++, but not the locking before.
HBM_TEST_EXPORTED const char* __tsan_default_options() { return "report_mutex_bugs=0"; }

#endif
