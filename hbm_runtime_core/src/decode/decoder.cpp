// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.hpp"

#include <algorithm>
#include <limits>

#include "driver/error.hpp"

namespace hbm::decode {
namespace {

constexpr Family kFamilies[] = {
    {"blazeface", make_blazeface},
    {"centerface", make_centerface},
    {"classification", make_classification},
    {"fcos", make_fcos},
    {"picodet", make_picodet},
    {"rtdetr", make_rtdetr},
    {"semantic", make_semantic},
    {"text_detection", make_text_detection},
    {"text_recognition", make_text_recognition},
    {"yolo", make_yolo},
    {"yolo_anchors", make_yolo_anchors},
    {"yolo_rows", make_yolo_rows},
};

}  // namespace

float Options::confidence_of(std::int64_t class_index) const {
  if (class_confidence.empty()) {
    return confidence;
  }
  const auto i = static_cast<std::size_t>(class_index);
  return i < class_confidence.size() ? class_confidence[i] : std::numeric_limits<float>::infinity();
}

float Options::least_confidence() const {
  return class_confidence.empty() ? confidence : *std::min_element(class_confidence.begin(), class_confidence.end());
}

const std::vector<double>& Settings::numbers(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    throw ValueError("decoder setting '" + name + "' is missing");
  }
  return found->second;
}

double Settings::number(const std::string& name) const {
  const std::vector<double>& values = numbers(name);
  if (values.size() != 1) {
    throw ValueError("decoder setting '" + name + "': expected one number, got " + std::to_string(values.size()));
  }
  return values[0];
}

const Family& find_family(const std::string& name) {
  for (const Family& family : kFamilies) {
    if (name == family.name) {
      return family;
    }
  }
  throw ValueError("unknown decoder family '" + name + "'");
}

}  // namespace hbm::decode
