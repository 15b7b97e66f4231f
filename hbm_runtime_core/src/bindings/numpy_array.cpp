// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/numpy_array.hpp"

#include <pybind11/numpy.h>

#include <type_traits>
#include <utility>

#include "bindings/device_memory.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

// pybind11's own view of NumPy's C structures, which covers NumPy 1 and 2 and needs no NumPy to compile. Its `array`
// class would build vectors of shape and strides for each array.
using py::detail::array_descriptor_proxy;
using py::detail::array_proxy;
using py::detail::npy_api;

static_assert(std::is_same_v<Py_intptr_t, int64_t> && std::is_same_v<py::ssize_t, int64_t>,
              "NumPy's dimensions are int64_t on the 64-bit Linux systems this runs on");

constexpr int numpy_half = 23;  // NPY_HALF; npy_api lists no float16.

// NumPy's type number, which it prints nowhere: two numbers (long, long long) share one layout.
struct TypeNumbers {
  int first;
  int second;
};

TypeNumbers type_numbers(hbDNNDataType dtype) {
  switch (dtype) {
    case HB_DNN_TENSOR_TYPE_S8:
      return {npy_api::NPY_BYTE_, -1};
    case HB_DNN_TENSOR_TYPE_S4:
    case HB_DNN_TENSOR_TYPE_U4:
    case HB_DNN_TENSOR_TYPE_U8:
      return {npy_api::NPY_UBYTE_, -1};
    case HB_DNN_TENSOR_TYPE_F16:
      return {numpy_half, -1};
    case HB_DNN_TENSOR_TYPE_S16:
      return {npy_api::NPY_SHORT_, -1};
    case HB_DNN_TENSOR_TYPE_U16:
      return {npy_api::NPY_USHORT_, -1};
    case HB_DNN_TENSOR_TYPE_F32:
      return {npy_api::NPY_FLOAT_, -1};
    case HB_DNN_TENSOR_TYPE_S32:
      return {npy_api::NPY_INT_, -1};
    case HB_DNN_TENSOR_TYPE_U32:
      return {npy_api::NPY_UINT_, -1};
    case HB_DNN_TENSOR_TYPE_F64:
      return {npy_api::NPY_DOUBLE_, -1};
    case HB_DNN_TENSOR_TYPE_S64:
      return {npy_api::NPY_LONG_, npy_api::NPY_LONGLONG_};
    case HB_DNN_TENSOR_TYPE_U64:
      return {npy_api::NPY_ULONG_, npy_api::NPY_ULONGLONG_};
    default:
      return {npy_api::NPY_BOOL_, -1};
  }
}

}  // namespace

bool is_array(PyObject* object) { return npy_api::get().PyArray_Check_(object); }

ArrayInfo array_info(PyObject* array) {
  const auto* proxy = array_proxy(array);
  const auto* descriptor = array_descriptor_proxy(proxy->descr);
  constexpr char other_order = PY_BIG_ENDIAN ? '<' : '>';
  return {proxy->data,
          proxy->nd,
          proxy->dimensions,
          proxy->strides,
          descriptor->type_num,
          descriptor->byteorder == other_order,
          (proxy->flags & npy_api::NPY_ARRAY_WRITEABLE_) != 0};
}

bool carries(int type_number, hbDNNDataType dtype) {
  const TypeNumbers numbers = type_numbers(dtype);
  return type_number == numbers.first || type_number == numbers.second;
}

std::string type_name_of(PyObject* array) { return py::str(py::handle(array).attr("dtype").attr("name")); }

PyObject* wrap_block(BlockRef block, const TensorLayout& layout, hbDNNDataType dtype) {
  const npy_api& api = npy_api::get();
  void* data = block->data();
  PyObject* memory = new_device_memory(std::move(block));
  if (memory == nullptr) {
    throw py::error_already_set();
  }
  PyObject* array =
      api.PyArray_NewFromDescr_(api.PyArray_Type_, api.PyArray_DescrFromType_(type_numbers(dtype).first), layout.rank,
                                layout.shape, layout.stride_bytes, data, npy_api::NPY_ARRAY_WRITEABLE_, nullptr);
  if (array == nullptr) {
    Py_DECREF(memory);
    throw py::error_already_set();
  }
  if (api.PyArray_SetBaseObject_(array, memory) < 0) {
    Py_DECREF(array);
    throw py::error_already_set();
  }
  return array;
}

BlockRef wrapped_block(PyObject* array) {
  const auto* proxy = array_proxy(array);
  Block* block = block_of(proxy->base);
  return block != nullptr && block->data() == proxy->data ? BlockRef::share(block) : BlockRef();
}

}  // namespace hbm
