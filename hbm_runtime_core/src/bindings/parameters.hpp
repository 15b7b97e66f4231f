// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "bindings/made_by_init.hpp"
#include "runtime/scheduling.hpp"
#include "runtime/tensor_info.hpp"

namespace hbm {

/// Quantization of a tensor, with arrays as Python sees them.
struct QuantParams : MadeByInit<QuantParams> {
  static constexpr const char* kNotMade = "QuantParams.__init__() was not called";

  hbDNNQuantiType quant_type = NONE;
  std::int64_t axis = 0;
  pybind11::array_t<float> scale;
  pybind11::array_t<std::int32_t> zero_point;
};

std::unique_ptr<QuantParams> to_quant_params(const Quantization& quantization);
/// For a tensor of `rank` dimensions: a negative axis counts from its end.
Quantization to_quantization(const QuantParams& params, int rank);

/// Scheduling as Python sees it.
struct SchedParam : MadeByInit<SchedParam> {
  static constexpr const char* kNotMade = "SchedParam.__init__() was not called";

  std::int64_t priority = 0;
  std::int64_t custom_id = 0;
  std::vector<std::int64_t> bpu_cores = {-1};
  std::int64_t device_id = 0;
};

/// `bpu_cores`, as the caller named them.
std::unique_ptr<SchedParam> to_sched_param(const Scheduling& scheduling, std::vector<std::int64_t> bpu_cores);

void define_quant_params(pybind11::module_& module);
void define_sched_param(pybind11::module_& module);

}  // namespace hbm
