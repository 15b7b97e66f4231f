// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>

#include <string>

#include "bindings/parameters.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

SchedParam make(int64_t priority, int64_t custom_id, std::vector<int> bpu_cores, int64_t device_id) {
  return {priority, custom_id, std::move(bpu_cores), device_id};
}

}  // namespace

SchedParam to_sched_param(const Scheduling& scheduling) {
  return {scheduling.priority, scheduling.customId, cores_of_mask(scheduling.backend), scheduling.deviceId};
}

void define_sched_param(py::module_& module) {
  py::class_<SchedParam>(
      module, "SchedParam",
      "How a model's inferences stand in the device's queue. A copy: set_scheduling_params() changes "
      "what holds.")
      .def(py::init(&make), py::arg("priority") = 0, py::arg("customId") = 0,
           py::arg("bpu_cores") = std::vector<int>{-1}, py::arg("deviceId") = 0)
      .def_readwrite("priority", &SchedParam::priority, "0 to 255; higher runs first, 254 and 255 preempt.")
      .def_readwrite("customId", &SchedParam::custom_id, "Smaller runs first among equal priorities.")
      .def_readwrite("bpu_cores", &SchedParam::bpu_cores, "Cores it may run on; [-1] = any.")
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
            return make(state[0].cast<int64_t>(), state[1].cast<int64_t>(), state[2].cast<std::vector<int>>(),
                        state[3].cast<int64_t>());
          }))
      .attr("__hash__") = py::none();
}

}  // namespace hbm
