// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "message_readers.hpp"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <string>
#include <utility>
#include <vector>

#include "compressed_image_message.hpp"
#include "frame_header.hpp"
#include "hbmem_image_message.hpp"
#include "image_message.hpp"
#include "python_text.hpp"
#include "tensor_list_message.hpp"

namespace py = pybind11;

namespace hbm_wire {
namespace {

// The bytes of a message that somebody else holds: they stay valid and unchanged in size while this lives.
class MessageBytes {
 public:
  explicit MessageBytes(const py::buffer& message) : view_(py::memoryview(message)) {
    const Py_buffer* buffer = PyMemoryView_GET_BUFFER(view_.ptr());
    if (PyBuffer_IsContiguous(buffer, 'C') == 0) {
      throw py::value_error("message must be contiguous");
    }
    data_ = static_cast<const std::uint8_t*>(buffer->buf);
    size_bytes_ = static_cast<std::size_t>(buffer->len);
  }

  const std::uint8_t* data() const { return data_; }
  std::size_t size_bytes() const { return size_bytes_; }

  py::array view_of(ByteView part) const {
    py::array_t<std::uint8_t> view({static_cast<py::ssize_t>(part.size_bytes)}, part.data, view_);
    view.attr("flags").attr("writeable") = false;
    return view;
  }

 private:
  py::memoryview view_;
  const std::uint8_t* data_;
  std::size_t size_bytes_;
};

template <typename Message>
struct Owned {
  MessageBytes bytes;
  Message message;
};

using OwnedImage = Owned<ImageMessage>;
using OwnedCompressedImage = Owned<CompressedImageMessage>;
using OwnedHbmemImage = Owned<HbmemImageMessage>;
using OwnedTensor = Owned<TensorMessage>;

// Names of encodings and tensors are compared and printed, so bytes that are not UTF-8 are shown as \xNN.
py::str to_printable(const std::string& text) {
  PyObject* decoded = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace");
  if (decoded == nullptr) {
    throw py::error_already_set();
  }
  return py::reinterpret_steal<py::str>(decoded);
}

py::tuple to_tuple(const std::vector<std::int64_t>& values) { return py::tuple(py::cast(values)); }

std::int64_t read_stamp_ns(const py::buffer& message) {
  const MessageBytes bytes(message);
  CdrReader reader(bytes.data(), bytes.size_bytes(), "std_msgs/Header");
  return read_header(reader).stamp_ns();
}

// hbm_runtime_ros._rcl.Message has the attribute of a loan: the C struct in place of a serialized message.
HbmemImageMessage parse_hbmem(const py::buffer& message, const MessageBytes& bytes, std::size_t room_bytes) {
  const bool is_struct = py::getattr(message, "loaned", py::bool_(false)).cast<bool>();
  return parse_hbmem_image(bytes.data(), bytes.size_bytes(), room_bytes, is_struct);
}

std::int64_t read_hbmem_stamp_ns(const py::buffer& message) {
  const MessageBytes bytes(message);
  return parse_hbmem(message, bytes, 0).stamp_ns();
}

void define_header(py::module_& module) {
  py::class_<FrameHeader>(module, "FrameHeader", "std_msgs/Header: what a result copies from its frame.")
      .def(py::init([](std::int32_t stamp_sec, std::uint32_t stamp_nanosec, const py::str& frame_id) {
             return FrameHeader{stamp_sec, stamp_nanosec, to_bytes(frame_id)};
           }),
           py::arg("stamp_sec"), py::arg("stamp_nanosec"), py::arg("frame_id"))
      .def_readonly("stamp_sec", &FrameHeader::stamp_sec)
      .def_readonly("stamp_nanosec", &FrameHeader::stamp_nanosec)
      .def_property_readonly(
          "frame_id", [](const FrameHeader& self) { return to_text(self.frame_id); },
          "Bytes that are not UTF-8 are kept as surrogates (PEP 383), so that a result has the same bytes as its "
          "frame.");

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
      .def_property_readonly("encoding", [](const OwnedImage& self) { return to_printable(self.message.encoding); })
      .def_property_readonly("is_bigendian", [](const OwnedImage& self) { return self.message.is_bigendian; })
      .def_property_readonly("step_bytes", [](const OwnedImage& self) { return self.message.step_bytes; })
      .def_property_readonly(
          "data", [](const OwnedImage& self) { return self.bytes.view_of(self.message.data); },
          "uint8, read-only view into the message.");

  module.def(
      "parse_image",
      [](const py::buffer& message) {
        MessageBytes bytes(message);
        ImageMessage image = parse_image(bytes.data(), bytes.size_bytes());
        return OwnedImage{std::move(bytes), std::move(image)};
      },
      py::arg("message"),
      "Read the serialized sensor_msgs/Image in `message` without copying its data.\n\n"
      "Raises:\n"
      "    WireError: a field reaches beyond the message, or the encoding is not plain CDR.");
}

void define_compressed_image(py::module_& module) {
  py::class_<OwnedCompressedImage>(module, "CompressedImage",
                                   "A serialized sensor_msgs/CompressedImage, read in place.")
      .def_property_readonly("header", [](const OwnedCompressedImage& self) { return self.message.header; })
      .def_property_readonly("format",
                             [](const OwnedCompressedImage& self) { return to_printable(self.message.format); })
      .def_property_readonly(
          "data", [](const OwnedCompressedImage& self) { return self.bytes.view_of(self.message.data); },
          "uint8, read-only view into the message.");

  module.def(
      "parse_compressed_image",
      [](const py::buffer& message) {
        MessageBytes bytes(message);
        CompressedImageMessage image = parse_compressed_image(bytes.data(), bytes.size_bytes());
        return OwnedCompressedImage{std::move(bytes), std::move(image)};
      },
      py::arg("message"),
      "Read the serialized sensor_msgs/CompressedImage in `message` without copying its data.\n\n"
      "Raises:\n"
      "    WireError: a field reaches beyond the message, or the encoding is not plain CDR.");
}

void define_hbmem_image(py::module_& module) {
  py::class_<OwnedHbmemImage>(module, "HbmemImage", "A picture of hbm_img_msgs, read in place.")
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
          "room", [](const OwnedHbmemImage& self) { return self.bytes.view_of(self.message.room); },
          "uint8, read-only view into the message: the picture, and the unused bytes after it.");

