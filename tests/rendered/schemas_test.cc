// Everything that is rendered, held to the schemas of those who read it, and what no schema says: that names, selectors,
// references and bounds fit together. Nothing is started.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "render/yaml.h"
#include "rendered/hostile.h"
#include "rendered/support.h"

namespace plimsoll::render {
namespace {

using live::Ran;
using live::TempDir;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

/// What a file is validated as (validate.py knows the schema); "text": no document.
std::optional<std::string> family_of(std::string_view path) {
  struct Row {
    std::string_view begins, ends, family;
  };
  static constexpr Row rows[] = {
      {"kubernetes/", ".yaml", "kubernetes"},
      {"helm/", "-objects.yaml", "kubernetes"},
      {"helm/", ".yaml", "yaml"},
      {"compose.yaml", "", "compose"},
      {"traefik/traefik.yaml", "", "traefik-static"},
      {"traefik/dynamic.yaml", "", "traefik-dynamic"},
      {"prometheus/prometheus.yml", "", "prometheus"},
      {"prometheus/rules.yml", "", "rules"},
      {"alertmanager/alertmanager.yml", "", "alertmanager"},
      {"grafana/", ".json", "dashboard"},
      {"grafana/", ".yaml", "yaml"},
      {"grafana/", ".yml", "yaml"},
      {"qdrant/", ".json", "collection"},
      {"qdrant/", ".yaml", "yaml"},
      {"nginx/", "", "text"},
      {"haproxy/", "", "text"},
      {"pgbouncer/", "", "text"},
      {"postgresql/", "", "text"},
      {"redis/", "", "text"},
      {"cloud/", ".md", "text"},
  };
  for (const Row& row : rows)
    if (path.starts_with(row.begins) && path.ends_with(row.ends)) return std::string(row.family);
  return std::nullopt;
}

std::string script(const std::string& name) { return std::string(PLIMSOLL_SOURCE_DIR) + "/tests/rendered/" + name; }

/// Python without leaving its compiled files in the tree.
Ran python(const std::string& name, std::vector<std::string> arguments) {
  std::vector<std::string> command{"/usr/bin/python3", "-B", script(name)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return live::run(std::move(command));
}

/// The files of a stack in a folder, ready to be judged.
class Judged {
 public:
  explicit Judged(Rendered rendered) : rendered_(std::move(rendered)) {
    live::put(rendered_, dir_);
    std::string list, notes;
    for (const File& file : rendered_.files) {
      const std::optional<std::string> family = family_of(file.path);
      if (!family) {
        strangers_.push_back(file.path);
        continue;
      }
      ++families_[*family];
      if (*family != "text") list += *family + "\t" + (dir_ / file.path) + "\n";
    }
    for (const Note& note : rendered_.notes) notes += note.path + ": " + note.text + "\n";
    dir_.write("list", list);
    dir_.write("notes", notes);
  }

  [[nodiscard]] Ran schemas() const {
    return python("validate.py", {std::string(PLIMSOLL_SOURCE_DIR) + "/tests/data/schemas", dir_ / "list"});
  }
  [[nodiscard]] Ran relations(const std::string& of) const {
    return python("relations.py", {of, dir_.path().string(), dir_ / "notes"});
  }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  /// Files that belong to no family.
  [[nodiscard]] const std::vector<std::string>& strangers() const { return strangers_; }
  [[nodiscard]] std::set<std::string> families() const {
    std::set<std::string> names;
    for (const auto& [name, count] : families_) names.insert(name);
    return names;
  }

 private:
  Rendered rendered_;
  TempDir dir_;
  std::map<std::string, int> families_;
  std::vector<std::string> strangers_;
};

Judged judged(const std::string& stack) { return Judged(render_all(reference_stack(stack), {})); }

class Schemas : public testing::TestWithParam<const char*> {};
class Relations : public testing::TestWithParam<const char*> {};

/// What every stack of stacks/ has files of.
const std::vector<std::string> always{"kubernetes", "yaml",         "compose",   "prometheus",
                                      "rules",      "alertmanager", "dashboard", "text"};

TEST_P(Schemas, TakeEveryFile) {
  const Judged files = judged(GetParam());
  EXPECT_THAT(files.strangers(), IsEmpty()) << "files of no family: say in family_of() what they are validated as";
  EXPECT_THAT(files.families(), IsSupersetOf(always)) << "a target that writes nothing";
  const Ran ran = files.schemas();
  EXPECT_EQ(ran.code, 0) << ran.output;
}

TEST_P(Relations, OfManifests) {
  const Judged files = judged(GetParam());
  EXPECT_THAT(files.families(), testing::Contains("kubernetes"));
  const Ran ran = files.relations("kubernetes");
  EXPECT_EQ(ran.code, 0) << ran.output;
}

TEST_P(Relations, OfCompose) {
  const Judged files = judged(GetParam());
  const Ran ran = files.relations("compose");
  EXPECT_EQ(ran.code, 0) << ran.output;
}

std::string test_name(const testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Of, Schemas, testing::ValuesIn(reference_stacks), test_name);
INSTANTIATE_TEST_SUITE_P(Of, Relations, testing::ValuesIn(reference_stacks), test_name);

TEST(Schemas, TakeTheTraefikAndQdrantFiles) {
  Stack stack = reference_stack("voiceassist");
  stack.balancer->engine = BalancerEngine::traefik;
  const Judged files(render_all(stack, {}));
  EXPECT_THAT(files.families(), IsSupersetOf({"traefik-static", "traefik-dynamic", "collection"}));
  const Ran ran = files.schemas();
  EXPECT_EQ(ran.code, 0) << ran.output;
}

TEST(Schemas, TakeHostileNamesAndValues) {
  const Judged files(render_all(hostile_stack(), {}));
  EXPECT_THAT(files.strangers(), IsEmpty());
  EXPECT_THAT(files.families(), IsSupersetOf(always));
  for (const Ran& ran : {files.schemas(), files.relations("kubernetes"), files.relations("compose")})
    EXPECT_EQ(ran.code, 0) << ran.output;
}

// What the programs make of the files is what the spec says, to the byte.
TEST(Relations, HostileValuesStayData) {
  const Stack stack = hostile_stack();
  const Judged files(render_all(stack, {}));
  Yaml expected;
  for (const Tier& tier : stack.tiers) {
    for (const auto& [name, value] : tier.run.env) expected[tier.name]["env"][name] = value;
    expected[tier.name]["command"] = Yaml::list({tier.run.command.begin(), tier.run.command.end()});
  }
  files.dir().write("expected.json", to_json(expected));
  const Ran ran = python("relations.py", {"data", files.dir().path().string(), files.dir() / "expected.json"});
  EXPECT_EQ(ran.code, 0) << ran.output;
}

// ---- that the checks can fail ----

Ran judge(const std::string& family, const std::string& file, const std::string& text) {
  const TempDir dir;
  dir.write(file, text);
  dir.write("list", family + "\t" + (dir / file) + "\n");
  return python("validate.py", {std::string(PLIMSOLL_SOURCE_DIR) + "/tests/data/schemas", dir / "list"});
}

struct Wrong {
  const char *name, *family, *file, *text, *says;
};
void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }

class SchemasRefuse : public testing::TestWithParam<Wrong> {};

TEST_P(SchemasRefuse, WhatIsWrong) {
  const Ran ran = judge(GetParam().family, GetParam().file, GetParam().text);
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.output, AllOf(HasSubstr(GetParam().file), HasSubstr(GetParam().says)));
  EXPECT_THAT(ran.output, Not(HasSubstr("Traceback")));
}

constexpr const char* service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n";
INSTANTIATE_TEST_SUITE_P(
    A, SchemasRefuse,
    testing::Values(
        Wrong{"UnknownField", "kubernetes", "a.yaml",
              "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {prots: [{port: 80}]}\n", "prots"},
        Wrong{"WrongType", "kubernetes", "a.yaml",
              "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: http}]}\n", "/spec/ports/0/port"},
        Wrong{"UnknownKind", "kubernetes", "a.yaml", "apiVersion: v1\nkind: Sevrice\nmetadata: {name: a}\n", "no schema"},
        Wrong{"UnknownVersion", "kubernetes", "a.yaml", "apiVersion: apps/v2\nkind: Deployment\nmetadata: {name: a}\n",
              "no schema"},
        Wrong{"KeyTwice", "kubernetes", "a.yaml", "apiVersion: v1\nkind: Service\nkind: Service\nmetadata: {name: a}\n", "twice"},
        Wrong{"KeyThatIsNoText", "yaml", "a.yaml", "on: 1\n", "no text"},
        Wrong{"Empty", "yaml", "a.yaml", "# nothing\n", "empty"}, Wrong{"NoYaml", "yaml", "a.yaml", "a: [\n", "expected"},
        Wrong{"ScaledObject", "kubernetes", "a.yaml",
              "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a}\nspec: {scaleTargetRef: {name: a}, "
              "triggers: [{type: redis}]}\n",
              "'metadata' is a required property"},
        Wrong{"Compose", "compose", "compose.yaml", "services: {a: {image: b, ports: 80}}\n", "/services/a/ports"},
        Wrong{"Prometheus", "prometheus", "prometheus.yml", "scrape_configs: [{job_nmae: a}]\n", "job_nmae"},
        Wrong{"Rules", "rules", "rules.yml", "groups: [{name: a, rules: [{alert: a}]}]\n", "groups/0/rules/0"},
        Wrong{"Alertmanager", "alertmanager", "alertmanager.yml", "route: {reciever: a}\n", "reciever"},
        Wrong{"TraefikStatic", "traefik-static", "traefik.yaml", "entryPoint: {}\n", "entryPoint"},
        Wrong{"TraefikDynamic", "traefik-dynamic", "dynamic.yaml", "http: {router: {}}\n", "router"},
        Wrong{"Dashboard", "dashboard", "a.json", R"({"title": 1})", "title"},
        Wrong{"CollectionType", "collection", "a.json", R"({"vectors": {"size": "x", "distance": "Cosine"}})", "vectors"},
        Wrong{"CollectionField", "collection", "a.json", R"({"vectors": {"size": 4, "distance": "Dot"}, "shards": 3})",
              "shards"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(Schemas, TakeWhatIsRight) {
  EXPECT_EQ(judge("kubernetes", "a.yaml", service).output, "");
  EXPECT_EQ(judge("collection", "a.json", R"({"vectors": {"size": 4, "distance": "Dot"}, "shard_number": 3})").output, "");
}

/// Manifests of a Deployment and what leads to it, one text in them replaced by another.
std::string relations_of(const std::string& from, const std::string& to) {
  std::string text = R"yaml(apiVersion: v1
kind: Namespace
metadata: {name: n}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: n, labels: {app: a}}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      terminationGracePeriodSeconds: 40
      containers:
        - name: a
          image: a
          ports: [{name: http, containerPort: 8080}]
          env: [{name: KEY, valueFrom: {secretKeyRef: {name: vault, key: password}}}, {name: URL, value: "x$(KEY)"}]
          resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {cpu: "1", memory: 1Gi}}
          readinessProbe: {httpGet: {path: /, port: http}}
          lifecycle: {preStop: {exec: {command: [sleep 30]}}}
          volumeMounts: [{name: conf, mountPath: /conf}]
      volumes: [{name: conf, configMap: {name: settings}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: n}
data: {a: b}
---
apiVersion: v1
kind: Service
metadata: {name: a, namespace: n, labels: {app: a}}
spec: {selector: {app: a}, ports: [{name: web, port: 80, targetPort: http}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a, namespace: n}
spec: {scaleTargetRef: {kind: Deployment, name: a}, minReplicas: 2, maxReplicas: 5}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: a, namespace: n}
spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: a, namespace: n}
spec: {selector: {matchLabels: {app: a}}, endpoints: [{port: web}]}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: a, namespace: n}
spec: {selector: {matchLabels: {app: a}}, podMetricsEndpoints: [{port: http}]}
)yaml";
  if (!from.empty()) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
  }
  const Judged files({.files = {{"kubernetes/a.yaml", text}}, .notes = {{"", "make the Secret vault (key password)"}}});
  return files.relations("kubernetes").output;
}

