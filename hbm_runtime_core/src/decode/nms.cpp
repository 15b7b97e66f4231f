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

void Candidates::add(float left, float top, float right, float bottom, float score, std::int32_t class_index,
                     std::int64_t source) {
  // The sum of what is finite may be infinite, but then it is no box of any picture either.
  if (left <= right && top <= bottom && std::isfinite(left + top + right + bottom + score)) {
    push(left, top, right, bottom, score, class_index, source);
  }
}

void Candidates::add_oriented(float x, float y, float width, float height, float angle, float score,
                              std::int32_t class_index, std::int64_t source) {
  if (width >= 0 && height >= 0 && std::isfinite(x + y + width + height + angle + score)) {
    push(x, y, width, height, score, class_index, source);
    angles.push_back(angle);
  }
}

void Candidates::push(float first, float second, float third, float fourth, float score, std::int32_t class_index,
                      std::int64_t source) {
  x0.push_back(first);
  y0.push_back(second);
  x1.push_back(third);
  y1.push_back(fourth);
  scores.push_back(score);
  classes.push_back(class_index);
  sources.push_back(source);
}

void append(const Candidates& boxes, std::int32_t index, Detections& detections) {
  const auto i = static_cast<std::size_t>(index);
  detections.add(boxes.x0[i], boxes.y0[i], boxes.x1[i], boxes.y1[i], boxes.scores[i], boxes.classes[i]);
}

float intersection_over_union(const Candidates& boxes, std::int32_t first, std::int32_t second) {
  const auto a = static_cast<std::size_t>(first);
  const auto b = static_cast<std::size_t>(second);
  const float width = std::min(boxes.x1[a], boxes.x1[b]) - std::max(boxes.x0[a], boxes.x0[b]);
  const float height = std::min(boxes.y1[a], boxes.y1[b]) - std::max(boxes.y0[a], boxes.y0[b]);
  if (!(width > 0) || !(height > 0)) {
    return 0;
  }
  const auto area = [&](std::size_t i) { return (boxes.x1[i] - boxes.x0[i]) * (boxes.y1[i] - boxes.y0[i]); };
  return width * height / (area(a) + area(b) - width * height);
}

void Selection::Rivals::clear() {
  for (auto* column : {&x0, &y0, &x1, &y1, &area}) {
    column->clear();
  }
  for (auto* column : {&x, &y, &xx, &yy, &xy}) {
    column->clear();
  }
}

void Selection::order_by_score(const Candidates& boxes, std::int64_t max_count) {
  // Scores are not negative, so their bits are in their order; the index below them makes every key another one.
  keys_.resize(static_cast<std::size_t>(boxes.size()));
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &boxes.scores[i], sizeof(bits));
    keys_[i] = static_cast<std::uint64_t>(~bits) << 32U | i;
  }
  const auto count = static_cast<std::size_t>(std::min(max_count, boxes.size()));
  if (count < keys_.size()) {
    std::nth_element(keys_.begin(), keys_.begin() + static_cast<std::int64_t>(count), keys_.end());
  }
  std::sort(keys_.begin(), keys_.begin() + static_cast<std::int64_t>(count));
  ranks_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    ranks_[i] = static_cast<std::int32_t>(keys_[i] & 0xffffffffU);
  }
}

void Selection::group_by_class(const Candidates& boxes) {
  std::int32_t classes = 0;
  for (const std::int32_t rank : ranks_) {
    classes = std::max(classes, boxes.classes[static_cast<std::size_t>(rank)] + 1);
  }
  class_starts_.assign(static_cast<std::size_t>(classes) + 2, 0);
  // Counted two places further on, so that filling moves each start to its place.
  for (const std::int32_t rank : ranks_) {
    ++class_starts_[static_cast<std::size_t>(boxes.classes[static_cast<std::size_t>(rank)]) + 2];
  }
  std::partial_sum(class_starts_.begin(), class_starts_.end(), class_starts_.begin());
  by_class_.resize(ranks_.size());
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    const auto class_index = static_cast<std::size_t>(boxes.classes[static_cast<std::size_t>(ranks_[i])]);
    by_class_[static_cast<std::size_t>(class_starts_[class_index + 1]++)] = static_cast<std::int32_t>(i);
  }
  class_starts_.pop_back();
}

