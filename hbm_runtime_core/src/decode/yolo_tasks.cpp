// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/yolo_tasks.hpp"

#include <algorithm>
#include <cmath>

namespace hbm::decode {

void YoloResults::add_oriented(const Candidates& candidates, std::size_t i, Detections& detections) {
  const auto [x, y, width, height] = candidates.oriented(i);
  const float cos = std::cos(candidates.angles[i]);
  const float sin = std::sin(candidates.angles[i]);
  const float along_x = cos * width / 2, along_y = sin * width / 2;
  const float down_x = -sin * height / 2, down_y = cos * height / 2;
  const float xs[] = {x - along_x - down_x, x + along_x - down_x, x + along_x + down_x, x - along_x + down_x};
  const float ys[] = {y - along_y - down_y, y + along_y - down_y, y + along_y + down_y, y - along_y + down_y};
  detections.add(*std::min_element(xs, xs + 4), *std::min_element(ys, ys + 4), *std::max_element(xs, xs + 4),
                 *std::max_element(ys, ys + 4), candidates.scores[i], candidates.classes[i]);
  for (int corner = 0; corner < 4; ++corner) {
    detections.corners.push_back(xs[corner]);
    detections.corners.push_back(ys[corner]);
  }
}

}  // namespace hbm::decode