TEST(Relations, RightOnesPass) { EXPECT_EQ(relations_of("", ""), ""); }

TEST(Relations, WrongOnesAreFound) {
  EXPECT_THAT(relations_of("metadata: {labels: {app: a}}", "metadata: {labels: {app: b}}"), HasSubstr("not of its own pods"));
  EXPECT_THAT(relations_of("name: settings}}]", "name: other}}]"), HasSubstr("ConfigMap other is neither made nor noted"));
  EXPECT_THAT(relations_of("name: vault,", "name: safe,"), HasSubstr("Secret safe is neither made nor noted"));
  EXPECT_THAT(relations_of("key: password", "key: passwort"), HasSubstr("needs the key passwort"));
  EXPECT_THAT(relations_of("x$(KEY)", "x$(KEYS)"), HasSubstr("uses KEYS"));
  EXPECT_THAT(relations_of("cpu: 100m", "cpu: 2"), HasSubstr("more cpu than its limit"));
  EXPECT_THAT(relations_of("cpu: 100m", "cpu: 100 m"), HasSubstr("no quantity"));
  EXPECT_THAT(relations_of("port: http}}", "port: htpt}}"), HasSubstr("readinessProbe asks port htpt"));
  EXPECT_THAT(relations_of("sleep 30", "sleep 60"), HasSubstr("killed by then"));
  EXPECT_THAT(relations_of("name: conf, mountPath", "name: cnof, mountPath"), HasSubstr("which is no volume"));
  EXPECT_THAT(relations_of("spec: {selector: {app: a}", "spec: {selector: {app: b}"), HasSubstr("selects no pods"));
  EXPECT_THAT(relations_of("name: web, port: 80", "port: 80"), HasSubstr("has no name"));
  EXPECT_THAT(relations_of("targetPort: http", "targetPort: 9090"), HasSubstr("leads to 9090"));
  EXPECT_THAT(relations_of("minReplicas: 2", "minReplicas: 6"), HasSubstr("at least 6, at most 5"));
  EXPECT_THAT(relations_of("Deployment, name: a", "Deployment, name: b"), HasSubstr("target Deployment b is not there"));
  EXPECT_THAT(relations_of("minAvailable: 1", "minAvailable: 3"), HasSubstr("none may ever be moved"));
  EXPECT_THAT(relations_of("endpoints: [{port: web}]", "endpoints: [{port: metrics}]"),
              HasSubstr("Service of these labels has a port metrics"));
  EXPECT_THAT(relations_of("Endpoints: [{port: http}]", "Endpoints: [{port: metrics}]"),
              HasSubstr("pod of these labels has a port metrics"));
  EXPECT_THAT(relations_of("name: a, namespace: n, labels: {app: a}}\nspec: {selector",
                           "name: 1a, namespace: n, labels: {app: a}}\nspec: {selector"),
              HasSubstr("a name that a cluster refuses"));
  EXPECT_THAT(relations_of("namespace: n}\ndata", "namespace: m}\ndata"), HasSubstr("namespace m is not made"));
}

TEST(Relations, WrongComposeIsFound) {
  const Judged files({.files = {{"compose.yaml",
                                 "services:\n"
                                 "  a: {image: a, ports: ['80:80'], depends_on: [c], volumes: ['./x.conf:/x', 'data:/data']}\n"
                                 "  b: {image: b, ports: ['80:90'], secrets: [word]}\n"}},
                      .notes = {}});
  EXPECT_THAT(files.relations("compose").output,
              AllOf(HasSubstr("a depends on c"), HasSubstr("a mounts ./x.conf"), HasSubstr("the volume data"),
                    HasSubstr("b uses word"), HasSubstr("both publish 80")));
}

}  // namespace
}  // namespace plimsoll::render
