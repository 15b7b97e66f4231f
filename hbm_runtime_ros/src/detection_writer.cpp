// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "detection_writer.hpp"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "detection_messages.hpp"
#include "message_buffer.hpp"
#include "python_text.hpp"

namespace hbm_wire {
namespace {

namespace py = pybind11;

template <typename Element>
using Array = py::array_t<Element, py::array::c_style | py::array::forcecast>;

// The arrays of one frame, held while messages are written from them.
class DetectionArrays {
 public:
  DetectionArrays(Array<float> boxes, Array<float> scores, Array<std::int32_t> classes,
                  std::optional<Array<float>> corners, std::optional<Array<float>> keypoints)
      : boxes_(std::move(boxes)),
        scores_(std::move(scores)),
        classes_(std::move(classes)),
        corners_(std::move(corners)),
        keypoints_(std::move(keypoints)) {
    const py::ssize_t count = boxes_.ndim() > 0 ? boxes_.shape(0) : -1;
    const auto has_shape = [count](const py::array& array, std::initializer_list<py::ssize_t> rest) {
      return array.ndim() == static_cast<py::ssize_t>(rest.size()) + 1 && array.shape(0) == count &&
             std::equal(rest.begin(), rest.end(), array.shape() + 1,
                        [](py::ssize_t wanted, py::ssize_t length) { return wanted < 0 || wanted == length; });
    };
    if (!has_shape(boxes_, {4}) || !has_shape(scores_, {}) || !has_shape(classes_, {}) ||
        (corners_ && !has_shape(*corners_, {4, 2})) || (keypoints_ && !has_shape(*keypoints_, {-1, 3}))) {
      throw py::value_error(
          "expected boxes [n, 4], scores [n], classes [n], corners [n, 4, 2] and keypoints [n, k, 3] of the same n");
    }
    view_ = {static_cast<std::size_t>(count),
             boxes_.data(),
             scores_.data(),
             classes_.data(),
             corners_ ? corners_->data() : nullptr,
             keypoints_ ? keypoints_->data() : nullptr,
             keypoints_ ? static_cast<std::size_t>(keypoints_->shape(1)) : 0};
  }

  const Detections& view() const { return view_; }

 private:
  Array<float> boxes_, scores_;
  Array<std::int32_t> classes_;
  std::optional<Array<float>> corners_, keypoints_;
  Detections view_;
};

std::vector<std::string> to_texts(const std::vector<py::str>& texts) {
  std::vector<std::string> result(texts.size());
  std::transform(texts.begin(), texts.end(), result.begin(), &to_bytes);
  return result;
}

double mean_side(std::pair<int, int> size) { return (size.first + size.second) / 2.0; }

// The message that `describe(sink)` writes.
template <typename Describe>
py::memoryview serialize(const std::shared_ptr<hbm_ros::BufferPool>& pool, Describe&& describe) {
  CdrSizer sizer;
  describe(sizer);
  return fill_message(pool, sizer.size_bytes(), [&](std::uint8_t* target) {
    CdrWriter writer(target);
    describe(writer);
  });
}

// Serializes the decoded results of one model into buffers that it uses again and again.
class DetectionWriter {
 public:
  DetectionWriter(const std::vector<py::str>& labels, bool annotations_have_metadata)
      : labels_(to_texts(labels)), annotations_have_metadata_(annotations_have_metadata) {}

  py::memoryview detections(const FrameHeader& header, const DetectionArrays& arrays) const {
    return serialize(buffers_, [&](auto& sink) { write_detection_array(sink, header, arrays.view(), labels_); });
  }

  py::memoryview classification(const FrameHeader& header, const std::vector<py::str>& names,
                                const Array<float>& scores) const {
    const std::vector<std::string> texts = checked_names(names, scores);
    const float* values = scores.data();
    return serialize(buffers_, [&](auto& sink) { write_classification(sink, header, texts, values); });
  }

  py::memoryview keypoints(const FrameHeader& header, const DetectionArrays& arrays) const {
    return serialize(buffers_, [&](auto& sink) { write_keypoints(sink, header, arrays.view()); });
  }

  py::memoryview targets(const FrameHeader& header, const DetectionArrays& arrays,
                         std::int16_t frames_per_second) const {
    return serialize(buffers_, [&](auto& sink) {
      write_perception_targets(sink, header, frames_per_second, arrays.view(), labels_);
    });
  }

