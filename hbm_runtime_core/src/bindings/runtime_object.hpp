// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>

#include <optional>
#include <string>
#include <vector>

#include "bindings/made_by_init.hpp"
#include "runtime/runtime.hpp"

namespace hbm {

/// Names and types of a model's tensors as Python objects, made once: every call looks them up and hands them out.
struct ModelKeys {
  pybind11::object name;
  std::vector<pybind11::object> inputs;
  std::vector<pybind11::object> outputs;
  /// NumPy types that carry the tensors' elements.
  std::vector<pybind11::dtype> input_types;
  std::vector<pybind11::dtype> output_types;
  /// Positions of the tensors in the order of dictionaries that hold them.
  std::vector<std::size_t> input_order;
  std::vector<std::size_t> output_order;
};

/// The native object of an HB_HBMRuntime.
class RuntimeObject : public MadeByInit<RuntimeObject> {
 public:
  static constexpr const char* kNotMade = "HB_HBMRuntime.__init__() was not called";

  /// `paths`: as the caller gave them; they are the keys of hbm_descs.
  RuntimeObject(std::vector<pybind11::object> paths, const std::vector<std::string>& files,
                std::optional<BackendChoice> backend);
  ~RuntimeObject();

  Runtime& runtime() const { return *runtime_; }
  const std::vector<pybind11::object>& paths() const { return paths_; }
  const ModelKeys& keys(const Model& model) const { return keys_[static_cast<std::size_t>(model.index())]; }
  /// Positions of files and models in the order of dictionaries that are not in load order.
  const std::vector<std::size_t>& file_order() const { return file_order_; }
  const std::vector<std::size_t>& model_order() const { return model_order_; }

  /// The model a Python string names. Throws TypeError or ValueError.
  const Model& find_model(const ModelSet& set, PyObject* name) const;

  /// Without holding the GIL while the models are unloaded.
  void close();

 private:
  std::vector<pybind11::object> paths_;
  std::unique_ptr<Runtime> runtime_;
  std::vector<ModelKeys> keys_;
  std::vector<std::size_t> file_order_;
  std::vector<std::size_t> model_order_;
  pybind11::dict index_of_name_;
};

/// HB_HBMRuntime(model_file, backend=None) and HB_HBMRuntime(model_files, backend=None).
std::unique_ptr<RuntimeObject> load_runtime(const pybind11::args& args, const pybind11::kwargs& kwargs);

}  // namespace hbm
