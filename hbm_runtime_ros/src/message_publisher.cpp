// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "message_publisher.hpp"

#include <rcl/context.h>
#include <rcl/error_handling.h>
#include <rcl/publisher.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "bindings/interpreter.hpp"
#include "rcl_entity.hpp"

namespace py = pybind11;

namespace hbm_ros {
namespace {

class MessagePublisher {
 public:
  explicit MessagePublisher(const py::object& publisher)
      : handle_(std::make_shared<EnteredHandle>(publisher.attr("handle"))) {}

  void publish(const py::buffer& message) {
    // With the GIL, so that a close() meanwhile only drops its own reference.
    const std::shared_ptr<EnteredHandle> handle = handle_;
    if (!handle) {
      throw std::runtime_error("the publisher was closed");
    }
    const py::buffer_info bytes = message.request();
    if (bytes.ndim != 1 || bytes.itemsize != 1 || bytes.strides[0] != 1) {
      throw py::value_error("message must be a contiguous buffer of bytes");
    }
    const hbm::GilRelease unlocked;
    publish(handle->get<rcl_publisher_t>(), static_cast<std::uint8_t*>(bytes.ptr),
            static_cast<std::size_t>(bytes.size));
  }

  bool has_subscribers() const {
    std::size_t count = 0;
    if (handle_ && rcl_publisher_get_subscription_count(handle_->get<rcl_publisher_t>(), &count) != RCL_RET_OK) {
      rcl_reset_error();  // the context was shut down
    }
    return count > 0;
  }

  void close() { handle_.reset(); }

 private:
  static void publish(const rcl_publisher_t* publisher, std::uint8_t* data, std::size_t size_bytes) {
    const rcl_serialized_message_t serialized{data, size_bytes, size_bytes, rcutils_get_default_allocator()};
    const rcl_ret_t result = rcl_publish_serialized_message(publisher, &serialized, nullptr);
    if (result == RCL_RET_OK) {
      return;
    }
    const std::string error = last_rcl_error();
    // rclpy, too, publishes nothing and raises no error once its context has been shut down.
    if (result == RCL_RET_PUBLISHER_INVALID && rcl_publisher_is_valid_except_context(publisher)) {
      const rcl_context_t* context = rcl_publisher_get_context(publisher);
      if (context != nullptr && !rcl_context_is_valid(context)) {
        return;
      }
    }
    rcl_reset_error();
    const char* topic = rcl_publisher_get_topic_name(publisher);
    throw std::runtime_error(std::string("cannot publish on '") + (topic == nullptr ? "" : topic) + "': " + error);
  }

  std::shared_ptr<EnteredHandle> handle_;
};

}  // namespace

void define_message_publisher(py::module_& module) {
  py::class_<MessagePublisher>(module, "MessagePublisher", "Publishes serialized messages without the GIL.")
      .def(py::init<const py::object&>(), py::arg("publisher"),
           "Args:\n"
           "    publisher: of rclpy. Its handle stays valid until close(), even if its node destroys it.")
      .def_property_readonly("has_subscribers", &MessagePublisher::has_subscribers,
                             "Whether somebody subscribes to the topic. False after close().")
      .def("publish", py::overload_cast<const py::buffer&>(&MessagePublisher::publish), py::arg("message"),
           "Publish a serialized message, any buffer of bytes. Does nothing after the context was shut down.\n\n"
           "Raises:\n"
           "    RuntimeError: with rcl's text.")
      .def("close", &MessagePublisher::close, "Leave the publisher to rclpy. It may be repeated.");
}

}  // namespace hbm_ros
