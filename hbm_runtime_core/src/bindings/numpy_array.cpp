// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/numpy_array.hpp"

#include <type_traits>
#include <utility>

namespace py = pybind11;

namespace hbm {
namespace {

static_assert(std::is_same_v<py::ssize_t, std::int64_t>,
              "NumPy's dimensions are int64_t on the 64-bit Linux systems this runs on");

constexpr const char* kCapsuleName = "hbm_runtime_core.DeviceMemory";

}  // namespace

std::string type_name_of(const py::array& array) { return py::str(array.dtype().attr("name")); }

bool has_other_byte_order(const py::array& array) { return !array.dtype().attr("isnative").cast<bool>(); }

py::array wrap_block(BlockRef block, const TensorLayout& layout, const py::dtype& native) {
  void* data = block->data();
  const py::capsule share(block.get(), kCapsuleName, [](PyObject* capsule) {
    BlockRef::adopt(static_cast<Block*>(PyCapsule_GetPointer(capsule, kCapsuleName))).reset();
  });
  block.detach();
  return py::array(native, py::array::ShapeContainer(layout.shape, layout.shape + layout.rank),
                   py::array::StridesContainer(layout.stride_bytes, layout.stride_bytes + layout.rank), data, share);
}

BlockRef wrapped_block(const py::array& array) {
  PyObject* base = array.base().ptr();
  if (base == nullptr || PyCapsule_IsValid(base, kCapsuleName) == 0) {
    return {};
  }
  auto* block = static_cast<Block*>(PyCapsule_GetPointer(base, kCapsuleName));
  return block->data() == array.data() ? BlockRef::share(block) : BlockRef();
}

}  // namespace hbm
