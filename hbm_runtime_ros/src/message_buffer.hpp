// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "bindings/interpreter.hpp"
#include "buffer_pool.hpp"

namespace hbm_wire {

// The memory of one serialized message, for Python.
class MessageBuffer {
 public:
  MessageBuffer(std::shared_ptr<hbm_ros::BufferPool> pool, std::size_t size_bytes)
      : pool_(std::move(pool)), buffer_(pool_->take(size_bytes)) {}
  ~MessageBuffer() { pool_->give_back(buffer_); }
  MessageBuffer(const MessageBuffer&) = delete;
  MessageBuffer& operator=(const MessageBuffer&) = delete;

  std::uint8_t* data() const { return buffer_.data; }
  std::size_t size_bytes() const { return buffer_.size_bytes; }

 private:
  std::shared_ptr<hbm_ros::BufferPool> pool_;
  hbm_ros::ByteBuffer buffer_;
};

// A message of `size_bytes` that `fill(std::uint8_t*)` writes without the GIL, in memory of `pool`, which is used again
// once nothing refers to the returned view.
template <typename Fill>
pybind11::memoryview fill_message(const std::shared_ptr<hbm_ros::BufferPool>& pool, std::size_t size_bytes,
                                  Fill&& fill) {
  auto buffer = std::make_unique<MessageBuffer>(pool, size_bytes);
  {
    const hbm::GilRelease unlocked;
    fill(buffer->data());
  }
  return pybind11::memoryview(pybind11::cast(std::move(buffer)));
}

inline void define_message_buffer(pybind11::module_& module) {
  namespace py = pybind11;
  py::class_<MessageBuffer>(module, "_MessageBuffer", "Holds the memory of one serialized message.",
                            py::buffer_protocol())
      .def_buffer([](const MessageBuffer& self) {
        return py::buffer_info(self.data(), sizeof(std::uint8_t), "B", 1, {static_cast<py::ssize_t>(self.size_bytes())},
                               {py::ssize_t{1}}, true);
      });
}

}  // namespace hbm_wire
