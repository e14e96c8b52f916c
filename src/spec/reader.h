#pragma once
// Reads nodes into the model as the descriptor table says, and collects what is wrong. Used by the setters of the tables
// (descriptors*.cc) and by parse.cc; nobody else needs it.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/diagnostic.h"
#include "core/stack.h"
#include "spec/condition.h"
#include "spec/descriptor.h"
#include "spec/draft.h"
#include "spec/parse.h"
#include "spec/yaml.h"

namespace plimsoll::spec {

/// Where each path of the model stands in the text, for checks that come after reading.
struct Place {
  Position key;
  Position value;
};

struct Places {
  std::map<ModelPath, Place, std::less<>> at;
  /// Values that could not be read whole: what depends on them proves nothing. "" where something at the top was dropped.
  std::set<ModelPath, std::less<>> broken;

  [[nodiscard]] bool is_broken(std::string_view path) const { return broken.contains(path); }
  [[nodiscard]] bool has(std::string_view path) const { return at.contains(path); }
  /// Of the value or key, or of the nearest one above that is written down.
  [[nodiscard]] Position value(std::string_view path) const;
  [[nodiscard]] Position key(std::string_view path) const;
};

/// One document; not reused. Borrows everything it is given.
class Reader {
 public:
  /// `stack` is what the root object's setters fill; signals and profiles are read before the tiers that name them.
  Reader(const Environment& environment, Stack& stack, Places& places, std::vector<Diagnostic>& diagnostics)
      : environment_(environment), stack_(stack), places_(places), diagnostics_(diagnostics) {}

  /// Reads a map node with the object's fields: unknown keys, missing keys, one-of groups; then each setter.
  /// A missing key is complained of at the key above, or at the item of a list.
  void object(const Object& object, const Node& node, void* owner);

  // One value each; on a mistake they complain and leave the target as it was.
  void read(const Field&, const Node&, std::string&);
  void read(const Field&, const Node&, int&);
  void read(const Field&, const Node&, double&);  // number, ratio, rate, duration, bytes and kubernetes alike
  void read(const Field&, const Node&, Duration&);
  void read(const Field&, const Node&, Bytes&);
  void read(const Field&, const Node&, Ratio&);
  void read(const Field&, const Node&, Rate&);
  void read(const Field&, const Node&, Cores&);
  void read(const Field&, const Node&, Money&);
  void read(const Field&, const Node&, TimePoint&);
  void read(const Field&, const Node&, Bounds&);
  void read(const Field&, const Node&, RequestLimit<Cores>&);
  void read(const Field&, const Node&, RequestLimit<Bytes>&);
  void read(const Field&, const Node&, std::vector<std::string>&);
  void read(const Field&, const Node&, std::map<std::string, std::string>&);
  void read(const Field&, const Node&, Condition&);
  /// False if it is broken, or may be one of `signals:` that is.
  bool read_signal(const Field&, const Node&, SignalName&);
  /// With its unit; `name` as in MetricTarget::list.
  [[nodiscard]] SignalName signal_of(SignalKind kind, const std::string& name) const;
  /// In the signal's unit; the field's kind does not matter.
  void read_quantity(const Field&, const Node&, const SignalName&, double&);
  /// cpu_target and memory_target; false if it is an amount (cores, bytes) and not a share of the request.
  bool read_target(const Field&, const Node&, double&);
  /// N goes into `count`, P% into `percent`.
  void read_change(const Field&, const Node&, int& count, double& percent);
  void read_cron(const Field&, const Node&, std::string&);
  void read_address(const Field&, const Node&, std::string& address, std::uint16_t& port);
  /// The index of the name in field.names.
  std::optional<std::size_t> read_name(const Field&, const Node&);

  /// The node if it is a list or map as the field wants it; complains otherwise.
  bool is_list(const Field&, const Node&);
  bool is_map(const Field&, const Node&);
  /// A map's key against field.keys and field.taken.
  bool key_fits(const Field&, const Node::Entry&);

  void complain(Position at, std::string message, std::string expected = {}, std::string nearest = {});
  /// A key is missing at `path`, whose key is blamed.
  void missing(const ModelPath& path, std::string message, std::string expected);
  /// The value at `path` was read, but cannot be.
  void wrong_value_at(const ModelPath& path, std::string message, std::string expected);
  /// The value at `path` is none of the names there are.
  void unknown_name(const ModelPath& path, std::string message, std::string_view name, std::span<const std::string_view> names);
  /// Two keys say the same thing: complains at the later one, if both were given. Full paths.
  bool given_twice(const ModelPath& one, const ModelPath& other);

  /// Where we are in the model, "tiers.api.scale"; what was noted there, and what of it is broken.
  [[nodiscard]] const ModelPath& path() const { return path_; }
  [[nodiscard]] Places& places() { return places_; }
  [[nodiscard]] Stack& stack() { return stack_; }
  [[nodiscard]] Draft& draft() { return draft_; }

  /// Within: the path of the model is one segment longer while this lives, and the place is noted.
  class Within {
   public:
    Within(Reader& reader, std::string_view segment, Position key, const Node& value);
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;
    ~Within() { reader_.path_.resize(length_); }

   private:
    Reader& reader_;
    std::size_t length_;
  };

 private:
  friend class Within;

  void said_twice(std::string_view one, Position one_at, std::string_view other, Position other_at);
  void complain(const Node& node, const ConditionError& wrong);
  [[nodiscard]] bool unit_known(const SignalName&) const;

  /// The key or list item whose value is being read.
  [[nodiscard]] Position here(const Node& node) const;
  std::vector<std::string_view> report_unknown(const Object& object, const Node& node);
  void report_missing(const Object& object, const Node& node, const std::vector<std::string_view>& meant);
  /// A scalar with something in it; complains otherwise.
  bool is_scalar(const Field&, const Node&);
  void wrong_value(const Field&, const Node&, std::string_view what, std::string nearest = {});
  template <class T, class Parse>
  std::optional<T> quantity(const Field&, const Node&, std::string_view text, std::string_view what, Parse parse);
  template <class T, class Parse>
  void request_limit(const Field&, const Node&, std::string_view what, Parse parse, RequestLimit<T>& target);
  /// Replaces "${NAME}"; complains and gives nothing if a variable is not set.
  std::optional<std::string> expand(const Field&, const Node&);

  const Environment& environment_;
  Stack& stack_;
  Draft draft_;
  Places& places_;
  std::vector<Diagnostic>& diagnostics_;
  ModelPath path_;
};

}  // namespace plimsoll::spec
