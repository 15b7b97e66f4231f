// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "driver/driver.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>

#include "driver/error.hpp"
#include "driver/fork_guard.hpp"
#include "driver/shared_library.hpp"

namespace hbm {
namespace {

constexpr const char* kDnnSoname = "libdnn.so";
constexpr const char* kUcpSoname = "libhbucp.so";
constexpr const char* kVendorDirectory = "/usr/hobot/lib";
constexpr const char* kCoreCountFile = "/sys/devices/system/bpu/core_num";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// What a call asks for, and how error texts name it.
struct Request {
  BackendChoice choice;
  std::string source;
};

Request request_of(std::optional<BackendChoice> asked) {
  if (asked.has_value()) {
    return {*asked, "backend="};
  }
  const std::string value = environment("HBM_RUNTIME_BACKEND");
  return {value.empty() ? BackendChoice::kAutomatic : backend_choice(value, "HBM_RUNTIME_BACKEND"),
          "HBM_RUNTIME_BACKEND="};
}

struct LibraryPair {
  void* dnn = nullptr;
  void* ucp = nullptr;
};

// libdnn needs libhbucp by soname. If another copy of it is already in the process, the loader would silently bind
// libdnn to the wrong libhbucp.
void refuse_foreign_copy(const std::string& directory, const char* soname, const char* symbol) {
  const std::string loaded = already_loaded_file(soname, symbol);
  const std::string ours = directory + "/" + soname;
  if (!loaded.empty() && !same_file(loaded, ours)) {
    throw StateError("cannot open " + ours + ": this process has loaded " + loaded +
                     " already, and a process can use only one copy of a library; use one of them per process "
                     "(HBM_RUNTIME_BACKEND, HBM_RUNTIME_LIBRARY_DIR)");
  }
}

LibraryPair open_directory(const std::string& directory, const std::string& whose) {
  refuse_foreign_copy(directory, kUcpSoname, "hbUCPSubmitTask");
  refuse_foreign_copy(directory, kDnnSoname, "hbDNNInferV2");
  LibraryPair pair;
  const OpenedLibrary ucp = open_in_directory(directory, kUcpSoname);
  if (ucp.handle == nullptr) {
    throw StateError("cannot open " + whose + ": " + ucp.error);
  }
  const OpenedLibrary dnn = open_in_directory(directory, kDnnSoname);
  if (dnn.handle == nullptr) {
    throw StateError("cannot open " + whose + ": " + dnn.error);
  }
  pair.ucp = ucp.handle;
  pair.dnn = dnn.handle;
  return pair;
}

// The vendor's libraries, or nothing where none are installed. Installed but failing is an error, never a reason to
// simulate.
LibraryPair open_vendor() {
  LibraryPair pair;
  const OpenedLibrary ucp = open_by_soname(kUcpSoname);
  const OpenedLibrary dnn = open_by_soname(kDnnSoname);
  if (ucp.handle != nullptr && dnn.handle != nullptr) {
    pair.ucp = ucp.handle;
    pair.dnn = dnn.handle;
    return pair;
  }
  const std::string installed = std::string(kVendorDirectory) + "/" + kDnnSoname;
  if (file_exists(installed)) {
    return open_directory(kVendorDirectory, "the vendor's libraries in /usr/hobot/lib");
  }
  if (ucp.absent && dnn.absent) {
    return pair;
  }
  const OpenedLibrary& failed = dnn.handle == nullptr ? dnn : ucp;
  throw StateError("the vendor's libraries are installed but cannot be opened: " + failed.error +
                   "; repair the hobot-dnn package, or set HBM_RUNTIME_BACKEND=sim to simulate instead");
}

std::string simulator_directory() { return own_directory() + "/simulator/lib"; }

LibraryPair open_simulator() { return open_directory(simulator_directory(), "the simulator's libraries"); }

template <typename Function>
void find_optional(void* handle, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(handle, name));
}

template <typename Function>
void find_required(void* handle, const char* name, const std::string& path, Function* function) {
  find_optional(handle, name, function);
  if (*function == nullptr) {
    throw StateError(path + " exports no " + name +
                     ": this is not the library of an S100, S100P or S600 image (X3 and X5 boards have another "
                     "interface), or it is too old; update the hobot-dnn package");
  }
}

std::string normalized_soc(const std::string& library_text) {
  std::string text = library_text;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  for (const char* name : {"s100p", "s100", "s600"}) {
    if (text.find(name) != std::string::npos) {
      return name;
    }
  }
  return library_text;
}

int cores_of_soc(const std::string& soc) {
  if (soc == "s600") {
    return 4;
  }
  return soc == "s100" || soc == "s100p" ? 1 : 0;
}

int cores_by_system() {
  std::ifstream file(kCoreCountFile);
  int count = 0;
  return file >> count && count > 0 && count <= 64 ? count : 0;
}

// A process keeps the libraries it has opened: asking for others afterwards is an error.
bool fits(BackendChoice choice, Backend opened, const std::string& opened_directory) {
  if (choice == BackendChoice::kSim) {
    return opened == Backend::kSim;
  }
  const std::string directory = environment("HBM_RUNTIME_LIBRARY_DIR");
  return (choice == BackendChoice::kAutomatic || opened == Backend::kBpu) &&
         (directory.empty() || directory == opened_directory);
}

}  // namespace

