#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "load/histogram.h"
#include "load/http1.h"
#include "load/second_series.h"
#include "load/summary.h"

namespace plimsoll::load {

/// What one thread of the generator measured. That thread alone writes; add_to() may be called from any thread meanwhile.
/// Recording allocates nothing, takes no lock and touches no cache line that another thread writes.
class alignas(64) Recorder {
 public:
  /// Borrows `series`; `writer` is this thread's number in it.
  Recorder(SecondSeries& series, unsigned writer) : series_(series), writer_(writer) {}

  /// To be told the time since the start before anything is recorded at it: hands in the seconds that are over.
  void tick(Duration now);
  /// Nothing is recorded afterwards.
  void finish(Duration now);

  void count(std::uint64_t Counts::*what, std::uint64_t n = 1);
  void sent(bool waited);
  void slip(Duration late) { slip_.record(late); }
  void answered(int status, std::uint64_t body_bytes, std::string_view instance, Duration response, Duration service);
  /// An outcome without an answer. Only timed_out ones enter the response times.
  void failed(std::uint64_t Counts::*kind);
  void timed_out(std::uint64_t Counts::*kind, Duration waited);

  /// Adds counts, statuses and CPU to `summary` (not its percentiles) and the histograms to theirs.
  void add_to(Summary& summary, Histogram& response, Histogram& service, Histogram& slip) const;

  static constexpr std::size_t max_instances = 64;

 private:
  struct Instance {
    CapturedValue name;  // written once, before used_ covers it
    std::atomic<std::uint64_t> count{0};
  };
  void instance(std::string_view name);

  SecondSeries& series_;
  const unsigned writer_;
  std::uint32_t second_ = 0;
  SecondPart part_;

  mutable Counts counts_;  // each member through std::atomic_ref, which wants a mutable one even to read
  std::array<std::atomic<std::uint64_t>, 500> statuses_{};  // 100..599
  std::array<Instance, max_instances> instances_;
  std::atomic<std::size_t> used_{0};
  std::size_t last_ = 0;  // the instance of the last answer
  std::atomic<std::uint64_t> other_instances_{0};
  std::atomic<std::uint64_t> cpu_ns_{0};
  Histogram response_, service_, slip_;
};

/// Sorts what add_to() collected and judges it. `slip_limit` as in Plan.
void complete(Summary& summary, const Histogram& response, const Histogram& service, const Histogram& slip, Duration slip_limit);

}  // namespace plimsoll::load
