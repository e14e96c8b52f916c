#include "load/recorder.h"

#include <time.h>

#include <algorithm>

#include "core/assert.h"

namespace plimsoll::load {

namespace {

void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) {  // one writer: no locked instruction needed
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

std::uint64_t thread_cpu_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(t.tv_nsec);
}

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c < 0x20 || c > 0x7e) c = '?';
  return out;
}

}  // namespace

void Recorder::tick(Duration now) {
  const auto second = static_cast<std::uint32_t>(std::max<std::int64_t>(now.count(), 0) / 1'000'000'000);
  if (second == second_) [[likely]]
    return;
  series_.add(writer_, second_, part_);
  // Seconds nothing happened in still move this writer on, so that the others' are not held back.
  part_.clear();
  if (second > second_ + 1) series_.add(writer_, second - 1, part_);
  second_ = second;
  cpu_ns_.store(thread_cpu_ns(), std::memory_order_relaxed);
}

void Recorder::finish(Duration now) {
  tick(now);
  series_.add(writer_, second_, part_);
  series_.finish(writer_);
  cpu_ns_.store(thread_cpu_ns(), std::memory_order_relaxed);
}

void Recorder::count(std::uint64_t Counts::*what, std::uint64_t n) {
  const std::atomic_ref counter(counts_.*what);
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

void Recorder::sent(bool waited) {
  count(&Counts::sent);
  if (waited) count(&Counts::waited);
  ++part_.sent;
}

void Recorder::answered(int status, std::uint64_t body_bytes, std::string_view from, Duration response, Duration service) {
  PLIMSOLL_ASSERT(status >= 200 && status <= 599);
  add(statuses_[static_cast<std::size_t>(status) - 100], 1);
  count(&Counts::body_bytes, body_bytes);
  if (!from.empty()) instance(from);
  response_.record(response);
  service_.record(service);
  part_.response.record(response);
  if (status >= 400) {
    count(status < 500 ? &Counts::status_4xx : &Counts::status_5xx);
    ++part_.failed;
  } else {
    count(&Counts::succeeded);
    ++part_.succeeded;
  }
}

void Recorder::failed(std::uint64_t Counts::*kind) {
  count(kind);
  ++part_.failed;
}

void Recorder::timed_out(std::uint64_t Counts::*kind, Duration waited) {
  failed(kind);
  response_.record(waited);
  part_.response.record(waited);
}

void Recorder::instance(std::string_view name) {
  const std::size_t used = used_.load(std::memory_order_relaxed);
  if (last_ >= used || instances_[last_].name.view() != name) {
    std::size_t i = 0;
    while (i < used && instances_[i].name.view() != name) ++i;
    if (i == max_instances) return add(other_instances_, 1);
    if (i == used) {
      instances_[i].name.assign(name);
      used_.store(used + 1, std::memory_order_release);
    }
    last_ = i;
  }
  add(instances_[last_].count, 1);
}

void Recorder::add_to(Summary& summary, Histogram& response, Histogram& service, Histogram& slip) const {
  for (const auto what : all_counts) summary.counts.*what += std::atomic_ref(counts_.*what).load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < statuses_.size(); ++i) {
    const std::uint64_t n = statuses_[i].load(std::memory_order_relaxed);
    if (n > 0) summary.statuses.push_back({static_cast<int>(i) + 100, n});
  }
  const std::size_t used = used_.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < used; ++i)
    summary.instances.push_back({printable(instances_[i].name.view()), instances_[i].count.load(std::memory_order_relaxed)});
  summary.other_instances += other_instances_.load(std::memory_order_relaxed);
  summary.cpu_s += static_cast<double>(cpu_ns_.load(std::memory_order_relaxed)) * 1e-9;
  response.merge(response_);
  service.merge(service_);
  slip.merge(slip_);
}

namespace {

/// Sorts by key and adds up what several threads saw of the same.
template <class T, class Key>
void combine(std::vector<T>& rows, Key T::*key) {
  std::stable_sort(rows.begin(), rows.end(), [&](const T& a, const T& b) { return a.*key < b.*key; });
  std::vector<T> out;
  for (T& row : rows) {
    if (!out.empty() && out.back().*key == row.*key)
      out.back().count += row.count;
    else
      out.push_back(std::move(row));
  }
  rows = std::move(out);
}

}  // namespace

void complete(Summary& summary, const Histogram& response, const Histogram& service, const Histogram& slip, Duration slip_limit) {
  combine(summary.statuses, &StatusCount::status);
  combine(summary.instances, &InstanceCount::instance);
  summary.response = percentiles(response);
  summary.service = percentiles(service);
  summary.slip = percentiles(slip);
  summary.generator_limited = summary.slip.p99 > slip_limit;
}

}  // namespace plimsoll::load
