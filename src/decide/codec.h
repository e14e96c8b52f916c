#pragma once
// One layout for both ways: a type's layout() names its fields in order, and either a Put writes them or a Get reads them. What is
// read is checked: an enumerator past the last, a list longer than its room or than the bytes left makes the whole damaged.

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/inline_vector.h"

namespace plimsoll::codec {

/// T, const or not: a layout is written against both.
template <class T, class U>
concept Maybe = std::same_as<std::remove_const_t<T>, U>;

class Put {
 public:
  static constexpr bool reads = false;
  template <std::integral T>
  void operator()(const T& value) {
    if constexpr (std::same_as<T, bool>)
      out_.put(static_cast<std::uint8_t>(value));
    else
      out_.put(value);
  }
  void operator()(const double& value) { out_.put(value); }
  void operator()(const TimePoint& value) { out_.put(value); }
  void operator()(const Duration& value) { out_.put(value); }
  void operator()(const std::string& value) { out_.put(std::string_view(value)); }
  template <class Tag>
  void operator()(const Id<Tag>& id) {
    out_.put(id.index);
  }
  template <class E>
  void name(const E& value, E) {
    out_.put(static_cast<std::uint8_t>(value));
  }
  template <class T>
  void maybe(const std::optional<T>& value) {
    out_.put(static_cast<std::uint8_t>(value.has_value()));
    (*this)(value ? *value : T{});
  }
  /// `least`: bytes of one element at least.
  template <class T, class Each>
  void list(const std::vector<T>& values, std::size_t, Each each) {
    out_.put(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) each(value);
  }
  template <class T, std::size_t N, class Each>
  void list(const InlineVector<T, N>& values, std::size_t, Each each) {
    out_.put(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) each(value);
  }
  /// A ring: from its beginning on.
  template <class T, std::size_t N, class Each>
  void ring(const std::array<T, N>& values, const std::uint32_t& begin, const std::uint32_t& count, std::size_t, Each each) {
    out_.put(count);
    for (std::uint32_t i = 0; i < count; ++i) each(values[(begin + i) % N]);
  }
  [[nodiscard]] ByteVector take() { return out_.take(); }

 private:
  ByteWriter out_;
};

class Get {
 public:
  static constexpr bool reads = true;
  explicit Get(std::span<const std::uint8_t> bytes) : in_(bytes) {}

  template <std::integral T>
  void operator()(T& value) {
    if constexpr (std::same_as<T, bool>)
      value = in_.get<std::uint8_t>() != 0;
    else
      value = in_.get<T>();
  }
  void operator()(double& value) { value = in_.get_double(); }
  void operator()(TimePoint& value) { value = in_.get_time(); }
  void operator()(Duration& value) { value = in_.get_duration(); }
  void operator()(std::string& value) { value = in_.get_text(); }
  template <class Tag>
  void operator()(Id<Tag>& id) {
    id.index = in_.get<std::uint32_t>();
  }
  template <class E>
  void name(E& value, E last) {
    const auto number = in_.get<std::uint8_t>();
    sound_ = sound_ && number <= static_cast<std::uint8_t>(last);
    value = static_cast<E>(number);
  }
  template <class T>
  void maybe(std::optional<T>& value) {
    bool present = false;
    T content{};
    (*this)(present);
    (*this)(content);
    value = present ? std::optional<T>(content) : std::nullopt;
  }
  template <class T, class Each>
  void list(std::vector<T>& values, std::size_t least, Each each) {
    values.resize(in_.get_count(least));
    for (T& value : values) each(value);
  }
  template <class T, std::size_t N, class Each>
  void list(InlineVector<T, N>& values, std::size_t least, Each each) {
    values.clear();
    for (std::size_t left = in_.get_count(least); left > 0; --left) {
      T value{};
      each(value);
      sound_ = sound_ && values.push_back(value);
    }
  }
  template <class T, std::size_t N, class Each>
  void ring(std::array<T, N>& values, std::uint32_t& begin, std::uint32_t& count, std::size_t least, Each each) {
    begin = 0;
    const std::size_t stored = in_.get_count(least);
    sound_ = sound_ && stored <= N;
    count = sound_ ? static_cast<std::uint32_t>(stored) : 0;
    for (std::uint32_t i = 0; i < count; ++i) each(values[i]);
  }
  void damage() { sound_ = false; }
  [[nodiscard]] bool whole() const { return sound_ && in_.at_end(); }

 private:
  ByteReader in_;
  bool sound_ = true;
};

}  // namespace plimsoll::codec
