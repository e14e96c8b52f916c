#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "cli/explain_report.h"
#include "cli/stack_source.h"
#include "cli/verbs.h"
#include "drive/local/place.h"
#include "show/terminal.h"
#include "store/sqlite_store.h"
#include "zones/load.h"

namespace plimsoll::cli {
namespace {

/// Local times are shown where the machine has a zone, else UTC.
TimeZone zone_of_people() {
  const Result<TimeZone> local = zones::load("Local");
  return local ? *local : TimeZone{};
}

/// Fills in the time asked about. False, and an error printed, if it is none or still to come.
bool set_time(const ExplainOptions& options, ExplainReport& report) {
  if (options.ago) report.at = report.now - *options.ago;
  if (!options.at) return true;
  report.at = parse_moment(*options.at, report.now, report.zone);
  if (!report.at)
    print_error(
        {Errc::malformed,
         fmt::format("--at: '{}' is no time; expected e.g. 03:05, '2026-11-22 03:05' or 2026-11-22T03:05Z", *options.at)});
  else if (*report.at > report.now)
    print_error({Errc::malformed, fmt::format("--at: {} is still to come", moment_text(*report.at, report.now, report.zone))});
  return report.at && *report.at <= report.now;
}

Result<TierReport> report_of(Store& store, const ExplainReport& report, TierId tier, const ExplainOptions& options) {
  const Plan& plan = *report.plan;
  const TimePoint at = report.at.value_or(report.now);
  TierReport out;
  out.tier = tier;
  if (options.last > 0) {
    const auto records = news_before(store, plan, tier, at, static_cast<std::size_t>(options.last));
    if (!records) return fail(records.error());
    for (const StoredTick& record : *records) out.decisions.push_back(explained(plan, tier, record, report.engine));
  } else {
    const auto record = record_before(store, at);
    if (!record) return fail(record.error());
    if (*record) out.decisions.push_back(explained(plan, tier, **record, report.engine));
  }
  const Result<Turns> turns = turns_before(store, plan, tier, at);
  if (!turns) return fail(turns.error());
  out.turns = *turns;
  return out;
}

/// 2 if what was asked for is not on record, 1 if it is there but can't be read.
int verdict(const ExplainReport& report) {
  int code = exit_well;
  for (const TierReport& tier : report.tiers) {
    if (tier.decisions.empty() && report.at) return exit_bad_input;
    if (!tier.decisions.empty() && !report.history && !tier.decisions.front().decision()) code = exit_negative;
  }
  return code;
}

}  // namespace

int run_explain(const ExplainOptions& options) {
  const auto loaded = load_stack(options.stack, false);
  if (!loaded) return exit_bad_input;
  if (!options.tier.empty() && !names_tier(loaded->stack, options.tier)) return exit_bad_input;
  const auto place = local::find_place(options.stack.state_dir, loaded->stack.name);
  if (!place) {
    print_error(
        {Errc::not_found, fmt::format("stack {} was never up here, so there is no journal of its decisions; start it with "
                                      "`plimsoll up`, or name its --state-dir",
                                      loaded->stack.name)});
    return exit_bad_input;
  }
  const Plan plan = compile(loaded->stack, loaded->zones);
  ExplainReport report;
  report.plan = &plan;
  report.now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  report.zone = zone_of_people();
  report.controlled = local::Lock::holder(*place).has_value();
  report.history = options.last > 0;
  report.engine = PLIMSOLL_VERSION;
  if (!set_time(options, report)) return exit_bad_input;

  auto store = store::SqliteStore::open_existing(place->journal(), store::Access::read_only);
  if (!store) {
    print_error(store.error());
    return store.error().code == Errc::not_found ? exit_bad_input : exit_negative;
  }
  for (const TierPlan& tier : plan.tiers) {
    if (!options.tier.empty() && tier.name != options.tier) continue;
    Result<TierReport> one = report_of(**store, report, tier.id, options);
    if (!one) {
      print_error(one.error());
      return exit_negative;
    }
    report.tiers.push_back(std::move(*one));
  }
  const show::Terminal terminal(STDOUT_FILENO);
  (void)terminal.write(options.json ? explain_json(report) : explain_text(report, terminal.style()));
  return verdict(report);
}

}  // namespace plimsoll::cli
