// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "driver/shared_library.hpp"

#include <dlfcn.h>
#include <sys/stat.h>

#include "hbm/library_file.hpp"

namespace hbm {
namespace {

// RTLD_LOCAL keeps two copies of one symbol apart; RTLD_NOW reports a missing companion here and not in the first call.
constexpr int kOpenFlags = RTLD_NOW | RTLD_LOCAL;

constexpr int kMostCompanions = 64;

std::string last_loader_error() {
  const char* text = dlerror();
  return text != nullptr ? text : "unknown error of the dynamic loader";
}

// The loader's messages start with the name of the library that failed, in every language.
std::string failed_library(const std::string& loader_error) { return loader_error.substr(0, loader_error.find(':')); }

}  // namespace

OpenedLibrary open_by_soname(const std::string& soname) {
  OpenedLibrary opened;
  opened.handle = dlopen(soname.c_str(), kOpenFlags);
  if (opened.handle == nullptr) {
    opened.error = last_loader_error();
    // A file that was found but cannot be used is named with its full path, a missing one as it was asked for.
    opened.absent = failed_library(opened.error) == soname;
  }
  return opened;
}

OpenedLibrary open_in_directory(const std::string& directory, const std::string& soname) {
  OpenedLibrary opened;
  const std::string path = directory + "/" + soname;
  if (!file_exists(path)) {
    opened.error = path + " does not exist";
    opened.absent = true;
    return opened;
  }
  for (int companions = 0; companions < kMostCompanions; ++companions) {
    opened.handle = dlopen(path.c_str(), kOpenFlags);
    if (opened.handle != nullptr) {
      return opened;
    }
    opened.error = last_loader_error();
    const std::string missing = failed_library(opened.error);
    const std::string companion = directory + "/" + missing;
    if (missing.empty() || missing.find('/') != std::string::npos || !file_exists(companion)) {
      return opened;
    }
    const OpenedLibrary first = open_in_directory(directory, missing);
    if (first.handle == nullptr) {
      opened.error = first.error;
      return opened;
    }
  }
  return opened;
}

std::string file_of_symbol(void* handle, const char* symbol) { return library_file(dlsym(handle, symbol)); }

std::string already_loaded_file(const std::string& soname, const char* symbol) {
  void* handle = dlopen(soname.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) {
    dlerror();
    return {};
  }
  std::string path = file_of_symbol(handle, symbol);
  dlclose(handle);
  return path;
}

bool file_exists(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0;
}

bool same_file(const std::string& left, const std::string& right) {
  struct stat a;
  struct stat b;
  return stat(left.c_str(), &a) == 0 && stat(right.c_str(), &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::string own_directory() { return library_folder(reinterpret_cast<const void*>(&own_directory)); }

}  // namespace hbm
