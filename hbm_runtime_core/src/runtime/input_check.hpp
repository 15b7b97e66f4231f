// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/model.hpp"

namespace hbm {

/// What a caller gave for one input.
struct GivenArray {
  /// NumPy's name of the type, for messages.
  std::string type_name;
  std::vector<std::int64_t> shape;
};

/// A rank or a dimension differs, or a dynamic dimension is 0.
bool shape_fits(const ModelTensor& tensor, const std::int64_t* shape, int rank);

/// The error for an array that does not fit input `index`; `given` has one entry per input, with an empty type where
/// unknown.
[[noreturn]] void throw_input_mismatch(const Model& model, std::size_t index, const std::vector<GivenArray>& given);

/// The error for a dictionary whose keys are not the model's inputs: names what is missing, what is unknown, and what
/// the model has.
[[noreturn]] void throw_input_names(const Model& model, const std::vector<std::string>& given);

/// The error for a single array where the model has not exactly one input.
[[noreturn]] void throw_several_inputs(const Model& model);

[[noreturn]] void throw_unknown_output(const Model& model, const std::string& name);

}  // namespace hbm