bool Selection::is_covered(const Candidates& boxes, std::size_t index, float iou) {
  const float x0 = boxes.x0[index], y0 = boxes.y0[index], x1 = boxes.x1[index], y1 = boxes.y1[index];
  const float area = (x1 - x0) * (y1 - y0);
  // Blocks, because a box that goes is mostly covered by one of the first.
  constexpr std::size_t kBlock = 32;
  for (std::size_t start = 0; start < rivals_.area.size(); start += kBlock) {
    const std::size_t end = std::min(start + kBlock, rivals_.area.size());
    std::int32_t covered = 0;
    for (std::size_t k = start; k < end; ++k) {
      const float left = x0 > rivals_.x0[k] ? x0 : rivals_.x0[k];
      const float top = y0 > rivals_.y0[k] ? y0 : rivals_.y0[k];
      const float right = x1 < rivals_.x1[k] ? x1 : rivals_.x1[k];
      const float bottom = y1 < rivals_.y1[k] ? y1 : rivals_.y1[k];
      const float width = right - left > 0 ? right - left : 0;
      const float height = bottom - top > 0 ? bottom - top : 0;
      const float intersection = width * height;
      covered |= static_cast<std::int32_t>(intersection / (area + rivals_.area[k] - intersection) > iou);
    }
    if (covered != 0) {
      return true;
    }
  }
  rivals_.x0.push_back(x0);
  rivals_.y0.push_back(y0);
  rivals_.x1.push_back(x1);
  rivals_.y1.push_back(y1);
  rivals_.area.push_back(area);
  return false;
}

bool Selection::is_covered_oriented(const Candidates& boxes, std::size_t index, float iou) {
  const auto [x, y, width, height] = boxes.oriented(index);
  const double along = static_cast<double>(width) * static_cast<double>(width) / 12;
  const double across = static_cast<double>(height) * static_cast<double>(height) / 12;
  const double cos = std::cos(static_cast<double>(boxes.angles[index]));
  const double sin = std::sin(static_cast<double>(boxes.angles[index]));
  const double xx = along * cos * cos + across * sin * sin;
  const double yy = along * sin * sin + across * cos * cos;
  const double xy = (along - across) * cos * sin;
  // iou = 1 - sqrt(1 - exp(-distance)): a limit of the one is a limit of the other.
  const double rest = 1 - static_cast<double>(iou);
  const double limit = -std::log(1 - rest * rest);
  bool covered = false;
  for (std::size_t k = 0; k < rivals_.x.size() && !covered; ++k) {
    const double sum_xx = xx + rivals_.xx[k], sum_yy = yy + rivals_.yy[k], sum_xy = xy + rivals_.xy[k];
    const double dx = static_cast<double>(x) - rivals_.x[k], dy = static_cast<double>(y) - rivals_.y[k];
    const double determinant = sum_xx * sum_yy - sum_xy * sum_xy;
    const double apart = (sum_xx * dy * dy + sum_yy * dx * dx - 2 * sum_xy * dx * dy) / determinant / 4;
    // The other part of the distance, which takes a logarithm, is never negative.
    if (apart < limit) {
      const double own = xx * yy - xy * xy;
      const double other = rivals_.xx[k] * rivals_.yy[k] - rivals_.xy[k] * rivals_.xy[k];
      covered = apart + std::log(determinant / (4 * std::sqrt(own * other))) / 2 < limit;
    }
  }
  rivals_.x.push_back(static_cast<double>(x));
  rivals_.y.push_back(static_cast<double>(y));
  rivals_.xx.push_back(xx);
  rivals_.yy.push_back(yy);
  rivals_.xy.push_back(xy);
  return covered;
}

const std::vector<std::int32_t>& Selection::choose(const Candidates& boxes, const Options& options) {
  const std::int64_t max_count = options.max_detections;
  if (options.iou >= 1) {
    order_by_score(boxes, max_count);
    return ranks_;
  }
  order_by_score(boxes, kMaxCandidates);
  if (options.class_agnostic) {
    by_class_.resize(ranks_.size());
    std::iota(by_class_.begin(), by_class_.end(), 0);
    class_starts_.assign({0, static_cast<std::int32_t>(ranks_.size())});
  } else {
    group_by_class(boxes);
  }
  const bool are_oriented = !boxes.angles.empty();
  stay_.clear();
  for (std::size_t group = 0; group + 1 < class_starts_.size(); ++group) {
    rivals_.clear();
    std::int64_t count = 0;
    for (std::int32_t place = class_starts_[group]; place < class_starts_[group + 1] && count < max_count; ++place) {
      const std::int32_t position = by_class_[static_cast<std::size_t>(place)];
      const auto index = static_cast<std::size_t>(ranks_[static_cast<std::size_t>(position)]);
      if (are_oriented ? !is_covered_oriented(boxes, index, options.iou) : !is_covered(boxes, index, options.iou)) {
        stay_.push_back(position);
        ++count;
      }
    }
  }
  std::sort(stay_.begin(), stay_.end());
  if (static_cast<std::int64_t>(stay_.size()) > max_count) {
    stay_.resize(static_cast<std::size_t>(max_count));
  }
  result_.clear();
  for (const std::int32_t position : stay_) {
    result_.push_back(ranks_[static_cast<std::size_t>(position)]);
  }
  return result_;
}

}  // namespace hbm::decode
