// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/tensor_check.hpp"

#include <algorithm>
#include <string>

#include "dnn/status_error.hpp"
#include "dnn/tensor_layout.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

/// A remedy for programs written for an S100, which fail here because the simulator is an S600 unless HBM_SIM_SOC is
/// set.
std::string other_soc_hint(std::int64_t stride) {
  constexpr std::int64_t kS100Alignment = 32;
  const bool fits_s100 = hbm_sim_stride_alignment() > kS100Alignment && stride % kS100Alignment == 0;
  return fits_s100 ? " (an S100 or S100P takes multiples of 32: set HBM_SIM_SOC=s100 to simulate one)" : "";
}

/// One tensor of a call, and what the model declares for it.
class TensorCheck {
 public:
  TensorCheck(const Model& model, const char* role, const TensorSpec& spec, const hbDNNTensor& tensor)
      : model_(model), role_(role), spec_(spec), tensor_(tensor) {}

  void input() const {
    shape();
    strides();
    memory(needed_input_bytes());
  }

  void output() const {
    // The device fills in dynamic outputs; the fields of fixed ones must be those that the caller queried.
    const hbDNNTensorProperties& declared = spec_.properties;
    if (!is_dynamic()) {
      type();
      if (!same_shape(declared, tensor_.properties) || !same_strides()) {
        fail("expected shape " + shape_text(declared) + " with strides " + stride_text(declared) + ", got " +
             safe_shape_text() + " with strides " + safe_stride_text() +
             ": outputs keep the properties that hbDNNGetOutputTensorProperties gives");
      }
    }
    memory(is_dynamic() ? 1 : declared.alignedByteSize);
  }

 private:
  [[noreturn]] void fail(const std::string& text, std::int32_t status = HB_UCP_INVALID_ARGUMENT) const {
    throw StatusError(status, "model '" + model_.spec().name + "', " + role_ + " '" + spec_.name + "': " + text);
  }

  int dimensions() const { return spec_.properties.validShape.numDimensions; }
  bool is_dynamic() const { return spec_.properties.alignedByteSize == kDynamic; }

  /// Text for a message, also if the caller's number of dimensions is invalid.
  hbDNNTensorProperties printable() const {
    hbDNNTensorProperties properties = tensor_.properties;
    properties.validShape.numDimensions =
        std::clamp(properties.validShape.numDimensions, 0, HB_DNN_TENSOR_MAX_DIMENSIONS);
    return properties;
  }
  std::string safe_shape_text() const { return shape_text(printable()); }
  std::string safe_stride_text() const { return stride_text(printable()); }

  bool same_strides() const {
    return std::equal(spec_.properties.stride, spec_.properties.stride + dimensions(), tensor_.properties.stride);
  }

  static bool same_shape(const hbDNNTensorProperties& left, const hbDNNTensorProperties& right) {
    const int count = left.validShape.numDimensions;
    return count == right.validShape.numDimensions &&
           std::equal(left.validShape.dimensionSize, left.validShape.dimensionSize + count,
                      right.validShape.dimensionSize);
  }

  void type() const {
    if (tensor_.properties.tensorType != spec_.properties.tensorType) {
      fail(std::string("expected tensorType ") + hbm::tensor::dtype_name(spec_.properties.tensorType) + ", got " +
           hbm::tensor::dtype_name(tensor_.properties.tensorType) + " (" +
           std::to_string(tensor_.properties.tensorType) + ")");
    }
  }

  void shape() const {
    type();
    const hbDNNTensorShape& declared = spec_.properties.validShape;
    const hbDNNTensorShape& given = tensor_.properties.validShape;
    bool matches = given.numDimensions == declared.numDimensions;
    for (int dimension = 0; matches && dimension < declared.numDimensions; ++dimension) {
      const std::int32_t size = declared.dimensionSize[dimension];
      if (size == kDynamic && given.dimensionSize[dimension] < 1) {
        fail("dimension " + std::to_string(dimension) + " of shape " + shape_text(spec_.properties) +
             " is dynamic: put its size in validShape before hbDNNInferV2, got " + safe_shape_text());
      }
      matches = size == kDynamic || size == given.dimensionSize[dimension];
    }
    if (!matches) {
      fail("expected shape " + shape_text(spec_.properties) + ", got " + safe_shape_text());
    }
  }

