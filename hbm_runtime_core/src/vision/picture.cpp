// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/picture.hpp"

#include <optional>

#include "driver/error.hpp"
#include "vision/limits.hpp"

namespace hbm::vision {
namespace {

/// Where the values of one encoding lie.
struct Encoding {
  const char* name;
  PixelKind kind;
  std::int32_t pixel_bytes;     ///< in the rows that the step counts
  std::int32_t chroma_columns;  ///< pixels that share a chroma sample; 0: no chroma
  std::int32_t chroma_rows;     ///< rows that share a row of a chroma plane below the luma; 0: no such plane
  std::int32_t luma, u, v;      ///< offsets in bytes of the first sample
};

constexpr Encoding kEncodings[] = {
    {"nv12", PixelKind::kYuv, 1, 2, 2, 0, 0, 1},
    {"nv21", PixelKind::kYuv, 1, 2, 2, 0, 1, 0},
    {"nv24", PixelKind::kYuv, 1, 1, 1, 0, 0, 1},
    {"uyvy", PixelKind::kYuv, 2, 2, 0, 1, 0, 2},
    {"yuv422", PixelKind::kYuv, 2, 2, 0, 1, 0, 2},
    {"yuyv", PixelKind::kYuv, 2, 2, 0, 0, 1, 3},
    {"yuv422_yuy2", PixelKind::kYuv, 2, 2, 0, 0, 1, 3},
    {"bgr8", PixelKind::kBgr, 3, 0, 0, 0, 0, 0},
    {"rgb8", PixelKind::kRgb, 3, 0, 0, 0, 0, 0},
    {"bgra8", PixelKind::kBgr, 4, 0, 0, 0, 0, 0},
    {"rgba8", PixelKind::kRgb, 4, 0, 0, 0, 0, 0},
    {"mono8", PixelKind::kGray, 1, 0, 0, 0, 0, 0},
    // OpenCV's names, as cv_bridge writes them: its colors are in the order blue, green, red.
    {"8UC1", PixelKind::kGray, 1, 0, 0, 0, 0, 0},
    {"8UC3", PixelKind::kBgr, 3, 0, 0, 0, 0, 0},
    {"8UC4", PixelKind::kBgr, 4, 0, 0, 0, 0, 0},
};

struct ForeignEncoding {
  const char* name;
  std::int32_t pixel_bytes;
};

constexpr ForeignEncoding kForeignEncodings[] = {
    {"mono16", 2},       {"rgb16", 6},        {"bgr16", 6},        {"rgba16", 8},      {"bgra16", 8},
    {"bayer_rggb8", 1},  {"bayer_bggr8", 1},  {"bayer_gbrg8", 1},  {"bayer_grbg8", 1}, {"bayer_rggb16", 2},
    {"bayer_bggr16", 2}, {"bayer_gbrg16", 2}, {"bayer_grbg16", 2},
};

[[noreturn]] void refuse_encoding(std::string_view name) {
  std::string known;
  for (const auto* names : {&encoding_names(), &foreign_encoding_names()}) {
    for (const std::string& entry : *names) {
      known += (known.empty() ? "" : ", ") + entry;
    }
  }
  throw ValueError("unknown picture encoding '" + std::string(name) + "' (known: " + known + ")");
}

const Encoding* find_encoding(std::string_view name) {
  for (const Encoding& encoding : kEncodings) {
    if (name == encoding.name) {
      return &encoding;
    }
  }
  return nullptr;
}

/// The properties of an encoding that determine how many bytes a picture has.
struct RowForm {
  const char* name;
  std::int32_t pixel_bytes;
  std::int32_t chroma_columns;
  std::int32_t chroma_rows;

  /// Rows of `row_bytes`, those of chroma planes included.
  std::int64_t row_count(std::int64_t height) const {
    return chroma_rows == 0 ? height : height + height * 2 / (std::int64_t{chroma_rows} * chroma_columns);
  }
  bool has_whole_chroma(std::int64_t width, std::int64_t height) const {
    return (chroma_columns != 2 || width % 2 == 0) && (chroma_rows != 2 || height % 2 == 0);
  }
  std::int64_t packed_bytes(std::int64_t width, std::int64_t height) const {
    const std::int64_t halves = chroma_rows == 0 ? 2 : chroma_rows == 2 ? 3 : 6;
    return width * pixel_bytes * height * halves / 2;
  }
};

RowForm form_of(const Encoding& encoding) {
  return {encoding.name, encoding.pixel_bytes, encoding.chroma_columns, encoding.chroma_rows};
}

RowForm form_of(const ForeignEncoding& encoding) { return {encoding.name, encoding.pixel_bytes, 0, 0}; }

RowForm form_from_name(std::string_view name) {
  if (const Encoding* encoding = find_encoding(name)) {
    return form_of(*encoding);
  }
  for (const ForeignEncoding& encoding : kForeignEncodings) {
    if (name == encoding.name) {
      return form_of(encoding);
    }
  }
  refuse_encoding(name);
}

std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// Whether hardware pads rows in this way: up to the next multiple of a power of two.
bool is_usual_padding(std::int64_t step, std::int64_t pixel_row_bytes) {
  constexpr std::int64_t kLargestAlignment = 256;
  for (std::int64_t alignment = 4; alignment <= kLargestAlignment; alignment *= 2) {
    if (step == round_up(pixel_row_bytes, alignment)) {
      return true;
    }
  }
  return false;
}

/// Interprets the numbers of a raw picture, which cameras do not write consistently.
class LayoutReader {
 public:
  LayoutReader(const RowForm& form, std::int64_t size, std::int64_t width, std::int64_t height, std::int64_t step)
      : form_(form), size_(size), width_(width), height_(height), step_(step) {}

