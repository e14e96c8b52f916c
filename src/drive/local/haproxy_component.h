#pragma once

#include <string>
#include <vector>

#include "core/stack.h"
#include "drive/balancer/haproxy.h"
#include "drive/local/component.h"
#include "drive/local/place.h"
#include "drive/local/programs.h"
#include "drive/local/server_process.h"

namespace plimsoll::local {

/// The balancer: HAProxy in master-worker mode, in the foreground, as plimsoll's own user. Found running, its slots are taken
/// over; if its other settings have changed it is reloaded. Started anew, it has the slots of its file in this object's balancer:
/// none before the driver has put them.
class HaproxyComponent final : public Component {
 public:
  /// Borrows the balancer, which must outlive this and which the driver uses too. The stack must have a balancer (asserted).
  HaproxyComponent(const Stack& stack, const Place& place, ProgramPaths programs, balancer::Haproxy& balancer);

  const std::string& name() const override { return name_; }
  const std::vector<std::string>& needs() const override { return needs_; }
  Result<void> check() override;
  Result<bool> adopt() override;
  Result<void> start() override;
  Result<Readiness> ready() override;
  bool running() override { return process_.running(); }
  Result<void> stop(Duration deadline) override;
  ComponentInfo info() const override;

 private:
  Result<void> find_lost_pidfile() const;

  std::string name_ = "balancer";
  std::vector<std::string> needs_;
  Balancer settings_;
  Place place_;
  ProgramPaths programs_;
  balancer::Haproxy& balancer_;
  ServerProcess process_;
  std::string version_;
};

}  // namespace plimsoll::local
