// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/call_arguments.hpp"

#include <algorithm>

#include "bindings/errors.hpp"
#include "bindings/numpy_array.hpp"
#include "bindings/scheduling_arguments.hpp"
#include "driver/error.hpp"
#include "runtime/dictionary_order.hpp"
#include "runtime/input_check.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

constexpr const char* kForms = "an array, {input name: array} or {model name: {input name: array}}";

PyObject* dict_item(PyObject* dict, PyObject* key) {
  PyObject* item = PyDict_GetItemWithError(dict, key);
  if (item == nullptr && PyErr_Occurred() != nullptr) {
    throw py::error_already_set();
  }
  return item;
}

PyObject* first_value(PyObject* dict) {
  Py_ssize_t position = 0;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  PyDict_Next(dict, &position, &key, &value);
  return value;
}

GivenArray describe(const py::array& array) {
  return {type_name_of(array), std::vector<std::int64_t>(array.shape(), array.shape() + array.ndim())};
}

void hold(PyObject* object, PythonCall* call) {
  Py_INCREF(object);
  call->held.push_back(object);
}

py::array as_array(PyObject* object) { return py::reinterpret_borrow<py::array>(object); }

// False where the array does not fit the input.
bool read_array(PyObject* object, const ModelTensor& tensor, const py::dtype& native, InputView* view) {
  const py::array array = as_array(object);
  const int rank = static_cast<int>(array.ndim());
  if (!carries(array, tensor.info.dtype, native) || !shape_fits(tensor, array.shape(), rank)) {
    return false;
  }
  view->data = array.data();
  view->swap_bytes = !array.dtype().is(native) && has_other_byte_order(array);
  std::copy_n(array.shape(), rank, view->shape);
  std::copy_n(array.strides(), rank, view->stride_bytes);
  return true;
}

void require_array(PyObject* object, const Model& model, const TensorInfo& info) {
  if (!is_array(object)) {
    throw TypeError("model '" + model.name() + "', input '" + info.name + "': expected a numpy array, " +
                    describe_tensor(info) + ", got " + kind_of(object));
  }
}

void read_single_input(PyObject* array, const Model& model, const ModelKeys& keys, PythonCall* call, CallPart* part) {
  if (model.inputs().size() != 1) {
    throw_several_inputs(model);
  }
  if (!read_array(array, model.inputs()[0], keys.input_types[0], &part->inputs[0])) {
    throw_input_mismatch(model, 0, {describe(as_array(array))});
  }
  hold(array, call);
}

[[noreturn]] void throw_names(PyObject* inputs, const Model& model) {
  std::vector<std::string> given;
  Py_ssize_t position = 0;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  while (PyDict_Next(inputs, &position, &key, &value) != 0) {
    given.push_back(to_string(key, "model '" + model.name() + "', input name"));
  }
  throw_input_names(model, given);
}

[[noreturn]] void throw_mismatch(PyObject* inputs, const Model& model, const ModelKeys& keys, std::size_t index) {
  std::vector<GivenArray> given;
  for (const py::object& key : keys.inputs) {
    PyObject* array = dict_item(inputs, key.ptr());
    given.push_back(array != nullptr && is_array(array) ? describe(as_array(array)) : GivenArray{});
  }
  throw_input_mismatch(model, index, given);
}

void read_named_inputs(PyObject* inputs, const Model& model, const ModelKeys& keys, PythonCall* call, CallPart* part) {
  const std::vector<ModelTensor>& tensors = model.inputs();
  if (PyDict_GET_SIZE(inputs) != static_cast<Py_ssize_t>(tensors.size())) {
    throw_names(inputs, model);
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    PyObject* array = dict_item(inputs, keys.inputs[i].ptr());
    if (array == nullptr) {
      throw_names(inputs, model);
    }
    require_array(array, model, tensors[i].info);
    if (!read_array(array, tensors[i], keys.input_types[i], &part->inputs[i])) {
      throw_mismatch(inputs, model, keys, i);
    }
    hold(array, call);
  }
}

CallPart& add_part(const RuntimeObject& runtime, const Model& model, const RunArguments& arguments, PythonCall* call) {
  CallPart& part = call->call.add_part(model);
  part.scheduling = runtime.runtime().scheduling(model);
  if (arguments.has_scheduling()) {
    apply_overrides(runtime, model, arguments, &part.scheduling);
  }
  check_runnable(model.name(), part.scheduling, model.limits());
  return part;
}

struct NestedInputs {
  const Model* model;
  py::dict inputs;
};

