// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "topic_reader.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "bindings/interpreter.hpp"
#include "rcl_subscription.hpp"
#include "topic_queue.hpp"
#include "waiter.hpp"

namespace py = pybind11;

namespace hbm_ros {
namespace {

// Longer timeouts are treated as no limit.
constexpr double kLongestTimeoutS = 1e9;

// What Python holds of one delivered message.
struct Message {
  Delivery delivery;
};

class TopicReader {
 public:
  TopicReader(const py::object& subscription, std::size_t depth);
  ~TopicReader() { close(); }
  TopicReader(const TopicReader&) = delete;
  TopicReader& operator=(const TopicReader&) = delete;

  const std::shared_ptr<TopicQueue>& queue() const { return queue_; }
  bool lends() const { return lends_; }

  void close() {
    const hbm::GilRelease unlocked;
    queue_->close();
  }

 private:
  std::shared_ptr<TopicQueue> queue_;
  bool lends_;
};

// Size of the message's C struct if it is a picture of hbm_img_msgs of the layout that hbm_runtime_ros._wire reads in
// place; otherwise 0. Loans of other types cannot be read here.
std::size_t lendable_bytes(const py::object& message_type) {
  static constexpr std::pair<const char*, const char*> kHead[] = {
      {"index", "int32"},        {"time_stamp", "builtin_interfaces/Time"},
      {"height", "uint32"},      {"width", "uint32"},
      {"data_size", "uint32"},   {"step", "uint32"},
      {"encoding", "uint8[12]"},
  };
  constexpr std::size_t kHeadBytes = 40;
  if (message_type.attr("__module__").cast<std::string>().rfind("hbm_img_msgs.", 0) != 0) {
    return 0;
  }
  const py::dict fields = message_type.attr("get_fields_and_field_types")();
  auto field = fields.begin();
  for (const auto& [name, type] : kHead) {
    if (field == fields.end() || field->first.cast<std::string>() != name ||
        field->second.cast<std::string>() != type) {
      return 0;
    }
    ++field;
  }
  static const std::string array_of_bytes = "uint8[";
  if (fields.size() != std::size(kHead) + 1 || field->first.cast<std::string>() != "data" ||
      field->second.cast<std::string>().rfind(array_of_bytes, 0) != 0) {
    return 0;
  }
  const std::string length = field->second.cast<std::string>().substr(array_of_bytes.size());
  return kHeadBytes + std::strtoul(length.c_str(), nullptr, 10);
}

TopicReader::TopicReader(const py::object& subscription, std::size_t depth) {
  if (depth == 0) {
    throw py::value_error("depth must be at least 1, got 0");
  }
  auto source = std::make_shared<RclSubscription>(std::make_unique<EnteredHandle>(subscription.attr("handle")),
                                                  lendable_bytes(subscription.attr("msg_type")));
  lends_ = source->lends();
  queue_ = std::make_shared<TopicQueue>(depth, source->depth());
  queue_->open(source);
  const hbm::GilRelease unlocked;
  source->report_arrivals_to(queue_.get());
}

std::optional<std::chrono::nanoseconds> to_timeout(std::optional<double> seconds) {
  if (!seconds || *seconds > kLongestTimeoutS) {
    return std::nullopt;
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::max(0.0, *seconds) * 1e9));
}

std::unique_ptr<Message> take(Consumer& consumer) {
  Delivery delivery;
  {
    const hbm::GilRelease unlocked;
    delivery = consumer.take();
  }
  return delivery.message ? std::make_unique<Message>(Message{std::move(delivery)}) : nullptr;
}

}  // namespace

