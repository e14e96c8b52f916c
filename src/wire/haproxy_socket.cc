#include "wire/haproxy_socket.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "wire/socket.h"

namespace plimsoll::wire {
namespace {

using Stat = HaproxyServerStat;

struct TextColumn {
  std::string_view name;
  std::string Stat::*field;
};
constexpr TextColumn text_columns[] = {{"pxname", &Stat::proxy},
                                       {"svname", &Stat::server},
                                       {"status", &Stat::status},
                                       {"addr", &Stat::address},
                                       {"check_status", &Stat::check_status}};

struct NumberColumn {
  std::string_view name;
  std::optional<std::int64_t> Stat::*field;
};
constexpr NumberColumn number_columns[] = {{"scur", &Stat::scur},
                                           {"smax", &Stat::smax},
                                           {"slim", &Stat::slim},
                                           {"stot", &Stat::stot},
                                           {"qcur", &Stat::qcur},
                                           {"rate", &Stat::rate},
                                           {"req_rate", &Stat::req_rate},
                                           {"req_tot", &Stat::req_tot},
                                           {"weight", &Stat::weight},
                                           {"hrsp_2xx", &Stat::hrsp_2xx},
                                           {"hrsp_3xx", &Stat::hrsp_3xx},
                                           {"hrsp_4xx", &Stat::hrsp_4xx},
                                           {"hrsp_5xx", &Stat::hrsp_5xx},
                                           {"econ", &Stat::econ},
                                           {"eresp", &Stat::eresp},
                                           {"wretr", &Stat::wretr},
                                           {"wredis", &Stat::wredis},
                                           {"bin", &Stat::bin},
                                           {"bout", &Stat::bout},
                                           {"qtime", &Stat::qtime_ms},
                                           {"ctime", &Stat::ctime_ms},
                                           {"rtime", &Stat::rtime_ms},
                                           {"ttime", &Stat::ttime_ms},
                                           {"lastsess", &Stat::lastsess_s},
                                           {"used_conn_cur", &Stat::used_connections},
                                           {"idle_conn_cur", &Stat::idle_connections}};

constexpr std::string_view confirmations[] = {"New server registered.", "Server deleted."};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == '\n') text.remove_prefix(1);
  return text;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Which field a column of this answer goes to; at most one of the two is set.
struct Target {
  std::string Stat::*text = nullptr;
  std::optional<std::int64_t> Stat::*number = nullptr;
  bool kind = false;
};

std::vector<Target> targets_of(std::span<const std::string> names) {
  std::vector<Target> targets(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const TextColumn& column : text_columns)
      if (column.name == names[i]) targets[i].text = column.field;
    for (const NumberColumn& column : number_columns)
      if (column.name == names[i]) targets[i].number = column.field;
    targets[i].kind = names[i] == "type";
  }
  return targets;
}

}  // namespace

std::vector<std::string> split_csv_line(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quoted && line[i] == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back().push_back('"');
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(line[i]);
    }
  }
  return fields;
}

Result<std::vector<Stat>> parse_haproxy_stat(std::string_view csv) {
  if (!csv.starts_with("# "))
    return fail(Errc::malformed, fmt::format("show stat: no header line but \"{}\"", csv.substr(0, 60)));
  std::vector<Stat> stats;
  std::vector<Target> targets;
  for (bool header = true; !csv.empty(); header = false) {
    const std::string_view line = csv.substr(0, csv.find('\n'));
    csv.remove_prefix(std::min(line.size() + 1, csv.size()));
    if (line.empty()) continue;
    const std::vector<std::string> fields = split_csv_line(header ? line.substr(2) : line);
    if (header) {
      targets = targets_of(fields);
      continue;
    }
    // Lines end in a comma, as the header does.
    if (fields.size() < targets.size())
      return fail(Errc::malformed, fmt::format("show stat: a line of {} columns, {} expected", fields.size(), targets.size()));
    Stat& stat = stats.emplace_back();
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (targets[i].text != nullptr) stat.*targets[i].text = fields[i];
      if (targets[i].number != nullptr) stat.*targets[i].number = number(fields[i]);
      if (targets[i].kind && fields[i].size() == 1 && fields[i][0] >= '0' && fields[i][0] <= '3')
        stat.kind = static_cast<Stat::Kind>(fields[i][0] - '0');
    }
  }
  return stats;
}

Result<std::string> HaproxySocket::command(std::string_view text, Duration within) const {
  const Deadline deadline = deadline_in(within);
  const auto named = [&](const Error& error) { return fail(error.code, fmt::format("haproxy {}: {}", path_, error.message)); };
  if (text.find('\n') != std::string_view::npos) return named({Errc::malformed, "a command of several lines"});
  Result<Socket> socket = Socket::connect_unix(path_, deadline);
  if (!socket) return named(socket.error());
  if (const Result<void> sent = socket->send_all(std::string(text) + "\n", deadline); !sent) return named(sent.error());
  socket->end_sending();  // the master's proxy of commands keeps the connection otherwise
  std::string answer;
  std::array<char, 16384> chunk{};
  for (;;) {
    const Result<std::size_t> received = socket->receive(chunk.data(), chunk.size(), deadline);
    if (!received) return named(received.error());
    if (*received == 0) break;  // HAProxy closes after the answer
    answer.append(chunk.data(), *received);
  }
  return std::string(trimmed(answer));
}

Result<void> HaproxySocket::order(std::string_view text, Duration within) const {
  const Result<std::string> answer = command(text, within);
  if (!answer) return fail(answer.error());
  if (answer->empty() || std::ranges::find(confirmations, *answer) != std::end(confirmations)) return {};
  std::string line = *answer;
  std::ranges::replace(line, '\n', ' ');
  const bool absent = line.starts_with("No such");
  return fail(absent ? Errc::not_found : Errc::refused, fmt::format("haproxy {}: \"{}\": {}", path_, text, line));
}

Result<void> HaproxySocket::orders(std::span<const std::string> texts, Duration within) const {
  const Deadline deadline = deadline_in(within);
  for (const std::string& text : texts)
    if (Result<void> done = order(text, deadline - std::chrono::steady_clock::now()); !done) return done;
  return {};
}

Result<std::vector<Stat>> HaproxySocket::show_stat(Duration within) const {
  const Result<std::string> answer = command("show stat", within);
  if (!answer) return fail(answer.error());
  Result<std::vector<Stat>> stats = parse_haproxy_stat(*answer);
  if (!stats) return fail(stats.error().code, fmt::format("haproxy {}: {}", path_, stats.error().message));
  return stats;
}

}  // namespace plimsoll::wire
