// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>

#include <string>
#include <utility>

#include "bindings/parameters.hpp"
#include "bindings/run_arguments.hpp"
#include "bindings/typed.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

std::vector<std::int64_t> to_cores(const py::object& cores) { return to_int64_list(cores.ptr(), "bpu_cores"); }

std::unique_ptr<SchedParam> make(std::int64_t priority, std::int64_t custom_id, std::vector<std::int64_t> cores,
                                 std::int64_t device_id) {
  auto made = SchedParam::make();
  made->priority = priority;
  made->custom_id = custom_id;
  made->bpu_cores = std::move(cores);
  made->device_id = device_id;
  return made;
}

}  // namespace

std::unique_ptr<SchedParam> to_sched_param(const Scheduling& scheduling, std::vector<std::int64_t> bpu_cores) {
  return make(scheduling.priority, scheduling.customId, std::move(bpu_cores), scheduling.deviceId);
}

void define_sched_param(py::module_& module) {
  py::class_<SchedParam> type(module, "SchedParam",
                              "How the device schedules a model's inferences. A copy: set_scheduling_params() "
                              "changes what holds.");
  type.attr("PRIORITY_RANGE") =
      py::make_tuple(static_cast<int>(HB_UCP_PRIORITY_LOWEST), static_cast<int>(HB_UCP_PRIORITY_HIGHEST));
  type.attr("DEVICE_ID_RANGE") = py::make_tuple(0, kLargestDeviceId);
  type.def(py::init([](std::int64_t priority, std::int64_t custom_id, const Ints& cores, std::int64_t device_id) {
             return make(priority, custom_id, to_cores(cores), device_id);
           }),
           py::arg("priority") = 0, py::arg("customId") = 0, py::arg("bpu_cores") = std::vector<std::int64_t>{-1},
           py::arg("deviceId") = 0)
      .def_readwrite("priority", &SchedParam::priority, "0 to 255; higher runs first, 254 and 255 preempt.")
      .def_readwrite("customId", &SchedParam::custom_id, "Smaller runs first among equal priorities.")
      .def_property(
          "bpu_cores", [](const SchedParam& p) { return p.bpu_cores; },
          [](SchedParam& p, const Ints& cores) { p.bpu_cores = to_cores(cores); }, "Cores it may run on; [-1] = any.")
      .def_readwrite("deviceId", &SchedParam::device_id, "Device; a board has device 0.")
      .def(
          "__eq__",
          [](const SchedParam& left, const SchedParam& right) {
            return left.priority == right.priority && left.custom_id == right.custom_id &&
                   left.bpu_cores == right.bpu_cores && left.device_id == right.device_id;
          },
          py::is_operator())
      .def("__repr__",
           [](const SchedParam& p) {
             return "SchedParam(priority=" + std::to_string(p.priority) + ", customId=" + std::to_string(p.custom_id) +
                    ", bpu_cores=" + std::string(py::repr(py::cast(p.bpu_cores))) +
                    ", deviceId=" + std::to_string(p.device_id) + ")";
           })
      .def(py::pickle(
          [](const SchedParam& p) { return py::make_tuple(p.priority, p.custom_id, p.bpu_cores, p.device_id); },
          [](const py::tuple& state) {
            return make(state[0].cast<std::int64_t>(), state[1].cast<std::int64_t>(), to_cores(state[2]),
                        state[3].cast<std::int64_t>());
          }))
      .attr("__hash__") = py::none();
}

}  // namespace hbm
