// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "result_message.hpp"

#include "cdr_writer.hpp"

namespace hbm_wire {
namespace {

template <typename Sink>
void write_transform(Sink& sink, const ImageTransform& transform) {
  sink.write(static_cast<std::uint32_t>(transform.inputs.size()));
  for (const std::string& input : transform.inputs) {
    sink.write_string(input);
  }
  sink.write_string(transform.mode);
  sink.write(transform.source_width);
  sink.write(transform.source_height);
  sink.write(transform.model_width);
  sink.write(transform.model_height);
  sink.write(transform.scale_x);
  sink.write(transform.scale_y);
  sink.write(transform.pad_left);
  sink.write(transform.pad_top);
  sink.write(transform.crop_left);
  sink.write(transform.crop_top);
}

template <typename Sink>
void write_tensor(Sink& sink, const OutputTensor& output) {
  const TensorType& type = output.type;
  sink.write_string(type.name);
  sink.write(type.dtype_code);
  sink.write(type.dtype_bits);
  sink.write(std::uint16_t{1});
  sink.write_sequence(output.shape.data(), output.shape.size());
  sink.write_sequence(static_cast<const std::int64_t*>(nullptr), 0);  // strides: compact
  sink.write(std::uint64_t{0});                                       // byte_offset
  sink.write(type.quant_type);
  sink.write_sequence(type.quant_scale.data(), type.quant_scale.size());
  sink.write_sequence(type.quant_zero_point.data(), type.quant_zero_point.size());
  sink.write(type.quant_axis);
  std::visit(
      [&](const auto& elements) {
        sink.write_bytes(elements.size_bytes(), [&](std::uint8_t* target) { elements.run(target); });
      },
      output.elements);
}

template <typename Sink>
void write_message(Sink& sink, const ResultMessage& result) {
  sink.write(result.header.stamp_sec);
  sink.write(result.header.stamp_nanosec);
  sink.write_string(result.header.frame_id);
  sink.write_string(result.model);
  sink.write(result.sequence);
  sink.write(static_cast<std::uint32_t>(result.transforms.size()));
  for (const ImageTransform* transform : result.transforms) {
    write_transform(sink, *transform);
  }
  for (const std::int64_t stage_ns : result.timing) {
    sink.write(stage_ns);
  }
  sink.write(static_cast<std::uint32_t>(result.outputs.size()));
  for (const OutputTensor& output : result.outputs) {
    write_tensor(sink, output);
  }
}

}  // namespace

std::size_t result_size_bytes(const ResultMessage& result) {
  CdrSizer sizer;
  write_message(sizer, result);
  return sizer.size_bytes();
}

void write_result(const ResultMessage& result, std::uint8_t* buffer) {
  CdrWriter writer(buffer);
  write_message(writer, result);
}

}  // namespace hbm_wire
