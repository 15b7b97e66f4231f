// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Decoded results as messages of other packages. Each function describes one message to a CdrSizer or a CdrWriter.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cdr_writer.hpp"
#include "frame_header.hpp"
#include "overlay/class_color.hpp"

namespace hbm_wire {

// The detections of one frame, in pixels of its picture. Arrays lie in the caller's memory.
struct Detections {
  std::size_t count = 0;
  const float* boxes = nullptr;  // x0, y0, x1, y1
  const float* scores = nullptr;
  const std::int32_t* classes = nullptr;
  const float* corners = nullptr;    // four x, y, clockwise from the object's own top left; may be null
  const float* keypoints = nullptr;  // `keypoint_count` x, y, visibility; may be null
  std::size_t keypoint_count = 0;

  const float* keypoints_of(std::size_t index) const { return keypoints + 3 * keypoint_count * index; }
};

// A class that has no label is its number.
inline std::string class_name(const std::vector<std::string>& labels, std::int32_t number) {
  const bool named = number >= 0 && static_cast<std::size_t>(number) < labels.size();
  return named ? labels[static_cast<std::size_t>(number)] : std::to_string(number);
}

template <typename Sink>
void write_header(Sink& sink, const FrameHeader& header) {
  sink.write(header.stamp_sec);
  sink.write(header.stamp_nanosec);
  sink.write_string(header.frame_id);
}

template <typename Sink>
void write_hypothesis(Sink& sink, std::string_view class_id, float score) {
  sink.write_string(class_id);
  sink.write(static_cast<double>(score));
}

// vision_msgs/Detection2DArray, since vision_msgs 4 (Humble).
template <typename Sink>
void write_detection_array(Sink& sink, const FrameHeader& header, const Detections& detections,
                           const std::vector<std::string>& labels) {
  constexpr std::array<double, 7> kNoPose = {0, 0, 0, 0, 0, 0, 1};
  constexpr std::array<double, 36> kNoCovariance = {};
  write_header(sink, header);
  sink.write(static_cast<std::uint32_t>(detections.count));
  for (std::size_t i = 0; i < detections.count; ++i) {
    write_header(sink, header);
    sink.write(std::uint32_t{1});
    write_hypothesis(sink, class_name(labels, detections.classes[i]), detections.scores[i]);
    for (const double value : kNoPose) {
      sink.write(value);
    }
    for (const double value : kNoCovariance) {
      sink.write(value);
    }
    const float* box = detections.boxes + 4 * i;
    std::array<double, 5> fields = {(double{box[0]} + box[2]) / 2, (double{box[1]} + box[3]) / 2, 0,
                                    double{box[2]} - box[0], double{box[3]} - box[1]};
    if (detections.corners != nullptr) {
      const float* corner = detections.corners + 8 * i;
      const double right = double{corner[2]} - corner[0], down = double{corner[3]} - corner[1];
      fields = {(double{corner[0]} + corner[2] + corner[4] + corner[6]) / 4,
                (double{corner[1]} + corner[3] + corner[5] + corner[7]) / 4, std::atan2(down, right),
                std::hypot(right, down), std::hypot(double{corner[6]} - corner[0], double{corner[7]} - corner[1])};
    }
    for (const double value : fields) {
      sink.write(value);
    }
    sink.write_string("");  // id: nothing is tracked
  }
}

// vision_msgs/Classification.
template <typename Sink>
void write_classification(Sink& sink, const FrameHeader& header, const std::vector<std::string>& names,
                          const float* scores) {
  write_header(sink, header);
  sink.write(static_cast<std::uint32_t>(names.size()));
  for (std::size_t i = 0; i < names.size(); ++i) {
    write_hypothesis(sink, names[i], scores[i]);
  }
}

// sensor_msgs/PointCloud2: a row for each detection, a column for each keypoint.
template <typename Sink>
void write_keypoints(Sink& sink, const FrameHeader& header, const Detections& detections) {
  constexpr std::uint8_t kFloat32 = 7;
  constexpr std::array<const char*, 4> kFields = {"x", "y", "z", "visibility"};
  constexpr std::uint32_t kPointBytes = 4 * kFields.size();
  const auto columns = static_cast<std::uint32_t>(detections.keypoint_count);
  write_header(sink, header);
  sink.write(static_cast<std::uint32_t>(detections.count));
  sink.write(columns);
  sink.write(static_cast<std::uint32_t>(kFields.size()));
  std::uint32_t offset = 0;
  for (const char* name : kFields) {
    sink.write_string(name);
    sink.write(offset);
    sink.write(kFloat32);
    sink.write(std::uint32_t{1});
    offset += 4;
  }
  sink.write(std::uint8_t{0});  // is_bigendian
  sink.write(kPointBytes);
  sink.write(kPointBytes * columns);
  const std::size_t points = detections.count * detections.keypoint_count;
  sink.write_bytes(points * kPointBytes, [&](std::uint8_t* target) {
    for (std::size_t i = 0; i < points; ++i) {
      const float* keypoint = detections.keypoints + 3 * i;
      const std::array<float, 4> point = {keypoint[0], keypoint[1], 0, keypoint[2]};
      std::memcpy(target + i * kPointBytes, point.data(), kPointBytes);
    }
  });
  sink.write(std::uint8_t{1});  // is_dense
}

// sensor_msgs/Image with rows in one piece.
template <typename Sink>
void write_image(Sink& sink, const FrameHeader& header, std::uint32_t width, std::uint32_t height,
                 std::string_view encoding, std::uint32_t pixel_bytes, const void* pixels) {
  write_header(sink, header);
  sink.write(height);
  sink.write(width);
  sink.write_string(encoding);
  sink.write(std::uint8_t{0});  // is_bigendian
  sink.write(width * pixel_bytes);
  const std::size_t size_bytes = std::size_t{width} * height * pixel_bytes;
  sink.write_bytes(size_bytes, [&](std::uint8_t* target) { std::memcpy(target, pixels, size_bytes); });
}

// sensor_msgs/CompressedImage.
template <typename Sink>
void write_compressed_image(Sink& sink, const FrameHeader& header, std::string_view format, const void* data,
                            std::size_t size_bytes) {
  write_header(sink, header);
  sink.write_string(format);
  sink.write_bytes(size_bytes, [&](std::uint8_t* target) { std::memcpy(target, data, size_bytes); });
}

// ai_msgs/PerceptionTargets of TogetheROS.Bot.
template <typename Sink>
void write_perception_targets(Sink& sink, const FrameHeader& header, std::int16_t frames_per_second,
                              const Detections& detections, const std::vector<std::string>& labels) {
  const auto pixel = [](float value) { return static_cast<std::uint32_t>(std::lround(std::max(value, 0.0F))); };
  write_header(sink, header);
  sink.write(frames_per_second);
  sink.write(std::uint32_t{0});  // perfs
  sink.write(static_cast<std::uint32_t>(detections.count));
  for (std::size_t i = 0; i < detections.count; ++i) {
    const std::string name = class_name(labels, detections.classes[i]);
    const float* box = detections.boxes + 4 * i;
    sink.write_string(name);
    sink.write(std::uint64_t{0});  // track_id
    sink.write(std::uint32_t{1});  // rois
    sink.write_string(name);
    sink.write(pixel(box[0]));
    sink.write(pixel(box[1]));
    sink.write(pixel(box[3]) - pixel(box[1]));  // height
    sink.write(pixel(box[2]) - pixel(box[0]));
    sink.write(std::uint8_t{0});  // do_rectify
    sink.write(detections.scores[i]);
    sink.write(std::uint32_t{0});  // attributes
    const std::size_t keypoints = detections.keypoints == nullptr ? 0 : detections.keypoint_count;
    sink.write(static_cast<std::uint32_t>(keypoints > 0 ? 1 : 0));  // points: one set of them
    if (keypoints > 0) {
      sink.write_string("kps");
      sink.write(static_cast<std::uint32_t>(keypoints));
      for (std::size_t k = 0; k < keypoints; ++k) {
        sink.write(detections.keypoints_of(i)[3 * k]);
        sink.write(detections.keypoints_of(i)[3 * k + 1]);
        sink.write(0.0F);
      }
      sink.write(static_cast<std::uint32_t>(keypoints));
      for (std::size_t k = 0; k < keypoints; ++k) {
        sink.write(detections.keypoints_of(i)[3 * k + 2]);
      }
    }
    sink.write(std::uint32_t{0});  // captures
  }
  sink.write(std::uint32_t{0});  // disappeared_targets
}

// What an annotation shows of a class.
struct Caption {
  std::string text;
  hbm::vision::Rgb color;
};

inline Caption make_caption(const std::string& name, float score, std::int32_t number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), " %.2f", static_cast<double>(score));
  return {name + text.data(), hbm::overlay::color_of_class(number)};
}

