// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hbm/tensor/element_type.hpp"
#include "hobot/dnn/hb_dnn.h"

namespace hbm::tensor {

/// The element type of a number of the C API (hbDNNDataType).
struct DtypeInfo {
  const char* name;  ///< in the enumeration and in manifests
  ElementType type;
};

/// All of them, in the order of hbDNNDataType.
inline constexpr DtypeInfo kDtypes[HB_DNN_TENSOR_TYPE_MAX] = {
    {"S4", {TypeCode::kInt, 4}},    {"U4", {TypeCode::kUint, 4}},    {"S8", {TypeCode::kInt, 8}},
    {"U8", {TypeCode::kUint, 8}},   {"F16", {TypeCode::kFloat, 16}}, {"S16", {TypeCode::kInt, 16}},
    {"U16", {TypeCode::kUint, 16}}, {"F32", {TypeCode::kFloat, 32}}, {"S32", {TypeCode::kInt, 32}},
    {"U32", {TypeCode::kUint, 32}}, {"F64", {TypeCode::kFloat, 64}}, {"S64", {TypeCode::kInt, 64}},
    {"U64", {TypeCode::kUint, 64}}, {"BOOL8", {TypeCode::kBool, 8}},
};

constexpr bool is_dtype(std::int32_t number) { return number >= 0 && number < HB_DNN_TENSOR_TYPE_MAX; }

/// "U8", "BOOL8"; "?" for a number that is no hbDNNDataType.
constexpr const char* dtype_name(std::int32_t number) { return is_dtype(number) ? kDtypes[number].name : "?"; }

/// A type of 0 bits for a number that is no hbDNNDataType.
constexpr ElementType element_type(std::int32_t number) {
  return is_dtype(number) ? kDtypes[number].type : ElementType{};
}

/// NumPy's name of the arrays that hold it: "uint8" for S4 and U4, which are packed.
inline std::string array_type_name(std::int32_t number) { return to_string(element_type(number).item_type()); }

inline std::optional<hbDNNDataType> dtype_from_name(std::string_view name) {
  for (std::int32_t number = 0; number < HB_DNN_TENSOR_TYPE_MAX; ++number) {
    if (name == kDtypes[number].name) {
      return static_cast<hbDNNDataType>(number);
    }
  }
  return std::nullopt;
}

static_assert(element_type(HB_DNN_TENSOR_TYPE_U4) == ElementType{TypeCode::kUint, 4});
static_assert(element_type(HB_DNN_TENSOR_TYPE_S8) == ElementType{TypeCode::kInt, 8});
static_assert(element_type(HB_DNN_TENSOR_TYPE_F16) == ElementType{TypeCode::kFloat, 16});
static_assert(element_type(HB_DNN_TENSOR_TYPE_U16) == ElementType{TypeCode::kUint, 16});
static_assert(element_type(HB_DNN_TENSOR_TYPE_F32) == ElementType{TypeCode::kFloat, 32});
static_assert(element_type(HB_DNN_TENSOR_TYPE_U32) == ElementType{TypeCode::kUint, 32});
static_assert(element_type(HB_DNN_TENSOR_TYPE_F64) == ElementType{TypeCode::kFloat, 64});
static_assert(element_type(HB_DNN_TENSOR_TYPE_S64) == ElementType{TypeCode::kInt, 64});
static_assert(element_type(HB_DNN_TENSOR_TYPE_BOOL8) == ElementType{TypeCode::kBool, 8});

}  // namespace hbm::tensor
