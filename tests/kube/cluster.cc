#include "kube/cluster.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <thread>

namespace plimsoll::kube_test {
namespace {

using namespace std::chrono_literals;
using wire::live::Program;
using wire::live::TempDir;

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Polled at a human's pace: each try is a program of its own.
template <class Condition>
bool holds_within(std::chrono::seconds time, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(100ms);
  }
  return true;
}

std::string program(const std::string& name) {
  const std::string path = programs() + "/" + name;
  if (::access(path.c_str(), X_OK) != 0)
    throw std::runtime_error("no " + path + ": tests/kube/build.sh builds it (some minutes; `make test` does it by itself)");
  return path;
}

/// This API takes an empty text as a default for null and then refuses it: such lines are left out.
std::string crds_for_this_api() {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(PLIMSOLL_SOURCE_DIR) + "/tests/data/crds")) {
    if (entry.path().extension() != ".yaml") continue;
    all += "---\n";
    std::ifstream in(entry.path(), std::ios::binary);
    for (std::string line; std::getline(in, line);)
      if (!line.ends_with(" default: \"\"")) all += line + "\n";
  }
  return all;
}

}  // namespace

std::string programs() {
  if (const char* named = std::getenv("PLIMSOLL_KUBE"); named != nullptr && *named != '\0') return std::string(named) + "/bin";
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "" : home) + "/.cache/plimsoll/kube/bin";
}

Cluster::Cluster() : etcd_port_(wire::live::free_port()), port_(wire::live::free_port()) {
  dir_.write("tokens.csv", token() + ",admin,1,\"system:masters\"\n");
  dir_.write("kubeconfig", fmt::format("apiVersion: v1\nkind: Config\ncurrent-context: test\n"
                                       "clusters: [{{name: test, cluster: {{server: \"{}\", insecure-skip-tls-verify: true}}}}]\n"
                                       "users: [{{name: admin, user: {{token: {}}}}}]\n"
                                       "contexts: [{{name: test, context: {{cluster: test, user: admin}}}}]\n",
                                       url(), token()));
  start_etcd();
  start_apiserver();
  install_crds();
}

std::string Cluster::url() const { return fmt::format("https://127.0.0.1:{}", port_); }

void Cluster::start_etcd() {
  const std::string clients = fmt::format("http://127.0.0.1:{}", etcd_port_);
  const std::string peers = fmt::format("http://127.0.0.1:{}", wire::live::free_port());
  etcd_ = std::make_unique<Program>(
      std::vector<std::string>{"etcd", "--data-dir", dir_ / "etcd", "--listen-client-urls", clients, "--advertise-client-urls",
                               clients, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster",
                               "default=" + peers, "--unsafe-no-fsync"},
      wire::live::ProgramOptions{.log = dir_ / "etcd.log"});
}

void Cluster::start_apiserver() {
  // Who signs the tokens of service accounts: asked for at start, used by nobody here.
  wire::live::run({"openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", dir_ / "accounts.key"},
                  {.log = dir_ / "openssl.log"});
  apiserver_ = std::make_unique<Program>(
      std::vector<std::string>{
          program("kube-apiserver"), fmt::format("--etcd-servers=http://127.0.0.1:{}", etcd_port_), "--bind-address=127.0.0.1",
          "--advertise-address=127.0.0.1", fmt::format("--secure-port={}", port_), "--insecure-port=0",
          "--cert-dir=" + (dir_ / "certificates"), "--token-auth-file=" + (dir_ / "tokens.csv"), "--authorization-mode=RBAC",
          "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=" + (dir_ / "accounts.key"),
          "--service-account-signing-key-file=" + (dir_ / "accounts.key"), "--service-cluster-ip-range=10.96.0.0/24",
          // Nobody makes the accounts and untaints the nodes, which these would wait for.
          "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition", "--endpoint-reconciler-type=none"},
      wire::live::ProgramOptions{.log = dir_ / "apiserver.log"});
  const bool ready = holds_within(180s, [this] {
    return !apiserver_->running() || !etcd_->running() || kubectl({"get", "--raw", "/readyz"}).code == 0;
  });
  if (ready && apiserver_->running() && etcd_->running()) return;
  throw std::runtime_error("kube-apiserver did not come up\n" + text_of(dir_ / "apiserver.log") + text_of(dir_ / "etcd.log"));
}

void Cluster::install_crds() const {
  const std::string crds = dir_ / "crds.yaml";
  dir_.write("crds.yaml", crds_for_this_api());
  // Not applied, since their text is longer than the annotation that `apply` keeps it in; not validated by the client, since they
  // are of a later API with fields that this one drops.
  const Ran created = kubectl({"create", "--validate=false", "-f", crds});
  if (created.code != 0) throw std::runtime_error("the CRDs were refused: " + created.output);
  const Ran established = kubectl({"wait", "--for=condition=Established", "--timeout=30s", "-f", crds});
  if (established.code != 0) throw std::runtime_error("the CRDs are not served: " + established.output);
  // The schema that clients validate with comes a moment later.
  const std::vector<std::string> kinds = {"ScaledObject", "TriggerAuthentication", "VerticalPodAutoscaler", "ServiceMonitor",
                                          "PodMonitor",   "PrometheusRule"};
  const bool published = holds_within(60s, [&] {
    const std::string schema = kubectl({"get", "--raw", "/openapi/v2"}).output;
    return std::ranges::all_of(
        kinds, [&](const std::string& kind) { return schema.find("\"kind\":\"" + kind + "\"") != std::string::npos; });
  });
  if (!published) throw std::runtime_error("the CRDs are not in the server's schema");
}

Ran Cluster::kubectl(std::vector<std::string> arguments, const std::string& input) const {
  const TempDir dir;
  if (!input.empty()) {
    dir.write("input.yaml", input);
    std::replace(arguments.begin(), arguments.end(), std::string("-"), dir / "input.yaml");
  }
  // HOME: kubectl caches what the server can do below it, and one that another server's left is wrong here.
  arguments.insert(arguments.begin(), {program("kubectl"), "--kubeconfig", kubeconfig(), "--cache-dir", dir_ / "cache"});
  Program run(std::move(arguments), {.environment = {{"HOME", dir_.path().string()}}, .log = dir / "output"});
  const std::optional<int> code = run.wait(60s);
  return {code.value_or(-1), text_of(dir / "output") + (code ? "" : "\nkubectl did not end within 60 s")};
}

}  // namespace plimsoll::kube_test
