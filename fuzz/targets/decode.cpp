// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Outputs of every family of decoders: any numbers, element types, scales and strides, in shapes that the rules of
// hbm_runtime_core/decode accept (they alone make native decoders).
#include <cmath>

#include "decode/class_map.hpp"
#include "decode/decoder.hpp"
#include "decode/masks.hpp"
#include "driver/error.hpp"
#include "target.hpp"

namespace {

using namespace hbm::decode;
using hbm_fuzz::Input;
using hbm_fuzz::require;

using Shape = std::vector<std::int64_t>;
constexpr const char* kTypes[] = {"float32", "float32", "float32", "int8",   "int8",   "int16", "int32",
                                  "float16", "float64", "uint8",   "uint16", "uint32", "int64", "uint64"};
constexpr double kStrides[] = {8, 16, 32, 64, 128};

/// A model as a rule would describe it, and the arrays of one call.
class Example {
 public:
  explicit Example(Input& input) : input_(input) {}

  void run() {
    const char* const family = make_model();
    const std::unique_ptr<Decoder> decoder = find_family(family).make(infos_, Settings(settings_));
    Result result;
    // The memory of one call serves the next one.
    for (int call = 0; call < 2; ++call) {
      const Options options = options_of();
      decoder->prepare(infos_, options);
      Frame frame{{}, width_, height_};
      std::vector<std::vector<std::uint8_t>> memory(infos_.size());
      std::vector<Shape> strides(infos_.size());
      for (std::size_t i = 0; i < infos_.size(); ++i) {
        const std::uint8_t* first = fill(infos_[i], memory[i], strides[i]);
        frame.outputs.emplace_back(infos_[i], first, infos_[i].shape.data(), strides[i].data());
      }
      decoder->decode(frame, options, result);
      check_result(result, options);
    }
  }

 private:
  const char* make_model() {
    width_ = input_.between(1, 160);
    height_ = input_.between(1, 160);
    switch (input_.take<std::uint8_t>() % 12) {
      case 0:
        return yolo();
      case 1:
        return yolo_anchors();
      case 2:
        return yolo_rows();
      case 3:
        return fcos();
      case 4:
        return centerface();
      case 5:
        return blazeface();
      case 6:
        return picodet();
      case 7:
        return rtdetr();
      case 8:
        settings_["softmax"] = {static_cast<double>(input_.between(-1, 1))};
        add({1, input_.between(2, 40)}, 1);
        return "classification";
      case 9:
        settings_["softmax"] = {static_cast<double>(input_.between(-1, 1))};
        add({1, input_.between(1, 20), input_.between(11, 40)}, 2);
        return "text_recognition";
      case 10:
        settings_ = {
            {"logits", {static_cast<double>(input_.flip())}}, {"pixel_threshold", {0.3}}, {"unclip_ratio", {1.6}}};
        add_grid(input_.between(2, 40), input_.between(2, 40), 1);
        return "text_detection";
      default:
        add_grid(input_.between(2, 40), input_.between(2, 40),
                 input_.flip() ? input_.between(2, 300) : input_.between(2, 9));
        return "semantic";
    }
  }

  std::int64_t cells(std::int64_t pixels, std::size_t level) const {
    const auto stride = static_cast<std::int64_t>(kStrides[level]);
    return (pixels + stride - 1) / stride;
  }
  void add(Shape shape, int axis) {
    OutputInfo info{
        "o" + std::to_string(infos_.size()), element_from_name(input_.one_of(kTypes)), std::move(shape), axis, {}, {}};
    if (info.element.is_integer() && input_.flip()) {
      const std::int64_t count = input_.flip() ? 1 : info.channels();
      for (std::int64_t i = 0; i < count; ++i) {
        info.scales.push_back(std::ldexp(1.0F, static_cast<int>(input_.between(-20, 20))));
        info.zero_points.push_back(static_cast<std::int32_t>(input_.between(-200, 200)));
      }
    }
    check(info);
    infos_.push_back(std::move(info));
  }
  void add_grid(std::int64_t height, std::int64_t width, std::int64_t channels) {
    is_first_ = infos_.empty() ? input_.flip() : is_first_;
    is_first_ ? add({1, channels, height, width}, 1) : add({1, height, width, channels}, 3);
  }
  void add_level(std::size_t level, std::int64_t channels) {
    add_grid(cells(height_, level), cells(width_, level), channels);
  }
  std::vector<double> strides(std::size_t count) const { return {kStrides, kStrides + count}; }