  RawLayout read() const {
    if (width_ <= 0 || height_ <= 0 || width_ > kMaxSide || height_ > kMaxSide * 3) {
      refuse_sides();
    }
    if (step_ < 0 || step_ > kMaxStepBytes) {
      throw ValueError(what() + ": expected a step of " + std::to_string(row()) + " to " +
                       std::to_string(kMaxStepBytes) + " bytes");
    }
    constexpr std::int64_t kAnyEvenHeight = 2;
    require_whole_chroma(kAnyEvenHeight);
    const RawLayout layout = choose();
    if (layout.height > kMaxSide) {
      refuse_sides();
    }
    require_whole_chroma(layout.height);
    return layout;
  }

 private:
  std::string what() const {
    return "picture " + std::string(form_.name) + " " + std::to_string(width_) + "x" + std::to_string(height_) +
           ", step " + std::to_string(step_) + " bytes";
  }

  RawLayout choose() const {
    // First, because the step is what cameras get wrong: they write zero, or that of another encoding.
    if (size_ == packed()) {
      return {height_, row(), step_ == row() || height_ == 1 ? Reading::kAsStated : Reading::kPackedRows};
    }
    const std::int64_t step = step_ == 0 ? row() : step_;
    if (step >= row() && fits(step, form_.row_count(height_))) {
      if (step > row() && size_ == step * form_.row_count(height_)) {
        require_usual_padding();
      }
      return {height_, step, Reading::kAsStated};
    }
    if (const auto height = height_without_chroma(); height && step >= row() && fits(step, height_)) {
      // Such data also fits a picture of the stated height, or the padding is larger than the rows.
      if (step * 2 >= row() * 3) {
        refuse_two_heights(*height, step);
      }
      return {*height, step, Reading::kChromaRowsCounted};
    }
    if (step < row()) {
      throw ValueError(what() + ": expected a step of at least " + std::to_string(row()) + " bytes");
    }
    const std::int64_t most = step * form_.row_count(height_);
    for (const std::int64_t page : kPageBytes) {
      if (size_ == round_up(most, page)) {
        if (const auto other = other_encoding()) {
          refuse_two_encodings(*other, "padding up to whole pages");
        }
        return {height_, step, Reading::kPagePadding};
      }
    }
    refuse_size(most);
  }

  /// Bytes of a row without padding.
  std::int64_t row() const { return width_ * form_.pixel_bytes; }
  std::int64_t packed() const { return form_.packed_bytes(width_, height_); }

  /// Some cameras leave out the padding after the last row.
  bool fits(std::int64_t step, std::int64_t row_count) const {
    return size_ <= step * row_count && size_ >= step * (row_count - 1) + row();
  }

  /// Where the stated height may be that of luma and chroma together.
  std::optional<std::int64_t> height_without_chroma() const {
    if (form_.chroma_rows == 0) {
      return std::nullopt;
    }
    const std::int64_t halves = form_.chroma_rows == 2 ? 3 : 6;
    if (height_ * 2 % halves != 0) {
      return std::nullopt;
    }
    return height_ * 2 / halves;
  }

  /// An encoding that the data would fit without any padding; preferably one whose rows have the stated step.
  std::optional<RowForm> other_encoding() const {
    std::optional<RowForm> other;
    const auto consider = [&](const RowForm& form) {
      if (!form.has_whole_chroma(width_, height_) || form.packed_bytes(width_, height_) != size_) {
        return;
      }
      if (!other || (width_ * other->pixel_bytes != step_ && width_ * form.pixel_bytes == step_)) {
        other = form;
      }
    };
    for (const Encoding& encoding : kEncodings) {
      consider(form_of(encoding));
    }
    for (const ForeignEncoding& encoding : kForeignEncodings) {
      consider(form_of(encoding));
    }
    return other;
  }

  void require_usual_padding() const {
    if (is_usual_padding(step_, row())) {
      return;
    }
    if (const auto other = other_encoding()) {
      refuse_two_encodings(*other, std::to_string(step_ - row()) + " bytes of padding behind each row");
    }
  }

  [[noreturn]] void refuse_sides() const {
    throw ValueError(what() + ": expected sides of 1 to " + std::to_string(kMaxSide) + " pixels");
  }

