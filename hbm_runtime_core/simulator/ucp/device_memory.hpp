// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <shared_mutex>

#include "hobot/hb_ucp_sys.h"

namespace hbm_sim {

/// All blocks handed out.
class DeviceMemory {
 public:
  static DeviceMemory& instance();

  std::int32_t allocate(hbUCPSysMem* memory, std::uint64_t size_bytes);
  /// Takes the base of a block in virAddr or phyAddr; memSize is ignored, because its owner may have changed it.
  std::int32_t release(hbUCPSysMem* memory);
  /// Whether the device can use the window; hbm_sim_last_error() contains the reason if not.
  std::int32_t check_mapping(const hbUCPSysMem& window) const;
  /// Whether the CPU's addresses of the window lie in one block.
  bool contains(const hbUCPSysMem& window) const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::uintptr_t, std::uint64_t> size_of_;  ///< by base address
  std::uint64_t used_bytes_ = 0;
};

}  // namespace hbm_sim
