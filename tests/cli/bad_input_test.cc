// Bad input gets a clear error, the right exit code, and changes nothing.

#include <gmock/gmock.h>

#include "program.h"

namespace plimsoll::scenes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Mistake {
  const char* name;
  std::vector<std::string> arguments;
  const char* says;
};
void PrintTo(const Mistake& one, std::ostream* out) { *out << one.name; }

class BadInput : public testing::TestWithParam<Mistake> {};

TEST_P(BadInput, IsNamedAndChangesNothing) {
  const Folder folder;
  folder.put(
      "good.yaml",
      "apiVersion: plimsoll/v1\nname: shop\ntiers:\n  api:\n    kind: worker\n    run: {command: [x]}\n    replicas: 1..2\n");
  folder.put("broken.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: [}\n");
  folder.put("template.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Values.name }}\n");
  folder.put("notes.yaml", "shopping: [milk]\n");
  folder.put("binary.yaml", std::string("\x7f\x45\x4c\x46\0\1\2", 7));
  folder.put("compose.yml", "services: {web: {image: shop/web:1}}\n");
  folder.put("lone.ini", "[databases]\nmain = host=db\n[pgbouncer]\nmax_client_conn = 100\n");
  std::filesystem::create_directory(folder.path() / "empty");
  const std::vector<std::string> before = folder.names();
  const Outcome outcome = folder.plimsoll(GetParam().arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.err + outcome.out, HasSubstr(GetParam().says));
  EXPECT_FALSE(outcome.err.empty()) << "an error goes to stderr";
  EXPECT_EQ(folder.names(), before);
}

INSTANTIATE_TEST_SUITE_P(
    Check, BadInput,
    testing::Values(Mistake{"missing_file", {"check", "nowhere.yaml"}, "nowhere.yaml: no such file or folder"},
                    Mistake{"nothing_named", {"check"}, "no file or folder named and no ./stack.yaml here"},
                    Mistake{"empty_folder", {"check", "empty"}, "empty: no *.yaml, *.yml, *.json, *.ini or *.conf file in it"},
                    Mistake{"unreadable", {"check", "/proc/self/mem"}, "/proc/self/mem: can't be read"},
                    Mistake{"broken_yaml", {"check", "broken.yaml"}, "broken.yaml:3:"},
                    Mistake{"only_a_template", {"check", "template.yaml"}, "helm template"},
                    Mistake{"nothing_known", {"check", "notes.yaml"}, "nothing there that plimsoll can check"},
                    Mistake{"binary", {"check", "binary.yaml"}, "binary.yaml: a binary file"},
                    Mistake{"sarif_over_the_spec", {"check", "--sarif", "-o", "good.yaml", "good.yaml"}, "no earlier report"},
                    Mistake{"compose_as_a_spec", {"check", "-f", "compose.yml"}, "this is a Compose file"},
                    Mistake{"unknown_flag", {"check", "--jason", "good.yaml"}, "--jason"},
                    Mistake{"two_formats", {"check", "--json", "--sarif", "good.yaml"}, "--sarif"},
                    Mistake{"output_without_sarif", {"check", "-o", "x", "good.yaml"}, "--sarif"},
                    Mistake{"write_of_a_spec", {"check", "good.yaml", "--write", "stack.yaml"}, "there is only a spec here"},
                    Mistake{"write_over_a_file", {"check", "compose.yml", "--write", "good.yaml"}, "good.yaml is there already"},
                    Mistake{"unknown_catalog", {"check", "good.yaml", "--catalog", "aws-2062"}, "did you mean 'aws-2026'?"}),
    [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(Import, BadInput,
                         testing::Values(Mistake{"missing_file", {"import", "nowhere"}, "nowhere: no such file or folder"},
                                         Mistake{"no_path", {"import"}, "path"},
                                         Mistake{"a_spec", {"import", "good.yaml"}, "a spec already"},
                                         Mistake{"no_tier", {"import", "lone.ini", "-o", "x.yaml"}, "nothing to compare with"},
                                         Mistake{"write_into_nowhere",
                                                 {"import", "compose.yml", "-o", "no/stack.yaml"},
                                                 "no/stack.yaml: can't be written"}),
                         [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Plan, BadInput,
    testing::Values(
        Mistake{"no_stack", {"plan"}, "no stack given and no ./stack.yaml here"},
        Mistake{"manifest", {"plan", "compose.yml"}, "this is a Compose file"},
        Mistake{"report_over_the_spec",
                {"plan", "good.yaml", "--report", "good.yaml"},
                "good.yaml is there and is no earlier report"},
        Mistake{"endless_growth", {"plan", "good.yaml", "--growth", "10", "--months", "120"}, "more than a millionfold"},
        Mistake{"users", {"plan", "good.yaml", "--users", "many"}, "--users: 'many' is no number of users"},
        Mistake{"event", {"plan", "good.yaml", "--event", "soon"}, "--event: 'soon' is no event"},
        Mistake{"months_of_nothing", {"plan", "good.yaml", "--months", "6"}, "--months: '6'"},
        Mistake{"write_and_output", {"plan", "good.yaml", "--write", "-o", "x.yaml"}, "--write"},
        Mistake{"report_into_nowhere", {"plan", "good.yaml", "--report", "no/plan.html"}, "no/plan.html: can't be written"}),
    [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(Spec, BadInput,
                         testing::Values(Mistake{"broken", {"spec", "broken.yaml"}, "broken.yaml:"},
                                         Mistake{"two_forms", {"spec", "--resolved", "--schema"}, "--schema"}),
                         [](const auto& one) { return one.param.name; });

// A folder with one file nobody can read: the rest is checked, and the exit code says that something is missing.
TEST(BadFolder, WhatCannotBeReadIsSaidAndTheRestChecked) {
  const Folder folder;
  folder.put("k8s/compose.yml", "services: {web: {image: shop/web:1, ports: [\"80:80\"]}}\n");
  std::filesystem::create_symlink("/nowhere", folder.path() / "k8s/gone.yaml");
  const Outcome outcome = folder.plimsoll({"check", "k8s"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("Model: 1 tier"));
  EXPECT_THAT(outcome.out, HasSubstr("k8s/gone.yaml: can't be read: No such file"));
}

TEST(BadFolder, OneBrokenDocumentDoesNotHideTheOthers) {
  const Folder folder;
  folder.put("k8s/broken.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: [}\n");
  folder.put("k8s/compose.yml", "services: {web: {image: shop/web:1, ports: [\"80:80\"]}}\n");
  const Outcome outcome = folder.plimsoll({"check", "k8s"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("k8s/broken.yaml:"));
  EXPECT_THAT(outcome.out, HasSubstr("Model: 1 tier"));
}

}  // namespace
}  // namespace plimsoll::scenes
