// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/input_check.hpp"

#include <algorithm>
#include <iterator>

#include "driver/error.hpp"
#include "runtime/names.hpp"

namespace hbm {
namespace {

std::vector<std::string> names_of(const std::vector<ModelTensor>& tensors) {
  std::vector<std::string> names;
  for (const ModelTensor& tensor : tensors) {
    names.push_back(tensor.info.name);
  }
  return names;
}

bool fits(const ModelTensor& tensor, const GivenArray& given) {
  return given.type_name == tensor::array_type_name(tensor.info.dtype) &&
         shape_fits(tensor, given.shape.data(), static_cast<int>(given.shape.size()));
}

// Two inputs with swapped names, as happens with the planes of NV12.
std::string swap_hint(const Model& model, std::size_t index, const std::vector<GivenArray>& given) {
  const std::vector<ModelTensor>& inputs = model.inputs();
  for (std::size_t other = 0; other < inputs.size(); ++other) {
    if (other != index && fits(inputs[index], given[other]) && fits(inputs[other], given[index])) {
      const std::size_t first = std::min(index, other);
      const std::size_t second = std::max(index, other);
      return "; did you swap " + inputs[first].info.name + " and " + inputs[second].info.name + "?";
    }
  }
  return {};
}

std::string layout_hint(const ModelTensor& tensor, const GivenArray& given) {
  const std::vector<std::int64_t>& wanted = tensor.stored_shape;
  const std::vector<std::int64_t>& shape = given.shape;
  const bool zero = std::count(shape.begin(), shape.end(), 0) > 0;
  if (zero) {
    return "; the array is empty";
  }
  if (tensor.info.type().is_packed()) {
    return std::string("; ") + tensor::dtype_name(tensor.info.dtype) +
           " is packed, two elements per byte, the first in the low nibble";
  }
  if (wanted.size() == shape.size() + 1 && wanted[0] == 1 &&
      std::equal(shape.begin(), shape.end(), wanted.begin() + 1)) {
    return "; add the batch dimension: array[np.newaxis]";
  }
  if (wanted.size() == 4 && shape.size() == 4 && wanted[0] == shape[0]) {
    if (wanted[1] == shape[2] && wanted[2] == shape[3] && wanted[3] == shape[1]) {
      return "; the model takes NHWC: array.transpose(0, 2, 3, 1)";
    }
    if (wanted[1] == shape[3] && wanted[2] == shape[1] && wanted[3] == shape[2]) {
      return "; the model takes NCHW: array.transpose(0, 3, 1, 2)";
    }
  }
  return {};
}

std::string dtype_hint(const ModelTensor& tensor, const GivenArray& given) {
  const std::string wanted = tensor::array_type_name(tensor.info.dtype);
  if (wanted == given.type_name) {
    return {};
  }
  if (given.type_name == "object") {
    return "; object arrays hold Python objects: build the array with dtype=np." + wanted;
  }
  const bool to_integer = wanted.find("int") != std::string::npos;
  if (to_integer && given.type_name.rfind("float", 0) == 0 && tensor.info.quantization.type == SCALE) {
    return "; quantize() converts real values to this input";
  }
  return "; convert with array.astype(np." + wanted + (wanted == "bool" ? "_)" : ")");
}

}  // namespace

bool shape_fits(const ModelTensor& tensor, const std::int64_t* shape, int rank) {
  if (rank != tensor.info.rank()) {
    return false;
  }
  for (int i = 0; i < rank; ++i) {
    const std::int64_t wanted = tensor.stored_shape[static_cast<std::size_t>(i)];
    if (shape[i] != wanted && (wanted >= 0 || shape[i] < 1)) {
      return false;
    }
  }
  return true;
}

void throw_input_mismatch(const Model& model, std::size_t index, const std::vector<GivenArray>& given) {
  const ModelTensor& tensor = model.inputs()[index];
  const GivenArray& array = given[index];
  std::string hint = swap_hint(model, index, given);
  if (hint.empty()) {
    hint = dtype_hint(tensor, array);
  }
  if (hint.empty()) {
    hint = layout_hint(tensor, array);
  }
  throw ValueError("model '" + model.name() + "', input '" + tensor.info.name + "': expected " +
                   describe_tensor(tensor.info) + ", got " +
                   describe_array(array.type_name, array.shape.data(), static_cast<int>(array.shape.size())) + hint);
}

void throw_input_names(const Model& model, const std::vector<std::string>& given) {
  const std::vector<std::string> wanted = names_of(model.inputs());
  const auto lacks = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) == names.end();
  };
  std::string text = "model '" + model.name() + "': ";
  for (const std::string& name : given) {
    if (lacks(wanted, name)) {
      throw ValueError(text + "unknown input '" + name + "'; its inputs are " + list_names(wanted) +
                       suggest_name(name, wanted));
    }
  }
  std::vector<std::string> missing;
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(missing),
               [&](const std::string& name) { return lacks(given, name); });
  throw ValueError(text + "missing input" + (missing.size() > 1 ? "s " : " ") + list_names(missing) +
                   "; its inputs are " + list_names(wanted));
}

void throw_several_inputs(const Model& model) {
  throw ValueError("model '" + model.name() + "' has " + std::to_string(model.inputs().size()) +
                   " inputs, so a single array is ambiguous; pass {" +
                   (model.inputs().empty() ? "" : "'" + model.inputs()[0].info.name + "': array, ...") +
                   "}; its inputs are " + list_names(names_of(model.inputs())));
}

void throw_unknown_output(const Model& model, const std::string& name) {
  const std::vector<std::string> names = names_of(model.outputs());
  throw ValueError("model '" + model.name() + "': unknown output '" + name + "'; its outputs are " + list_names(names) +
                   suggest_name(name, names));
}

}  // namespace hbm
