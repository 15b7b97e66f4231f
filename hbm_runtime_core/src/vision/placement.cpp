// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/placement.hpp"

#include <algorithm>
#include <cmath>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

constexpr struct {
  const char* name;
  ResizeMode mode;
} kModes[] = {{"stretch", ResizeMode::kStretch},
              {"letterbox", ResizeMode::kLetterbox},
              {"letterbox_top_left", ResizeMode::kLetterboxTopLeft},
              {"center_crop", ResizeMode::kCenterCrop},
              {"none", ResizeMode::kNone}};

std::int32_t round_to(double value, std::int32_t step, std::int32_t most) {
  const auto rounded = static_cast<std::int32_t>(std::lround(value / step)) * step;
  return std::clamp(rounded, step, most);
}

std::int32_t floor_to(std::int32_t value, std::int32_t step) { return value / step * step; }

std::string size_text(std::int32_t width, std::int32_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

}  // namespace

ResizeMode resize_mode_from_name(std::string_view name) {
  std::string known;
  for (const auto& entry : kModes) {
    if (name == entry.name) {
      return entry.mode;
    }
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw ValueError("unknown resize mode '" + std::string(name) + "' (known: " + known + ")");
}

const char* resize_mode_name(ResizeMode mode) {
  for (const auto& entry : kModes) {
    if (mode == entry.mode) {
      return entry.name;
    }
  }
  return "";
}

Placement place(std::int32_t source_width, std::int32_t source_height, const Rectangle& region,
                std::int32_t target_width, std::int32_t target_height, ResizeMode mode, std::int32_t target_step) {
  if (region.width <= 0 || region.height <= 0 || region.x < 0 || region.y < 0 ||
      region.x > source_width - region.width || region.y > source_height - region.height) {
    throw ValueError("region of interest " + size_text(region.width, region.height) + " at (" +
                     std::to_string(region.x) + ", " + std::to_string(region.y) + ") is not inside the picture of " +
                     size_text(source_width, source_height));
  }
  Rectangle source = region;
  Rectangle target{0, 0, target_width, target_height};
  const double fit_x = static_cast<double>(target_width) / source.width;
  const double fit_y = static_cast<double>(target_height) / source.height;
  switch (mode) {
    case ResizeMode::kStretch:
      break;
    case ResizeMode::kLetterbox:
    case ResizeMode::kLetterboxTopLeft: {
      const double scale = std::min(fit_x, fit_y);
      target.width = round_to(source.width * scale, target_step, target_width);
      target.height = round_to(source.height * scale, target_step, target_height);
      if (mode == ResizeMode::kLetterbox) {
        target.x = floor_to((target_width - target.width) / 2, target_step);
        target.y = floor_to((target_height - target.height) / 2, target_step);
      }
      break;
    }
    case ResizeMode::kCenterCrop: {
      const double scale = std::max(fit_x, fit_y);
      const std::int32_t width = round_to(target_width / scale, 1, source.width);
      const std::int32_t height = round_to(target_height / scale, 1, source.height);
      source.x += (source.width - width) / 2;
      source.y += (source.height - height) / 2;
      source.width = width;
      source.height = height;
      break;
    }
    case ResizeMode::kNone:
      if (source.width != target_width || source.height != target_height) {
        throw ValueError("resize mode 'none': the picture is " + size_text(source.width, source.height) +
                         ", the model takes " + size_text(target_width, target_height) +
                         "; choose letterbox, stretch or center_crop");
      }
      break;
  }
  const ImageTransform transform{source_width,
                                 source_height,
                                 target_width,
                                 target_height,
                                 static_cast<double>(target.width) / source.width,
                                 static_cast<double>(target.height) / source.height,
                                 static_cast<double>(target.x),
                                 static_cast<double>(target.y),
                                 static_cast<double>(source.x),
                                 static_cast<double>(source.y),
                                 mode};
  return {source, target, transform};
}

}  // namespace hbm::vision