  module.def(
      "parse_hbmem_image",
      [](const py::buffer& message, std::size_t room_bytes) {
        MessageBytes bytes(message);
        HbmemImageMessage image = parse_hbmem(message, bytes, room_bytes);
        return OwnedHbmemImage{std::move(bytes), std::move(image)};
      },
      py::arg("message"), py::arg("room_bytes"),
      "Read the picture of hbm_img_msgs in `message` without copying its data.\n\n"
      "Args:\n"
      "    message: of a type whose field `data` has `room_bytes`; serialized, or the C struct if it has an attribute "
      "`loaned` that is true.\n\n"
      "Raises:\n"
      "    WireError: a field reaches beyond the message, or the encoding is not plain CDR.");

  module.def("read_hbmem_stamp_ns", &read_hbmem_stamp_ns, py::arg("message"),
             "Return the stamp of a picture of hbm_img_msgs, serialized or loaned, ns since its clock's epoch.\n\n"
             "Raises:\n"
             "    WireError: the message is too short, or its encoding is not plain CDR.");
}

void define_tensor_list(py::module_& module) {
  py::class_<OwnedTensor>(module, "Tensor", "A hbm_runtime_ros/Tensor in a serialized message, read in place.")
      .def_property_readonly("name", [](const OwnedTensor& self) { return to_printable(self.message.name); })
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
          "data", [](const OwnedTensor& self) { return self.bytes.view_of(self.message.data); },
          "uint8, read-only view into the message.");

  module.def(
      "parse_tensor_list",
      [](const py::buffer& message) {
        const MessageBytes bytes(message);
        TensorListMessage list = parse_tensor_list(bytes.data(), bytes.size_bytes());
        py::list tensors;
        for (TensorMessage& tensor : list.tensors) {
          tensors.append(OwnedTensor{bytes, std::move(tensor)});
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
