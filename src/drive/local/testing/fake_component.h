#pragma once
// A component that does as it is told, and keeps a diary that several may share.

#include <string>
#include <utility>
#include <vector>

#include "drive/local/component.h"

namespace plimsoll::local {

class FakeComponent final : public Component {
 public:
  FakeComponent(std::string name, std::vector<std::string> needs, std::vector<std::string>& diary)
      : name_(std::move(name)), needs_(std::move(needs)), diary_(diary) {}

  bool runs_already = false;  // found by adopt()
  int asks_until_ready = 0;   // ready() says not_yet so often after a start
  bool never_ready = false;
  int dies_at_ask = -1;  // the n-th ready() after a start finds it ended
  Result<void> check_result;
  Result<void> start_result;

  void die() { runs_ = false; }

  const std::string& name() const override { return name_; }
  const std::vector<std::string>& needs() const override { return needs_; }
  Result<void> check() override {
    diary_.push_back("check " + name_);
    return check_result;
  }
  Result<bool> adopt() override {
    if (!runs_already) return false;
    diary_.push_back("adopt " + name_);
    return runs_ = true;
  }
  Result<void> start() override {
    diary_.push_back("start " + name_);
    if (!start_result) return start_result;
    runs_ = true;
    asks_ = 0;
    return {};
  }
  Result<Readiness> ready() override {
    if (asks_++ == dies_at_ask) runs_ = false;
    if (!runs_) return fail(Errc::failed, name_ + ": it has ended (exit code 3)");
    if (never_ready || asks_ <= asks_until_ready) return Readiness::not_yet;
    return Readiness::ready;
  }
  bool running() override { return runs_; }
  Result<void> stop(Duration) override {
    if (runs_) diary_.push_back("stop " + name_);
    runs_ = runs_already = false;
    return {};
  }
  ComponentInfo info() const override { return {"fake", "1", "", "", 1}; }

 private:
  std::string name_;
  std::vector<std::string> needs_;
  std::vector<std::string>& diary_;
  bool runs_ = false;
  int asks_ = 0;
};

}  // namespace plimsoll::local
