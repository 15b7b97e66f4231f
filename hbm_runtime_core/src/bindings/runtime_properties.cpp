// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/runtime_properties.hpp"

#include <pybind11/stl.h>

#include <string>
#include <utility>
#include <vector>

#include "bindings/parameters.hpp"
#include "bindings/typed.hpp"
#include "driver/error.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

py::str text(const std::string& bytes) {
  PyObject* decoded = PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "surrogateescape");
  if (decoded == nullptr) {
    throw py::error_already_set();
  }
  return py::reinterpret_steal<py::str>(decoded);
}

// {model name: value_of(model)}
template <typename Value, typename ValueOf>
Dict<Value> by_model(const RuntimeObject& self, const ValueOf& value_of) {
  const std::shared_ptr<const ModelSet> set = self.runtime().set();
  Dict<Value> result;
  for (const auto& model : set->models()) {
    result[self.keys(*model).name] = value_of(*model);
  }
  return result;
}

enum class Side { kInput, kOutput };

const std::vector<ModelTensor>& tensors_of(const Model& model, Side side) {
  return side == Side::kInput ? model.inputs() : model.outputs();
}

const std::vector<py::object>& names_of(const RuntimeObject& self, const Model& model, Side side) {
  return side == Side::kInput ? self.keys(model).inputs : self.keys(model).outputs;
}

// {model name: {tensor name: value_of(tensor)}}
template <typename Value, typename ValueOf>
Dict<Dict<Value>> by_tensor(const RuntimeObject& self, Side side, const ValueOf& value_of) {
  return by_model<Dict<Value>>(self, [&](const Model& model) {
    const std::vector<ModelTensor>& tensors = tensors_of(model, side);
    const ModelKeys& keys = self.keys(model);
    Dict<Value> of_model;
    for (const std::size_t i : side == Side::kInput ? keys.input_order : keys.output_order) {
      of_model[names_of(self, model, side)[i]] = value_of(tensors[i].info);
    }
    return of_model;
  });
}

template <Side kSide>
void define_side(RuntimeClass* cls, const std::string& prefix) {
  const auto define = [&](const char* suffix, auto getter, const char* doc) {
    cls->def_property_readonly((prefix + suffix).c_str(), getter, doc);
  };
  define(
      "_counts",
      [](const RuntimeObject& self) {
        return by_model<py::int_>(self, [](const Model& model) { return py::int_(tensors_of(model, kSide).size()); });
      },
      "{model: number of tensors}");
  define(
      "_names",
      [](const RuntimeObject& self) {
        return by_model<Texts>(self, [&self](const Model& model) {
          py::list names;
          for (const py::object& name : names_of(self, model, kSide)) {
            names.append(name);
          }
          return names;
        });
      },
      "{model: [tensor name, ...]}, in the model's order");
  define(
      "_descs",
      [](const RuntimeObject& self) {
        return by_tensor<py::str>(self, kSide, [](const TensorInfo& info) { return text(info.description); });
      },
      "{model: {tensor: description}}");
  define(
      "_shapes",
      [](const RuntimeObject& self) {
        return by_tensor<std::vector<std::int64_t>>(self, kSide,
                                                    [](const TensorInfo& info) { return py::cast(info.shape); });
      },
      "{model: {tensor: [dimension, ...]}}; -1 is dynamic. S4 and U4 count elements, two of which share a byte.");
  define(
      "_dtypes",
      [](const RuntimeObject& self) {
        return by_tensor<hbDNNDataType>(self, kSide, [](const TensorInfo& info) { return py::cast(info.dtype); });
      },
      "{model: {tensor: hbDNNDataType}}");
  define(
      "_quants",
      [](const RuntimeObject& self) {
        return by_tensor<QuantParams>(
            self, kSide, [](const TensorInfo& info) { return py::cast(to_quant_params(info.quantization)); });
      },
      "{model: {tensor: QuantParams}}");
  define(
      "_strides",
      [](const RuntimeObject& self) {
        return by_tensor<std::vector<std::int64_t>>(self, kSide,
                                                    [](const TensorInfo& info) { return py::cast(info.stride_bytes); });
      },
      "{model: {tensor: [bytes, ...]}}; -1 is chosen by the caller, which run() does.");
  define(
      "_aligned_bytes",
      [](const RuntimeObject& self) {
        return by_tensor<py::int_>(self, kSide, [](const TensorInfo& info) { return py::int_(info.aligned_bytes); });
      },
      "{model: {tensor: bytes}}: size of the whole buffer with its padding; -1 where it is dynamic.");
}

int compiled_cores(const Model& model) {
  if (model.compiled_cores() == 0) {
    throw StateError("model '" + model.name() +
                     "': this board's libdnn has no hbDNNGetCompileBpuCoreNum, so it is unknown for how many cores "
                     "the model was compiled; update the hobot-dnn package");
  }
  return model.compiled_cores();
}

}  // namespace

void define_model_properties(RuntimeClass* cls) {
  cls->def_property_readonly(
         "model_names",
         [](const RuntimeObject& self) -> Texts {
           const std::shared_ptr<const ModelSet> set = self.runtime().set();
           py::list names;
           for (const auto& model : set->models()) {
             names.append(self.keys(*model).name);
           }
           return names;
         },
         "Loaded models, in load order.")
      .def_property_readonly(
          "model_count", [](const RuntimeObject& self) { return self.runtime().set()->models().size(); },
          "Number of loaded models.")
      .def_property_readonly(
          "model_descs",
          [](const RuntimeObject& self) {
            return by_model<py::str>(self, [](const Model& model) { return text(model.description()); });
          },
          "{model: description from the compiler}")
      .def_property_readonly(
          "hbm_descs",
          [](const RuntimeObject& self) {
            const std::shared_ptr<const ModelSet> set = self.runtime().set();
            Dict<py::str> result;
            for (const std::size_t i : self.file_order()) {
              result[self.paths()[i]] = text(set->file_descriptions()[i]);
            }
            return result;
          },
          "{file as it was given: description embedded in it}")
      .def_property_readonly(
          "compile_bpu_core_num",
          [](const RuntimeObject& self) {
            return by_model<py::int_>(self, [](const Model& model) { return py::int_(compiled_cores(model)); });
          },
          "{model: BPU cores it was compiled for}")
      .def_property_readonly(
          "sched_params",
          [](const RuntimeObject& self) {
            const std::shared_ptr<const ModelSet> set = self.runtime().set();
            Dict<SchedParam> result;
            for (const std::size_t i : self.model_order()) {
              const Model& model = *set->models()[i];
              auto [scheduling, cores] = self.runtime().stored_scheduling(model);
              result[self.keys(model).name] = py::cast(to_sched_param(scheduling, std::move(cores)));
            }
            return result;
          },
          "{model: SchedParam}: the defaults for calls that set nothing.");
}

void define_tensor_properties(RuntimeClass* cls) {
  define_side<Side::kInput>(cls, "input");
  define_side<Side::kOutput>(cls, "output");
}

}  // namespace hbm
