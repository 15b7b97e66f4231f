// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "bindings/made_by_init.hpp"
#include "vision/placement.hpp"

namespace hbm {

/// vision::ImageTransform as Python sees it.
struct ImageTransform : vision::ImageTransform, MadeByInit<ImageTransform> {
  static constexpr const char* kNotMade = "ImageTransform.__init__() was not called";

  explicit ImageTransform(const vision::ImageTransform& transform) : vision::ImageTransform(transform) {}
};

void define_image_transform(pybind11::module_& module);

}  // namespace hbm
