// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/enums.hpp"

#include "hbm/tensor/dtype.hpp"
#include "hobot/dnn/hb_dnn.h"

namespace py = pybind11;

namespace hbm {

// Both are unscoped in C, which makes members equal to ints, as programs for the board rely on.
void define_enums(py::module_& module) {
  py::enum_<hbDNNDataType> data_type(module, "hbDNNDataType", "Element type of a tensor.");
  for (int number = 0; number < HB_DNN_TENSOR_TYPE_MAX; ++number) {
    const auto dtype = static_cast<hbDNNDataType>(number);
    data_type.value(tensor::dtype_name(dtype), dtype);
  }
  data_type.value("MAX", HB_DNN_TENSOR_TYPE_MAX, "Number of types; no tensor has it.");

  py::enum_<hbDNNQuantiType>(module, "hbDNNQuantiType", "How a tensor is quantized.")
      .value("NONE", NONE, "The numbers are the values.")
      .value("SCALE", SCALE, "real = (q - zero_point) * scale");
}

}  // namespace hbm