  const char* yolo() {
    const auto levels = static_cast<std::size_t>(input_.between(2, 4));
    const std::int64_t task = input_.between(0, 3), classes = input_.between(1, 4), masks = input_.between(1, 6);
    const std::int64_t extra = task == 1 ? masks : task == 2 ? 3 * input_.between(2, 5) : 1;
    const bool direct = input_.flip();
    settings_ = {{"strides", strides(levels)},
                 {"multi_label", {static_cast<double>(input_.flip())}},
                 {"is_direct", {static_cast<double>(direct)}},
                 {"task", {static_cast<double>(task)}}};
    for (std::size_t level = 0; level < levels; ++level) {
      add_level(level, classes);
      add_level(level, direct ? 4 : 64);
      if (task != 0) {
        add_level(level, extra);
      }
    }
    add_prototypes(task, masks);
    return "yolo";
  }
  void add_prototypes(std::int64_t task, std::int64_t masks) {
    if (task == 1) {
      add_grid((height_ + 3) / 4, (width_ + 3) / 4, masks);
    }
  }
  const char* yolo_anchors() {
    const std::int64_t task = input_.between(0, 1), classes = input_.between(1, 4), masks = task == 1 ? 4 : 0;
    settings_ = {{"strides", strides(3)},
                 {"anchors", {10, 13, 16, 30, 33, 23, 30, 61, 62, 45, 59, 119, 116, 90, 156, 198, 373, 326}},
                 {"classes", {static_cast<double>(classes)}},
                 {"task", {static_cast<double>(task)}}};
    for (std::size_t level = 0; level < 3; ++level) {
      add_level(level, 3 * (5 + classes + masks));
    }
    add_prototypes(task, masks);
    return "yolo_anchors";
  }
  const char* yolo_rows() {
    const std::int64_t task = input_.between(0, 3), classes = input_.between(1, 4), masks = 3;
    const bool end_to_end = input_.flip(), objectness = !end_to_end && input_.flip();
    const std::int64_t extra = task == 0 ? 0 : task == 1 ? masks : task == 2 ? 3 * input_.between(2, 5) : 1;
    settings_ = {{"classes", {static_cast<double>(end_to_end ? 1 << 16 : classes)}},
                 {"has_objectness", {static_cast<double>(objectness)}},
                 {"is_end_to_end", {static_cast<double>(end_to_end)}},
                 {"task", {static_cast<double>(task)}}};
    const std::int64_t channels = (end_to_end ? 6 : 4 + static_cast<std::int64_t>(objectness) + classes) + extra;
    const std::int64_t rows = input_.between(1, 90);
    input_.flip() ? add({1, rows, channels}, 2) : add({1, channels, rows}, 1);
    add_prototypes(task, masks);
    return "yolo_rows";
  }
  const char* fcos() {
    const auto levels = static_cast<std::size_t>(input_.between(3, 5));
    settings_["strides"] = strides(levels);
    for (const std::int64_t channels : {input_.between(1, 4), std::int64_t{4}, std::int64_t{1}}) {
      for (std::size_t level = 0; level < levels; ++level) {
        add_level(level, channels);
      }
    }
    return "fcos";
  }
  const char* centerface() {
    for (const std::int64_t channels : {1, 2, 2, 10}) {
      add_grid((height_ + 3) / 4, (width_ + 3) / 4, channels);
    }
    return "centerface";
  }
  const char* blazeface() {
    const bool near = input_.flip();
    settings_["grids"] = near ? std::vector<double>{16, 2, 8, 6} : std::vector<double>{48, 1};
    add({1, near ? 896 : 2304, 16}, 2);
    add({1, near ? 896 : 2304, 1}, 2);
    return "blazeface";
  }
  const char* picodet() {
    const auto levels = static_cast<std::size_t>(input_.between(3, 4));
    settings_["strides"] = strides(levels);
    for (const std::int64_t channels : {input_.between(1, 4), std::int64_t{32}}) {
      for (std::size_t level = 0; level < levels; ++level) {
        add({1, cells(height_, level) * cells(width_, level), channels}, 2);
      }
    }
    return "picodet";
  }
  const char* rtdetr() {
    const std::int64_t classes = input_.between(1, 5);
    if (input_.flip()) {
      add({1, 300, 4 + classes}, 2);
    } else {
      add({1, 300, classes}, 2);
      add({1, 300, 4}, 2);
    }
    return "rtdetr";
  }