const char* backend_name(Backend backend) { return backend == Backend::kSim ? "sim" : "bpu"; }

BackendChoice backend_choice(const std::string& name, const std::string& what) {
  if (name == "auto") {
    return BackendChoice::kAutomatic;
  }
  if (name == "bpu") {
    return BackendChoice::kBpu;
  }
  if (name == "sim") {
    return BackendChoice::kSim;
  }
  throw ValueError(what + ": expected auto, bpu or sim, got '" + name + "'");
}

std::unique_ptr<const Driver> Driver::open(BackendChoice choice, const std::string& asked_by) {
  const std::string directory = environment("HBM_RUNTIME_LIBRARY_DIR");
  LibraryPair pair;
  if (choice == BackendChoice::kSim) {
    pair = open_simulator();
  } else if (!directory.empty()) {
    pair = open_directory(directory, "the libraries in HBM_RUNTIME_LIBRARY_DIR");
  } else {
    pair = open_vendor();
    if (pair.dnn == nullptr && choice == BackendChoice::kBpu) {
      throw StateError(asked_by +
                       "bpu, but neither the loader's search path nor /usr/hobot/lib holds libdnn.so and "
                       "libhbucp.so; install the hobot-dnn package, or set HBM_RUNTIME_LIBRARY_DIR to where they are");
    }
    if (pair.dnn == nullptr && !file_exists(simulator_directory() + "/" + kDnnSoname)) {
      throw StateError(
          "no libdnn.so and libhbucp.so: not on the loader's search path, not in /usr/hobot/lib, and no "
          "simulator in " +
          simulator_directory() +
          "; install the hobot-dnn package on a board, or hbm_runtime_core with its simulator on a PC");
    }
    if (pair.dnn == nullptr) {
      pair = open_simulator();
    }
  }

  std::unique_ptr<Driver> driver(new Driver);
  ApiTable& api = driver->api_;
  driver->dnn_path_ = file_of_symbol(pair.dnn, "hbDNNGetVersion");
  const std::string ucp_file = file_of_symbol(pair.ucp, "hbUCPSubmitTask");
  const std::string dnn_path = driver->dnn_path_.empty() ? kDnnSoname : driver->dnn_path_;
  const std::string ucp_path = ucp_file.empty() ? kUcpSoname : ucp_file;
#define HBM_FIND_DNN(name) find_required(pair.dnn, #name, dnn_path, &api.name);
#define HBM_FIND_UCP(name) find_required(pair.ucp, #name, ucp_path, &api.name);
#define HBM_FIND_OPTIONAL_DNN(name) find_optional(pair.dnn, #name, &api.name);
#define HBM_FIND_OPTIONAL_UCP(name) find_optional(pair.ucp, #name, &api.name);
  HBM_DNN_REQUIRED_FUNCTIONS(HBM_FIND_DNN)
  HBM_UCP_REQUIRED_FUNCTIONS(HBM_FIND_UCP)
  HBM_DNN_OPTIONAL_FUNCTIONS(HBM_FIND_OPTIONAL_DNN)
  HBM_UCP_OPTIONAL_FUNCTIONS(HBM_FIND_OPTIONAL_UCP)
#undef HBM_FIND_DNN
#undef HBM_FIND_UCP
#undef HBM_FIND_OPTIONAL_DNN
#undef HBM_FIND_OPTIONAL_UCP
  find_optional(pair.dnn, "hbm_sim_last_error", &api.last_error_text);

  // However they were found, the simulator's libraries are never reported as a board.
  driver->backend_ = api.last_error_text != nullptr ? Backend::kSim : Backend::kBpu;
  if (choice == BackendChoice::kBpu && driver->backend_ == Backend::kSim) {
    throw StateError(asked_by + "bpu, but " + dnn_path + " is the simulator's library");
  }
  if (driver->backend_ == Backend::kSim) {
    // Every failure becomes an exception with the same text.
    void (*keep_errors_off_stderr)(void) = nullptr;
    find_required(pair.dnn, "hbm_sim_keep_errors_off_stderr", dnn_path, &keep_errors_off_stderr);
    keep_errors_off_stderr();
  }
  const char* soc_text = api.hbUCPGetSocName != nullptr ? api.hbUCPGetSocName() : nullptr;
  driver->soc_ = normalized_soc(soc_text != nullptr ? soc_text : "");
  if (driver->backend_ == Backend::kBpu) {
    driver->bpu_core_count_ = cores_by_system();
  }
  if (driver->bpu_core_count_ == 0) {
    driver->bpu_core_count_ = cores_of_soc(driver->soc_);
  }
  return driver;
}