  void strides() const {
    const hbDNNTensorProperties& given = tensor_.properties;
    const std::int64_t unit = hbm::tensor::element_type(given.tensorType).item_bytes();
    for (int dimension = dimensions() - 1; dimension >= 0; --dimension) {
      const std::int64_t stride = given.stride[dimension];
      const bool is_open = spec_.properties.stride[dimension] == kDynamic;
      if (is_open && stride == kDynamic) {
        fail("stride " + std::to_string(dimension) + " of " + stride_text(spec_.properties) +
             " is dynamic: put bytes in stride before hbDNNInferV2, got " + safe_stride_text());
      }
      const auto smallest = smallest_stride(given, dimension);
      const bool is_innermost = dimension == dimensions() - 1;
      if (!smallest || stride < *smallest || stride > kLargestTensorBytes || (is_innermost && stride != unit)) {
        fail("dimension " + std::to_string(dimension) + ": user stride " + std::to_string(stride) +
             (is_innermost ? ", expected the element's " : ", min stride ") +
             (smallest ? std::to_string(*smallest) : "beyond any device") + " bytes for shape " + safe_shape_text());
      }
      const std::int64_t alignment = is_open ? hbm_sim_stride_alignment() : unit;
      if (stride % alignment != 0) {
        fail("dimension " + std::to_string(dimension) + ": user stride " + std::to_string(stride) +
             ", expected a multiple of " + std::to_string(alignment) + " bytes" +
             (is_open ? std::string(" on ") + hbm_sim_soc() + other_soc_hint(stride) : std::string()));
      }
    }
  }

  std::int64_t needed_input_bytes() const {
    // With the model's own padded strides the memory has the size that the model declares; with others it ends with the
    // last element.
    if (!is_dynamic() && same_strides()) {
      return spec_.properties.alignedByteSize;
    }
    const auto extent = extent_bytes(tensor_.properties);
    if (!extent) {
      fail("shape " + safe_shape_text() + " with strides " + safe_stride_text() + " is larger than any device");
    }
    return *extent;
  }

  void memory(std::int64_t needed_bytes) const {
    const hbUCPSysMem& memory = tensor_.sysMem;
    if (memory.virAddr == nullptr) {
      fail("sysMem.virAddr is NULL: bind memory of hbUCPMalloc or hbUCPMallocCached");
    }
    if (memory.memSize < static_cast<std::uint64_t>(needed_bytes)) {
      fail("expected at least " + std::to_string(needed_bytes) + " bytes of memory, got " +
           std::to_string(memory.memSize));
    }
    const auto alignment = static_cast<std::uintptr_t>(hbm_sim_stride_alignment());
    if (reinterpret_cast<std::uintptr_t>(memory.virAddr) % alignment != 0) {
      fail("the memory starts at an address that is no multiple of " + std::to_string(alignment) + " bytes, which " +
           hbm_sim_soc() + " needs");
    }
    if (const std::int32_t status = hbm_sim_memory_check(&memory)) {
      fail(hbm_sim_last_error(), status);
    }
  }

  const Model& model_;
  const char* role_;
  const TensorSpec& spec_;
  const hbDNNTensor& tensor_;
};

}  // namespace

void check_tensors(const Model& model, const hbDNNTensor* inputs, const hbDNNTensor* outputs) {
  for (std::size_t index = 0; index < model.inputs().size(); ++index) {
    TensorCheck(model, "input", model.inputs()[index], inputs[index]).input();
  }
  for (std::size_t index = 0; index < model.outputs().size(); ++index) {
    TensorCheck(model, "output", model.outputs()[index], outputs[index]).output();
  }
}

}  // namespace hbm_sim
