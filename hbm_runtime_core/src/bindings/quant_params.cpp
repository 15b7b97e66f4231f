// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "bindings/parameters.hpp"
#include "bindings/typed.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

using FloatArray = py::array_t<float, py::array::c_style | py::array::forcecast>;
using IntArray = py::array_t<std::int32_t, py::array::c_style | py::array::forcecast>;

template <typename Number>
py::array_t<Number> to_array(const std::vector<Number>& values) {
  return py::array_t<Number>(static_cast<py::ssize_t>(values.size()), values.data());
}

template <typename Number>
bool same_values(const py::array_t<Number>& left, const py::array_t<Number>& right) {
  return left.size() == right.size() && std::equal(left.data(), left.data() + left.size(), right.data());
}

// NumPy takes sequences; of any other iterable it would make one object.
py::object as_sequence(const py::object& values) {
  const bool iterates_only = Py_TYPE(values.ptr())->tp_iter != nullptr && PySequence_Check(values.ptr()) == 0;
  return iterates_only ? py::list(values) : values;
}

// None means empty. An empty array as default argument would import NumPy together with this module.
template <typename Array>
Array array_or_empty(const py::object& values) {
  return values.is_none() ? Array(py::array::ShapeContainer{0}) : Array(as_sequence(values));
}

std::unique_ptr<QuantParams> make(hbDNNQuantiType type, std::int64_t axis, const ArrayLike& scale,
                                  const ArrayLike& zero_point) {
  auto made = QuantParams::make();
  made->quant_type = type;
  made->axis = axis;
  made->scale = array_or_empty<FloatArray>(scale);
  made->zero_point = array_or_empty<IntArray>(zero_point);
  return made;
}

}  // namespace

std::unique_ptr<QuantParams> to_quant_params(const Quantization& quantization) {
  return make(quantization.type, quantization.axis, to_array(quantization.scale), to_array(quantization.zero_point));
}

Quantization to_quantization(const QuantParams& params, int rank) {
  const FloatArray scale(params.scale);
  const IntArray zero_point(params.zero_point);
  Quantization quantization;
  quantization.type = params.quant_type;
  quantization.axis = static_cast<std::int32_t>(params.axis < 0 ? params.axis + rank : params.axis);
  quantization.scale.assign(scale.data(), scale.data() + scale.size());
  quantization.zero_point.assign(zero_point.data(), zero_point.data() + zero_point.size());
  return quantization;
}

void define_quant_params(py::module_& module) {
  py::class_<QuantParams>(module, "QuantParams",
                          "Quantization of a tensor: real = (q - zero_point) * scale, for the whole tensor (one scale) "
                          "or for each slice along `axis`.")
      .def(py::init(&make), py::arg("quant_type") = NONE, py::arg("axis") = 0, py::arg("scale") = py::none(),
           py::arg("zero_point") = py::none())
      .def_readwrite("quant_type", &QuantParams::quant_type, "hbDNNQuantiType")
      .def_readwrite("axis", &QuantParams::axis, "Dimension that the scales belong to; ignored if there is one scale.")
      .def_property(
          "scale", [](const QuantParams& p) { return p.scale; },
          [](QuantParams& p, const ArrayLike& value) { p.scale = array_or_empty<FloatArray>(value); },
          "float32; empty for NONE.")
      .def_property(
          "zero_point", [](const QuantParams& p) { return p.zero_point; },
          [](QuantParams& p, const ArrayLike& value) { p.zero_point = array_or_empty<IntArray>(value); },
          "int32, as many as scales; empty for NONE.")
      .def(
          "__eq__",
          [](const QuantParams& left, const QuantParams& right) {
            return left.quant_type == right.quant_type && left.axis == right.axis &&
                   same_values(left.scale, right.scale) && same_values(left.zero_point, right.zero_point);
          },
          py::is_operator())
      .def("__repr__",
           [](const QuantParams& p) {
             return "QuantParams(quant_type=" + std::string(py::str(py::cast(p.quant_type))) +
                    ", axis=" + std::to_string(p.axis) + ", scale=" + std::string(py::repr(p.scale)) +
                    ", zero_point=" + std::string(py::repr(p.zero_point)) + ")";
           })
      .def(py::pickle([](const QuantParams& p) { return py::make_tuple(p.quant_type, p.axis, p.scale, p.zero_point); },
                      [](const py::tuple& state) {
                        return make(state[0].cast<hbDNNQuantiType>(), state[1].cast<std::int64_t>(),
                                    py::object(state[2]), py::object(state[3]));
                      }))
      .attr("__hash__") = py::none();
}

}  // namespace hbm
