// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/mask_regions.hpp"

#include <algorithm>

namespace hbm::decode {
namespace {

/// Pixels [begin, end) of a row that are all in the mask, or all not.
struct Run {
  std::int32_t row, begin, end;
  bool is_inside;
  double sum;  ///< of the values, inside only
};

/// All runs of a mask in raster order, each with the first run of the part that it belongs to: a region, or a hole.
/// Part 0 is everything around the regions.
class Parts {
 public:
  Parts(const std::vector<Hit>& hits, std::int32_t width, std::int32_t height) : width_(width), height_(height) {
    add({-1, 0, width, false, 0});
    std::size_t above = 0;
    auto hit = hits.begin();
    for (std::int32_t row = 0; row < height; ++row) {
      const std::size_t first = runs_.size();
      hit = add_row(hit, hits.end(), row);
      join_rows(above, first);
      above = first;
    }
    // A part's first run comes before its others, so one pass makes every run point to it.
    for (std::size_t& part : part_) {
      part = part_[part];
    }
  }

  const std::vector<Run>& runs() const { return runs_; }
  std::size_t part(std::size_t run) const { return part_[run]; }
  /// The part that encloses one: what lies to the left of its topmost, leftmost pixel.
  std::size_t around(std::size_t part) const { return runs_[part].begin == 0 ? 0 : part_[part - 1]; }

 private:
  using HitIterator = std::vector<Hit>::const_iterator;

  void add(const Run& run) {
    if (run.begin == run.end) {
      return;
    }
    part_.push_back(runs_.size());
    runs_.push_back(run);
    const bool at_border = run.begin == 0 || run.end == width_ || run.row == 0 || run.row == height_ - 1;
    if (!run.is_inside && at_border) {
      join(0, runs_.size() - 1);
    }
  }

  /// Returns the first hit that is not of this row.
  HitIterator add_row(HitIterator hit, HitIterator last, std::int32_t row) {
    const std::int32_t row_begin = row * width_;
    std::int32_t x = 0;
    while (hit != last && hit->cell < row_begin + width_) {
      Run run{row, hit->cell - row_begin, hit->cell - row_begin, true, 0};
      add({row, x, run.begin, false, 0});
      for (; hit != last && hit->cell == row_begin + run.end && run.end < width_; ++hit, ++run.end) {
        run.sum += hit->value;
      }
      add(run);
      x = run.end;
    }
    add({row, x, width_, false, 0});
    return hit;
  }

  /// Joins runs of [above, below) with those of the next row that touch them: the mask's at corners too, so the others
  /// at sides alone.
  void join_rows(std::size_t above, std::size_t below) {
    const std::size_t end = runs_.size();
    std::size_t upper = above;
    for (std::size_t lower = below; lower < end; ++lower) {
      const Run& run = runs_[lower];
      while (upper < below && runs_[upper].end < run.begin) {
        ++upper;
      }
      for (std::size_t i = upper; i < below && runs_[i].begin <= run.end; ++i) {
        const Run& other = runs_[i];
        const std::int32_t reach = run.is_inside ? 1 : 0;
        if (other.is_inside == run.is_inside && other.begin < run.end + reach && other.end + reach > run.begin) {
          join(i, lower);
        }
      }
    }
  }

  std::size_t first_of(std::size_t run) {
    while (part_[run] != run) {
      part_[run] = part_[part_[run]];
      run = part_[run];
    }
    return run;
  }

  void join(std::size_t a, std::size_t b) {
    a = first_of(a);
    b = first_of(b);
    part_[std::max(a, b)] = std::min(a, b);
  }

  std::int32_t width_, height_;
  std::vector<Run> runs_;
  std::vector<std::size_t> part_;
};

struct Content {
  double sum = 0;
  std::int64_t count = 0;
};

}  // namespace

std::vector<MaskRegion> find_regions(const std::vector<Hit>& hits, std::int32_t width, std::int32_t height,
                                     const RowSum& row_sum) {
  const Parts parts(hits, width, height);
  const std::vector<Run>& runs = parts.runs();
  std::vector<Content> contents(runs.size());  // of each part, by its first run
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const Run& run = runs[i];
    if (parts.part(i) == 0) {
      continue;
    }
    Content& content = contents[parts.part(i)];
    content.sum += run.is_inside ? run.sum : row_sum(run.row, run.begin, run.end);
    content.count += run.end - run.begin;
  }
  // A part comes after the one that encloses it, so from the last to the first each is complete when it is added.
  for (std::size_t i = runs.size() - 1; i > 0; --i) {
    if (parts.part(i) != i || parts.around(i) == 0) {
      continue;
    }
    contents[parts.around(i)].sum += contents[i].sum;
    contents[parts.around(i)].count += contents[i].count;
  }
  std::vector<MaskRegion> regions;
  std::vector<std::size_t> region_of(runs.size());
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const Run& run = runs[i];
    const std::size_t part = parts.part(i);
    if (!run.is_inside) {
      continue;
    }
    if (part == i) {
      region_of[part] = regions.size();
      regions.push_back({{}, contents[part].sum, contents[part].count});
    }
    std::vector<GridPoint>& ends = regions[region_of[part]].ends;
    ends.push_back({run.begin, run.row});
    if (run.end - run.begin > 1) {
      ends.push_back({run.end - 1, run.row});
    }
  }
  return regions;
}

}  // namespace hbm::decode