  Options options_of() {
    Options options;
    options.confidence = input_.flip() ? 0.25F : input_.take<float>();
    options.iou = input_.flip() ? 0.7F : input_.take<float>();
    options.max_detections = input_.flip() ? 300 : input_.between(0, 20);
    options.class_agnostic = input_.flip();
    options.class_confidence.assign(static_cast<std::size_t>(input_.between(0, 3)), 0.1F);
    return options;
  }

  /// Memory with the numbers of one output: padded along any axis, in either direction. Returns the first element.
  const std::uint8_t* fill(const OutputInfo& info, std::vector<std::uint8_t>& memory, Shape& strides) {
    strides.resize(info.shape.size());
    std::int64_t stride = info.element.item_bytes();
    std::int64_t before = 0;
    for (std::size_t axis = info.shape.size(); axis-- > 0;) {
      const std::int64_t kind = input_.between(0, 9);
      stride += kind == 0 ? info.element.item_bytes() : kind == 1 ? 1 : 0;
      strides[axis] = kind == 2 ? -stride : stride;
      before += kind == 2 ? stride * (info.shape[axis] - 1) : 0;
      stride *= info.shape[axis];
    }
    memory = input_.repeated(static_cast<std::size_t>(stride));
    return memory.data() + before;
  }

  void check_result(Result& result, const Options& options) const {
    if (auto* found = std::get_if<Detections>(&result)) {
      require(found->size() <= std::max<std::int64_t>(0, options.max_detections));
      const auto count = static_cast<std::size_t>(found->size());
      require(found->boxes.size() == 4 * count && found->classes.size() == count);
      require(found->masks.size() == count * static_cast<std::size_t>(found->mask_height * found->mask_width));
      SourcePixels source;
      source.width = width_;
      source.height = height_;
      to_source(source, *found);
      for (const float side : found->boxes) {
        require(side >= 0 && side <= 160);
      }
      std::vector<std::uint16_t> labels(static_cast<std::size_t>(width_ * height_));
      write_label_image<std::uint16_t>(
          {found->masks.data(), found->mask_height == 0 ? 0 : found->size(), found->mask_height, found->mask_width},
          found->boxes.data(), source, width_, height_, labels.data());
    } else if (auto* map = std::get_if<Segmentation>(&result)) {
      require((map->many_classes ? map->class_map.size() : map->small_class_map.size()) ==
              static_cast<std::size_t>(map->height * map->width));
    }
  }

  Input& input_;
  std::int64_t width_ = 0, height_ = 0;
  bool is_first_ = false;  // channels before rows and columns
  std::vector<OutputInfo> infos_;
  std::map<std::string, std::vector<double>> settings_;
};

/// A map of classes, sampled at places that a transform of any numbers gives.
void sample(Input& input) {
  const std::int64_t grid_width = input.between(1, 9), grid_height = input.between(1, 9);
  const auto place = [&] {
    return input.flip() ? static_cast<double>(input.between(-300, 300)) / 16 : input.take<double>();
  };
  const GridPlacement placement{place(), place(), place(), place()};
  const std::int64_t width = input.between(0, 40), height = input.between(0, 40);
  const std::vector<std::uint8_t> grid = input.repeated(static_cast<std::size_t>(grid_width * grid_height));
  std::vector<std::uint8_t> classes(static_cast<std::size_t>(width * height));
  sample_classes<std::uint8_t>(grid.data(), grid_width, grid_height, placement, width, height, classes.data());
}

}  // namespace

HBM_FUZZ_TARGET(decode, input) {
  if (input.between(0, 15) == 0) {
    return sample(input);
  }
  Example(input).run();
}