namespace {

// The process's libraries. Never closed: their threads outlive every object of ours.
struct OpenLibraries {
  std::mutex mutex;
  const Driver* driver = nullptr;
  std::string directory;
  std::uint64_t fork_generation = 0;
};

OpenLibraries& open_libraries() {
  static auto* libraries = new OpenLibraries;
  return *libraries;
}

}  // namespace

const Driver& Driver::instance(std::optional<BackendChoice> asked) {
  const Request request = request_of(asked);
  OpenLibraries& libraries = open_libraries();
  std::lock_guard<std::mutex> lock(libraries.mutex);
  if (libraries.driver == nullptr) {
    install_fork_guard();
    libraries.driver = open(request.choice, request.source).release();
    libraries.directory = environment("HBM_RUNTIME_LIBRARY_DIR");
    libraries.fork_generation = hbm::fork_generation();
  }
  const Driver& driver = *libraries.driver;
  if (libraries.fork_generation != hbm::fork_generation()) {
    throw StateError("this process was forked from one that had opened " + driver.dnn_path_ +
                     "; the libraries' threads and memory stayed with the parent: load models only after the fork, or "
                     "start workers with the 'spawn' method");
  }
  if (!fits(request.choice, driver.backend_, libraries.directory)) {
    throw StateError("this process uses " + driver.dnn_path_ + " (backend " + backend_name(driver.backend_) +
                     "), which backend=, HBM_RUNTIME_BACKEND and HBM_RUNTIME_LIBRARY_DIR cannot change any more; start "
                     "another process");
  }
  return driver;
}

const Driver& Driver::current() {
  {
    OpenLibraries& libraries = open_libraries();
    std::lock_guard<std::mutex> lock(libraries.mutex);
    if (libraries.driver != nullptr) {
      return *libraries.driver;
    }
  }
  return instance();
}

std::string Driver::version() const {
  const char* text = api_.hbDNNGetVersion();
  return text != nullptr ? text : "";
}

}  // namespace hbm
