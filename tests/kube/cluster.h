#pragma once
// For live tests only: a real Kubernetes API, 1.20, of the programs that tests/kube/build.sh builds. No kubelet and no scheduler:
// what is applied is stored, checked and defaulted as a cluster would, and no pod ever runs.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "wire/testing/live_components.h"

namespace plimsoll::kube_test {

struct Ran {
  int code = -1;       // 128 + signal if it was killed by one
  std::string output;  // stdout and stderr
};

/// The folder of kube-apiserver, kube-controller-manager and kubectl: bin below PLIMSOLL_KUBE or ~/.cache/plimsoll/kube.
std::string programs();

/// etcd and kube-apiserver on free loopback ports, with the CRDs of tests/data/crds (KEDA, VPA, Prometheus Operator) established.
/// Some seconds to start, 400 MB of memory; gone with the object, also when the test dies. What can't be set up throws
/// std::runtime_error with the program's own log.
class Cluster {
 public:
  Cluster();

  [[nodiscard]] std::string url() const;  // "https://127.0.0.1:PORT"; the certificate is its own
  /// The bearer token of a user in system:masters.
  [[nodiscard]] static std::string token() { return "plimsoll-test"; }
  [[nodiscard]] std::string kubeconfig() const { return dir_ / "kubeconfig"; }

  /// Runs kubectl as that user, at most 60 s. An argument "-" stands for a file with the input: {"apply", "-f", "-"}.
  Ran kubectl(std::vector<std::string> arguments, const std::string& input = "") const;

 private:
  void start_etcd();
  void start_apiserver();
  void install_crds() const;

  wire::live::TempDir dir_;
  std::uint16_t etcd_port_, port_;
  std::unique_ptr<wire::live::Program> etcd_, apiserver_;  // the API server stops first
};

}  // namespace plimsoll::kube_test
