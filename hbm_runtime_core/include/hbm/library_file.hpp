// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>

#include <string>

namespace hbm {

/// The file of the library that has something at this address; empty where there is none.
inline std::string library_file(const void* address) {
  Dl_info info{};
  const bool found = address != nullptr && dladdr(address, &info) != 0 && info.dli_fname != nullptr;
  return found ? info.dli_fname : "";
}

/// The folder of that file.
inline std::string library_folder(const void* address) {
  const std::string path = library_file(address);
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace hbm
