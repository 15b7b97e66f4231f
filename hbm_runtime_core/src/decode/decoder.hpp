// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decode/detections.hpp"
#include "decode/output_view.hpp"

namespace hbm::decode {

/// What a user may change between calls.
struct Options {
  float confidence = 0.25F;
  /// Of each class instead of `confidence`, infinity for one that never counts, as classes behind the last one do not;
  /// empty: `confidence` for all.
  std::vector<float> class_confidence;
  float iou = 0.7F;
  std::int64_t max_detections = 300;
  bool class_agnostic = false;  ///< a box of one class suppresses those of others

  float confidence_of(std::int64_t class_index) const;
  float least_confidence() const;
};

/// What a family needs to know of a model beside its outputs: numbers under names that family and rule agree on.
class Settings {
 public:
  explicit Settings(std::map<std::string, std::vector<double>> values) : values_(std::move(values)) {}

  /// Throws ValueError where there is no such setting, or it is not one number.
  double number(const std::string& name) const;
  std::int64_t integer(const std::string& name) const { return static_cast<std::int64_t>(number(name)); }
  const std::vector<double>& numbers(const std::string& name) const;

 private:
  std::map<std::string, std::vector<double>> values_;
};

/// What one call decodes.
struct Frame {
  std::vector<OutputView> outputs;     ///< in the order in which the family's rule named them
  std::int64_t width = 0, height = 0;  ///< of the model's picture; 0 where unknown
};

/// Turns the outputs of one model into results. One object serves one thread at a time and keeps its memory.
class Decoder {
 public:
  virtual ~Decoder() = default;

  /// Called before the first decode() and whenever an option has changed: here thresholds become raw values.
  virtual void prepare(const std::vector<OutputInfo>& outputs, const Options& options) = 0;
  /// `result` keeps its memory from call to call; results are in pixels of the model's picture.
  virtual void decode(const Frame& frame, const Options& options, Result& result) = 0;
};

/// A row of the table of families: `name` is what the Python rules call it.
struct Family {
  const char* name;
  std::unique_ptr<Decoder> (*make)(const std::vector<OutputInfo>& outputs, const Settings& settings);
};

/// Throws ValueError for an unknown name.
const Family& find_family(const std::string& name);

// One for each row of the table, in a file of its own.
std::unique_ptr<Decoder> make_blazeface(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_centerface(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_classification(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_fcos(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_picodet(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_rtdetr(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_semantic(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_text_detection(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_text_recognition(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_yolo(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_yolo_anchors(const std::vector<OutputInfo>& outputs, const Settings& settings);
std::unique_ptr<Decoder> make_yolo_rows(const std::vector<OutputInfo>& outputs, const Settings& settings);

}  // namespace hbm::decode
