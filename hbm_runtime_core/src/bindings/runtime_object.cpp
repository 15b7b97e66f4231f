// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/runtime_object.hpp"

#include "bindings/errors.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/run_arguments.hpp"
#include "driver/error.hpp"
#include "hbm/tensor/dtype.hpp"
#include "runtime/dictionary_order.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

py::object interned(const std::string& text) {
  PyObject* name = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape");
  if (name == nullptr) {
    throw py::error_already_set();
  }
  PyUnicode_InternInPlace(&name);
  return py::reinterpret_steal<py::object>(name);
}

std::vector<py::object> tensor_keys(const std::vector<ModelTensor>& tensors, std::vector<std::size_t>* order) {
  std::vector<py::object> keys;
  std::vector<std::string> names;
  for (const ModelTensor& tensor : tensors) {
    keys.push_back(interned(tensor.info.name));
    names.push_back(tensor.info.name);
  }
  *order = dictionary_order(names);
  return keys;
}

std::vector<py::dtype> numpy_types(const std::vector<ModelTensor>& tensors) {
  std::vector<py::dtype> types;
  for (const ModelTensor& each : tensors) {
    types.emplace_back(tensor::array_type_name(each.info.dtype));
  }
  return types;
}

ModelKeys make_keys(const Model& model) {
  ModelKeys keys;
  keys.name = interned(model.name());
  keys.inputs = tensor_keys(model.inputs(), &keys.input_order);
  keys.outputs = tensor_keys(model.outputs(), &keys.output_order);
  keys.input_types = numpy_types(model.inputs());
  keys.output_types = numpy_types(model.outputs());
  return keys;
}

struct Paths {
  std::vector<py::object> keys;
  std::vector<std::string> files;
};

void add_path(PyObject* object, const char* what, Paths* paths) {
  const py::object path = py::reinterpret_steal<py::object>(PyOS_FSPath(object));
  if (!path) {
    PyErr_Clear();
    throw TypeError(std::string(what) + ": expected str or os.PathLike, got " + kind_of(object));
  }
  PyObject* bytes = nullptr;
  PyObject* text = nullptr;
  if (PyUnicode_FSConverter(path.ptr(), &bytes) == 0) {
    PyErr_Clear();
    throw ValueError(std::string(what) + ": " + std::string(py::repr(path)) + " is no file name");
  }
  const py::object owned = py::reinterpret_steal<py::object>(bytes);
  if (PyUnicode_FSDecoder(path.ptr(), &text) == 0) {
    throw py::error_already_set();
  }
  const py::object decoded = py::reinterpret_steal<py::object>(text);
  // The key is a plain str, also for subclasses such as numpy.str_.
  paths->keys.push_back(py::reinterpret_steal<py::object>(PyUnicode_FromObject(text)));
  paths->files.emplace_back(PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes)));
}

bool is_single_path(PyObject* object) {
  return PyUnicode_Check(object) || PyBytes_Check(object) || PyObject_HasAttrString(object, "__fspath__") != 0;
}

struct LoadArguments {
  PyObject* files = nullptr;
  std::optional<BackendChoice> backend;
};

LoadArguments load_arguments(const py::args& args, const py::kwargs& kwargs) {
  LoadArguments given;
  std::size_t file_count = args.size();
  if (!args.empty()) {
    given.files = PyTuple_GET_ITEM(args.ptr(), 0);
  }
  for (const auto& [key, value] : kwargs) {
    const std::string name = py::str(key);
    if (name == "backend") {
      if (!value.is_none()) {
        given.backend = backend_choice(to_string(value.ptr(), "backend"), "backend");
      }
    } else if (name == "model_file" || name == "model_files") {
      given.files = value.ptr();
      ++file_count;
    } else {
      throw TypeError("HB_HBMRuntime() has no argument '" + name +
                      "'; it takes model_file or model_files, and backend");
    }
  }
  if (file_count != 1) {
    throw TypeError("HB_HBMRuntime() takes a path or a list of paths, and backend as a keyword, got " +
                    std::to_string(file_count) + " of the former");
  }
  return given;
}

}  // namespace

RuntimeObject::RuntimeObject(std::vector<py::object> paths, const std::vector<std::string>& files,
                             std::optional<BackendChoice> backend)
    : paths_(std::move(paths)), file_order_(dictionary_order(files)) {
  {
    const GilRelease release;
    runtime_ = std::make_unique<Runtime>(files, backend);
  }
  const std::shared_ptr<const ModelSet> set = runtime_->set();
  model_order_ = dictionary_order(set->model_names());
  for (const auto& model : set->models()) {
    keys_.push_back(make_keys(*model));
    index_of_name_[keys_.back().name] = model->index();
  }
}

RuntimeObject::~RuntimeObject() { close(); }

void RuntimeObject::close() {
  if (runtime_ != nullptr) {
    const GilRelease release;
    runtime_->close();
  }
}

const Model& RuntimeObject::find_model(const ModelSet& set, PyObject* name) const {
  if (!PyUnicode_Check(name)) {
    throw TypeError("model name: expected str, got " + kind_of(name));
  }
  PyObject* index = PyDict_GetItemWithError(index_of_name_.ptr(), name);
  if (index == nullptr) {
    if (PyErr_Occurred() != nullptr) {
      throw py::error_already_set();
    }
    set.throw_unknown_model(to_string(name, "model name"));
  }
  return *set.models()[static_cast<std::size_t>(PyLong_AsSsize_t(index))];
}

std::unique_ptr<RuntimeObject> load_runtime(const py::args& args, const py::kwargs& kwargs) {
  const LoadArguments arguments = load_arguments(args, kwargs);
  PyObject* given = arguments.files;
  Paths paths;
  if (is_single_path(given)) {
    add_path(given, "model_file", &paths);
  } else {
    for (const py::handle item : to_list(given, "model_file", "str, os.PathLike or a list of them")) {
      add_path(item.ptr(), "model_files", &paths);
    }
  }
  return RuntimeObject::make(std::move(paths.keys), paths.files, arguments.backend);
}

}  // namespace hbm
