// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "driver/driver.hpp"
#include "hbm/tensor/dtype.hpp"
#include "hbm/tensor/quantize.hpp"

namespace hbm {

constexpr int kMaxRank = HB_DNN_TENSOR_MAX_DIMENSIONS;

/// Zero points are as many as scales; zeros where the library gives none, which means the same.
struct Quantization : tensor::Quantization {
  hbDNNQuantiType type = NONE;
};

/// What the library reports of one input or output of a model.
struct TensorInfo {
  std::string name;
  std::string description;
  hbDNNDataType dtype = HB_DNN_TENSOR_TYPE_U8;
  /// Logical; -1 = chosen by the caller or the network.
  std::vector<std::int64_t> shape;
  /// Bytes; -1 = chosen by the caller.
  std::vector<std::int64_t> stride_bytes;
  /// -1 where dynamic.
  std::int64_t aligned_bytes = -1;
  Quantization quantization;
  /// As the library reported them: copied into the hbDNNTensor of every call.
  hbDNNTensorProperties properties = {};

  tensor::ElementType type() const { return tensor::element_type(dtype); }
  /// The shape in items: the last dimension of packed types is halved, rounded up. -1 stays -1.
  std::vector<std::int64_t> stored_shape() const;
  int rank() const { return static_cast<int>(shape.size()); }
  bool has_dynamic_shape() const;
  bool is_fixed() const;
};

/// `uint8 [1, 336, 336, 2]`, the way messages name a tensor; -1 is written `?`.
std::string describe_array(const std::string& type_name, const std::int64_t* shape, int rank);
std::string describe_tensor(const TensorInfo& info);

enum class TensorSide { kInput, kOutput };

/// Reads one tensor's properties and checks that the library fills the structure this code was compiled with: an older
/// generation of the interface has another one, and would write past it or shift every field.
TensorInfo read_tensor_info(const Driver& driver, hbDNNHandle_t model, const std::string& model_name, TensorSide side,
                            std::int32_t index);

}  // namespace hbm
