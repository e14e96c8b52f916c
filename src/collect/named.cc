#include "collect/named.h"

#include "core/assert.h"

namespace plimsoll::collect {

std::vector<NamedWanted> wanted_from(const Plan& plan, const Stack& stack, NamedSignal::From from) {
  std::vector<NamedWanted> found;
  for (const Wanted& signal : wanted(plan, {SignalKind::named})) {
    const NamedSignal* const source = stack.signal(signal.list);
    PLIMSOLL_ASSERT(source != nullptr);  // compile() asked for it by name
    if (source->from == from) found.push_back({signal, *source});
  }
  return found;
}

std::string without_query(std::string message, std::string_view target) {
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return message;
  const std::string_view query = target.substr(question);
  for (std::size_t at = message.find(query); at != std::string::npos; at = message.find(query, at + 1))
    message.replace(at, query.size(), "?...");
  return message;
}

}  // namespace plimsoll::collect
