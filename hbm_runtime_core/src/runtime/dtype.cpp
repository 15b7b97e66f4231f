// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/dtype.hpp"

namespace hbm {
namespace {

struct DtypeRow {
  const char* name;
  const char* numpy;
  int item_bytes;
};

constexpr DtypeRow rows[] = {
    {"S4", "uint8", 1},    {"U4", "uint8", 1},   {"S8", "int8", 1},     {"U8", "uint8", 1},   {"F16", "float16", 2},
    {"S16", "int16", 2},   {"U16", "uint16", 2}, {"F32", "float32", 4}, {"S32", "int32", 4},  {"U32", "uint32", 4},
    {"F64", "float64", 8}, {"S64", "int64", 8},  {"U64", "uint64", 8},  {"BOOL8", "bool", 1},
};

constexpr int32_t row_count = sizeof(rows) / sizeof(rows[0]);
static_assert(row_count == HB_DNN_TENSOR_TYPE_MAX, "one row an element type");

}  // namespace

bool is_dtype(int32_t number) { return number >= 0 && number < row_count; }

const char* dtype_name(Dtype dtype) { return rows[dtype].name; }

const char* numpy_name(Dtype dtype) { return rows[dtype].numpy; }

int item_bytes(Dtype dtype) { return rows[dtype].item_bytes; }

std::vector<int64_t> storage_shape(Dtype dtype, std::vector<int64_t> shape) {
  if (is_packed(dtype) && !shape.empty() && shape.back() > 0) {
    shape.back() = (shape.back() + 1) / 2;
  }
  return shape;
}

}  // namespace hbm
