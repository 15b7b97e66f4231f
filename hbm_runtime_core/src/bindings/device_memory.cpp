// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/device_memory.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

struct DeviceMemory {
  PyObject_HEAD Block* block;
};

PyTypeObject* device_memory_type = nullptr;

void give_up(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  BlockRef::adopt(reinterpret_cast<DeviceMemory*>(object)->block).reset();
  PyObject_Free(object);
  Py_DECREF(type);
}

}  // namespace

void prepare_device_memory_type() {
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(&give_up)},
      {Py_tp_doc, const_cast<char*>("Device memory of an array; goes back to a pool with the last array over it.")},
      {0, nullptr}};
  static PyType_Spec spec = {"hbm_runtime_core.DeviceMemory", sizeof(DeviceMemory), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  device_memory_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (device_memory_type == nullptr) {
    throw py::error_already_set();
  }
}

PyObject* new_device_memory(BlockRef block) {
  auto* object = PyObject_New(DeviceMemory, device_memory_type);
  if (object != nullptr) {
    object->block = block.detach();
  }
  return reinterpret_cast<PyObject*>(object);
}

Block* block_of(PyObject* object) {
  return object != nullptr && Py_TYPE(object) == device_memory_type ? reinterpret_cast<DeviceMemory*>(object)->block
                                                                    : nullptr;
}

}  // namespace hbm
