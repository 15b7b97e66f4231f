// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "driver/api_table.hpp"

namespace hbm {

enum class Backend { kBpu, kSim };

const char* backend_name(Backend backend);

/// Which backend a caller asks for; `automatic` takes the vendor's libraries where they are installed, else the
/// simulator.
enum class BackendChoice { kAutomatic, kBpu, kSim };

/// `auto`, `bpu` or `sim`; ValueError that names `what` for anything else.
BackendChoice backend_choice(const std::string& name, const std::string& what);

/// The two libraries, opened. One process drives one pair of libraries for its whole life: they keep threads and device
/// state of their own, and two pairs would share sonames.
class Driver {
 public:
  /// Opens what the caller asks for, else HBM_RUNTIME_BACKEND (auto, bpu, sim), and HBM_RUNTIME_LIBRARY_DIR, once. A
  /// failure is not kept, so that another choice can be tried. Throws StateError where the process has opened another
  /// backend already.
  static const Driver& instance(std::optional<BackendChoice> asked = std::nullopt);
  /// What the process has opened, whatever the environment contains by now; if nothing was opened, as `instance`.
  static const Driver& current();

  const ApiTable& api() const { return api_; }
  Backend backend() const { return backend_; }
  /// File the functions of libdnn came from.
  const std::string& dnn_path() const { return dnn_path_; }
  /// hbDNNGetVersion().
  std::string version() const;
  /// Name of the SoC: `s100`, `s100p`, `s600`, or the libraries' own text if it contains none of these.
  const std::string& soc() const { return soc_; }
  /// 0 if it is not known from the system or the SoC's name.
  int bpu_core_count() const { return bpu_core_count_; }

  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

 private:
  Driver() = default;
  static std::unique_ptr<const Driver> open(BackendChoice choice, const std::string& asked_by);

  ApiTable api_;
  Backend backend_ = Backend::kBpu;
  std::string dnn_path_;
  std::string soc_;
  int bpu_core_count_ = 0;
};

}  // namespace hbm
