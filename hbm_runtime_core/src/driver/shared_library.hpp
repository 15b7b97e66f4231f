// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hbm {

/// Result of an attempt to open a library: a handle, or the loader's reason.
struct OpenedLibrary {
  void* handle = nullptr;
  std::string error;
  /// The loader's search path holds no such library, so it is not installed rather than broken.
  bool absent = false;
};

/// Opens by soname, along the loader's own search path.
OpenedLibrary open_by_soname(const std::string& soname);

/// Opens `directory/soname`. Where one of its companions cannot be found but lies in the same directory, that one is
/// opened first: board images do not always list the vendor's directory in the loader's configuration.
OpenedLibrary open_in_directory(const std::string& directory, const std::string& soname);

/// File that a handle's symbol lives in; empty if unknown.
std::string file_of_symbol(void* handle, const char* symbol);

/// File under which a library of this soname is already loaded in the process; empty if none is.
std::string already_loaded_file(const std::string& soname, const char* symbol);

bool file_exists(const std::string& path);

/// The same file, whatever links lead there.
bool same_file(const std::string& left, const std::string& right);

/// Directory of the binary that holds this code.
std::string own_directory();

}  // namespace hbm
