#include "spec/source_tree.h"

#include <yaml.h>

#include <algorithm>
#include <utility>

namespace plimsoll::spec {
namespace {

/// Byte offsets of the characters of a text: libyaml's marks count characters.
std::vector<std::size_t> offsets_of(std::string_view text) {
  std::vector<std::size_t> offsets;
  offsets.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) offsets.push_back(i);
  offsets.push_back(text.size());
  return offsets;
}

class Event {
 public:
  explicit Event(yaml_parser_t& parser) : is_good_(yaml_parser_parse(&parser, &event_) != 0) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }
  [[nodiscard]] bool is_good() const { return is_good_; }
  const yaml_event_t* operator->() const { return &event_; }

 private:
  yaml_event_t event_{};
  bool is_good_;
};

class Builder {
 public:
  explicit Builder(std::string_view text) : text_(text), offsets_(offsets_of(text)) {
    is_good_ = yaml_parser_initialize(&parser_) != 0;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() { yaml_parser_delete(&parser_); }

  std::optional<SourceNode> build() {
    for (const yaml_event_type_t wanted : {YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT}) {
      const Event event(parser_);
      if (!event.is_good() || event->type != wanted) return std::nullopt;
    }
    const Event first(parser_);
    SourceNode root = node(first);
    return is_good_ ? std::optional(std::move(root)) : std::nullopt;
  }

 private:
  [[nodiscard]] std::size_t offset(const yaml_mark_t& mark) const { return offsets_[std::min(mark.index, offsets_.size() - 1)]; }

  /// After the first thing that is not understood nothing is, and is_good_ says so.
  SourceNode node(const Event& event) {
    SourceNode made;
    if (!event.is_good()) {
      is_good_ = false;
      return made;
    }
    made.begin = offset(event->start_mark);
    made.end = offset(event->end_mark);
    made.line = static_cast<int>(event->start_mark.line) + 1;
    made.column = made.begin - offsets_[std::min(event->start_mark.index - event->start_mark.column, offsets_.size() - 1)];
    switch (event->type) {
      case YAML_ALIAS_EVENT:
        made.kind = SourceNode::Kind::alias;
        break;
      case YAML_SCALAR_EVENT:
        made.anchored = event->data.scalar.anchor != nullptr;
        if (event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE || event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE)
          trim(made);
        break;
      case YAML_SEQUENCE_START_EVENT:
        made.anchored = event->data.sequence_start.anchor != nullptr;
        made.flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
        list(made);
        break;
      case YAML_MAPPING_START_EVENT:
        made.anchored = event->data.mapping_start.anchor != nullptr;
        made.flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
        map(made);
        break;
      default:
        is_good_ = false;
    }
    return made;
  }

  /// A block scalar ends where the next thing begins; the empty lines between are nobody's.
  void trim(SourceNode& made) const {
    while (made.end > made.begin && (text_[made.end - 1] == '\n' || text_[made.end - 1] == '\r' || text_[made.end - 1] == ' '))
      --made.end;
  }

  static void take(SourceNode& made, const SourceNode& child) {
    made.anchors_within = made.anchors_within || child.anchored || child.anchors_within;
    made.end = std::max(made.end, child.end);
  }

  void list(SourceNode& made) {
    made.kind = SourceNode::Kind::list;
    while (is_good_) {
      const Event event(parser_);
      if (event.is_good() && event->type == YAML_SEQUENCE_END_EVENT) {
        if (made.flow) made.end = offset(event->end_mark);
        return;
      }
      made.items.push_back(node(event));
      take(made, made.items.back());
    }
  }

  void map(SourceNode& made) {
    made.kind = SourceNode::Kind::map;
    while (is_good_) {
      const Event event(parser_);
      if (event.is_good() && event->type == YAML_MAPPING_END_EVENT) {
        if (made.flow) made.end = offset(event->end_mark);
        return;
      }
      if (!event.is_good() || event->type != YAML_SCALAR_EVENT) {
        is_good_ = false;
        return;
      }
      SourceNode::Entry entry;
      entry.key.assign(reinterpret_cast<const char*>(event->data.scalar.value), event->data.scalar.length);
      entry.begin = offset(event->start_mark);
      entry.end = offset(event->end_mark);
      const Event value(parser_);
      entry.value = node(value);
      take(made, entry.value);
      made.entries.push_back(std::move(entry));
    }
  }

  std::string_view text_;
  std::vector<std::size_t> offsets_;
  yaml_parser_t parser_{};
  bool is_good_ = true;
};

}  // namespace

std::optional<SourceNode> source_tree(std::string_view text) { return Builder(text).build(); }

}  // namespace plimsoll::spec
