#pragma once
// What the parts of the validation share (validate.cc, validate_scale.cc, validate_sizes.cc), and what comes after it.

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"
#include "core/stack.h"
#include "spec/reader.h"

namespace plimsoll::spec {

/// What there is to refer to: all of it, or enough to see what is meant.
std::string choice(std::span<const std::string_view> names, std::string_view if_none);
/// Nothing for files of a size no person wrote, where comparing every name with every other would take minutes.
std::string_view suggestion_for(std::string_view word, std::span<const std::string_view> names);

/// Borrows all three.
class Checks {
 protected:
  Checks(const Stack& stack, const Places& places, std::vector<Diagnostic>& diagnostics)
      : stack_(stack), places_(places), diagnostics_(diagnostics) {}

  [[nodiscard]] bool sound(std::initializer_list<std::string_view> paths) const {
    for (const std::string_view path : paths)
      if (places_.is_broken(path)) return false;
    return true;
  }

  void complain(Position at, const std::string& path, std::string message, std::string expected,
                std::string_view suggestion = {}) {
    diagnostics_.push_back({Severity::error, at, path, std::move(message), std::move(expected), std::string(suggestion)});
  }

  template <class T>
  static void add_names(std::vector<std::string_view>& names, const std::vector<T>& components) {
    for (const T& component : components) names.push_back(component.name);
  }

  const Stack& stack_;
  const Places& places_;
  std::vector<Diagnostic>& diagnostics_;
};

/// In the order of the text; what was read twice through an alias is said once.
void tidy(std::vector<Diagnostic>& diagnostics);

/// What decides a tier's count: signals that can be measured, figures that fit each other, what the controller knows.
void validate_scale(const Stack& stack, const Tier& tier, const Places& places, std::vector<Diagnostic>& diagnostics);

/// Figures of components and plans: steps that rise, copies that have a node each, keys that mean nothing beside others.
void validate_sizes(const Stack& stack, const Places& places, std::vector<Diagnostic>& diagnostics);

}  // namespace plimsoll::spec
