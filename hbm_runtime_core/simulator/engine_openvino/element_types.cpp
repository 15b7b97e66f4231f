// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "engine_openvino/element_types.hpp"

#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {

ov::element::Type element_type(std::int32_t type) {
  switch (type) {
    case HB_DNN_TENSOR_TYPE_S4:
    case HB_DNN_TENSOR_TYPE_S8:
      return ov::element::i8;
    case HB_DNN_TENSOR_TYPE_U4:
    case HB_DNN_TENSOR_TYPE_U8:
      return ov::element::u8;
    case HB_DNN_TENSOR_TYPE_F16:
      return ov::element::f16;
    case HB_DNN_TENSOR_TYPE_S16:
      return ov::element::i16;
    case HB_DNN_TENSOR_TYPE_U16:
      return ov::element::u16;
    case HB_DNN_TENSOR_TYPE_F32:
      return ov::element::f32;
    case HB_DNN_TENSOR_TYPE_S32:
      return ov::element::i32;
    case HB_DNN_TENSOR_TYPE_U32:
      return ov::element::u32;
    case HB_DNN_TENSOR_TYPE_F64:
      return ov::element::f64;
    case HB_DNN_TENSOR_TYPE_S64:
      return ov::element::i64;
    case HB_DNN_TENSOR_TYPE_U64:
      return ov::element::u64;
    case HB_DNN_TENSOR_TYPE_BOOL8:
      return ov::element::boolean;
    default:
      return ov::element::dynamic;
  }
}

}  // namespace hbm_sim
