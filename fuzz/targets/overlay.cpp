// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Results drawn into a picture: coordinates are any floats, texts any bytes.
#include "overlay/overlay.hpp"

#include "overlay/jpeg_encoder.hpp"
#include "target.hpp"

namespace {

using namespace hbm;

std::vector<float> floats(hbm_fuzz::Input& input, std::size_t count) {
  std::vector<float> values(count);
  for (float& value : values) {
    value = input.flip() ? static_cast<float>(input.between(-20, 120)) : input.take<float>();
  }
  return values;
}

overlay::Detections detections_of(hbm_fuzz::Input& input, std::vector<std::vector<float>>& arrays,
                                  std::vector<std::int32_t>& classes) {
  overlay::Detections detections;
  detections.count = static_cast<std::size_t>(input.between(0, 5));
  const auto array = [&](std::size_t each, bool always) {
    arrays.push_back(always || input.flip() ? floats(input, each * detections.count) : std::vector<float>());
    return arrays.back().empty() ? nullptr : arrays.back().data();
  };
  for (std::size_t i = 0; i < detections.count; ++i) {
    classes.push_back(input.flip() ? input.take<std::int32_t>() : static_cast<std::int32_t>(input.between(0, 3)));
  }
  detections.classes = classes.data();
  detections.boxes = array(4, true);
  detections.scores = array(1, false);
  detections.corners = array(8, false);
  detections.keypoint_count = input.flip() ? 17 : 2;
  detections.keypoints = array(3 * detections.keypoint_count, false);
  detections.labels.assign(2, input.text(static_cast<std::size_t>(input.between(0, 12))));
  if (input.flip()) {
    detections.captions.assign(detections.count, input.text(static_cast<std::size_t>(input.between(0, 12))));
  }
  return detections;
}

}  // namespace

HBM_FUZZ_TARGET(overlay, input) {
  static overlay::Canvas canvas;
  static overlay::Overlay drawing;
  static overlay::JpegEncoder encoder;
  const std::int64_t width = input.between(1, 96), height = input.between(1, 96);
  const char* const encoding = input.one_of({"nv12", "bgr8", "mono8", "yuyv", "rgba8", "nv24"});
  const std::int64_t even_width = width + width % 2, even_height = height + height % 2;
  const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(4 * even_width * even_height), 90);
  const bool small = std::strcmp(encoding, "nv12") == 0;
  const std::int64_t bytes_per_pixel = std::strcmp(encoding, "rgba8") == 0   ? 4
                                       : std::strcmp(encoding, "mono8") == 0 ? 1
                                       : std::strcmp(encoding, "yuyv") == 0  ? 2
                                                                             : 3;
  const std::int64_t bytes = small ? even_width * even_height * 3 / 2 : even_width * even_height * bytes_per_pixel;
  canvas.load(vision::make_picture(pixels.data(), static_cast<std::size_t>(bytes), even_width, even_height, 0, encoding,
                                   vision::ColorRange::kFull));
  std::vector<std::vector<float>> arrays;
  std::vector<std::int32_t> classes;
  drawing.draw(canvas, detections_of(input, arrays, classes));
  drawing.draw_lines(canvas, {input.text(9), input.text(30)}, {input.take<std::int32_t>(), 1});
  const auto grid_width = static_cast<std::int32_t>(input.between(1, 20));
  const auto grid_height = static_cast<std::int32_t>(input.between(1, 20));
  const auto numbers = input.repeated(static_cast<std::size_t>(grid_width * grid_height));
  canvas.blend<std::uint8_t>({numbers.data(), grid_width, grid_height, grid_width},
                             {std::nullopt, vision::Rgb{1, 2, 3}, vision::Rgb{200, 100, 0}});
  hbm_fuzz::require(encoder.encode(canvas, static_cast<int>(input.between(1, 100))).size_bytes > 0);
  std::vector<std::uint8_t> bgr(static_cast<std::size_t>(3 * canvas.width() * canvas.height()));
  canvas.to_bgr(bgr.data(), 3 * canvas.width());
}
