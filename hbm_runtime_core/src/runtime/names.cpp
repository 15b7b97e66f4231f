// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/names.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace hbm {
namespace {

constexpr std::size_t kMostListed = 20;
// Short names are all similar to each other, so they are not suggested.
constexpr std::size_t kShortestCompared = 3;
constexpr std::size_t kLongestCompared = 256;

// Insertions, deletions, replacements and swapped neighbors that turn one word into the other.
std::size_t edit_distance(const std::string& left, const std::string& right) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> last;
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    before = std::move(last);
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row.back();
}

}  // namespace

std::string list_names(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMostListed; ++i) {
    text += (i > 0 ? ", '" : "'") + names[i] + "'";
  }
  if (names.size() > kMostListed) {
    text += " and " + std::to_string(names.size() - kMostListed) + " more";
  }
  return text.empty() ? "none" : text;
}

std::string list_numbers(const std::vector<std::int64_t>& numbers) {
  std::string text = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(numbers[i]);
  }
  return text + "]";
}

std::string suggest_name(const std::string& given, const std::vector<std::string>& names) {
  if (given.size() < kShortestCompared || given.size() > kLongestCompared) {
    return {};
  }
  const std::string* closest = nullptr;
  std::size_t least = given.size() / 3 + 1;
  for (const std::string& name : names) {
    if (name.size() <= kLongestCompared) {
      const std::size_t distance = edit_distance(given, name);
      if (distance < least) {
        least = distance;
        closest = &name;
      }
    }
  }
  return closest != nullptr ? "; did you mean '" + *closest + "'?" : "";
}

}  // namespace hbm
