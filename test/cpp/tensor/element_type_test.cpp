// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "hbm/tensor/element_type.hpp"

#include <gtest/gtest.h>

#include <string>

#include "hbm/tensor/dtype.hpp"

namespace hbm::tensor {
namespace {

TEST(ElementType, NamesAreThoseOfNumpy) {
  EXPECT_EQ(to_string(element_type(HB_DNN_TENSOR_TYPE_S4)), "int4");
  EXPECT_EQ(to_string(element_type(HB_DNN_TENSOR_TYPE_BOOL8)), "bool");
  EXPECT_EQ(to_string({TypeCode::kBfloat, 16}), "bfloat16");
  EXPECT_EQ(to_string({static_cast<TypeCode>(77), 3}), "type 77 of 3 bits");
  EXPECT_EQ(array_type_name(HB_DNN_TENSOR_TYPE_S4), "uint8");
  EXPECT_EQ(array_type_name(HB_DNN_TENSOR_TYPE_F16), "float16");
}

TEST(ElementType, TwoPackedElementsTakeAByte) {
  const ElementType packed = element_type(HB_DNN_TENSOR_TYPE_U4);
  EXPECT_TRUE(packed.is_packed());
  EXPECT_EQ(packed.item_bytes(), 1);
  EXPECT_EQ(packed.items(5), 3);
  EXPECT_EQ(packed.items(-1), -1);
  EXPECT_EQ(element_type(HB_DNN_TENSOR_TYPE_F64).items(5), 5);
}

TEST(ElementType, RangesAreThoseOfTheIntegers) {
  EXPECT_EQ(integer_range(element_type(HB_DNN_TENSOR_TYPE_S4)).low, -8);
  EXPECT_EQ(integer_range(element_type(HB_DNN_TENSOR_TYPE_U4)).high, 15);
  EXPECT_EQ(integer_range(element_type(HB_DNN_TENSOR_TYPE_S32)).high, 2147483647.0);
  EXPECT_EQ(integer_range(element_type(HB_DNN_TENSOR_TYPE_U16)).low, 0);
}

TEST(Dtype, NamesGoBothWays) {
  for (int number = 0; number < HB_DNN_TENSOR_TYPE_MAX; ++number) {
    EXPECT_EQ(dtype_from_name(dtype_name(number)), static_cast<hbDNNDataType>(number));
  }
  EXPECT_FALSE(dtype_from_name("S5"));
  EXPECT_EQ(std::string(dtype_name(-1)) + dtype_name(HB_DNN_TENSOR_TYPE_MAX), "??");
}

}  // namespace
}  // namespace hbm::tensor
