// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/nms.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace hbm::decode {

void Candidates::clear() {
  for (auto* column : {&x0, &y0, &x1, &y1, &scores, &angles}) {
    column->clear();
  }
  classes.clear();
  sources.clear();
}

void Candidates::add(float left, float top, float right, float bottom, float score, int32_t class_index,
                     int64_t source) {
  // The sum of what is finite may be infinite, but then it is no box of any picture either.
  if (!std::isfinite(left + top + right + bottom)) {
    return;
  }
  x0.push_back(left);
  y0.push_back(top);
  x1.push_back(right);
  y1.push_back(bottom);
  scores.push_back(score);
  classes.push_back(class_index);
  sources.push_back(source);
}

void Selection::Kept::clear() {
  for (auto* column : {&x0, &y0, &x1, &y1, &area}) {
    column->clear();
  }
}

void Selection::order_by_score(const Candidates& boxes, int64_t max_count) {
  // Scores are not negative, so their bits are in their order; the index below them makes every key another one.
  keys_.resize(static_cast<size_t>(boxes.size()));
  for (size_t i = 0; i < keys_.size(); ++i) {
    uint32_t bits = 0;
    std::memcpy(&bits, &boxes.scores[i], sizeof(bits));
    keys_[i] = static_cast<uint64_t>(~bits) << 32U | i;
  }
  const auto count = static_cast<size_t>(std::min(max_count, boxes.size()));
  if (count < keys_.size()) {
    std::nth_element(keys_.begin(), keys_.begin() + static_cast<int64_t>(count), keys_.end());
  }
  std::sort(keys_.begin(), keys_.begin() + static_cast<int64_t>(count));
  ranks_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    ranks_[i] = static_cast<int32_t>(keys_[i] & 0xffffffffU);
  }
}

void Selection::group_by_class(const Candidates& boxes) {
  int32_t classes = 0;
  for (const int32_t rank : ranks_) {
    classes = std::max(classes, boxes.classes[static_cast<size_t>(rank)] + 1);
  }
  class_starts_.assign(static_cast<size_t>(classes) + 2, 0);
  // Counted two places further on, so that filling moves each start to its place.
  for (const int32_t rank : ranks_) {
    ++class_starts_[static_cast<size_t>(boxes.classes[static_cast<size_t>(rank)]) + 2];
  }
  std::partial_sum(class_starts_.begin(), class_starts_.end(), class_starts_.begin());
  by_class_.resize(ranks_.size());
  for (size_t i = 0; i < ranks_.size(); ++i) {
    const auto class_index = static_cast<size_t>(boxes.classes[static_cast<size_t>(ranks_[i])]);
    by_class_[static_cast<size_t>(class_starts_[class_index + 1]++)] = static_cast<int32_t>(i);
  }
  class_starts_.pop_back();
}

bool Selection::is_covered(const Candidates& boxes, int32_t index, float iou) const {
  const auto i = static_cast<size_t>(index);
  const float x0 = boxes.x0[i], y0 = boxes.y0[i], x1 = boxes.x1[i], y1 = boxes.y1[i];
  const float area = (x1 - x0) * (y1 - y0);
  int32_t covered = 0;
  for (size_t k = 0; k < kept_.area.size(); ++k) {
    const float left = x0 > kept_.x0[k] ? x0 : kept_.x0[k];
    const float top = y0 > kept_.y0[k] ? y0 : kept_.y0[k];
    const float right = x1 < kept_.x1[k] ? x1 : kept_.x1[k];
    const float bottom = y1 < kept_.y1[k] ? y1 : kept_.y1[k];
    const float width = right - left > 0 ? right - left : 0;
    const float height = bottom - top > 0 ? bottom - top : 0;
    const float intersection = width * height;
    covered |= static_cast<int32_t>(intersection / (area + kept_.area[k] - intersection) > iou);
  }
  return covered != 0;
}

const std::vector<int32_t>& Selection::choose(const Candidates& boxes, const Options& options) {
  const int64_t max_count = options.max_detections;
  if (options.iou >= 1) {
    order_by_score(boxes, max_count);
    return ranks_;
  }
  order_by_score(boxes, kMaxCandidates);
  if (options.class_agnostic) {
    by_class_.resize(ranks_.size());
    std::iota(by_class_.begin(), by_class_.end(), 0);
    class_starts_.assign({0, static_cast<int32_t>(ranks_.size())});
  } else {
    group_by_class(boxes);
  }
  stay_.clear();
  for (size_t group = 0; group + 1 < class_starts_.size(); ++group) {
    kept_.clear();
    for (int32_t place = class_starts_[group]; place < class_starts_[group + 1]; ++place) {
      if (static_cast<int64_t>(kept_.area.size()) >= max_count) {
        break;
      }
      const int32_t position = by_class_[static_cast<size_t>(place)];
      const int32_t index = ranks_[static_cast<size_t>(position)];
      if (is_covered(boxes, index, options.iou)) {
        continue;
      }
      const auto i = static_cast<size_t>(index);
      kept_.x0.push_back(boxes.x0[i]);
      kept_.y0.push_back(boxes.y0[i]);
      kept_.x1.push_back(boxes.x1[i]);
      kept_.y1.push_back(boxes.y1[i]);
      kept_.area.push_back((boxes.x1[i] - boxes.x0[i]) * (boxes.y1[i] - boxes.y0[i]));
      stay_.push_back(position);
    }
  }
  std::sort(stay_.begin(), stay_.end());
  if (static_cast<int64_t>(stay_.size()) > max_count) {
    stay_.resize(static_cast<size_t>(max_count));
  }
  result_.clear();
  for (const int32_t position : stay_) {
    result_.push_back(ranks_[static_cast<size_t>(position)]);
  }
  return result_;
}

}  // namespace hbm::decode