  [[noreturn]] void refuse_two_encodings(const RowForm& other, const std::string& padding) const {
    throw ValueError(what() + ": expected " + std::to_string(packed()) + " bytes of data, got " +
                     std::to_string(size_) + ", which is either " + form_.name + " with " + padding + " or " +
                     other.name + " without padding; correct the encoding or the step");
  }

  [[noreturn]] void refuse_two_heights(std::int64_t height, std::int64_t step) const {
    throw ValueError(what() + ": expected " + std::to_string(packed()) + " bytes of data for " +
                     std::to_string(width_) + "x" + std::to_string(height_) + " without padding, got " +
                     std::to_string(size_) + ", which is also " + std::to_string(width_) + "x" +
                     std::to_string(height) + " in rows of " + std::to_string(step) +
                     " bytes with its rows of chroma counted in the height; correct the height, the step or the data");
  }

  [[noreturn]] void refuse_size(std::int64_t most) const {
    throw ValueError(what() + ": expected " + std::to_string(most) + " bytes of data, got " + std::to_string(size_) +
                     (size_ < most ? "; is the picture cut off, or the step wrong?"
                                   : "; does the encoding fit, or do width and height?"));
  }

  void require_whole_chroma(std::int64_t height) const {
    if (form_.has_whole_chroma(width_, height)) {
      return;
    }
    throw ValueError(what() +
                     (form_.chroma_rows == 2 ? ": both sides must be even, since two by two pixels share their chroma"
                                             : ": the width must be even, since two pixels share their chroma") +
                     "; crop the picture");
  }

  const RowForm form_;
  const std::int64_t size_, width_, height_, step_;
};

template <typename Encodings>
std::vector<std::string> names_of(const Encodings& encodings) {
  std::vector<std::string> names;
  for (const auto& encoding : encodings) {
    names.emplace_back(encoding.name);
  }
  return names;
}

}  // namespace

const char* reading_text(Reading reading) {
  switch (reading) {
    case Reading::kPackedRows:
      return "its step is ignored, because the data has exactly the bytes of rows without padding";
    case Reading::kChromaRowsCounted:
      return "its height counts the rows of chroma too";
    case Reading::kPagePadding:
      return "its data is rounded up to whole pages of memory";
    default:
      return "";
  }
}

const std::vector<std::string>& encoding_names() {
  static const std::vector<std::string> names = names_of(kEncodings);
  return names;
}

const std::vector<std::string>& foreign_encoding_names() {
  static const std::vector<std::string> names = names_of(kForeignEncodings);
  return names;
}

RawLayout read_layout(std::size_t size_bytes, std::int64_t width, std::int64_t height, std::int64_t step_bytes,
                      std::string_view encoding) {
  const RowForm form = form_from_name(encoding);
  return LayoutReader(form, static_cast<std::int64_t>(size_bytes), width, height, step_bytes).read();
}

Picture make_picture(const std::uint8_t* data, std::size_t size_bytes, std::int64_t width, std::int64_t height,
                     std::int64_t step_bytes, std::string_view encoding_name, ColorRange yuv_range) {
  const RawLayout rows = read_layout(size_bytes, width, height, step_bytes, encoding_name);
  const Encoding* found = find_encoding(encoding_name);
  if (found == nullptr) {
    throw ValueError("picture encoding '" + std::string(encoding_name) +
                     "' must be converted first, got its raw pixels");
  }
  const Encoding& encoding = *found;
  Picture picture;
  picture.kind = encoding.kind;
  picture.range = encoding.kind == PixelKind::kYuv ? yuv_range : ColorRange::kFull;
  picture.width = static_cast<std::int32_t>(width);
  picture.height = static_cast<std::int32_t>(rows.height);
  picture.reading = rows.reading;
  const auto row_bytes = static_cast<std::int32_t>(rows.row_bytes);
  picture.plane = {data + encoding.luma, row_bytes, encoding.pixel_bytes};
  if (encoding.chroma_columns != 0) {
    const bool below = encoding.chroma_rows != 0;
    const std::uint8_t* chroma = below ? data + rows.row_bytes * rows.height : data;
    // A row of full-width chroma, two bytes per pixel, takes two rows of luma.
    const std::int32_t chroma_row_bytes = below && encoding.chroma_columns == 1 ? 2 * row_bytes : row_bytes;
    const std::int32_t sample_bytes = below ? 2 : 4;
    picture.u = {chroma + encoding.u, chroma_row_bytes, sample_bytes};
    picture.v = {chroma + encoding.v, chroma_row_bytes, sample_bytes};
    picture.chroma_step_x = encoding.chroma_columns;
    picture.chroma_step_y = below ? encoding.chroma_rows : 1;
    picture.chroma_width = picture.width / picture.chroma_step_x;
    picture.chroma_height = picture.height / picture.chroma_step_y;
  }
  return picture;
}

}  // namespace hbm::vision