void define_topic_reader(py::module_& module) {
  py::class_<TopicReader>(module, "TopicReader",
                          "Takes the messages of one subscription, without the GIL, for any number of consumers: one "
                          "take serves all of them.\n\n"
                          "rclpy's own executor must not take from the subscription.")
      .def(py::init<const py::object&, std::size_t>(), py::arg("subscription"), py::arg("depth"),
           "Args:\n"
           "    subscription: of rclpy. Its handle stays valid until close(), even if its node destroys it.\n"
           "    depth: 1: a consumer receives the newest message only; more: every message in order, of which this "
           "many are kept for it.")
      .def_property_readonly(
          "arrivals", [](const TopicReader& self) { return self.queue()->arrivals(); },
          "Messages that the middleware has received so far.")
      .def_property_readonly(
          "last_arrival_ns", [](const TopicReader& self) { return self.queue()->last_arrival_ns(); },
          "When the last one arrived, CLOCK_MONOTONIC as time.perf_counter_ns(); 0 = none yet.")
      .def_property_readonly("lends", &TopicReader::lends, "Whether messages are taken as loans of the middleware.")
      .def("close", &TopicReader::close,
           "Take no more, leave the subscription to rclpy and wake the waiters. A take that is under way ends first. "
           "It may be repeated.");

  py::class_<Waiter, std::shared_ptr<Waiter>>(
      module, "Waiter", "Where the threads that serve one callback group wait for messages of its topics.")
      .def(py::init<>())
      .def(
          "wait",
          [](Waiter& self, std::optional<double> timeout_s) {
            const hbm::GilRelease unlocked;
            return self.wait(to_timeout(timeout_s));
          },
          py::arg("timeout_s") = py::none(),
          "Wait until a message waits for one of the consumers, or wake() is called. Return False if neither has "
          "happened within `timeout_s`; None: no limit.")
      .def("wake", &Waiter::wake, "End the waits that are under way, or else the next one.");

  py::class_<Consumer, std::shared_ptr<Consumer>>(module, "Consumer",
                                                  "One model's position among the messages of a topic.")
      .def(py::init([](const TopicReader& reader, std::shared_ptr<Waiter> waiter) {
             return Consumer::create(reader.queue(), std::move(waiter));
           }),
           py::arg("reader"), py::arg("waiter").none(false),
           "It receives messages that nobody has taken yet and later ones.")
      .def("take", &take,
           "Return the newest message that it has not received (depth 1) or the next one in order (deeper); None: "
           "nothing "
           "new, or closed.\n\n"
           "Raises:\n"
           "    RuntimeError: with rcl's text.")
      .def("skipped", &Consumer::skipped,
           "Return how many messages since the last call it will never receive, because newer ones took their place.")
      .def_property_readonly("waiting_since_ns", &Consumer::waiting_since_ns,
                             "When the message arrived that it receives next, CLOCK_MONOTONIC; 0 = none waits.")
      .def("close", &Consumer::close,
           "End its deliveries. It may be repeated.\n\n"
           "Return how many messages have arrived that it has neither received nor counted as skipped.");

  py::class_<Message>(
      module, "Message",
      "One message, as read-only bytes: serialized, or the C struct where it is a loan, which may lie in "
      "memory of its publisher. Other memory is reused once nothing refers to the message.",
      py::buffer_protocol())
      .def_buffer([](const Message& self) {
        const TakenMessage& message = *self.delivery.message;
        return py::buffer_info(const_cast<std::uint8_t*>(message.data()), sizeof(std::uint8_t), "B", 1,
                               {static_cast<py::ssize_t>(message.size_bytes())}, {py::ssize_t{1}}, true);
      })
      .def_property_readonly(
          "arrived_ns", [](const Message& self) { return self.delivery.arrived_ns; }, "CLOCK_MONOTONIC.")
      .def_property_readonly("loaned", [](const Message& self) { return self.delivery.message->loaned(); })
      .def_property_readonly(
          "intact", [](const Message& self) { return self.delivery.message->intact(); },
          "False once the publisher of a loan has begun to overwrite it. Check it after reading.")
      .def("__len__", [](const Message& self) { return self.delivery.message->size_bytes(); });
}

}  // namespace hbm_ros
