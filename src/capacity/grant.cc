#include "capacity/grant.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/assert.h"

namespace plimsoll::capacity {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::uint32_t no_link = std::numeric_limits<std::uint32_t>::max();

/// Sums of doubles are off by their last digits; so little over a limit is not over it.
double slack(double capacity) { return std::isfinite(capacity) ? 1e-9 * std::max(1.0, std::abs(capacity)) : 0; }

using Entry = GrantShape::Entry;

/// Entries (row, Entry) to rows: begins and entries, ascending within a row, equal ones added up.
void to_rows(std::vector<std::pair<std::uint32_t, Entry>>& from, std::size_t rows, std::vector<std::uint32_t>& begin,
             std::vector<Entry>& entries) {
  std::sort(from.begin(), from.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.index, a.second.per_instance) < std::tie(b.first, b.second.index, b.second.per_instance);
  });
  begin.assign(rows + 1, 0);
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (i > 0 && from[i].first == from[i - 1].first && from[i].second.index == from[i - 1].second.index) {
      entries.back().per_instance += from[i].second.per_instance;
      continue;
    }
    entries.push_back(from[i].second);
    ++begin[from[i].first + 1];
  }
  for (std::size_t row = 0; row < rows; ++row) begin[row + 1] += begin[row];
}

}  // namespace

GrantShape::GrantShape(std::size_t tiers, std::size_t limits, std::span<const GrantUse> uses) {
  std::vector<std::pair<std::uint32_t, Entry>> by_limit, by_tier;
  for (const GrantUse& use : uses) {
    PLIMSOLL_ASSERT(use.tier < tiers && use.limit < limits && use.per_instance >= 0 && std::isfinite(use.per_instance));
    if (use.per_instance == 0) continue;
    by_limit.push_back({use.limit, {use.tier, use.per_instance}});
    by_tier.push_back({use.tier, {use.limit, use.per_instance}});
  }
  to_rows(by_limit, limits, limit_begin_, by_limit_);
  to_rows(by_tier, tiers, tier_begin_, by_tier_);
}

GrantScratch::GrantScratch(const GrantShape& shape) : limits_(shape.limits()) {
  asks_.reserve(shape.tiers());
  links_.reserve(shape.entries());
  events_.reserve(shape.limits());
}

/// One call of grant().
class Granter {
  using Ask = GrantScratch::Ask;
  using Limited = GrantScratch::Limited;
  using Event = GrantScratch::Event;

 public:
  Granter(const GrantShape& shape, std::span<const GrantTier> tiers, std::span<const double> capacity, GrantScratch& scratch,
          std::span<Granted> out)
      : shape_(shape), tiers_(tiers), capacity_(capacity), s_(scratch), out_(out) {
    PLIMSOLL_ASSERT(scratch.limits_.size() == shape.limits());
  }

  void run() {
    measure();
    collect();
    for (std::size_t begin = 0, end; begin < s_.asks_.size(); begin = end) {
      for (end = begin; end < s_.asks_.size() && s_.asks_[end].priority == s_.asks_[begin].priority; ++end) continue;
      serve(std::span(s_.asks_).subspan(begin, end - begin));
    }
  }

 private:
  /// Room beside what runs on; infinite where every wish fits, so that only the limits that are short count from here on.
  void measure() {
    for (std::size_t l = 0; l < shape_.limits(); ++l) {
      PLIMSOLL_ASSERT(!std::isnan(capacity_[l]));
      double used = 0, wanted = 0;
      for (const Entry& entry : shape_.of_limit(l)) {
        const GrantTier& tier = tiers_[entry.index];
        used += entry.per_instance * (double{1} * std::min(tier.before, tier.wish) + tier.besides);
        wanted += entry.per_instance * std::max(0, tier.wish - tier.before);
      }
      const double room = capacity_[l] - used;
      s_.limits_[l] = {wanted > room + slack(capacity_[l]) ? room : infinity, 0, 0, 0, no_link};
    }
  }

  void collect() {
    s_.asks_.clear();
    for (std::size_t t = 0; t < tiers_.size(); ++t) {
      const GrantTier& tier = tiers_[t];
      PLIMSOLL_ASSERT(tier.before >= 0 && tier.wish >= 0 && tier.besides >= 0);
      out_[t] = {tier.wish, no_limit};
      if (tier.wish <= tier.before) continue;
      const auto short_of = [this](const Entry& entry) { return s_.limits_[entry.index].room < infinity; };
      const std::span<const Entry> uses = shape_.of_tier(t);
      if (std::none_of(uses.begin(), uses.end(), short_of)) continue;
      out_[t].count = tier.before;
      Ask ask;
      ask.tier = static_cast<std::uint32_t>(t);
      ask.id = tier.id.index;
      ask.priority = tier.priority;
      ask.missing = tier.wish - tier.before;
      s_.asks_.push_back(ask);
    }
    std::sort(s_.asks_.begin(), s_.asks_.end(), [](const Ask& a, const Ask& b) {
      return std::tuple(-std::int64_t{a.priority}, a.id, a.tier) < std::tuple(-std::int64_t{b.priority}, b.id, b.tier);
    });
  }

  /// One priority: shares, whole instances, and again for those for whom the rest still has room. `asks` are reordered.
  void serve(std::span<Ask> asks) {
    std::span<Ask> open = asks;  // those not served and not refused, at the front
    while (!open.empty()) {
      share_out(open);
      for (Ask& ask : open) take_whole(ask);
      std::sort(open.begin(), open.end(), [](const Ask& a, const Ask& b) {
        return std::tuple(-a.remainder, a.id, a.tier) < std::tuple(-b.remainder, b.id, b.tier);
      });
      // Room only falls from here, so who is refused one more instance is refused for good.
      std::size_t kept = 0;
      for (Ask& ask : open)
        if (ask.missing > 0 && take_one(ask) && ask.missing > 0) std::swap(open[kept++], ask);
      open = open.first(kept);
      std::sort(open.begin(), open.end(),
                [](const Ask& a, const Ask& b) { return std::tie(a.id, a.tier) < std::tie(b.id, b.tier); });
    }
    for (const Ask& ask : asks)
      if (ask.missing > 0) out_[ask.tier].limit = tightest(ask);
  }

