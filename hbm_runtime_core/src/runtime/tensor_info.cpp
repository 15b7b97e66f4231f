// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/tensor_info.hpp"

#include <algorithm>
#include <cstring>

#include "driver/error.hpp"
#include "runtime/status.hpp"

namespace hbm {
namespace {

constexpr unsigned char kPoison = 0xA5;

// Room for a structure several times as large as ours.
struct PoisonedProperties {
  hbDNNTensorProperties properties;
  unsigned char beyond[4096];
};

[[noreturn]] void refuse_abi(const Driver& driver, const std::string& model, const std::string& tensor,
                             const std::string& reason) {
  throw StateError("model '" + model + "', " + tensor + ": " + driver.dnn_path() + " (version " + driver.version() +
                   ") does not fill hbDNNTensorProperties as this software expects: " + reason +
                   "; its interface is of another generation, update the hobot-dnn package");
}

std::string abi_fault(const PoisonedProperties& guarded) {
  const bool overrun = std::any_of(std::begin(guarded.beyond), std::end(guarded.beyond),
                                   [](unsigned char byte) { return byte != kPoison; });
  if (overrun) {
    return "it writes more than " + std::to_string(sizeof(hbDNNTensorProperties)) + " bytes";
  }
  const hbDNNTensorProperties& p = guarded.properties;
  const std::int32_t rank = p.validShape.numDimensions;
  if (rank < 1 || rank > kMaxRank) {
    return std::to_string(rank) + " dimensions";
  }
  if (!tensor::is_dtype(p.tensorType)) {
    return "element type " + std::to_string(p.tensorType);
  }
  const tensor::ElementType type = tensor::element_type(p.tensorType);
  for (std::int32_t i = 0; i < rank; ++i) {
    if (p.validShape.dimensionSize[i] < -1) {
      return "dimension " + std::to_string(i) + " of " + std::to_string(p.validShape.dimensionSize[i]);
    }
    if (p.stride[i] < -1) {
      return "stride " + std::to_string(i) + " of " + std::to_string(p.stride[i]) + " bytes";
    }
  }
  const std::int64_t innermost = p.stride[rank - 1];
  if (innermost != -1 && innermost != type.item_bytes() && !type.is_packed()) {
    return "innermost stride of " + std::to_string(innermost) + " bytes for " + tensor::dtype_name(p.tensorType);
  }
  const auto quantization = static_cast<std::int32_t>(p.quantiType);
  if (quantization != NONE && quantization != SCALE) {
    return "quantization type " + std::to_string(quantization);
  }
  return {};
}

Quantization read_quantization(const hbDNNTensorProperties& properties) {
  Quantization quantization;
  quantization.type = properties.quantiType;
  quantization.axis = properties.quantizeAxis;
  const hbDNNQuantiScale& from = properties.scale;
  if (quantization.type == SCALE && from.scaleData != nullptr && from.scaleLen > 0) {
    quantization.scale.assign(from.scaleData, from.scaleData + from.scaleLen);
    quantization.zero_point.assign(quantization.scale.size(), 0);
    if (from.zeroPointData != nullptr) {
      // Absent or short lists of zero points mean symmetric quantization.
      const auto given = std::min(from.zeroPointLen, from.scaleLen);
      std::copy(from.zeroPointData, from.zeroPointData + std::max(given, 0), quantization.zero_point.begin());
    }
  }
  return quantization;
}

}  // namespace

bool TensorInfo::has_dynamic_shape() const { return std::count(shape.begin(), shape.end(), -1) > 0; }

std::vector<std::int64_t> TensorInfo::stored_shape() const {
  std::vector<std::int64_t> stored = shape;
  if (!stored.empty()) {
    stored.back() = type().items(stored.back());
  }
  return stored;
}

bool TensorInfo::is_fixed() const {
  return !has_dynamic_shape() && std::count(stride_bytes.begin(), stride_bytes.end(), -1) == 0;
}

std::string describe_array(const std::string& type_name, const std::int64_t* shape, int rank) {
  std::string text = type_name + " [";
  for (int i = 0; i < rank; ++i) {
    text += (i > 0 ? ", " : "") + (shape[i] < 0 ? std::string("?") : std::to_string(shape[i]));
  }
  return text + "]";
}

std::string describe_tensor(const TensorInfo& info) {
  const std::vector<std::int64_t> stored = info.stored_shape();
  return describe_array(tensor::array_type_name(info.dtype), stored.data(), info.rank());
}

TensorInfo read_tensor_info(const Driver& driver, hbDNNHandle_t model, const std::string& model_name, TensorSide side,
                            std::int32_t index) {
  const ApiTable& api = driver.api();
  const bool input = side == TensorSide::kInput;
  const std::string position = (input ? "input " : "output ") + std::to_string(index);

  TensorInfo info;
  const char* name = nullptr;
  check(driver, (input ? api.hbDNNGetInputName : api.hbDNNGetOutputName)(&name, model, index),
        input ? "hbDNNGetInputName" : "hbDNNGetOutputName", model_name);
  info.name = name != nullptr ? name : "";

  PoisonedProperties guarded;
  std::memset(&guarded, kPoison, sizeof(guarded));
  check(driver,
        (input ? api.hbDNNGetInputTensorProperties : api.hbDNNGetOutputTensorProperties)(&guarded.properties, model,
                                                                                         index),
        input ? "hbDNNGetInputTensorProperties" : "hbDNNGetOutputTensorProperties", model_name);
  const std::string fault = abi_fault(guarded);
  if (!fault.empty()) {
    refuse_abi(driver, model_name, position, fault);
  }
  info.properties = guarded.properties;
  info.dtype = static_cast<hbDNNDataType>(info.properties.tensorType);
  const auto rank = static_cast<std::size_t>(info.properties.validShape.numDimensions);
  info.shape.assign(info.properties.validShape.dimensionSize, info.properties.validShape.dimensionSize + rank);
  info.stride_bytes.assign(info.properties.stride, info.properties.stride + rank);
  info.aligned_bytes = info.properties.alignedByteSize;
  info.quantization = read_quantization(info.properties);

  const char* text = nullptr;
  std::uint32_t size = 0;
  std::int32_t type = 0;
  check(driver, (input ? api.hbDNNGetInputDesc : api.hbDNNGetOutputDesc)(&text, &size, &type, model, index),
        input ? "hbDNNGetInputDesc" : "hbDNNGetOutputDesc", model_name);
  info.description = description_text(text, size);
  return info;
}

}  // namespace hbm
