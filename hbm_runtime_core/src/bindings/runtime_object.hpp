// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_BINDINGS_RUNTIME_OBJECT_HPP_
#define HBM_BINDINGS_RUNTIME_OBJECT_HPP_

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <vector>

#include "bindings/zeroed.hpp"
#include "runtime/runtime.hpp"

namespace hbm {

/// Names of a model's tensors as Python strings, made once: every call looks them up and hands them out.
struct ModelKeys {
  pybind11::object name;
  std::vector<pybind11::object> inputs;
  std::vector<pybind11::object> outputs;
  /// Positions of the outputs, sorted by name, the order of results.
  std::vector<std::size_t> sorted_outputs;
};

/// What stands behind an HB_HBMRuntime.
class RuntimeObject : public Zeroed {
 public:
  /// `paths` as the caller gave them, they are the keys of hbm_descs.
  RuntimeObject(std::vector<pybind11::object> paths, const std::vector<std::string>& files,
                std::optional<BackendChoice> backend);
  ~RuntimeObject();

  /// Throws TypeError where __init__ never ran.
  Runtime& runtime() const;
  const std::vector<pybind11::object>& paths() const { return paths_; }
  const ModelKeys& keys(const Model& model) const { return keys_[static_cast<std::size_t>(model.index())]; }

  /// The model a Python string names. Throws TypeError or ValueError.
  const Model& find_model(const ModelSet& set, PyObject* name) const;

  /// Without holding the GIL while the models are unloaded.
  void close();

 private:
  std::vector<pybind11::object> paths_;
  std::unique_ptr<Runtime> runtime_;
  std::vector<ModelKeys> keys_;
  pybind11::dict index_of_name_;
};

/// HB_HBMRuntime(model_file, backend=None) and HB_HBMRuntime(model_files, backend=None).
std::unique_ptr<RuntimeObject> load_runtime(const pybind11::args& args, const pybind11::kwargs& kwargs);

}  // namespace hbm

#endif  // HBM_BINDINGS_RUNTIME_OBJECT_HPP_
