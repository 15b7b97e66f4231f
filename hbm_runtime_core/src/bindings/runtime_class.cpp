// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/runtime_class.hpp"

#include "bindings/infer_request.hpp"
#include "bindings/run_method.hpp"
#include "bindings/runtime_object.hpp"
#include "bindings/runtime_properties.hpp"
#include "bindings/scheduling_arguments.hpp"
#include "bindings/typed.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

constexpr const char* kClassDoc =
    "Models of one or several .hbm files, loaded and ready to run.\n"
    "\n"
    "    HB_HBMRuntime(model_file, backend=None)\n"
    "    HB_HBMRuntime(model_files, backend=None)\n"
    "\n"
    "backend: 'auto', 'bpu' or 'sim'; None takes the environment variable HBM_RUNTIME_BACKEND. A process keeps the\n"
    "libraries of its first runtime: asking for another backend afterwards raises HbmRuntimeError. version,\n"
    "library_path, backend, soc and bpu_core_count can be read from the class as well, which opens the libraries.\n"
    "\n"
    "Raises HbmFileNotFoundError for a file that cannot be opened, HbmRuntimeError for one that the device refuses.\n"
    "Usable from several threads at once. Everything is freed with the last reference, or by close().";

Typed<type_text::kVersion> library_version(const py::object&) {
  return py::module_::import("hbm_runtime_core.version").attr("LibraryVersion")(Driver::current().version());
}

Text library_path(const py::object&) {
  return py::reinterpret_steal<Text>(PyUnicode_DecodeFSDefault(Driver::current().dnn_path().c_str()));
}

}  // namespace

void define_runtime(py::module_& module) {
  // Local, because it belongs to this module alone, and because such types are found first: run() looks one up per
  // call.
  RuntimeClass cls(module, "HB_HBMRuntime", py::module_local(), kClassDoc);
  {
    py::options options;
    options.disable_function_signatures();
    cls.def(py::init(&load_runtime),
            "__init__(model_file=None, *, model_files=None, backend=None)\n--\n\nLoad models.");
  }
  cls.def_property_readonly_static("version", &library_version, "Version of the inference library; may also be called.")
      .def_property_readonly_static("library_path", &library_path, "Path of the libdnn that this process uses.")
      .def_property_readonly_static(
          "backend", [](const py::object&) { return backend_name(Driver::current().backend()); },
          "'bpu' on a board, 'sim' where the simulator runs.")
      .def_property_readonly_static(
          "soc", [](const py::object&) { return Driver::current().soc(); },
          "'s100', 's100p' or 's600'; the library's own words for any other board.")
      .def_property_readonly_static(
          "bpu_core_count", [](const py::object&) { return Driver::current().bpu_core_count(); },
          "BPU cores of the board; 0 if it is not known from the system or the SoC's name.");
  define_model_properties(&cls);
  define_tensor_properties(&cls);
  cls.def("set_scheduling_params", &set_scheduling_params, py::arg("priority") = py::none(),
          py::arg("bpu_cores") = py::none(), py::arg("custom_id") = py::none(), py::arg("device_id") = py::none(),
          "Set the defaults of calls, each as {model name: value}; None leaves it as it is.\n"
          "\n"
          "priority: 0 to 255, higher runs first, 254 and 255 preempt. bpu_cores: list of cores, [-1] for any.\n"
          "custom_id: among equal priorities smaller runs first. device_id: 0 on a board.\n"
          "Nothing changes if one value is refused.");
  cls.def(
      "check_scheduling", &check_scheduling, py::arg("model_name"), py::kw_only(), py::arg("priority") = py::none(),
      py::arg("bpu_cores") = py::none(), py::arg("custom_id") = py::none(), py::arg("device_id") = py::none(),
      "Check whether one model could run with these values, without running or changing anything.\n"
      "\n"
      "The values are plain ones for this model; None is the default of set_scheduling_params(). Raises what run()\n"
      "would raise. Returns how many tasks of the model the cores can run at once: with 1, a second task only waits.");
  define_run_methods(cls);
  cls.def("create_request", &create_request, py::arg("model_name") = py::none(), py::arg("shapes") = py::none(),
          "Reserve device memory for one model's inputs, to be filled in place and run many times.\n"
          "\n"
          "model_name may be None where one model is loaded. shapes: {input: shape} for inputs with dynamic\n"
          "dimensions. Returns an InferRequest.");
  cls.def("close", &RuntimeObject::close,
          "Unload the models once the calls in flight have ended. Arrays from earlier runs stay valid. Safe to repeat.")
      .def_property_readonly(
          "closed", [](const RuntimeObject& self) { return self.runtime().closed(); }, "Whether close() was called.")
      .def("__enter__", [](const py::object& self) -> Typed<type_text::kRuntime> { return self; })
      .def("__exit__", [](RuntimeObject& self, const py::args&) { self.close(); });
}

}  // namespace hbm
