// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/dictionary_order.hpp"

#include <unordered_map>

namespace hbm {
namespace {

using Positions = std::unordered_map<std::string, std::size_t>;

void fill(const std::vector<std::string>& names, Positions* positions) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    positions->emplace(names[i], i);
  }
}

std::vector<std::size_t> iteration_order(const Positions& positions) {
  std::vector<std::size_t> order;
  order.reserve(positions.size());
  for (const auto& [name, position] : positions) {
    order.push_back(position);
  }
  return order;
}

}  // namespace

std::vector<std::size_t> dictionary_order(const std::vector<std::string>& names) {
  Positions positions;
  fill(names, &positions);
  return iteration_order(positions);
}

std::vector<std::size_t> result_order(const std::vector<std::string>& names) {
  Positions given;
  given.reserve(names.size());
  fill(names, &given);
  Positions results;
  for (const auto& [name, position] : given) {
    results.emplace(name, position);
  }
  return iteration_order(results);
}

}  // namespace hbm
