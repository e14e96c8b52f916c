#include "cli/demo_jobs.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "wire/postgres.h"

namespace plimsoll::cli {
namespace {

using namespace std::chrono_literals;

/// Effects by idempotency key.
Result<std::unordered_map<std::string, std::size_t>> effects(wire::PgConnection& database, const std::string& run) {
  const std::string pattern = run + "-%";
  const auto rows = database.query(
      "select idempotency_key, count(*) as effects from effects where idempotency_key like $1 group by 1", {pattern}, 10s);
  if (!rows) return fail(rows.error());
  std::unordered_map<std::string, std::size_t> found;
  for (int i = 0; i < rows->rows(); ++i)
    found[std::string(rows->value(i, "idempotency_key").value_or(""))] =
        static_cast<std::size_t>(rows->integer(i, "effects").value_or(0));
  return found;
}

}  // namespace

std::vector<std::string> served_lists(const Stack& stack) {
  std::vector<std::string> lists;
  for (const Tier& from : stack.tiers)
    for (const std::string& list : from.publishes)
      for (const Tier& to : stack.tiers)
        if (std::ranges::find(to.consumes, list, &QueueTarget::list) != to.consumes.end() &&
            std::ranges::find(lists, list) == lists.end())
          lists.push_back(list);
  return lists;
}

Result<show::JobCounts> count_jobs(const std::string& database_url, const DemoLoad& load, const std::vector<bool>& accepted,
                                   const std::string& run, std::size_t lists, const std::function<bool()>& some_wait,
                                   Duration patience) {
  Result<wire::PgConnection> database = wire::PgConnection::connect(database_url, 10s);
  if (!database) return fail(database.error());
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto found = effects(*database, run);
    if (!found) return fail(found.error());
    show::JobCounts jobs;
    for (std::uint64_t id = 0; id < accepted.size(); ++id) {
      if (!accepted[id] || load.mix.choose(id).request != DemoLoad::decide) continue;
      const auto one = found->find(load.mix.id_text(id));
      const std::size_t done = one == found->end() ? 0 : one->second;
      jobs.in += lists;
      jobs.done += std::min(done, lists);
      jobs.duplicate += done > lists ? done - lists : 0;
    }
    if (jobs.done == jobs.in) return jobs;
    if (std::chrono::steady_clock::now() > deadline) {
      if (!some_wait()) jobs.lost = jobs.in - jobs.done;
      return jobs;
    }
    std::this_thread::sleep_for(250ms);
  }
}

}  // namespace plimsoll::cli
