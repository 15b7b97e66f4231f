// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <utility>

namespace hbm {

/// A Python object that a function checks or makes itself, with the type that help() and the stubs show for it.
template <const auto& kText>
class Typed : public pybind11::object {
 public:
  using pybind11::object::object;
  // NOLINTNEXTLINE(google-explicit-constructor): any object may stand here, as it may for pybind11::object.
  Typed(pybind11::object object) : pybind11::object(std::move(object)) {}
  static bool check_(pybind11::handle) { return true; }
};

/// The types, as signatures and stubs write them.
namespace type_text {
inline constexpr char kText[] = "str";
inline constexpr char kTexts[] = "list[str]";
inline constexpr char kTextOrNone[] = "str | None";
inline constexpr char kIntOrNone[] = "int | None";
inline constexpr char kFloatOrNone[] = "float | None";
inline constexpr char kInts[] = "Iterable[int]";
inline constexpr char kIntsOrNone[] = "Iterable[int] | None";
inline constexpr char kIntByName[] = "Mapping[str, int] | None";
inline constexpr char kIntsByName[] = "Mapping[str, Iterable[int]] | None";
inline constexpr char kArray[] = "NDArray[Any]";
inline constexpr char kArrayLike[] = "ArrayLike | None";
inline constexpr char kArrays[] = "Mapping[str, NDArray[Any]]";
inline constexpr char kArraysOrNone[] = "Mapping[str, NDArray[Any]] | None";
inline constexpr char kResults[] = "dict[str, NDArray[Any]]";
inline constexpr char kAnyDtype[] = "hbDNNDataType | DTypeLike";
inline constexpr char kVersion[] = "LibraryVersion";
inline constexpr char kTransform[] = "ImageTransform | None";
inline constexpr char kDecoded[] = "tuple[str, tuple[Any, ...]]";
inline constexpr char kRuntime[] = "HB_HBMRuntime";
}  // namespace type_text

using Text = Typed<type_text::kText>;
using Texts = Typed<type_text::kTexts>;
using TextOrNone = Typed<type_text::kTextOrNone>;
using IntOrNone = Typed<type_text::kIntOrNone>;
using FloatOrNone = Typed<type_text::kFloatOrNone>;
using Ints = Typed<type_text::kInts>;
using IntsOrNone = Typed<type_text::kIntsOrNone>;
using IntByName = Typed<type_text::kIntByName>;
using IntsByName = Typed<type_text::kIntsByName>;
using Array = Typed<type_text::kArray>;
using ArrayLike = Typed<type_text::kArrayLike>;
using Arrays = Typed<type_text::kArrays>;
using ArraysOrNone = Typed<type_text::kArraysOrNone>;
using Results = Typed<type_text::kResults>;

/// A dictionary of values of one type, such as `Dict<Dict<int64_t>>` for dict[str, dict[str, int]].
template <typename Value>
class Dict : public pybind11::dict {
 public:
  using pybind11::dict::dict;
};

}  // namespace hbm

namespace pybind11::detail {

template <const auto& kText>
struct handle_type_name<hbm::Typed<kText>> {
  static constexpr auto name = const_name(kText);
};

template <typename Value>
struct handle_type_name<hbm::Dict<Value>> {
  static constexpr auto name = const_name("dict[str, ") + make_caster<Value>::name + const_name("]");
};

}  // namespace pybind11::detail
