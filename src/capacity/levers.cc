#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>

#include "capacity/catalog.h"
#include "capacity/cost.h"
#include "capacity/wording.h"
#include "core/cron.h"

namespace plimsoll::capacity {
namespace {

/// A price that is paid today and what it is paid for.
struct Part {
  std::string component;
  const Bought* bought = nullptr;
  double count = 0;
  double each = 0;  // dollars a month
  [[nodiscard]] double total() const { return count * each; }
};

bool saves(const PriceFactor& factor) { return factor.least < 1; }

std::string range(const PriceFactor& left) {
  const double least = 1 - left.most;
  const double most = 1 - left.least;
  if (most - least < 1e-9) return percent(most);
  return fmt::format("({} .. {})", percent(least), percent(most));
}

/// Share of the week (of the year, where months or days of the month are named) that lies between two crons. Clock changes do
/// not count.
double share_within(const Cron& start, const Cron& end) {
  const auto whole_week = [](const Cron& one) { return one.any_day && one.months == 0x1ffe; };
  const int days = whole_week(start) && whole_week(end) ? 7 : 365;
  const LocalTime first = local_time(std::chrono::year{2025} / 1 / 6);  // a Monday
  bool inside = false;
  std::int64_t minutes = 0;
  const std::int64_t period = static_cast<std::int64_t>(days) * 24 * 60;
  for (std::int64_t minute = -period; minute < period; ++minute) {  // the first round only finds out how it begins
    const LocalTime at = first + std::chrono::minutes(minute);
    if (end.matches(at))
      inside = false;
    else if (start.matches(at))
      inside = true;
    if (minute >= 0 && inside) ++minutes;
  }
  return static_cast<double>(minutes) / static_cast<double>(period);
}

/// Whether the name says that nobody is woken for this stack.
bool outside_production(const std::string& name) {
  constexpr std::string_view words[] = {"staging", "dev", "test", "qa", "demo", "sandbox", "preview"};
  std::string_view left = name;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find_first_of("-_. "), left.size());
    if (std::find(std::begin(words), std::end(words), left.substr(0, end)) != std::end(words)) return true;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return false;
}

class Levers {
 public:
  Levers(const Stack& stack, const Catalog& catalog, const std::map<std::string, int>& counts)
      : stack_(stack), catalog_(catalog), counts_(counts) {
    if (!stack.regions.empty()) regions_ = 0;
    for (const Region& region : stack.regions) regions_ += region_factor(catalog, region.name);
    for (const Tier& tier : stack.tiers) {
      std::optional<Money> price = tier.instance.price;
      if (price->per_hour <= 0) price = price_of(tier.instance.bought, catalog);
      add(tiers_, tier.name, tier.instance.bought, std::max(needed(tier), tier.replicas.min), price);
    }
    for (const Database& database : stack.databases) {
      add(stores_, database.name, database.bought, 1, price_of(database.bought, catalog, database.multi_az));
      const Bought& replica =
          database.replica.instance_class.empty() && !database.replica.price ? database.bought : database.replica;
      add(stores_, database.name + " (read replica)", replica, database.read_replicas, price_of(replica, catalog));
    }
    for (const Cache& cache : stack.caches)
      add(stores_, cache.name, cache.bought, cache.nodes(), price_of(cache.bought, catalog));
    for (const VectorStore& store : stack.vector_stores)
      add(stores_, store.name, store.bought, store.nodes, price_of(store.bought, catalog));
  }

  std::vector<Lever> all() {
    for (const Tier& tier : stack_.tiers) spot(tier);
    reserved();
    arm64();
    for (const Tier& tier : stack_.tiers) off_hours_in_force(tier);
    off_hours_proposed();
    for (const Tier& tier : stack_.tiers) fewer(tier);
    return std::move(out_);
  }

 private:
  static void add(std::vector<Part>& to, std::string name, const Bought& bought, int count, const std::optional<Money>& price) {
    if (price && price->per_hour > 0 && count > 0)
      to.push_back({std::move(name), &bought, static_cast<double>(count), price->per_hour * hours_a_month});
  }

  [[nodiscard]] const Part* part(const Tier& tier) const {
    for (const Part& one : tiers_)
      if (one.component == tier.name) return &one;
    return nullptr;
  }

  [[nodiscard]] int needed(const Tier& tier) const {
    const auto found = counts_.find(tier.name);
    return found == counts_.end() ? tier.replicas.min : found->second;
  }

  void say(std::string name, double base, const PriceFactor& left, std::string formula, std::string caution) {
    if (regions_ != 1) formula += fmt::format(" × {} (regions)", number(regions_));
    out_.push_back({std::move(name), base * (1 - left.most) * regions_, base * (1 - left.least) * regions_, std::move(formula),
                    std::move(caution)});
  }

  void spot(const Tier& tier) {
    const PriceFactor& left = catalog_.factors.spot;
    const Part* one = part(tier);
    if (one == nullptr || !saves(left) || one->bought->market != Market::on_demand) return;
    const bool worker = tier.kind == TierKind::worker;
    say("spot for " + tier.name, one->total(), left,
        fmt::format("{} × {} × {}", number(one->count), dollars(one->each), range(left)),
        worker
            ? "the market sets the price and may take an instance at any time: a job must be finished in the notice it gives, or "
              "be given back to its list"
            : "the market may take many instances at once: keep as many on demand as the load needs at the least, in several "
              "classes or zones");
  }

