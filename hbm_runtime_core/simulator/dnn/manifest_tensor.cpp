// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/manifest_tensor.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "dnn/tensor_layout.hpp"
#include "dnn/typed_value.hpp"
#include "hbm/tensor/dtype.hpp"
#include "hbm/tensor/quantize.hpp"

namespace hbm_sim {
namespace {

constexpr std::int64_t kLargestDimension = INT32_MAX;

void parse_shape(const ManifestObject& object, hbDNNTensorProperties& properties) {
  const std::vector<std::int64_t> shape = object.integers("shape", kDynamic, kLargestDimension);
  if (shape.empty() || shape.size() > HB_DNN_TENSOR_MAX_DIMENSIONS) {
    object.fail("shape", "expected 1 to " + std::to_string(HB_DNN_TENSOR_MAX_DIMENSIONS) + " dimensions, got " +
                             std::to_string(shape.size()));
  }
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) {
    object.fail("shape", "expected sizes from 1, or -1 for a dynamic one, got 0");
  }
  properties.validShape.numDimensions = static_cast<std::int32_t>(shape.size());
  std::transform(shape.begin(), shape.end(), properties.validShape.dimensionSize,
                 [](std::int64_t size) { return static_cast<std::int32_t>(size); });
}

/// The smallest stride that a dimension can have; -1 if the caller chooses the size of the rows inside it.
std::int64_t least_stride(const ManifestObject& object, const hbDNNTensorProperties& properties, int dimension) {
  const int inner = dimension + 1;
  if (inner < properties.validShape.numDimensions &&
      (properties.validShape.dimensionSize[inner] == kDynamic || properties.stride[inner] == kDynamic)) {
    return kDynamic;
  }
  const auto stride = smallest_stride(properties, dimension);
  if (!stride) {
    object.fail("shape", shape_text(properties) + " is larger than any device");
  }
  return *stride;
}

/// Strides that the manifest leaves out: dense, and dynamic if an inner dimension is.
void fill_default_strides(const ManifestObject& object, hbDNNTensorProperties& properties) {
  for (int dimension = properties.validShape.numDimensions - 1; dimension >= 0; --dimension) {
    properties.stride[dimension] = least_stride(object, properties, dimension);
  }
}

void parse_strides(const ManifestObject& object, TensorRole role, hbDNNTensorProperties& properties) {
  const std::vector<std::int64_t> strides = object.integers("strides", kDynamic, kLargestTensorBytes);
  const int dimensions = properties.validShape.numDimensions;
  if (strides.size() != static_cast<std::size_t>(dimensions)) {
    object.fail("strides",
                "expected " + std::to_string(dimensions) + " as the shape has, got " + std::to_string(strides.size()));
  }
  std::copy(strides.begin(), strides.end(), properties.stride);
  const std::int64_t unit = hbm::tensor::element_type(properties.tensorType).item_bytes();
  if (properties.stride[dimensions - 1] != unit) {
    object.fail("strides", "the innermost must be the " + std::to_string(unit) + " bytes of " +
                               hbm::tensor::dtype_name(properties.tensorType) + ", got " + stride_text(properties));
  }
  if (role == TensorRole::kOutput && !has_dynamic_shape(properties) &&
      std::find(strides.begin(), strides.end(), kDynamic) != strides.end()) {
    object.fail("strides", "an output of fixed shape needs fixed strides, got " + stride_text(properties));
  }
  for (int dimension = dimensions - 2; dimension >= 0; --dimension) {
    const std::int64_t stride = properties.stride[dimension];
    if (stride == kDynamic) {
      continue;
    }
    const std::int64_t least = std::max(unit, least_stride(object, properties, dimension));
    if (stride < least || stride % unit != 0) {
      object.fail("strides", "dimension " + std::to_string(dimension) + " has " + std::to_string(stride) +
                                 ", expected a multiple of " + std::to_string(unit) + " not below " +
                                 std::to_string(least) + ", the row it spans");
    }
  }
}

void parse_aligned_bytes(const ManifestObject& object, hbDNNTensorProperties& properties) {
  const int dimensions = properties.validShape.numDimensions;
  const bool is_dynamic = has_dynamic_shape(properties) || std::find(properties.stride, properties.stride + dimensions,
                                                                     kDynamic) != properties.stride + dimensions;
  if (is_dynamic) {
    if (object.integer("aligned_bytes", kDynamic, kLargestTensorBytes, kDynamic) != kDynamic) {
      object.fail("aligned_bytes", "expected -1, because the shape or a stride is dynamic");
    }
    properties.alignedByteSize = kDynamic;
    return;
  }
  const auto padded = padded_bytes(properties);
  if (!padded) {
    object.fail("shape",
                shape_text(properties) + " with strides " + stride_text(properties) + " is larger than any device");
  }
  properties.alignedByteSize = object.integer("aligned_bytes", *padded, kLargestTensorBytes, *padded);
}

/// Integers that the simulator and the runtime compute with exactly.
bool can_be_quantized(const hbm::tensor::ElementType& type) {
  return type.is_integer() && (type.bits < 32 || type == hbm::tensor::ElementType{hbm::tensor::TypeCode::kInt, 32});
}

/// "S4, U4, ...": all dtypes, or those that can be quantized.
std::string dtype_names(bool (*is_listed)(const hbm::tensor::ElementType&)) {
  std::string names;
  for (const hbm::tensor::DtypeInfo& dtype : hbm::tensor::kDtypes) {
    if (is_listed == nullptr || is_listed(dtype.type)) {
      names += (names.empty() ? "" : ", ") + std::string(dtype.name);
    }
  }
  return names;
}

void parse_zero_points(const ManifestObject& quantization, TensorSpec& tensor) {
  if (!quantization.contains("zero_point")) {
    return;
  }
  for (const std::int64_t value : quantization.integers("zero_point", INT32_MIN, INT32_MAX)) {
    if (!is_representable(tensor.properties.tensorType, static_cast<double>(value))) {
      quantization.fail("zero_point", "expected values that " +
                                          std::string(hbm::tensor::dtype_name(tensor.properties.tensorType)) +
                                          " can have, got " + std::to_string(value));
    }
    tensor.zero_point.push_back(static_cast<std::int32_t>(value));
  }
}

void parse_quantization(const ManifestObject& object, TensorSpec& tensor) {
  hbDNNTensorProperties& properties = tensor.properties;
  properties.quantiType = NONE;
  if (!object.contains("quantization")) {
    return;
  }
  const ManifestObject quantization = object.object("quantization", {"type", "scale", "zero_point", "axis"});
  const std::string type = quantization.text("type");
  if (type == "none") {
    object.object("quantization", {"type"});
    return;
  }
  if (type != "scale") {
    quantization.fail("type", "expected \"none\" or \"scale\", got \"" + type + "\"");
  }
  if (!can_be_quantized(hbm::tensor::element_type(properties.tensorType))) {
    quantization.fail("type", "scale and zero point belong to one of " + dtype_names(can_be_quantized) + ", got " +
                                  std::string(hbm::tensor::dtype_name(properties.tensorType)));
  }
  properties.quantiType = SCALE;
  tensor.scale = quantization.numbers("scale");
  properties.quantizeAxis =
      static_cast<std::int32_t>(quantization.integer("axis", 0, properties.validShape.numDimensions - 1, 0));
  parse_zero_points(quantization, tensor);
  const std::vector<std::int64_t> shape = object.integers("shape", kDynamic, kLargestDimension);
  try {
    hbm::tensor::check_scales(tensor.scale);
    hbm::tensor::check_quantization({tensor.scale, tensor.zero_point, properties.quantizeAxis}, shape.data(),
                                    static_cast<int>(shape.size()));
  } catch (const std::invalid_argument& error) {
    object.fail("quantization", error.what());
  }
}

/// A copy needs an input of the same dtype and rank, and equal sizes; dynamic sizes of the output follow the input.
void require_copyable(const ManifestObject& fill, const TensorSpec& input, const TensorSpec& output) {
  const hbDNNTensorProperties& from = input.properties;
  const hbDNNTensorProperties& to = output.properties;
  bool is_same = from.tensorType == to.tensorType && from.validShape.numDimensions == to.validShape.numDimensions;
  for (int dimension = 0; is_same && dimension < to.validShape.numDimensions; ++dimension) {
    const std::int32_t size = to.validShape.dimensionSize[dimension];
    is_same = size == kDynamic || size == from.validShape.dimensionSize[dimension];
  }
  if (!is_same) {
    fill.fail("input", "\"" + input.name + "\" is " + hbm::tensor::dtype_name(from.tensorType) + " " +
                           shape_text(from) + ", the output is " + hbm::tensor::dtype_name(to.tensorType) + " " +
                           shape_text(to) + ": a copy needs the same dtype and shape");
  }
}

}  // namespace

