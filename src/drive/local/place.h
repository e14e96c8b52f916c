#pragma once
// Where a stack that runs on this machine keeps its things.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/result.h"

namespace plimsoll::local {

/// <state-dir>/<stack>/ …  All paths are absolute and free of symbolic links.
///   ports.json   component -> port, remembered so that an address survives `down` and `up`
///   secrets      passwords made at the first start; mode 0600
///   lock         held by the controller (flock); its content is the controller's pid
///   journal.db   the store
///   run/*.pid    conf/*  log/*.log  data/<component>/  sock/
struct Place {
  std::string root;
  [[nodiscard]] std::string pidfile(const std::string& name) const { return root + "/run/" + name + ".pid"; }
  [[nodiscard]] std::string log(const std::string& name) const { return root + "/log/" + name + ".log"; }
  [[nodiscard]] std::string conf(const std::string& file) const { return root + "/conf/" + file; }
  [[nodiscard]] std::string data(const std::string& name) const { return root + "/data/" + name; }
  [[nodiscard]] std::string socket(const std::string& name) const { return root + "/sock/" + name; }
  [[nodiscard]] std::string journal() const { return root + "/journal.db"; }
  [[nodiscard]] std::string lock() const { return root + "/lock"; }
};

/// Makes the folders (idempotent). A folder that can't be made or written is named in the Error.
/// `user`: the other user some components run as, if any: an Error names the first folder on the way that this user can't enter,
/// and how to choose another (`--state-dir`). Nothing is left behind on an Error if nothing was there before.
Result<Place> make_place(const std::string& state_dir, const std::string& stack, const std::optional<std::string>& user);

/// The place if it is there already; not_found if not.
Result<Place> find_place(const std::string& state_dir, const std::string& stack);

/// Ports by name, remembered in ports.json. Of a name seen before the same port, if it is still free or ours; otherwise a free
/// one of the loopback.
class Ports {
 public:
  static Result<Ports> open(const Place&);
  /// A port for `name`; remembered on disk before it returns.
  Result<std::uint16_t> of(const std::string& name);
  /// The same, but never the one it had: for an instance whose port somebody took.
  Result<std::uint16_t> fresh(const std::string& name);
  [[nodiscard]] std::optional<std::uint16_t> known(const std::string& name) const;

 private:
  std::string file_;
  std::map<std::string, std::uint16_t> ports_;
};

/// Whether somebody listens on, or holds, address:port.
bool port_free(const std::string& address, std::uint16_t port);

/// Passwords by name, made at random at first use, kept in the place's `secrets` (0600).
class Secrets {
 public:
  static Result<Secrets> open(const Place&);
  Result<std::string> of(const std::string& name);  // 32 letters and digits

 private:
  std::string file_;
  std::map<std::string, std::string> values_;
};

/// The controller's lock. Held as long as this lives (and the process does). refused, with the holder's pid in the message, if
/// another holds it. Once a place was purged, nobody holds a lock of it.
class Lock {
 public:
  static Result<Lock> take(const Place&);
  /// The pid of the holder, if somebody holds it.
  static std::optional<int> holder(const Place&);
  Lock(Lock&&) noexcept;
  Lock& operator=(Lock&&) noexcept;
  ~Lock();

 private:
  Lock() = default;
  static Result<Lock> take_file(const Place&);
  int fd_ = -1;
};

}  // namespace plimsoll::local
