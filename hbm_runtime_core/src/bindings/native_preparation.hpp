// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <mutex>
#include <string>

#include "bindings/image_transform.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/memory_error.hpp"
#include "bindings/picture_arguments.hpp"
#include "vision/jpeg_decoder.hpp"
#include "vision/preparation.hpp"

namespace hbm {

/// What the classes for NV12 and for tensors have in common: they take a picture, release the GIL, and let one thread
/// at a time write.
class NativePreparation {
 public:
  NativePreparation(const vision::Geometry& geometry, vision::ColorRange picture_range)
      : preparation_(geometry), picture_range_(picture_range) {}

 public:
  /// Which number of the last picture was corrected, as text; empty if none was.
  std::string last_correction() {
    const std::lock_guard lock(mutex_);
    return vision::reading_text(last_reading_);
  }

 protected:
  /// `write` takes the preparation and the picture, and returns the transform.
  template <typename Write>
  std::unique_ptr<ImageTransform> from_picture(const pybind11::buffer& data, std::int64_t offset,
                                               const PictureArguments& arguments, Write write) {
    return with_memory_errors("prepare", [&] {
      const PictureBytes bytes(data, offset);
      const GilRelease released;
      const std::lock_guard lock(mutex_);
      const vision::Picture picture =
          vision::make_picture(bytes.data(), bytes.size(), arguments.width, arguments.height, arguments.step,
                               arguments.encoding, picture_range_);
      last_reading_ = picture.reading;
      return ImageTransform::make(write(preparation_, picture));
    });
  }

  template <typename Write>
  std::unique_ptr<ImageTransform> from_jpeg(const pybind11::buffer& data, std::int64_t offset, Write write) {
    return with_memory_errors("prepare_jpeg", [&] {
      const PictureBytes bytes(data, offset);
      const GilRelease released;
      const std::lock_guard lock(mutex_);
      last_reading_ = vision::Reading::kAsStated;
      return ImageTransform::make(write(preparation_, jpeg_.decode(bytes.data(), bytes.size())));
    });
  }

 private:
  vision::Preparation preparation_;
  const vision::ColorRange picture_range_;
  vision::Reading last_reading_ = vision::Reading::kAsStated;
  vision::JpegDecoder jpeg_;
  std::mutex mutex_;
};

void define_nv12_preparation(pybind11::module_& module);
void define_tensor_preparation(pybind11::module_& module);

}  // namespace hbm