  py::memoryview annotations(const FrameHeader& header, const DetectionArrays& arrays, std::pair<int, int> size) const {
    const Detections& found = arrays.view();
    std::vector<Caption> captions;
    captions.reserve(found.count);
    for (std::size_t i = 0; i < found.count; ++i) {
      captions.push_back(make_caption(class_name(labels_, found.classes[i]), found.scores[i], found.classes[i]));
    }
    return serialize(buffers_, [&](auto& sink) {
      AnnotationWriter(sink, header, annotations_have_metadata_).write_detections(found, captions, mean_side(size));
    });
  }

  py::memoryview line_annotations(const FrameHeader& header, const std::vector<py::str>& names,
                                  const Array<float>& scores, std::pair<int, int> size) const {
    const std::vector<std::string> texts = checked_names(names, scores);
    std::vector<Caption> captions;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      captions.push_back(make_caption(texts[i], scores.data()[i], static_cast<std::int32_t>(i)));
    }
    return serialize(buffers_, [&](auto& sink) {
      AnnotationWriter(sink, header, annotations_have_metadata_).write_lines(captions, mean_side(size));
    });
  }

  py::memoryview image(const FrameHeader& header, const py::array& numbers) const {
    const bool wide = py::isinstance<py::array_t<std::uint16_t>>(numbers);
    const bool fits = wide || py::isinstance<py::array_t<std::uint8_t>>(numbers);
    if (!fits || numbers.ndim() != 2 || (numbers.flags() & py::array::c_style) == 0) {
      throw py::value_error("expected uint8 or uint16 [height, width] without gaps");
    }
    const auto height = static_cast<std::uint32_t>(numbers.shape(0));
    const auto width = static_cast<std::uint32_t>(numbers.shape(1));
    const void* data = numbers.data();
    return serialize(buffers_, [&](auto& sink) {
      write_image(sink, header, width, height, wide ? "mono16" : "mono8", wide ? 2 : 1, data);
    });
  }

  py::memoryview jpeg(const FrameHeader& header, const py::bytes& file) const {
    const auto data = file.cast<std::string_view>();
    return serialize(buffers_,
                     [&](auto& sink) { write_compressed_image(sink, header, "jpeg", data.data(), data.size()); });
  }

 private:
  static std::vector<std::string> checked_names(const std::vector<py::str>& names, const Array<float>& scores) {
    if (scores.ndim() != 1 || scores.shape(0) != static_cast<py::ssize_t>(names.size())) {
      throw py::value_error("expected one score for each name");
    }
    return to_texts(names);
  }

  const std::vector<std::string> labels_;
  const bool annotations_have_metadata_;
  const std::shared_ptr<hbm_ros::BufferPool> buffers_ = std::make_shared<hbm_ros::BufferPool>();
};

}  // namespace

void define_detection_writer(py::module_& module) {
  py::class_<DetectionArrays>(module, "DetectionArrays", "The detections of one frame, in pixels of its picture.")
      .def(py::init<Array<float>, Array<float>, Array<std::int32_t>, std::optional<Array<float>>,
                    std::optional<Array<float>>>(),
           py::kw_only(), py::arg("boxes"), py::arg("scores"), py::arg("classes"), py::arg("corners"),
           py::arg("keypoints"));

  py::class_<DetectionWriter>(module, "DetectionWriter",
                              "Serializes decoded results into reused buffers, as messages of other packages.")
      .def(py::init<const std::vector<py::str>&, bool>(), py::arg("labels"), py::arg("annotations_have_metadata"))
      .def("detections", &DetectionWriter::detections, py::arg("header"), py::arg("arrays"))
      .def("classification", &DetectionWriter::classification, py::arg("header"), py::arg("names"), py::arg("scores"))
      .def("keypoints", &DetectionWriter::keypoints, py::arg("header"), py::arg("arrays"))
      .def("targets", &DetectionWriter::targets, py::arg("header"), py::arg("arrays"), py::arg("frames_per_second"))
      .def("annotations", &DetectionWriter::annotations, py::arg("header"), py::arg("arrays"), py::arg("size"))
      .def("line_annotations", &DetectionWriter::line_annotations, py::arg("header"), py::arg("names"),
           py::arg("scores"), py::arg("size"))
      .def("image", &DetectionWriter::image, py::arg("header"), py::arg("numbers"))
      .def("jpeg", &DetectionWriter::jpeg, py::arg("header"), py::arg("file"));
}

}  // namespace hbm_wire
