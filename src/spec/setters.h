#pragma once
// How values come from the file into the model: one template per shape, for the Field::set of the tables.

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "spec/descriptor.h"
#include "spec/reader.h"

namespace plimsoll::spec {

using Names = std::string_view;
inline constexpr Range positive{.least = 0, .above = true};
inline constexpr Range share{.least = 0, .most = 1};

template <class T>
struct MemberOf;
template <class Owner, class Value>
struct MemberOf<Value Owner::*> {
  using owner = Owner;
  using value = Value;
};
template <auto Member>
using OwnerOf = typename MemberOf<decltype(Member)>::owner;
template <auto Member>
using ValueOf = typename MemberOf<decltype(Member)>::value;

template <auto Member>
auto& member(void* owner) {
  return static_cast<OwnerOf<Member>*>(owner)->*Member;
}

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// A scalar, a list of texts or a map of texts.
template <auto Member>
void value(Reader& reader, const Field& field, const Node& node, void* owner) {
  auto& target = member<Member>(owner);
  if constexpr (IsOptional<ValueOf<Member>>::value) {
    reader.read(field, node, target.emplace());
  } else if constexpr (std::is_enum_v<ValueOf<Member>>) {
    if (const auto index = reader.read_name(field, node)) target = static_cast<ValueOf<Member>>(*index);
  } else {
    reader.read(field, node, target);
  }
}

/// What needs no place in the model, but is checked.
inline void fixed(Reader& reader, const Field& field, const Node& node, void*) { reader.read_name(field, node); }

template <auto Member>
void object(Reader& reader, const Field& field, const Node& node, void* owner) {
  auto& target = member<Member>(owner);
  if constexpr (IsOptional<ValueOf<Member>>::value)
    reader.object(*field.of, node, &target.emplace());
  else
    reader.object(*field.of, node, &target);
}

/// A member of a member: the file has one level less than the model.
template <auto Outer, auto Inner>
void inner(Reader& reader, const Field& field, const Node& node, void* owner) {
  value<Inner>(reader, field, node, &member<Outer>(owner));
}

/// The value and that it was given.
template <auto Member, auto Given>
void given(Reader& reader, const Field& field, const Node& node, void* owner) {
  value<Member>(reader, field, node, owner);
  member<Given>(owner) = true;
}

/// Kubernetes writes seconds as whole numbers.
template <auto Member>
void whole_seconds(Reader& reader, const Field& field, const Node& node, void* owner) {
  int count = -1;
  reader.read(field, node, count);
  if (count >= 0) member<Member>(owner) = std::chrono::seconds(count);
}

/// Keys one level down in the file that belong to the same struct of the model.
inline void same_owner(Reader& reader, const Field& field, const Node& node, void* owner) {
  reader.object(*field.of, node, owner);
}

template <auto Member>
void names(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_list(field, node)) return;
  for (const Node& item : node.items)
    if (const auto index = reader.read_name(field, item))
      member<Member>(owner).push_back(static_cast<typename ValueOf<Member>::value_type>(*index));
}

template <auto Member>
void objects(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_list(field, node)) return;
  std::size_t index = 0;
  for (const Node& item : node.items) {
    const Reader::Within within(reader, "[" + std::to_string(index++) + "]", item.at, item);
    typename ValueOf<Member>::value_type one;
    reader.object(*field.of, item, &one);
    member<Member>(owner).push_back(std::move(one));
  }
}

/// name: {…} pairs; the name goes into the member Name. Kept even if something in it is wrong, so that references to it hold.
template <auto Member, auto Name>
void named(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_map(field, node)) return;
  for (const Node::Entry& entry : node.entries) {
    const Reader::Within within(reader, entry.key, entry.at, entry.value);
    OwnerOf<Name> one;
    one.*Name = entry.key;
    if constexpr (requires { one.at; }) one.at = entry.at;
    reader.key_fits(field, entry);
    reader.object(*field.of, entry.value, &one);
    member<Member>(owner).push_back(std::move(one));
  }
}

}  // namespace plimsoll::spec
