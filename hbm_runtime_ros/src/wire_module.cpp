// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// hbm_runtime_ros._wire: serialized ROS messages read and written in place, without rclpy's field by field conversion.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>

#include "cdr_reader.hpp"
#include "frame_header.hpp"
#include "image_message.hpp"
#include "result_writer.hpp"

namespace py = pybind11;

namespace {

using hbm_wire::FrameHeader;
using hbm_wire::ImageMessage;

// An Image keeps the bytes object that its data points into.
struct OwnedImage {
  py::bytes message;
  ImageMessage image;
};

OwnedImage parse_image(const py::bytes& message) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(PyBytes_AS_STRING(message.ptr()));
  return {message, hbm_wire::parse_image(begin, static_cast<std::size_t>(PyBytes_GET_SIZE(message.ptr())))};
}

std::int64_t read_stamp_ns(const py::bytes& message) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(PyBytes_AS_STRING(message.ptr()));
  hbm_wire::CdrReader reader(begin, static_cast<std::size_t>(PyBytes_GET_SIZE(message.ptr())), "std_msgs/Header");
  const auto sec = reader.read<std::int32_t>("stamp.sec");
  return std::int64_t{sec} * 1'000'000'000 + reader.read<std::uint32_t>("stamp.nanosec");
}

py::array image_data(const OwnedImage& self) {
  py::array_t<std::uint8_t> view({static_cast<py::ssize_t>(self.image.data.size_bytes)}, self.image.data.data,
                                 self.message);
  view.attr("flags").attr("writeable") = false;
  return view;
}

void define_messages(py::module_& module) {
  py::class_<FrameHeader>(module, "FrameHeader", "std_msgs/Header: what a result keeps of its frame.")
      .def(py::init([](std::int32_t stamp_sec, std::uint32_t stamp_nanosec, std::string frame_id) {
             return FrameHeader{stamp_sec, stamp_nanosec, std::move(frame_id)};
           }),
           py::arg("stamp_sec"), py::arg("stamp_nanosec"), py::arg("frame_id"))
      .def_readonly("stamp_sec", &FrameHeader::stamp_sec)
      .def_readonly("stamp_nanosec", &FrameHeader::stamp_nanosec)
      .def_readonly("frame_id", &FrameHeader::frame_id);

  py::class_<OwnedImage>(module, "Image", "A serialized sensor_msgs/Image, read in place.")
      .def_property_readonly("header", [](const OwnedImage& self) { return self.image.header; })
      .def_property_readonly("height", [](const OwnedImage& self) { return self.image.height; })
      .def_property_readonly("width", [](const OwnedImage& self) { return self.image.width; })
      .def_property_readonly("encoding", [](const OwnedImage& self) { return self.image.encoding; })
      .def_property_readonly("is_bigendian", [](const OwnedImage& self) { return self.image.is_bigendian; })
      .def_property_readonly("step_bytes", [](const OwnedImage& self) { return self.image.step_bytes; })
      .def_property_readonly("data", &image_data, "uint8, read-only view into the message.");

  module.def(
      "read_stamp_ns", &read_stamp_ns, py::arg("message"),
      "Return the stamp of a serialized message that begins with a std_msgs/Header, ns since its clock's epoch.\n\n"
      "Raises:\n"
      "    WireError: the message is too short, or its encoding is not plain CDR.");

  module.def("parse_image", &parse_image, py::arg("message"),
             "Read the serialized sensor_msgs/Image in `message` without copying its data.\n\n"
             "Raises:\n"
             "    WireError: a field reaches beyond the message, or the encoding is not plain CDR.");
}

}  // namespace

PYBIND11_MODULE(_wire, module) {
  module.doc() = "Serialized ROS messages, read and written in place.";
  py::register_exception<hbm_wire::WireError>(module, "WireError", PyExc_ValueError);
  define_messages(module);
  hbm_wire::define_result_writer(module);
}
