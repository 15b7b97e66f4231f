// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hbm {

/// `'data_y', 'data_uv'`; long lists are cut short.
std::string list_names(const std::vector<std::string>& names);

/// `[0, 1]`
std::string list_numbers(const std::vector<std::int64_t>& numbers);

/// `; did you mean 'data_uv'?` where one of the names is close to what was given, else nothing.
/// Python code has hbm_runtime_core.names for that; these errors are made where no Python need be.
std::string suggest_name(const std::string& given, const std::vector<std::string>& names);

}  // namespace hbm