// `'x': array, 'z': array`, as a caller would write them.
std::string written_arrays(const std::vector<ModelTensor>& tensors) {
  std::string text;
  for (const ModelTensor& tensor : tensors) {
    text += (text.empty() ? "'" : ", '") + tensor.info.name + "': array";
  }
  return "{" + text + "}";
}

ExpectedDict expected_inputs(const ModelSet& set) {
  const Model& model = *set.models().front();
  const std::string arrays = written_arrays(model.inputs());
  return {"inputs", kForms, set.models().size() == 1 ? arrays : "{'" + model.name() + "': " + arrays + "}"};
}

ExpectedDict expected_inputs_of(const Model& model) {
  return {"model '" + model.name() + "'", "{input name: array}",
          "{'" + model.name() + "': " + written_arrays(model.inputs()) + "}"};
}

// In the order of the dictionary.
std::vector<NestedInputs> read_nested(const RuntimeObject& runtime, const ModelSet& set, PyObject* nested,
                                      const Model* only) {
  std::vector<NestedInputs> entries;
  Py_ssize_t position = 0;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  while (PyDict_Next(nested, &position, &key, &value) != 0) {
    const Model& model = runtime.find_model(set, key);
    const py::dict inputs = to_dict(value, [&model] { return expected_inputs_of(model); });
    if (only == nullptr || only == &model) {
      entries.push_back({&model, inputs});
    }
  }
  if (entries.empty() && only != nullptr) {
    throw ValueError("model '" + only->name() + "': model_name selects it, but the inputs hold nothing for it");
  }
  return entries;
}

void add_nested_parts(const RuntimeObject& runtime, std::vector<NestedInputs> entries, const RunArguments& arguments,
                      PythonCall* call) {
  if (entries.size() > 1) {
    std::vector<std::string> names;
    for (const NestedInputs& entry : entries) {
      names.push_back(entry.model->name());
    }
    std::vector<const Model*> results;
    for (const std::size_t i : result_order(names)) {
      results.push_back(entries[i].model);
    }
    // The device gets the tasks in load order.
    std::sort(entries.begin(), entries.end(), [](const NestedInputs& left, const NestedInputs& right) {
      return left.model->index() < right.model->index();
    });
    for (const Model* model : results) {
      const auto part = std::find_if(entries.begin(), entries.end(),
                                     [model](const NestedInputs& entry) { return entry.model == model; });
      call->part_order.push_back(static_cast<std::size_t>(part - entries.begin()));
    }
  }
  for (const NestedInputs& entry : entries) {
    CallPart& part = add_part(runtime, *entry.model, arguments, call);
    read_named_inputs(entry.inputs.ptr(), *entry.model, runtime.keys(*entry.model), call, &part);
  }
}

void read_targets(const RuntimeObject& runtime, PyObject* outputs, const ModelSet& set, PythonCall* call) {
  const py::dict given = to_dict(outputs, [call]() -> ExpectedDict {
    const Model& model = *call->call.part(0).model;
    const std::string arrays = written_arrays(model.outputs());
    return {"outputs", "{output name: array} or {model name: {output name: array}}",
            "outputs=" + (call->call.part_count() == 1 ? arrays : "{'" + model.name() + "': " + arrays + "}")};
  });
  PyObject* value = first_value(given.ptr());
  if (value == nullptr) {
    return;
  }
  if (is_array(value) || !is_mapping(value)) {
    if (call->call.part_count() > 1) {
      throw ValueError("outputs: several models run, so expected {model name: {output name: array}}");
    }
    read_output_arrays(runtime.keys(*call->call.part(0).model), given, 0, call);
    return;
  }
  for (const auto& [name, arrays] : given) {
    const Model& model = runtime.find_model(set, name.ptr());
    for (std::size_t p = 0; p < call->call.part_count(); ++p) {
      if (call->call.part(p).model == &model) {
        const py::dict of_model = to_dict(arrays.ptr(), [&model] { return expected_outputs(model); });
        read_output_arrays(runtime.keys(model), of_model, p, call);
      }
    }
  }
}

