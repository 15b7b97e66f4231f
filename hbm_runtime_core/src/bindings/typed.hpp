// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <utility>

namespace hbm {

/// A Python object that a function checks or makes itself, with the type that help() and the stubs show for it.
template <const auto& text>
class Typed : public pybind11::object {
 public:
  using pybind11::object::object;
  // NOLINTNEXTLINE(google-explicit-constructor): any object may stand here, as it may for pybind11::object.
  Typed(pybind11::object object) : pybind11::object(std::move(object)) {}
  static bool check_(pybind11::handle) { return true; }
};

/// The types, as signatures and stubs write them.
namespace type_text {
inline constexpr char text[] = "str";
inline constexpr char texts[] = "list[str]";
inline constexpr char text_or_none[] = "str | None";
inline constexpr char int_or_none[] = "int | None";
inline constexpr char float_or_none[] = "float | None";
inline constexpr char ints[] = "Iterable[int]";
inline constexpr char ints_or_none[] = "Iterable[int] | None";
inline constexpr char int_by_name[] = "Mapping[str, int] | None";
inline constexpr char ints_by_name[] = "Mapping[str, Iterable[int]] | None";
inline constexpr char array[] = "NDArray[Any]";
inline constexpr char array_like[] = "ArrayLike | None";
inline constexpr char arrays[] = "Mapping[str, NDArray[Any]]";
inline constexpr char arrays_or_none[] = "Mapping[str, NDArray[Any]] | None";
inline constexpr char results[] = "dict[str, NDArray[Any]]";
inline constexpr char any_dtype[] = "hbDNNDataType | DTypeLike";
inline constexpr char version[] = "LibraryVersion";
inline constexpr char transform[] = "ImageTransform | None";
inline constexpr char decoded[] = "tuple[str, tuple[Any, ...]]";
inline constexpr char runtime[] = "HB_HBMRuntime";
}  // namespace type_text

using Text = Typed<type_text::text>;
using Texts = Typed<type_text::texts>;
using TextOrNone = Typed<type_text::text_or_none>;
using IntOrNone = Typed<type_text::int_or_none>;
using FloatOrNone = Typed<type_text::float_or_none>;
using Ints = Typed<type_text::ints>;
using IntsOrNone = Typed<type_text::ints_or_none>;
using IntByName = Typed<type_text::int_by_name>;
using IntsByName = Typed<type_text::ints_by_name>;
using Array = Typed<type_text::array>;
using ArrayLike = Typed<type_text::array_like>;
using Arrays = Typed<type_text::arrays>;
using ArraysOrNone = Typed<type_text::arrays_or_none>;
using Results = Typed<type_text::results>;

/// A dictionary of values of one type, such as `Dict<Dict<int64_t>>` for dict[str, dict[str, int]].
template <typename Value>
class Dict : public pybind11::dict {
 public:
  using pybind11::dict::dict;
};

}  // namespace hbm

namespace pybind11::detail {

template <const auto& text>
struct handle_type_name<hbm::Typed<text>> {
  static constexpr auto name = const_name(text);
};

template <typename Value>
struct handle_type_name<hbm::Dict<Value>> {
  static constexpr auto name = const_name("dict[str, ") + make_caster<Value>::name + const_name("]");
};

}  // namespace pybind11::detail
