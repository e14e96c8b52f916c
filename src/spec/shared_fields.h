#pragma once
// Keys that several objects of the spec share, and the setters only such keys need.

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "core/quantity.h"
#include "spec/setters.h"

namespace plimsoll::spec::tables {

inline constexpr std::array<Names, 3> markets = {"on_demand", "spot", "reserved"};
inline constexpr std::array<Names, 2> architectures = {"amd64", "arm64"};
inline constexpr std::array<Names, 2> booleans = {"false", "true"};  // the index is the value

template <std::size_t A, std::size_t B>
constexpr std::array<Field, A + B> join(const std::array<Field, A>& first, const std::array<Field, B>& then) {
  std::array<Field, A + B> all{};
  for (std::size_t i = 0; i < A; ++i) all[i] = first[i];
  for (std::size_t i = 0; i < B; ++i) all[A + i] = then[i];
  return all;
}

/// How a component is bought: `Member` is its Bought. `price` in place of the usual setter.
template <auto Member>
constexpr std::array<Field, 4> bought_fields(Setter price = inner<Member, &Bought::price>) {
  return {{
      {.key = "class",
       .doc = "a row of the catalog; its price, cores, memory and connections count where nothing else is said",
       .pattern = &class_name,
       .set = inner<Member, &Bought::instance_class>},
      {.key = "price", .kind = Kind::money, .doc = "of one; a month has 730 hours; goes before the class's", .set = price},
      {.key = "market",
       .kind = Kind::enumeration,
       .fallback = "on_demand",
       .doc = "how it is bought; what that saves is in the catalog",
       .names = markets,
       .set = inner<Member, &Bought::market>},
      {.key = "arch",
       .kind = Kind::enumeration,
       .fallback = "amd64",
       .doc = "what it is built for; what that saves is in the catalog",
       .names = architectures,
       .set = inner<Member, &Bought::arch>},
  }};
}

/// true or false, written with `names = booleans`.
template <auto Member>
void flag(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node)) member<Member>(owner) = *index == 1;
}

/// One of `names` or a list of them where the model has the words themselves.
template <auto Member>
void word(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (const auto index = reader.read_name(field, node)) member<Member>(owner) = field.names[*index];
}
template <auto Member>
void words(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_list(field, node)) return;
  for (const Node& item : node.items)
    if (const auto index = reader.read_name(field, item)) member<Member>(owner).emplace_back(field.names[*index]);
}

template <auto Member>
void cron_text(Reader& reader, const Field& field, const Node& node, void* owner) {
  reader.read_cron(field, node, member<Member>(owner));
}

/// name: amount pairs of work; only a rate with its unit shares an instance's strength.
template <auto Member>
void work_kinds(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_map(field, node)) return;
  Field amount = field;
  amount.kind = Kind::rate;
  for (const Node::Entry& entry : node.entries) {
    const Reader::Within within(reader, entry.key, entry.at, entry.value);
    WorkKind one;
    one.name = entry.key;
    reader.key_fits(field, entry);
    reader.read(amount, entry.value, one.per_instance);
    one.shares = !parse_number(entry.value.text);
    member<Member>(owner).push_back(std::move(one));
  }
}

/// name: count pairs.
template <auto Member>
void counts(Reader& reader, const Field& field, const Node& node, void* owner) {
  if (!reader.is_map(field, node)) return;
  Field count = field;
  count.kind = Kind::integer;
  for (const Node::Entry& entry : node.entries) {
    const Reader::Within within(reader, entry.key, entry.at, entry.value);
    if (reader.key_fits(field, entry)) reader.read(count, entry.value, member<Member>(owner)[entry.key]);
  }
}

}  // namespace plimsoll::spec::tables