void set_output_target(PyObject* object, std::size_t output, const py::dtype& native, CallPart* part) {
  const ModelTensor& tensor = part->model->outputs()[output];
  const std::string where = "model '" + part->model->name() + "', output '" + tensor.info.name + "'";
  if (!is_array(object)) {
    throw TypeError(where + ": expected a numpy array in outputs=, got " + kind_of(object));
  }
  py::array array = as_array(object);
  const int rank = static_cast<int>(array.ndim());
  if (!carries(array, tensor.info.dtype, native) || (!array.dtype().is(native) && has_other_byte_order(array)) ||
      !shape_fits(tensor, array.shape(), rank)) {
    throw ValueError(where + ": expected " + describe_tensor(tensor.info) + " in outputs=, got " +
                     describe_array(type_name_of(array).c_str(), array.shape(), rank));
  }
  if (!array.writeable()) {
    throw ValueError(where + ": the array in outputs= is read-only");
  }
  OutputTarget& target = part->targets[output];
  // The device can write directly to an array that a run returned, if it has the output's own layout.
  if (tensor.settled && std::equal(array.strides(), array.strides() + rank, tensor.layout.stride_bytes)) {
    BlockRef block = wrapped_block(array);
    if (block && static_cast<std::int64_t>(block->capacity()) >= tensor.layout.bytes &&
        block->device_id() == static_cast<std::int32_t>(part->scheduling.deviceId)) {
      const auto taken = std::find_if(part->targets.begin(), part->targets.end(),
                                      [&block](const OutputTarget& other) { return other.block.get() == block.get(); });
      if (taken != part->targets.end()) {
        throw ValueError(where + ": the array in outputs= is given for another output as well");
      }
      target.block = std::move(block);
      return;
    }
  }
  target.data = array.mutable_data();
  target.rank = rank;
  std::copy_n(array.shape(), rank, target.shape);
  std::copy_n(array.strides(), rank, target.stride_bytes);
}

}  // namespace

ExpectedDict expected_outputs(const Model& model) {
  return {"outputs", "{output name: array}", "outputs=" + written_arrays(model.outputs())};
}

void PythonCall::clear() {
  call.clear();
  part_order.clear();
  release_arrays();
}

void PythonCall::release_arrays() {
  for (PyObject* object : held) {
    Py_DECREF(object);
  }
  held.clear();
  targets.clear();
}

void fill_call(const RuntimeObject& runtime, const ModelSet& set, const RunArguments& arguments, PythonCall* call) {
  const Model* named = arguments.model_name != nullptr ? &runtime.find_model(set, arguments.model_name) : nullptr;
  if (arguments.has_scheduling()) {
    check_override_models(runtime, set, arguments);
  }
  if (is_array(arguments.input)) {
    const Model& model = named != nullptr ? *named : set.only_model();
    CallPart& part = add_part(runtime, model, arguments, call);
    read_single_input(arguments.input, model, runtime.keys(model), call, &part);
  } else {
    const py::dict inputs = to_dict(arguments.input, [&set] { return expected_inputs(set); });
    PyObject* value = first_value(inputs.ptr());
    const bool is_nested = value == nullptr ? arguments.is_multi_input : !is_array(value) && is_mapping(value);
    if (is_nested) {
      add_nested_parts(runtime, read_nested(runtime, set, inputs.ptr(), named), arguments, call);
    } else if (value == nullptr) {
      throw ValueError(std::string("inputs: the dictionary is empty; expected ") + kForms);
    } else {
      const Model& model = named != nullptr ? *named : set.only_model();
      CallPart& part = add_part(runtime, model, arguments, call);
      read_named_inputs(inputs.ptr(), model, runtime.keys(model), call, &part);
    }
  }
  if (arguments.timing != nullptr && !PyDict_Check(arguments.timing)) {
    throw_not_a_dict(arguments.timing,
                     {"timing", "a dict to receive {model name: CallTiming}", "times = {} and timing=times"});
  }
  if (arguments.outputs != nullptr && call->call.part_count() > 0) {
    read_targets(runtime, arguments.outputs, set, call);
  }
}

void read_output_arrays(const ModelKeys& keys, const py::dict& arrays, std::size_t part, PythonCall* call) {
  CallPart& into = call->call.part(part);
  into.targets.resize(into.model->outputs().size());
  for (const auto& [name, array] : arrays) {
    const std::string text = to_string(name.ptr(), "outputs, output name");
    const auto found = std::find_if(keys.outputs.begin(), keys.outputs.end(), [name = name](const py::object& key) {
      return PyUnicode_Compare(key.ptr(), name.ptr()) == 0;
    });
    if (found == keys.outputs.end()) {
      throw_unknown_output(*into.model, text);
    }
    const auto output = static_cast<std::size_t>(found - keys.outputs.begin());
    set_output_target(array.ptr(), output, keys.output_types[output], &into);
    hold(array.ptr(), call);
    call->targets.push_back({part, output, array.ptr()});
  }
}

}  // namespace hbm
