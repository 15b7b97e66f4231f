// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/picture_arguments.hpp"

#include <algorithm>

#include "driver/error.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

std::string describe(const py::dtype& dtype, const py::ssize_t* shape, std::size_t axes) {
  std::string text = py::str(py::handle(dtype)).cast<std::string>() + " [";
  for (std::size_t axis = 0; axis < axes; ++axis) {
    text += (axis == 0 ? "" : ", ") + std::to_string(shape[axis]);
  }
  return text + "]";
}

bool has_shape(const py::array& array, const std::vector<py::ssize_t>& shape) {
  return array.ndim() == static_cast<py::ssize_t>(shape.size()) &&
         std::equal(shape.begin(), shape.end(), array.shape());
}

}  // namespace

PictureBytes::PictureBytes(const py::buffer& object, std::int64_t offset) {
  if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_SIMPLE) != 0) {
    PyErr_Clear();
    throw ValueError("picture data: expected bytes that lie side by side in memory, got a " +
                     std::string(Py_TYPE(object.ptr())->tp_name) +
                     " with gaps; make it contiguous first, as numpy.ascontiguousarray does");
  }
  if (offset < 0 || offset > view_.len) {
    const py::ssize_t bytes = view_.len;
    PyBuffer_Release(&view_);
    throw ValueError("picture data: offset " + std::to_string(offset) + " is not inside the " + std::to_string(bytes) +
                     " bytes");
  }
  offset_ = static_cast<std::size_t>(offset);
}

void require_destination(const py::array& array, const DestinationArray& wanted, const DestinationArray* other) {
  if (!has_shape(array, wanted.shape) || !array.dtype().equal(wanted.dtype)) {
    const bool swapped = other != nullptr && has_shape(array, other->shape);
    throw ValueError("input '" + wanted.name + "': expected " +
                     describe(wanted.dtype, wanted.shape.data(), wanted.shape.size()) + ", got " +
                     describe(array.dtype(), array.shape(), static_cast<std::size_t>(array.ndim())) +
                     (swapped ? "; did you swap '" + wanted.name + "' and '" + other->name + "'?"
                              : "; take the array from InferRequest.inputs, or make one like it"));
  }
  if (!array.writeable()) {
    throw ValueError("input '" + wanted.name + "': the array is read-only; it is to be written");
  }
}

vision::Geometry make_geometry(const std::string& resize, const std::string& interpolation,
                               const std::optional<std::array<std::int32_t, 4>>& region,
                               const std::array<std::uint8_t, 3>& pad_rgb) {
  vision::Geometry geometry;
  geometry.mode = vision::resize_mode_from_name(resize);
  geometry.interpolation = vision::interpolation_from_name(interpolation);
  if (region) {
    geometry.region = vision::Rectangle{(*region)[0], (*region)[1], (*region)[2], (*region)[3]};
  }
  geometry.border = {pad_rgb[0], pad_rgb[1], pad_rgb[2]};
  return geometry;
}

}  // namespace hbm
