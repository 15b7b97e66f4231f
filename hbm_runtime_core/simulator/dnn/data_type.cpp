// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/data_type.hpp"

#include <array>

namespace hbm_sim {
namespace {

struct Description {
  const char* name;
  std::int64_t unit_bytes;
};

// In the order of hbDNNDataType.
constexpr std::array<Description, HB_DNN_TENSOR_TYPE_MAX> kTypes{{{"S4", 1},
                                                                  {"U4", 1},
                                                                  {"S8", 1},
                                                                  {"U8", 1},
                                                                  {"F16", 2},
                                                                  {"S16", 2},
                                                                  {"U16", 2},
                                                                  {"F32", 4},
                                                                  {"S32", 4},
                                                                  {"U32", 4},
                                                                  {"F64", 8},
                                                                  {"S64", 8},
                                                                  {"U64", 8},
                                                                  {"BOOL8", 1}}};

bool is_type(std::int32_t type) noexcept { return type >= 0 && type < HB_DNN_TENSOR_TYPE_MAX; }

}  // namespace

const char* data_type_name(std::int32_t type) noexcept {
  return is_type(type) ? kTypes[static_cast<std::size_t>(type)].name : "?";
}

std::optional<hbDNNDataType> data_type_from_name(const std::string& name) noexcept {
  for (std::size_t index = 0; index < kTypes.size(); ++index) {
    if (name == kTypes[index].name) {
      return static_cast<hbDNNDataType>(index);
    }
  }
  return std::nullopt;
}

bool is_packed(std::int32_t type) noexcept { return type == HB_DNN_TENSOR_TYPE_S4 || type == HB_DNN_TENSOR_TYPE_U4; }

std::int64_t unit_bytes(std::int32_t type) noexcept {
  return is_type(type) ? kTypes[static_cast<std::size_t>(type)].unit_bytes : 0;
}

std::int64_t row_units(std::int32_t type, std::int64_t elements) noexcept {
  return is_packed(type) ? (elements + 1) / 2 : elements;
}

}  // namespace hbm_sim