TensorSpec parse_tensor(const ManifestObject& object, TensorRole role) {
  TensorSpec tensor;
  tensor.name = object.name("name");
  tensor.description = object.text("description", "");
  const auto type = hbm::tensor::dtype_from_name(object.text("dtype"));
  if (!type) {
    object.fail("dtype", "expected one of " + dtype_names(nullptr) + ", got \"" + object.text("dtype") + "\"");
  }
  tensor.properties.tensorType = *type;
  parse_shape(object, tensor.properties);
  if (object.contains("strides")) {
    parse_strides(object, role, tensor.properties);
  } else {
    fill_default_strides(object, tensor.properties);
  }
  parse_aligned_bytes(object, tensor.properties);
  parse_quantization(object, tensor);
  return tensor;
}

void parse_fill(const ManifestObject& object, const std::vector<TensorSpec>& inputs, TensorSpec& output) {
  const hbDNNTensorProperties& properties = output.properties;
  Fill& fill = output.fill;
  std::string kind = "zeros";
  if (object.contains("fill")) {
    kind = object.object("fill", {"kind", "seed", "value", "input", "data", "runs"}).text("kind");
  }
  if (kind != "copy" && has_dynamic_shape(properties)) {
    object.fail("fill", "an output of dynamic shape " + shape_text(properties) +
                            " needs kind copy: the timed engine has no other source for its shape");
  }
  if (!object.contains("fill")) {
    return;
  }
  // Read again with the keys of that kind, because a key of another kind would have no effect.
  if (kind == "zeros") {
    object.object("fill", {"kind"});
  } else if (kind == "noise") {
    fill.kind = Fill::Kind::kNoise;
    fill.seed = static_cast<std::uint64_t>(object.object("fill", {"kind", "seed"}).integer("seed", 0, INT64_MAX, 0));
  } else if (kind == "constant") {
    const ManifestObject constant = object.object("fill", {"kind", "value"});
    fill.kind = Fill::Kind::kConstant;
    fill.value = constant.number("value");
    if (!is_representable(properties.tensorType, fill.value)) {
      constant.fail("value", std::to_string(fill.value) + " is no " + hbm::tensor::dtype_name(properties.tensorType));
    }
  } else if (kind == "copy") {
    const ManifestObject copy = object.object("fill", {"kind", "input"});
    const std::string name = copy.text("input");
    const auto found =
        std::find_if(inputs.begin(), inputs.end(), [&](const TensorSpec& input) { return input.name == name; });
    if (found == inputs.end()) {
      copy.fail("input", "the model has no input \"" + name + "\"");
    }
    require_copyable(copy, *found, output);
    fill.kind = Fill::Kind::kCopy;
    fill.input_index = static_cast<std::size_t>(found - inputs.begin());
  } else if (kind == "file") {
    const ManifestObject file = object.object("fill", {"kind", "data", "runs"});
    fill.kind = Fill::Kind::kFile;
    fill.data = file.name("data");
    fill.runs = file.integer("runs", 1, INT32_MAX);
  } else {
    object.object("fill", {"kind", "seed", "value", "input", "data", "runs"})
        .fail("kind", "expected zeros, noise, constant, copy or file, got \"" + kind + "\"");
  }
}

}  // namespace hbm_sim
