// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/manifest_object.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "dnn/status_error.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

using nlohmann::json;

/// The value as it is written in the manifest, short enough for a message.
std::string excerpt(const json& value) {
  constexpr std::size_t kLongest = 60;
  std::string text = value.is_structured() ? std::string(value.is_array() ? "an array of " : "an object of ") +
                                                 std::to_string(value.size())
                                           : value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kLongest) {
    text.resize(kLongest);
    text += "...";
  }
  return text;
}

/// Integers may be written as 3 or 3.0, as some JSON writers do; nothing where the value is no integer in the range.
std::optional<std::int64_t> integer_between(const json& value, std::int64_t smallest, std::int64_t largest) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    return std::nullopt;
  }
  std::int64_t result = 0;
  if (value.is_number_integer()) {
    result = value.get<std::int64_t>();
  } else if (value.is_number_float() && std::fabs(value.get<double>()) < 0x1p53 &&
             std::trunc(value.get<double>()) == value.get<double>()) {
    result = static_cast<std::int64_t>(value.get<double>());
  } else {
    return std::nullopt;
  }
  if (result < smallest || result > largest) {
    return std::nullopt;
  }
  return result;
}

std::string integer_range(std::int64_t smallest, std::int64_t largest) {
  return "expected an integer from " + std::to_string(smallest) + " to " + std::to_string(largest);
}

}  // namespace

ManifestObject::ManifestObject(const json& value, std::string place, std::initializer_list<const char*> keys)
    : json_(&value), place_(std::move(place)) {
  if (!value.is_object()) {
    throw StatusError(HB_UCP_MODEL_INVALID, place_ + ": expected an object, got " + excerpt(value));
  }
  for (const auto& item : value.items()) {
    if (std::none_of(keys.begin(), keys.end(), [&](const char* key) { return item.key() == key; })) {
      std::string known;
      for (const char* key : keys) {
        known += (known.empty() ? "" : ", ") + std::string(key);
      }
      throw StatusError(HB_UCP_MODEL_INVALID,
                        place_ + ": unknown field " + excerpt(json(item.key())) + " (known: " + known + ")");
    }
  }
}

void ManifestObject::fail(const char* key, const std::string& complaint) const {
  throw StatusError(HB_UCP_MODEL_INVALID, place_ + "." + key + ": " + complaint);
}

bool ManifestObject::contains(const char* key) const { return json_->contains(key); }

const json& ManifestObject::at(const char* key) const {
  const auto found = json_->find(key);
  if (found == json_->end()) {
    fail(key, "is missing");
  }
  return *found;
}

const json& ManifestObject::array(const char* key) const {
  const json& value = at(key);
  if (!value.is_array()) {
    fail(key, "expected an array, got " + excerpt(value));
  }
  return value;
}

std::string ManifestObject::text(const char* key) const {
  const json& value = at(key);
  if (!value.is_string()) {
    fail(key, "expected a string, got " + excerpt(value));
  }
  std::string result = value.get<std::string>();
  // The C API returns char pointers: a zero inside would silently cut the text off.
  if (result.find('\0') != std::string::npos) {
    fail(key, "contains a zero character");
  }
  return result;
}

std::string ManifestObject::text(const char* key, const std::string& fallback) const {
  return contains(key) ? text(key) : fallback;
}

std::string ManifestObject::name(const char* key) const {
  std::string result = text(key);
  if (result.empty()) {
    fail(key, "expected a text that is not empty");
  }
  return result;
}

std::int64_t ManifestObject::integer(const char* key, std::int64_t smallest, std::int64_t largest,
                                     std::optional<std::int64_t> fallback) const {
  if (fallback && !contains(key)) {
    return *fallback;
  }
  const json& value = at(key);
  const auto result = integer_between(value, smallest, largest);
  if (!result) {
    fail(key, integer_range(smallest, largest) + ", got " + excerpt(value));
  }
  return *result;
}

double ManifestObject::number(const char* key) const {
  const json& value = at(key);
  if (!value.is_number()) {
    fail(key, "expected a number, got " + excerpt(value));
  }
  return value.get<double>();
}

std::vector<std::int64_t> ManifestObject::integers(const char* key, std::int64_t smallest, std::int64_t largest) const {
  std::vector<std::int64_t> result;
  for (const json& value : array(key)) {
    const auto item = integer_between(value, smallest, largest);
    if (!item) {
      fail(key, "entry " + std::to_string(result.size()) + ": " + integer_range(smallest, largest) + ", got " +
                    excerpt(value));
    }
    result.push_back(*item);
  }
  return result;
}

std::vector<float> ManifestObject::numbers(const char* key) const {
  std::vector<float> result;
  for (const json& value : array(key)) {
    const bool is_finite = value.is_number() && std::isfinite(static_cast<float>(value.get<double>()));
    if (!is_finite) {
      fail(key, "entry " + std::to_string(result.size()) + ": expected a finite float32 number, got " + excerpt(value));
    }
    result.push_back(static_cast<float>(value.get<double>()));
  }
  return result;
}

ManifestObject ManifestObject::object(const char* key, std::initializer_list<const char*> keys) const {
  return ManifestObject(at(key), place_ + "." + key, keys);
}

std::vector<ManifestObject> ManifestObject::objects(const char* key, std::size_t fewest, std::size_t most,
                                                    std::initializer_list<const char*> keys) const {
  const json& values = array(key);
  if (values.size() < fewest || values.size() > most) {
    fail(key, "expected " + std::to_string(fewest) + " to " + std::to_string(most) + " entries, got " +
                  std::to_string(values.size()));
  }
  std::vector<ManifestObject> result;
  result.reserve(values.size());
  for (std::size_t index = 0; index < values.size(); ++index) {
    result.emplace_back(values[index], place_ + "." + key + "[" + std::to_string(index) + "]", keys);
  }
  return result;
}

}  // namespace hbm_sim
