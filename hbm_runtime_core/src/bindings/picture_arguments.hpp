// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "vision/preparation.hpp"

namespace hbm {

/// The bytes of any C-contiguous buffer object from `offset` on, held while a picture is read from them.
class PictureBytes {
 public:
  PictureBytes(const pybind11::buffer& object, std::int64_t offset);
  ~PictureBytes() { PyBuffer_Release(&view_); }
  PictureBytes(const PictureBytes&) = delete;
  PictureBytes& operator=(const PictureBytes&) = delete;

  const std::uint8_t* data() const { return static_cast<const std::uint8_t*>(view_.buf) + offset_; }
  std::size_t size() const { return static_cast<std::size_t>(view_.len) - offset_; }

 private:
  Py_buffer view_{};
  std::size_t offset_ = 0;
};

/// The properties of a picture, as the camera states them.
struct PictureArguments {
  std::int64_t width, height, step;
  std::string encoding;
};

/// The array that one input of a model needs.
struct DestinationArray {
  std::string name;  ///< of the input
  std::vector<pybind11::ssize_t> shape;
  pybind11::dtype dtype;
};

/// Throws ValueError with expected and actual properties if `array` is not as `wanted` describes. `other`: an input
/// that it may have been swapped with; may be null.
void require_destination(const pybind11::array& array, const DestinationArray& wanted, const DestinationArray* other);

inline std::uint8_t* writable(const pybind11::array& array) {
  return static_cast<std::uint8_t*>(const_cast<void*>(array.data()));
}

/// Region as x, y, width, height.
vision::Geometry make_geometry(const std::string& resize, const std::string& interpolation,
                               const std::optional<std::array<std::int32_t, 4>>& region,
                               const std::array<std::uint8_t, 3>& pad_rgb);

}  // namespace hbm
