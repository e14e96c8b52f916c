#pragma once
// Random values as they may stand in a spec, and what several parts of one are made of.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/rng.h"
#include "core/stack.h"

namespace plimsoll::spec::testing {

class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : rng_(seed) {}

 protected:
  int number(int least, int most) { return least + static_cast<int>(rng_.below(static_cast<std::uint64_t>(most - least + 1))); }
  bool flip() { return rng_.below(2) == 0; }
  template <class T>
  T pick(const std::vector<T>& of) {
    return of[rng_.below(of.size())];
  }
  template <class Make>
  auto maybe(Make make) -> std::optional<decltype(make())> {
    return flip() ? std::optional(make()) : std::nullopt;
  }
  template <class T>
  T one_of(int count) {
    return static_cast<T>(number(0, count - 1));
  }
  /// The usual value half of the time, so that defaults are met too.
  template <class T, class Make>
  void vary(T& value, Make make) {
    if (flip()) value = make();
  }

  Duration time() {
    return pick<Duration>({std::chrono::milliseconds(number(1, 5000)), std::chrono::seconds(number(1, 5000)),
                           std::chrono::minutes(number(1, 90)), std::chrono::microseconds(number(1, 999)),
                           std::chrono::nanoseconds(number(1, 2'000'000'000))});
  }
  Bytes bytes() {
    return pick<Bytes>({{(1LL << 20) * number(1, 4000)}, {1'000'000LL * number(2, 4000)}, {number(2'000'000, 2'000'000'000)}});
  }
  Cores cores() {
    return pick<Cores>({{static_cast<double>(number(1, 64))}, {number(1, 9000) / 1000.0 + 0.01}, {rng_.uniform() + 0.01}});
  }
  Ratio part(int most = 100) {
    return pick<Ratio>({{number(1, most) / 100.0}, {number(1, most * 100) / 10000.0}, {rng_.uniform() * most / 100 + 1e-6}});
  }
  Rate rate() {
    return pick<Rate>({{static_cast<double>(number(1, 5000))},
                       {number(1, 5000) * (1.0 / 60)},
                       {number(1, 99) * (1.0 / 3600)},
                       {rng_.uniform() + 0.001}});
  }
  Money money() {
    return pick<Money>(
        {{number(1, 3000) / hours_a_month}, {number(1, 300) / 100.0}, {number(1, 300) / 24.0}, {rng_.uniform() + 0.001}});
  }
  double count() {
    return pick<double>({static_cast<double>(number(1, 100'000)), number(1, 999) / 10.0, rng_.uniform() + 0.001});
  }
  TimePoint moment() { return TimePoint(std::chrono::seconds(number(1'700'000'000, 2'000'000'000))); }
  std::string text() {
    return pick<std::string>({"plain",    "two words",  "no",   "1.0",  "a: b",   " lead",      "trail ",
                              "x # y",    "für alle €", "a, b", "[x]",  "it's",   "\"quoted\"", "back\\slash",
                              "${",       "$${",        "$",    "100%", "- dash", "2026-01-01", "~",
                              "\xC2\xA0", "{",          "&a",   "*b",   "!t"});
  }
  std::string class_name() { return pick<std::string>({"t3.medium", "db.r6g.xlarge", "2xlarge", "1.5", "on"}); }
  std::string cron() { return pick<std::string>({"0 20 * * *", "*/15 8-18 * * mon-fri", "30 6 1 * *"}); }
  std::string zone() { return pick<std::string>({"UTC", "Europe/Berlin", "America/New_York"}); }

  Objectives objectives() {
    Objectives o;
    const Duration first = time();
    if (flip()) o.p50 = first;
    if (flip()) o.p95 = first * 2;
    if (flip()) o.p99 = first * 3;
    o.errors = maybe([&] { return part(); });
    o.age = maybe([&] { return time(); });
    return o;
  }

  Bought bought() {
    Bought b;
    vary(b.instance_class, [&] { return class_name(); });
    b.price = maybe([&] { return money(); });
    vary(b.market, [&] { return one_of<Market>(3); });
    vary(b.arch, [&] { return one_of<Arch>(2); });
    return b;
  }

  std::vector<SizeStep> steps() {
    std::vector<SizeStep> all;
    double users = 0;
    for (int i = number(0, 3); i > 0; --i)
      all.push_back({users += count(), flip() ? class_name() : "", maybe([&] { return cores(); }), maybe([&] { return bytes(); }),
                     maybe([&] { return money(); })});
    return all;
  }

  template <class T>
  RequestLimit<T> request(T low, T high) {
    if (high < low) std::swap(low, high);
    return {low, flip() ? std::optional(high) : std::nullopt};
  }

  /// In the signal's unit, and what can be written in it.
  double in_unit(SignalUnit unit) {
    switch (unit) {
      case SignalUnit::ratio:
        return part(100).value;
      case SignalUnit::seconds:
        return seconds(time());
      case SignalUnit::bytes:
        return static_cast<double>(bytes().count);
      case SignalUnit::per_second:
        return rate().per_second;
      case SignalUnit::number:
        break;
    }
    return count();
  }

  std::vector<WorkKind> work() {
    std::vector<WorkKind> all;
    for (const char* name : {"simple", "2-way", "websockets"})
      if (flip()) all.push_back(flip() ? WorkKind{name, rate().per_second, true} : WorkKind{name, count(), false});
    return all;
  }

 private:
  Rng rng_;
};

}  // namespace plimsoll::spec::testing