  void reserved() {
    const PriceFactor& left = catalog_.factors.reserved;
    if (!saves(left)) return;
    double base = 0;
    std::vector<std::string> terms;
    const auto take = [&](const Part& one, double count) {
      if (one.bought->market != Market::on_demand || count <= 0) return;
      base += count * one.each;
      terms.push_back(count == 1 ? fmt::format("{} {}", one.component, dollars(one.each))
                                 : fmt::format("{} {} × {}", one.component, number(count), dollars(one.each)));
    };
    for (const Tier& tier : stack_.tiers)
      if (const Part* one = part(tier)) take(*one, std::min<double>(one->count, tier.replicas.min));
    for (const Part& one : stores_) take(one, one.count);
    if (terms.empty()) return;
    say("reserved for the baseline", base, left, fmt::format("({}) × {}", fmt::join(terms, " + "), range(left)),
        "what always runs, for one to three years: the least replicas, databases, caches");
  }

  void arm64() {
    const PriceFactor& left = catalog_.factors.arm64;
    if (!saves(left)) return;
    double base = 0;
    std::vector<std::string> terms, already;
    const auto take = [&](const Part& one) {
      if (one.bought->arch == Arch::arm64 || is_arm_class(one.bought->instance_class)) {
        already.push_back(one.component);
        return;
      }
      base += one.total();
      terms.push_back(one.component + " " + dollars(one.total()));
    };
    for (const Part& one : tiers_) take(one);
    for (const Part& one : stores_) take(one);
    if (terms.empty()) return;
    std::string caution = "for equal work; images and extensions must exist for arm64";
    if (!already.empty()) caution += fmt::format("; on arm64 already: {}", fmt::join(already, ", "));
    say("arm64", base, left, fmt::format("({}) × {}", fmt::join(terms, " + "), range(left)), std::move(caution));
  }

  void off_hours_in_force(const Tier& tier) {
    const Part* one = part(tier);
    if (one == nullptr) return;
    for (const ScheduleRule& rule : tier.scale.schedule) {
      if (rule.kind != ScheduleRule::Kind::exact || !rule.when.is_cron() || rule.replicas >= one->count) continue;
      const Parsed<Cron> start = parse_cron(rule.when.start);
      const Parsed<Cron> end = parse_cron(rule.when.end);
      if (!start.value || !end.value) continue;
      const double share = share_within(*start.value, *end.value);
      if (share <= 0) continue;
      scheduled_ = true;
      say("off-hours of " + tier.name, (one->count - rule.replicas) * one->each, PriceFactor{1 - share, 1 - share},
          fmt::format("({} − {}) × {} × {} of 168 hours", number(one->count), rule.replicas, dollars(one->each),
                      number(share * 168)),
          "in the schedule already; the cost table counts every hour");
    }
  }

  void off_hours_proposed() {
    const bool nights = outside_production(stack_.name);
    PriceFactor left = catalog_.factors.off_hours;
    if (scheduled_ || (!nights && !saves(left))) return;
    std::string share = range(left);
    if (nights) {
      left = {0.5, 0.5};
      share = "84 of 168 hours (20:00 to 08:00)";
    }
    double base = 0;
    std::vector<std::string> terms;
    for (const Part& one : tiers_) {
      base += one.total();
      terms.push_back(one.component + " " + dollars(one.total()));
    }
    if (terms.empty()) return;
    say("off-hours", base, left, fmt::format("({}) × {}", fmt::join(terms, " + "), share),
        nights ? "a proposal: schedule: [{start: \"0 20 * * *\", end: \"0 8 * * *\", exact: 0}] on each tier"
               : "a proposal: as far as nights and week-ends are quiet; production keeps its least replicas");
  }

  /// A11: paying for a minimum that the load does not need. Two of a service stay, so that one may fail.
  void fewer(const Tier& tier) {
    const Part* one = part(tier);
    if (one == nullptr || counts_.find(tier.name) == counts_.end()) return;
    int least = std::max(needed(tier), tier.kind == TierKind::service ? 2 : 1);
    if (tier.disruption && tier.disruption->min_available) least = std::max(least, *tier.disruption->min_available + 1);
    const int spare = tier.replicas.min - least;
    if (spare <= 0) return;
    say("fewer of " + tier.name, spare * one->each, PriceFactor{0, 0},
        fmt::format("({} − {}) × {}", tier.replicas.min, least, dollars(one->each)),
        fmt::format(
            "over-provisioned: the load needs {} of the {} that always run; too few cost errors and users instead, so lower "
            "the minimum only where the tier starts fast enough",
            needed(tier), tier.replicas.min));
  }

  const Stack& stack_;
  const Catalog& catalog_;
  const std::map<std::string, int>& counts_;
  double regions_ = 1;
  std::vector<Part> tiers_, stores_;
  bool scheduled_ = false;
  std::vector<Lever> out_;
};

}  // namespace

std::vector<Lever> levers(const Stack& stack, const Catalog& catalog, const std::map<std::string, int>& counts) {
  return Levers(stack, catalog, counts).all();
}

}  // namespace plimsoll::capacity