  /// Raises the share of what each misses evenly; where a limit is used up its tiers stop (max-min fair, weighted by `missing`).
  void share_out(std::span<Ask> open) {
    link(open);
    const auto later = [](const Event& a, const Event& b) { return std::tie(a.at, a.limit) > std::tie(b.at, b.limit); };
    std::make_heap(s_.events_.begin(), s_.events_.end(), later);
    while (!s_.events_.empty()) {
      std::pop_heap(s_.events_.begin(), s_.events_.end(), later);
      const Event event = s_.events_.back();
      s_.events_.pop_back();
      const Limited& limited = s_.limits_[event.limit];
      if (limited.filling == 0) continue;
      const double at = used_up_at(limited);
      if (at >= 1) continue;
      if (at > event.at) {  // others stopped since, and left it more
        s_.events_.push_back({at, event.limit});
        std::push_heap(s_.events_.begin(), s_.events_.end(), later);
        continue;
      }
      for (std::uint32_t i = limited.first; i != no_link; i = s_.links_[i].next) stop(open[s_.links_[i].ask], at);
    }
  }

  /// Prepares the limits that `open` draws on, and when each would be used up.
  void link(std::span<Ask> open) {
    s_.links_.clear();
    s_.events_.clear();
    for (const Ask& ask : open)
      for (const Entry& use : shape_.of_tier(ask.tier)) {
        Limited& limited = s_.limits_[use.index];
        limited.left = std::max(0.0, limited.room);
        limited.pull = 0;
        limited.filling = 0;
        limited.first = no_link;
      }
    for (std::uint32_t i = 0; i < open.size(); ++i) {
      Ask& ask = open[i];
      ask.share = ask.missing;
      ask.filling = true;
      for (const Entry& use : shape_.of_tier(ask.tier)) {
        Limited& limited = s_.limits_[use.index];
        if (limited.room == infinity) continue;
        limited.pull += use.per_instance * ask.missing;
        ++limited.filling;
        s_.links_.push_back({limited.first, i, use.per_instance});
        limited.first = static_cast<std::uint32_t>(s_.links_.size() - 1);
        if (limited.filling == 1) s_.events_.push_back({0, use.index});
      }
    }
    for (Event& event : s_.events_) event.at = used_up_at(s_.limits_[event.limit]);
  }

  static double used_up_at(const Limited& limited) {
    return limited.pull > 0 ? std::max(0.0, limited.left) / limited.pull : infinity;
  }

  void stop(Ask& ask, double at) {
    if (!ask.filling) return;
    ask.filling = false;
    ask.share = at * ask.missing;
    for (const Entry& use : shape_.of_tier(ask.tier)) {
      Limited& limited = s_.limits_[use.index];
      if (limited.room == infinity) continue;
      limited.left -= use.per_instance * ask.share;
      limited.pull -= use.per_instance * ask.missing;
      --limited.filling;
    }
  }

  void take_whole(Ask& ask) {
    const double whole = std::floor(ask.share + 1e-9);
    ask.remainder = std::llround((ask.share - whole) * 1e9);
    take(ask, static_cast<int>(whole));
  }

  bool take_one(Ask& ask) {
    for (const Entry& use : shape_.of_tier(ask.tier))
      if (!has_room(use)) return false;
    take(ask, 1);
    return true;
  }

  void take(Ask& ask, int instances) {
    for (const Entry& use : shape_.of_tier(ask.tier)) s_.limits_[use.index].room -= use.per_instance * instances;
    ask.missing -= instances;
    out_[ask.tier].count += instances;
  }

  [[nodiscard]] bool has_room(const Entry& use) const {
    return use.per_instance <= s_.limits_[use.index].room + slack(capacity_[use.index]);
  }

  [[nodiscard]] std::uint32_t tightest(const Ask& ask) const {
    std::uint32_t found = no_limit;
    double least = infinity;
    for (const Entry& use : shape_.of_tier(ask.tier)) {
      if (has_room(use)) continue;
      const double instances = s_.limits_[use.index].room / use.per_instance;
      if (found == no_limit || instances < least) {
        found = use.index;
        least = instances;
      }
    }
    PLIMSOLL_ASSERT(found != no_limit);
    return found;
  }

  const GrantShape& shape_;
  std::span<const GrantTier> tiers_;
  std::span<const double> capacity_;
  GrantScratch& s_;
  std::span<Granted> out_;
};

void grant(const GrantShape& shape, std::span<const GrantTier> tiers, std::span<const double> capacity, GrantScratch& scratch,
           std::span<Granted> out, std::span<double> used) {
  PLIMSOLL_ASSERT(tiers.size() == shape.tiers() && out.size() == shape.tiers());
  PLIMSOLL_ASSERT(capacity.size() == shape.limits() && (used.empty() || used.size() == shape.limits()));
  Granter(shape, tiers, capacity, scratch, out).run();
  for (std::size_t l = 0; l < used.size(); ++l) {
    used[l] = 0;
    for (const Entry& entry : shape.of_limit(l))
      used[l] += entry.per_instance * (double{1} * out[entry.index].count + tiers[entry.index].besides);
  }
}

}  // namespace plimsoll::capacity
