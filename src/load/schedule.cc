#include "load/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/assert.h"
#include "core/quantity.h"

namespace plimsoll::load {

namespace {

constexpr double max_rate = 1e6;
constexpr Duration max_duration = std::chrono::hours(24 * 30);
constexpr std::size_t max_stages = 10'000;
constexpr double max_arrivals = 1e11;  // ids have twelve digits

Result<Stage> parse_stage(std::string_view text) {
  const std::size_t at = text.find_first_of(":=");
  if (at == std::string_view::npos)
    return fail(Errc::malformed, fmt::format("load stage '{}': expected DURATION:RATE or DURATION=RATE, such as 30s:50", text));
  const auto duration = parse_duration(text.substr(0, at));
  if (!duration || duration->count() <= 0)
    return fail(Errc::malformed,
                fmt::format("load stage '{}': '{}' is not a duration above 0 such as 30s", text, text.substr(0, at)));
  const auto rate = parse_rate(text.substr(at + 1));
  if (!rate || !(rate->per_second >= 0) || rate->per_second > max_rate)
    return fail(Errc::malformed,
                fmt::format("load stage '{}': '{}' is not a rate from 0 to {:.0f} per second such as 50 or 3000/min", text,
                            text.substr(at + 1), max_rate));
  return Stage{*duration, *rate, text[at] == '=' ? Stage::Shape::hold : Stage::Shape::ramp};
}

}  // namespace

Schedule::Schedule(std::vector<Stage> stages) : stages_(std::move(stages)) {
  double rate = 0;
  for (const Stage& stage : stages_) {
    PLIMSOLL_ASSERT(stage.duration.count() > 0);
    PLIMSOLL_ASSERT(std::isfinite(stage.target.per_second) && stage.target.per_second >= 0);
    const double to = stage.target.per_second;
    const double from = stage.shape == Stage::Shape::hold ? to : rate;
    const double length_s = seconds(stage.duration);
    const double arrivals = 0.5 * (from + to) * length_s;
    pieces_.push_back({seconds(duration_), length_s, from, to, total_, arrivals});
    total_ += arrivals;
    duration_ += stage.duration;
    rate = to;
  }
}

Result<Schedule> Schedule::parse(std::string_view text) {
  std::vector<Stage> stages;
  Duration total{};
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::string_view part = text.substr(begin, end - begin);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    auto stage = parse_stage(part);
    if (!stage) return fail(std::move(stage.error()));
    if (stage->duration > max_duration - total || stages.size() == max_stages)
      return fail(Errc::malformed, fmt::format("load stages: more than 30 days or {} stages", max_stages));
    total += stage->duration;
    stages.push_back(*stage);
    begin = end + 1;
  }
  Schedule schedule(std::move(stages));
  if (schedule.total_ > max_arrivals)
    return fail(Errc::malformed, fmt::format("load stages: more than {:.0f} requests", max_arrivals));
  return schedule;
}

Rate Schedule::rate_at(Duration since_start) const {
  if (since_start.count() < 0 || since_start >= duration_) return {};
  const double t = seconds(since_start);
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), t, [](double at, const Piece& p) { return at < p.begins_s; });
  const Piece& piece = *std::prev(after);
  const double share = std::min((t - piece.begins_s) / piece.length_s, 1.0);
  return {piece.from + (piece.to - piece.from) * share};
}

Rate Schedule::peak() const {
  double most = 0;
  for (const Piece& piece : pieces_) most = std::max({most, piece.from, piece.to});
  return {most};
}

double Schedule::expected(Duration since_start) const {
  if (since_start.count() <= 0 || pieces_.empty()) return 0;
  if (since_start >= duration_) return total_;
  const double t = seconds(since_start);
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), t, [](double at, const Piece& p) { return at < p.begins_s; });
  const Piece& piece = *std::prev(after);
  const double u = t - piece.begins_s;
  const double slope = (piece.to - piece.from) / piece.length_s;
  return piece.before + std::min(u * (piece.from + 0.5 * slope * u), piece.arrivals);
}

std::optional<Duration> Schedule::when(double count) const {
  PLIMSOLL_ASSERT(count >= 0);
  if (count > total_ || pieces_.empty()) return std::nullopt;
  auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), count, [](double at, const Piece& p) { return at < p.before; });
  --piece;
  const double need = count - piece->before;
  if (need <= 0) return from_seconds(piece->begins_s);
  // Solves from*u + slope*u*u/2 = need for the smaller root, in the form that keeps its digits when the slope is small.
  const double slope = (piece->to - piece->from) / piece->length_s;
  const double root = std::sqrt(std::max(piece->from * piece->from + 2 * slope * need, 0.0));
  const double u = 2 * need / (piece->from + root);
  return from_seconds(piece->begins_s + std::min(u, piece->length_s));
}

std::uint64_t Schedule::count() const { return static_cast<std::uint64_t>(std::floor(total_ + 0.5)); }

Duration Schedule::arrival(std::uint64_t k) const {
  PLIMSOLL_ASSERT(k < count());
  return *when(std::min(static_cast<double>(k) + 0.5, total_));
}

Arrivals::Arrivals(Schedule schedule, Pattern pattern, Rng rng, unsigned stripe, unsigned stripes)
    : schedule_(std::move(schedule)), pattern_(pattern), rng_(rng), id_(stripe), stripes_(stripes) {
  PLIMSOLL_ASSERT(stripe < stripes);
  if (pattern_ == Pattern::even) {
    position_ = stripe + 0.5;
  } else {
    for (unsigned i = 0; i <= stripe; ++i) position_ += rng_.exponential(1);
  }
}

double Arrivals::position_after(double position) {
  if (pattern_ == Pattern::even) return static_cast<double>(id_) + 0.5;
  for (unsigned i = 0; i < stripes_; ++i) position += rng_.exponential(1);  // every stripe walks the whole stream
  return position;
}

std::optional<Arrivals::Arrival> Arrivals::next() {
  if (pattern_ == Pattern::even && id_ >= schedule_.count()) return std::nullopt;
  const auto due = pattern_ == Pattern::even ? schedule_.arrival(id_) : schedule_.when(position_);
  if (!due) return std::nullopt;
  const Arrival arrival{id_, *due};
  id_ += stripes_;
  position_ = position_after(position_);
  return arrival;
}

std::uint64_t Arrivals::remaining() const {
  if (pattern_ == Pattern::even) {
    const std::uint64_t total = schedule_.count();
    return id_ >= total ? 0 : (total - id_ + stripes_ - 1) / stripes_;
  }
  Arrivals copy = *this;
  std::uint64_t n = 0;
  while (copy.next()) ++n;
  return n;
}

std::uint64_t Arrivals::overdue(Duration since_start) const {
  const double ahead = schedule_.expected(since_start) - position_;
  if (ahead < 0) return 0;
  const auto waiting = static_cast<std::uint64_t>(ahead / stripes_) + 1;
  return pattern_ == Pattern::even ? std::min(waiting, remaining()) : waiting;
}

}  // namespace plimsoll::load
