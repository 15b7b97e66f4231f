// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace hbm {

// The order in which dictionaries are handed to Python. Programs unpack `.values()`, and on a board that gives the
// iteration order of libstdc++'s std::unordered_map<std::string, ...>; so the order is taken from such maps here. On
// another standard library it is that library's, and such programs may get tensors in another order.

/// Positions of `names` in the iteration order of a map filled in the order of `names`.
std::vector<std::size_t> dictionary_order(const std::vector<std::string>& names);

/// The same for the models of one result, which passed through two maps: the first has room reserved for all of them
/// and is filled in the order of `names`, the second is filled by iterating the first.
std::vector<std::size_t> result_order(const std::vector<std::string>& names);

}  // namespace hbm
