// Reader: texts, lists and maps of texts, and "${NAME}".

#include <fmt/format.h>

#include "spec/reader.h"

namespace plimsoll::spec {

std::optional<std::string> Reader::expand(const Field& field, const Node& node) {
  const std::string_view text = node.text;
  std::string out;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text.substr(i).starts_with("$${")) {  // a literal "${"
      out += "${";
      i += 3;
      continue;
    }
    if (!text.substr(i).starts_with("${")) {
      out += text[i++];
      continue;
    }
    const std::size_t close = text.find('}', i);
    const std::size_t length = close == std::string_view::npos ? text.size() - i : close + 1 - i;
    const Position at = node.part(i, length);
    const std::string_view name = length > 3 ? text.substr(i + 2, length - 3) : std::string_view();
    if (!field.environment) {
      complain(at, "variables are not replaced here",
               "them in run.env, where no list of processes shows them; $${ for a plain ${");
      return std::nullopt;
    }
    if (close == std::string_view::npos || !variable_name.matches(name)) {
      complain(at, "this is no variable", "\"${NAME}\"; $${ for a plain ${");
      return std::nullopt;
    }
    const std::optional<std::string> value = environment_(name);
    if (!value) {
      complain(at, fmt::format("the environment variable {} is not set", quote(name)), "it set where plimsoll is started");
      return std::nullopt;
    }
    out += *value;
    i += length;
  }
  return out;
}

void Reader::read(const Field& field, const Node& node, std::string& target) {
  // A text may be empty, but only in quotes.
  if (!is_scalar(field, node)) return;
  std::optional<std::string> text = expand(field, node);
  if (!text) return;
  // A value out of the environment may be a secret: it is judged, never shown.
  const std::string shown = *text == node.text ? quote(node.text) : "the value of " + quote(node.text);
  if (field.pattern && !field.pattern->matches(*text))
    return complain(node.at, fmt::format("{} is not {}", shown, field.pattern->what), std::string(field.pattern->says));
  if (text->find('\0') != std::string::npos) return complain(node.at, "a text cannot hold a zero byte");
  target = std::move(*text);
}

void Reader::read(const Field& field, const Node& node, std::vector<std::string>& target) {
  if (!is_list(field, node)) return;
  std::vector<std::string> all;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Within within_item(*this, fmt::format("[{}]", i), node.items[i].at, node.items[i]);
    all.emplace_back();
    read(field, node.items[i], all.back());
  }
  target = std::move(all);
}

void Reader::read(const Field& field, const Node& node, std::map<std::string, std::string>& target) {
  if (!is_map(field, node)) return;
  for (const Node::Entry& entry : node.entries) {
    const Within within_entry(*this, entry.key, entry.at, entry.value);
    if (!key_fits(field, entry)) continue;
    if (entry.value.is_null())
      complain(entry.at, quote(entry.key) + " has no value", "a value; \"\" for an empty text");
    else
      read(field, entry.value, target[entry.key]);
  }
}

}  // namespace plimsoll::spec
