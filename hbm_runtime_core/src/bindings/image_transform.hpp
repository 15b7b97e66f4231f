// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_BINDINGS_IMAGE_TRANSFORM_HPP_
#define HBM_BINDINGS_IMAGE_TRANSFORM_HPP_

#include <pybind11/pybind11.h>

namespace hbm {

void define_image_transform(pybind11::module_& module);

}  // namespace hbm

#endif  // HBM_BINDINGS_IMAGE_TRANSFORM_HPP_