// foxglove_msgs/ImageAnnotations.
template <typename Sink>
class AnnotationWriter {
 public:
  // `with_metadata`: the layout with a timestamp of the whole message, and metadata of every annotation.
  AnnotationWriter(Sink& sink, const FrameHeader& header, bool with_metadata)
      : sink_(sink), header_(header), with_metadata_(with_metadata) {}

  // `side`: the mean of the picture's width and height, which lines and letters grow with.
  void write_detections(const Detections& detections, const std::vector<Caption>& captions, double side) {
    const double thickness = std::max(2.0, std::round(side * 0.002));
    begin();
    sink_.write(std::uint32_t{0});  // circles
    const bool has_points = detections.keypoints != nullptr && detections.keypoint_count > 0;
    sink_.write(static_cast<std::uint32_t>(detections.count * (has_points ? 2 : 1)));
    for (std::size_t i = 0; i < detections.count; ++i) {
      const Color& color = captions[i].color;
      const float* box = detections.boxes + 4 * i;
      const float outline[8] = {box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3]};
      write_points(kLineLoop, detections.corners == nullptr ? outline : detections.corners + 8 * i, 4, 2, color,
                   thickness);
      if (has_points) {
        write_points(kPoints, detections.keypoints_of(i), detections.keypoint_count, 3, color, 2 * thickness);
      }
    }
    sink_.write(static_cast<std::uint32_t>(detections.count));
    for (std::size_t i = 0; i < detections.count; ++i) {
      const float* at = detections.corners == nullptr ? detections.boxes + 4 * i : detections.corners + 8 * i;
      write_text(at[0], at[1], captions[i], side);
    }
    end();
  }

  // In the top left corner of the picture, one below the other.
  void write_lines(const std::vector<Caption>& captions, double side) {
    begin();
    sink_.write(std::uint32_t{0});
    sink_.write(std::uint32_t{0});
    sink_.write(static_cast<std::uint32_t>(captions.size()));
    double y = 0;
    for (const Caption& caption : captions) {
      y += 1.3 * font_size(side);
      write_text(0, y, caption, side);
    }
    end();
  }

 private:
  using Color = hbm::vision::Rgb;
  static constexpr std::uint8_t kPoints = 1;
  static constexpr std::uint8_t kLineLoop = 2;

  static double font_size(double side) { return std::max(12.0, std::round(side * 0.015)); }

  void begin() {
    if (with_metadata_) {
      write_stamp();
    }
  }
  void end() { write_metadata(); }

  void write_stamp() {
    sink_.write(header_.stamp_sec);
    sink_.write(header_.stamp_nanosec);
  }
  void write_metadata() {
    if (with_metadata_) {
      sink_.write(std::uint32_t{0});
    }
  }
  void write_color(const Color& color, double opacity) {
    for (const std::uint8_t part : {color.red, color.green, color.blue}) {
      sink_.write(part / 255.0);
    }
    sink_.write(opacity);
  }

  void write_points(std::uint8_t type, const float* points, std::size_t count, std::size_t stride, const Color& color,
                    double thickness) {
    write_stamp();
    sink_.write(type);
    sink_.write(static_cast<std::uint32_t>(count));
    for (std::size_t i = 0; i < count; ++i) {
      sink_.write(static_cast<double>(points[stride * i]));
      sink_.write(static_cast<double>(points[stride * i + 1]));
    }
    write_color(color, 1);
    sink_.write(std::uint32_t{0});  // outline_colors
    write_color(color, 0);
    sink_.write(thickness);
    write_metadata();
  }

  void write_text(double x, double y, const Caption& caption, double side) {
    constexpr std::uint8_t kBright = 140;
    const Color& color = caption.color;
    const bool bright = hbm::vision::gray_of(color.red, color.green, color.blue) > kBright;
    write_stamp();
    sink_.write(x);
    sink_.write(y);
    sink_.write_string(caption.text);
    sink_.write(font_size(side));
    write_color(bright ? Color{0, 0, 0} : Color{255, 255, 255}, 1);
    write_color(color, 1);
    write_metadata();
  }

  Sink& sink_;
  const FrameHeader& header_;
  const bool with_metadata_;
};

}  // namespace hbm_wire
