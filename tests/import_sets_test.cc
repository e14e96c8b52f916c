// Sets of files in the shapes people have (tests/data/manifests/README.md), imported and checked as `plimsoll check FOLDER` does
// it, against what was written down by hand: every finding expected and no other, and what of the stack must be inferred.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "capacity/findings/findings.h"
#include "import/import.h"
#include "spec/parse.h"
#include "spec/write.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

const fs::path root = fs::path(PLIMSOLL_SOURCE_DIR) / "tests/data/manifests";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> sets() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// The files of a folder that `check` would read, by name.
std::vector<SourceFile> files_of(const fs::path& folder) {
  const std::set<std::string> extensions = {".yaml", ".yml", ".json", ".ini", ".conf"};
  std::vector<SourceFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && extensions.contains(entry.path().extension().string()))
      files.push_back({fs::relative(entry.path(), folder).generic_string(), text_of(entry.path())});
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.name < b.name; });
  return files;
}

/// Lines that say something.
std::vector<std::string> lines_of(const fs::path& file) {
  std::istringstream text(text_of(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);)
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream text(line);
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

struct Checked {
  std::vector<SourceFile> files;
  import::Imported it;
  std::vector<Finding> findings;

  [[nodiscard]] std::string place(const Spot& spot) const {
    return fmt::format("{}:{}", spot.file < files.size() ? files[spot.file].name : "?", spot.at.line);
  }
  [[nodiscard]] std::string place(const Finding& finding) const {
    if (finding.spot) return place(*finding.spot);
    const Origin* origin = it.origins.nearest(finding.path);
    return origin ? place(origin->key) : "(model)";
  }
};

Checked checked(const std::string& set) {
  Checked out;
  out.files = files_of(root / set);
  out.it = import::read(out.files, {.name = set});
  capacity::FindingsContext context;
  context.now = TimePoint(std::chrono::seconds(1'764'547'200));  // 2025-12-01
  context.imported = true;
  context.given = [&out](std::string_view path) { return out.it.origins.exact(path) != nullptr; };
  out.findings = out.it.findings;
  for (Finding& one : capacity::findings(out.it.stack, context)) out.findings.push_back(std::move(one));
  return out;
}

std::string_view word_of(Level level) { return level == Level::error ? "ERROR" : level == Level::warning ? "WARN" : "NOTE"; }

// What a line of model.txt says, against the import. Each answers with what is wrong, or nothing.

class Model {
 public:
  explicit Model(const Checked& checked) : checked_(checked), stack_(checked.it.stack) {}

  std::string wrong_with(const std::string& line) const {
    const std::vector<std::string> words = words_of(line);
    using Check = std::string (Model::*)(const std::vector<std::string>&) const;
    static const std::map<std::string, Check> checks = {
        {"tier", &Model::tier},          {"no-tier", &Model::no_tier},       {"surge", &Model::surge},
        {"uses", &Model::uses},          {"consumes", &Model::consumes},     {"database", &Model::database},
        {"reserve", &Model::reserve},    {"pooler", &Model::pooler},         {"cache", &Model::cache},
        {"vector_store", &Model::store}, {"balancer", &Model::balancer},     {"question", &Model::question},
        {"passed", &Model::passed},      {"diagnostic", &Model::diagnostic},
    };
    const auto check = checks.find(words.front());
    return check == checks.end() ? "no such line" : (this->*check->second)(words);
  }

 private:
  using Words = std::vector<std::string>;

  template <class T>
  static std::string names(const std::vector<T>& all) {
    std::string text;
    for (const T& one : all) text += (text.empty() ? "" : ", ") + one.name;
    return text.empty() ? "none" : text;
  }
  static std::string same(const std::string& want, const std::string& is) { return want == is ? "" : "is " + is; }

  std::string tier(const Words& words) const {
    const Tier* tier = stack_.tier(words.at(1));
    if (!tier) return "there are " + names(stack_.tiers);
    std::string is = tier->kind == TierKind::worker ? "worker" : "service";
    if (words.size() > 3) is += fmt::format(" {}..{}", tier->replicas.min, tier->replicas.max);
    return same(words.at(2) + (words.size() > 3 ? " " + words[3] : ""), is);
  }
  std::string no_tier(const Words& words) const { return stack_.tier(words.at(1)) ? "there is one" : ""; }
  std::string surge(const Words& words) const {
    const Tier* tier = stack_.tier(words.at(1));
    return tier ? same(words.at(2), std::to_string(tier->surge)) : "there are " + names(stack_.tiers);
  }
  std::string uses(const Words& words) const {
    const Tier* tier = stack_.tier(words.at(1));
    if (!tier) return "there are " + names(stack_.tiers);
    std::map<std::string, std::string> wanted;
    for (std::size_t i = 3; i + 1 < words.size(); i += 2) wanted[words[i]] = words[i + 1];
    std::string others;
    for (const Use& use : tier->uses) {
      if (use.component != words.at(2)) {
        others += " " + use.component;
        continue;
      }
      const std::string path = fmt::format("tiers.{}.uses.{}", tier->name, use.component);
      const bool known = checked_.it.origins.exact(path + ".connections") != nullptr;
      std::string is = use.through.empty() ? "" : " through " + use.through;
      if (known) is += fmt::format(" connections {}", use.connections);
      if (use.overflow > 0) is += fmt::format(" overflow {}", use.overflow);
      const std::string through = wanted["through"], connections = wanted["connections"], overflow = wanted["overflow"];
      const bool fits = through == use.through &&
                        (!connections.empty() ? known && connections == std::to_string(use.connections)
                                              : !known || !stack_.database(use.component)) &&
                        (overflow.empty() ? 0 : std::stoi(overflow)) == use.overflow;
      return fits ? "" : "is" + (is.empty() ? " without any" : is);
    }
    return "uses" + (others.empty() ? " nothing" : others);
  }
  std::string consumes(const Words& words) const {
    const Tier* tier = stack_.tier(words.at(1));
    if (!tier) return "there are " + names(stack_.tiers);
    for (const QueueTarget& queue : tier->consumes)
      if (queue.list == words.at(2)) return same(words.at(3), fmt::format("{:g}", queue.per_instance));
    return "it does not";
  }
  std::string database(const Words& words) const {
    const Database* database = stack_.database(words.at(1));
    return database ? same(words.at(3), std::to_string(database->max_connections)) : "there are " + names(stack_.databases);
  }
  std::string reserve(const Words& words) const {
    const Database* database = stack_.database(words.at(1));
    return database ? same(words.at(2), std::to_string(database->reserve.superuser)) : "there are " + names(stack_.databases);
  }
  std::string pooler(const Words& words) const {
    const Pooler* pooler = stack_.pooler(words.at(1));
    if (!pooler) return "there are " + names(stack_.poolers);
    if (pooler->database != words.at(3)) return "is for " + pooler->database;
    const std::map<std::string, int> sizes = {{"default_pool_size", pooler->default_pool_size},
                                              {"max_client_conn", pooler->max_client_conn},
                                              {"max_db_connections", pooler->max_db_connections},
                                              {"min_pool_size", pooler->min_pool_size},
                                              {"reserve_pool_size", pooler->reserve_pool_size}};
    const std::string mode = pooler->mode == PoolMode::transaction ? "transaction"
                             : pooler->mode == PoolMode::session   ? "session"
                                                                   : "statement";
    if (mode != words.at(4)) return "is " + mode;
    for (std::size_t i = 5; i + 1 < words.size(); i += 2)
      if (sizes.at(words[i]) != std::stoi(words[i + 1])) return fmt::format("{} is {}", words[i], sizes.at(words[i]));
    return "";
  }
  std::string cache(const Words& words) const {
    const Cache* cache = stack_.cache(words.at(1));
    if (!cache) return "there are " + names(stack_.caches);
    std::set<std::string> uses;
    for (const CacheUse use : cache->used_for)
      uses.insert(use == CacheUse::queue ? "queue" : use == CacheUse::session ? "session" : "cache");
    for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
      if (words[i] == "policy" && words[i + 1] != cache->policy) return "its policy is " + cache->policy;
      if (words[i] != "for") continue;
      std::set<std::string> wanted;
      std::istringstream list(words[i + 1]);
      for (std::string use; std::getline(list, use, ',');) wanted.insert(use);
      if (wanted != uses) return fmt::format("is for {}", fmt::join(uses, ","));
    }
    return "";
  }
  std::string store(const Words& words) const {
    return stack_.vector_store(words.at(1)) ? "" : "there are " + names(stack_.vector_stores);
  }
  std::string balancer(const Words& words) const {
    if (!stack_.balancer) return "there is none";
    const BalancerEngine engine = stack_.balancer->engine;
    return same(words.at(1), engine == BalancerEngine::nginx     ? "nginx"
                             : engine == BalancerEngine::haproxy ? "haproxy"
                                                                 : "traefik");
  }
  std::string question(const Words& words) const {
    std::string others;
    for (const import::Question& one : checked_.it.questions) {
      if (one.path == words.at(1)) return "";
      others += " " + one.path;
    }
    return "asked:" + (others.empty() ? " nothing" : others);
  }
  std::string passed(const Words& words) const {
    for (const import::Passed& one : checked_.it.passed)
      if (checked_.files.at(one.file).name == words.at(1)) return one.why.empty() ? "without a word" : "";
    return "it was not";
  }
  std::string diagnostic(const Words& words) const {
    for (const auto& [file, one] : checked_.it.diagnostics)
      if (checked_.place({file, one.at}) == words.at(1)) return "";
    return "nothing is said";
  }

  const Checked& checked_;
  const Stack& stack_;
};

class ImportSets : public testing::TestWithParam<std::string> {};

TEST_P(ImportSets, SaysWhatIsWrongAndNothingElse) {
  const Checked checked = plimsoll::checked(GetParam());
  std::vector<std::string> missing = lines_of(root / GetParam() / "expected.txt"), unexpected;
  for (const Finding& one : checked.findings) {
    const std::string said = fmt::format("{} {} {}", one.rule, word_of(one.level), checked.place(one));
    const auto wanted = std::find(missing.begin(), missing.end(), said);
    if (wanted == missing.end())
      unexpected.push_back(said + ": " + one.message);
    else
      missing.erase(wanted);
  }
  EXPECT_THAT(missing, IsEmpty());
  EXPECT_THAT(unexpected, IsEmpty());
}

TEST_P(ImportSets, InfersTheStack) {
  const Checked checked = plimsoll::checked(GetParam());
  const Model model(checked);
  std::vector<std::string> wrong;
  for (const std::string& line : lines_of(root / GetParam() / "model.txt"))
    if (const std::string why = model.wrong_with(line); !why.empty()) wrong.push_back(line + ": " + why);
  EXPECT_THAT(wrong, IsEmpty());
}

TEST_P(ImportSets, IsAValidSpec) {
  const Checked checked = plimsoll::checked(GetParam());
  const std::string text = spec::write(checked.it.stack, {});
  const Parsed<Stack> again = spec::parse(text, spec::keep_references());
  std::vector<std::string> wrong;
  for (const Diagnostic& one : again.diagnostics)
    if (one.severity == Severity::error) wrong.push_back(fmt::format("{}: {} ({})", one.at.line, one.message, one.path));
  EXPECT_THAT(wrong, IsEmpty()) << text;
}

/// A finding without a place in a file of the user's is of no use to him, nor is a question without a line to fill.
TEST_P(ImportSets, PointsAtTheUsersFiles) {
  const Checked checked = plimsoll::checked(GetParam());
  for (const Finding& one : checked.findings) {
    EXPECT_NE(checked.place(one), "(model)") << one.rule << ": " << one.message;
    EXPECT_EQ(one.message.find('\n'), std::string::npos) << one.message;
  }
  for (const import::Question& one : checked.it.questions) EXPECT_FALSE(one.line.empty()) << one.path;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(K20_K21_T8_T9_T13_H8_H9_V15, ImportSets, testing::ValuesIn(sets()), test_name);

TEST(ImportSetsTogether, AreMoreThanADozenAndAThirdOfThemSound) {
  const std::vector<std::string> all = sets();
  EXPECT_GE(all.size(), 14U);
  EXPECT_GE(std::count_if(all.begin(), all.end(), [](const auto& set) { return lines_of(root / set / "expected.txt").empty(); }),
            5);
}

}  // namespace
}  // namespace plimsoll
