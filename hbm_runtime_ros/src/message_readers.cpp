// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "message_readers.hpp"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compressed_image_message.hpp"
#include "frame_header.hpp"
#include "hbmem_image_message.hpp"
#include "image_message.hpp"
#include "tensor_list_message.hpp"

namespace py = pybind11;

namespace hbm_wire {
namespace {

// A message keeps the bytes object that its data points into.
template <typename Message>
struct Owned {
  py::bytes bytes;
  Message message;
};

using OwnedImage = Owned<ImageMessage>;
using OwnedCompressedImage = Owned<CompressedImageMessage>;
using OwnedHbmemImage = Owned<HbmemImageMessage>;
using OwnedTensor = Owned<TensorMessage>;

const std::uint8_t* begin_of(const py::bytes& message) {
  return reinterpret_cast<const std::uint8_t*>(PyBytes_AS_STRING(message.ptr()));
}

std::size_t size_of(const py::bytes& message) { return static_cast<std::size_t>(PyBytes_GET_SIZE(message.ptr())); }

py::array read_only_view(ByteView data, const py::bytes& owner) {
  py::array_t<std::uint8_t> view({static_cast<py::ssize_t>(data.size_bytes)}, data.data, owner);
  view.attr("flags").attr("writeable") = false;
  return view;
}

py::tuple to_tuple(const std::vector<std::int64_t>& values) { return py::tuple(py::cast(values)); }

std::int64_t read_stamp_ns(const py::bytes& message) {
  CdrReader reader(begin_of(message), size_of(message), "std_msgs/Header");
  return read_header(reader).stamp_ns();
}

std::int64_t read_hbmem_stamp_ns(const py::bytes& message) {
  return parse_hbmem_image(begin_of(message), size_of(message), 0).stamp_ns();
}

void define_header(py::module_& module) {
  py::class_<FrameHeader>(module, "FrameHeader", "std_msgs/Header: what a result keeps of its frame.")
      .def(py::init([](std::int32_t stamp_sec, std::uint32_t stamp_nanosec, std::string frame_id) {
             return FrameHeader{stamp_sec, stamp_nanosec, std::move(frame_id)};
           }),
           py::arg("stamp_sec"), py::arg("stamp_nanosec"), py::arg("frame_id"))
      .def_readonly("stamp_sec", &FrameHeader::stamp_sec)
      .def_readonly("stamp_nanosec", &FrameHeader::stamp_nanosec)
      .def_readonly("frame_id", &FrameHeader::frame_id);

  module.def(
      "read_stamp_ns", &read_stamp_ns, py::arg("message"),
      "Return the stamp of a serialized message that begins with a std_msgs/Header, ns since its clock's epoch.\n\n"
      "Raises:\n"
      "    WireError: the message is too short, or its encoding is not plain CDR.");
}

void define_image(py::module_& module) {
  py::class_<OwnedImage>(module, "Image", "A serialized sensor_msgs/Image, read in place.")
      .def_property_readonly("header", [](const OwnedImage& self) { return self.message.header; })
      .def_property_readonly("height", [](const OwnedImage& self) { return self.message.height; })
      .def_property_readonly("width", [](const OwnedImage& self) { return self.message.width; })
      .def_property_readonly("encoding", [](const OwnedImage& self) { return self.message.encoding; })
      .def_property_readonly("is_bigendian", [](const OwnedImage& self) { return self.message.is_bigendian; })
      .def_property_readonly("step_bytes", [](const OwnedImage& self) { return self.message.step_bytes; })
      .def_property_readonly(
          "data", [](const OwnedImage& self) { return read_only_view(self.message.data, self.bytes); },
          "uint8, read-only view into the message.");

  module.def(
      "parse_image",
      [](const py::bytes& message) { return OwnedImage{message, parse_image(begin_of(message), size_of(message))}; },
      py::arg("message"),
      "Read the serialized sensor_msgs/Image in `message` without copying its data.\n\n"
      "Raises:\n"
      "    WireError: a field reaches beyond the message, or the encoding is not plain CDR.");
}

void define_compressed_image(py::module_& module) {
  py::class_<OwnedCompressedImage>(module, "CompressedImage",
                                   "A serialized sensor_msgs/CompressedImage, read in place.")
      .def_property_readonly("header", [](const OwnedCompressedImage& self) { return self.message.header; })
      .def_property_readonly("format", [](const OwnedCompressedImage& self) { return self.message.format; })
      .def_property_readonly(
          "data", [](const OwnedCompressedImage& self) { return read_only_view(self.message.data, self.bytes); },
          "uint8, read-only view into the message.");

  module.def(
      "parse_compressed_image",
      [](const py::bytes& message) {
        return OwnedCompressedImage{message, parse_compressed_image(begin_of(message), size_of(message))};
      },
      py::arg("message"),
      "Read the serialized sensor_msgs/CompressedImage in `message` without copying its data.\n\n"
      "Raises:\n"
      "    WireError: a field reaches beyond the message, or the encoding is not plain CDR.");
}

void define_hbmem_image(py::module_& module) {
  py::class_<OwnedHbmemImage>(module, "HbmemImage", "A serialized picture of hbm_img_msgs, read in place.")
      .def_property_readonly("index", [](const OwnedHbmemImage& self) { return self.message.index; })
      .def_property_readonly("stamp_sec", [](const OwnedHbmemImage& self) { return self.message.stamp_sec; })
      .def_property_readonly("stamp_nanosec", [](const OwnedHbmemImage& self) { return self.message.stamp_nanosec; })
      .def_property_readonly("height", [](const OwnedHbmemImage& self) { return self.message.height; })
      .def_property_readonly("width", [](const OwnedHbmemImage& self) { return self.message.width; })
      .def_property_readonly("data_size_bytes",
                             [](const OwnedHbmemImage& self) { return self.message.data_size_bytes; })
      .def_property_readonly("step_bytes", [](const OwnedHbmemImage& self) { return self.message.step_bytes; })
      .def_property_readonly("encoding", [](const OwnedHbmemImage& self) { return py::bytes(self.message.encoding); })
      .def_property_readonly(
          "room", [](const OwnedHbmemImage& self) { return read_only_view(self.message.room, self.bytes); },
          "uint8, read-only view into the message: the picture, and what is not used behind it.");

  module.def(
      "parse_hbmem_image",
      [](const py::bytes& message, std::size_t room_bytes) {
        return OwnedHbmemImage{message, parse_hbmem_image(begin_of(message), size_of(message), room_bytes)};
      },
      py::arg("message"), py::arg("room_bytes"),
      "Read the serialized picture of hbm_img_msgs in `message` without copying its data.\n\n"
      "Args:\n"
      "    message: of a type whose field `data` has `room_bytes`.\n\n"
      "Raises:\n"
      "    WireError: a field reaches beyond the message, or the encoding is not plain CDR.");

  module.def("read_hbmem_stamp_ns", &read_hbmem_stamp_ns, py::arg("message"),
             "Return the stamp of a serialized picture of hbm_img_msgs, ns since its clock's epoch.\n\n"
             "Raises:\n"
             "    WireError: the message is too short, or its encoding is not plain CDR.");
}

void define_tensor_list(py::module_& module) {
  py::class_<OwnedTensor>(module, "Tensor", "A hbm_runtime_ros/Tensor in a serialized message, read in place.")
      .def_property_readonly("name", [](const OwnedTensor& self) { return self.message.name; })
      .def_property_readonly("dtype_code", [](const OwnedTensor& self) { return self.message.dtype_code; })
      .def_property_readonly("dtype_bits", [](const OwnedTensor& self) { return self.message.dtype_bits; })
      .def_property_readonly("dtype_lanes", [](const OwnedTensor& self) { return self.message.dtype_lanes; })
      .def_property_readonly("shape", [](const OwnedTensor& self) { return to_tuple(self.message.shape); })
      .def_property_readonly("strides", [](const OwnedTensor& self) { return to_tuple(self.message.strides); })
      .def_property_readonly("byte_offset", [](const OwnedTensor& self) { return self.message.byte_offset; })
      .def_property_readonly("quant_type", [](const OwnedTensor& self) { return self.message.quant_type; })
      .def_property_readonly("quant_scale", [](const OwnedTensor& self) { return self.message.quant_scale; })
      .def_property_readonly("quant_zero_point", [](const OwnedTensor& self) { return self.message.quant_zero_point; })
      .def_property_readonly("quant_axis", [](const OwnedTensor& self) { return self.message.quant_axis; })
      .def_property_readonly(
          "data", [](const OwnedTensor& self) { return read_only_view(self.message.data, self.bytes); },
          "uint8, read-only view into the message.");

  module.def(
      "parse_tensor_list",
      [](const py::bytes& message) {
        TensorListMessage list = parse_tensor_list(begin_of(message), size_of(message));
        py::list tensors;
        for (TensorMessage& tensor : list.tensors) {
          tensors.append(OwnedTensor{message, std::move(tensor)});
        }
        return std::make_pair(list.header, tensors);
      },
      py::arg("message"),
      "Read the header and the tensors of the serialized hbm_runtime_ros/TensorList in `message` without copying data."
      "\n\n"
      "Raises:\n"
      "    WireError: a field reaches beyond the message, or the encoding is not plain CDR.");
}

}  // namespace

void define_message_readers(py::module_& module) {
  define_header(module);
  define_image(module);
  define_compressed_image(module);
  define_hbmem_image(module);
  define_tensor_list(module);
}

}  // namespace hbm_wire
