// The screen of `check`.

#include <fmt/format.h>

#include <algorithm>

#include "show/findings.h"
#include "show/format.h"
#include "show/text.h"

namespace plimsoll::show {
namespace {

constexpr int gap = 2;
constexpr int label_width = 5;  // "ERROR"
constexpr std::size_t most_questions = 5;
constexpr std::size_t most_passed = 8;

struct Label {
  const char* text;
  Ink ink;
};

Label label_of(Level level) {
  switch (level) {
    case Level::error:
      return {"ERROR", Ink::bad};
    case Level::warning:
      return {"WARN", Ink::bold};
    case Level::note:
      break;
  }
  return {"note", Ink::dim};
}

/// Where the columns stand: place, label, text.
struct Columns {
  Style style;
  int place = 0, text = 0, width = 1;

  Columns(const CheckReport& report, Style wanted_style, int columns) : style(wanted_style), width(std::max(1, columns)) {
    const int most = std::max(8, std::min(36, width * 2 / 5));
    for (const PlacedFinding& one : report.findings)
      if (const int wide = display_width(place_text(one.place)); wide <= most) place = std::max(place, wide);
    if (width < 50) place = 0;  // no room beside it: places have lines of their own
    text = (place == 0 ? 0 : place + gap) + label_width + gap;
  }
  [[nodiscard]] int room() const { return std::max(1, width - text); }
};

/// `text` in the text column, wrapped; `tail` in dim after it, on the same line if there is room.
void add_text(Block& block, const Columns& columns, Line first, const std::string& text, const std::string& tail = {}) {
  Line line = std::move(first);
  for (const std::string& part : wrap(text, columns.room(), columns.style)) {
    if (!line.empty() && line.width() > columns.text) {
      block.push_back(std::move(line));
      line = Line(columns.style);
    }
    line.pad_to(columns.text).add(part);
  }
  if (!tail.empty()) {
    if (line.width() + gap + display_width(tail) <= columns.width) {
      line.add("  ").add(tail, Ink::dim);
    } else {
      block.push_back(std::move(line));
      line = Line(columns.style);
      line.pad_to(columns.text).add(tail, Ink::dim);
    }
  }
  block.push_back(std::move(line));
}

void add_labelled(Block& block, const Columns& columns, const char* label, const std::string& text, const std::string& tail) {
  Line line(columns.style);
  line.pad_to(columns.text - label_width - gap).add(label, Ink::accent);
  add_text(block, columns, std::move(line), text, tail);
}

void add_finding(Block& block, const Columns& columns, const PlacedFinding& one) {
  Line line(columns.style);
  const std::string place = place_text(one.place);
  line.add(place, Ink::bold);
  if (line.width() > columns.place) {
    block.push_back(std::move(line));
    line = Line(columns.style);
  }
  const Label label = label_of(one.level);
  line.pad_to(columns.text - label_width - gap).add(label.text, label.ink);
  add_text(block, columns, std::move(line), one.message, "(" + one.rule + ")");
  for (const std::string& sum : one.sum) add_text(block, columns, Line(columns.style), sum);
  const char* name = "fix";
  for (const PlacedFix& fix : one.fixes) {
    const bool elsewhere = fix.place.file != one.place.file || fix.place.line != one.place.line;
    add_labelled(block, columns, name, fix.effect.empty() ? fix.text : fix.text + " → " + fix.effect,
                 elsewhere && !fix.place.file.empty() ? "[" + place_text(fix.place) + "]" : "");
    name = "or";
  }
  if (!one.advice.empty()) add_labelled(block, columns, name, one.advice, "");
}

void add_once(std::vector<std::string>& all, const std::string& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

/// "a, b and 7 more".
std::string some_of(const std::vector<std::string>& names, std::size_t most) {
  if (names.size() <= most) return fmt::format("{}", fmt::join(names, ", "));
  const auto last = names.begin() + static_cast<std::ptrdiff_t>(most - 1);
  return fmt::format("{} and {} more", fmt::join(names.begin(), last, ", "), names.size() - most + 1);
}

std::string totals(const CheckReport& report) {
  const auto levels = [&] {
    std::string text;
    const std::pair<Level, const char*> words[] = {{Level::error, "error"}, {Level::warning, "warning"}, {Level::note, "note"}};
    for (const auto& [level, word] : words)
      if (const int count = count_of(report, level); count > 0)
        text += (text.empty() ? "" : ", ") + counted(static_cast<std::uint64_t>(count), word);
    return text;
  };
  const std::string files = counted(static_cast<std::uint64_t>(report.files), "file");
  std::vector<std::string> broken;
  for (const CheckReport::Mistake& one : report.mistakes)
    if (one.severity == Severity::error) add_once(broken, one.place.file);
  const std::string unread = broken.empty() ? ""
                                            : fmt::format("{} with errors could not be judged whole: {}.",
                                                          counted(broken.size(), "file"), some_of(broken, 5));
  if (report.files == 0 && report.findings.empty()) return unread.empty() ? "Nothing was checked." : unread;
  std::string text = report.findings.empty()
                         ? fmt::format("No findings in {}.", files)
                         : fmt::format("{} in {} ({}).", counted(report.findings.size(), "finding"), files, levels());
  if (report.no_tier && report.findings.empty())
    text =
        fmt::format("{} read, but nothing to compare with: add the manifests or the Compose file that use what is in it.", files);
  std::string model;
  for (const auto& [word, count] : report.model)
    if (count > 0) model += (model.empty() ? " Model: " : ", ") + counted(static_cast<std::uint64_t>(count), word.c_str());
  if (!model.empty()) text += model + ".";
  return unread.empty() ? text : text + " " + unread;
}

void add_paragraph(Block& block, Style style, int width, const std::string& text, int indent = 0, Ink ink = Ink::plain) {
  bool first = true;
  for (const std::string& part : wrap(text, std::max(1, width - indent), style)) {
    Line line(style);
    line.pad_to(first ? indent == 0 ? 0 : indent - 2 : indent).add(part, ink);
    block.push_back(std::move(line.cut_to(width)));
    first = false;
  }
}

void add_questions(Block& block, const CheckReport& report, Style style, int width) {
  if (report.questions.empty()) return;
  add_paragraph(block, style, width, "Not inferred (the line in the spec that answers it):");
  for (std::size_t i = 0; i < report.questions.size() && i < most_questions; ++i) {
    const CheckReport::Question& one = report.questions[i];
    add_paragraph(block, style, width, fmt::format("{} ({}: {})", one.text, one.path.substr(0, one.path.rfind('.')), one.line),
                  4);
  }
  if (report.questions.size() > most_questions)
    add_paragraph(block, style, width,
                  fmt::format("and {} more; `plimsoll import` lists them", report.questions.size() - most_questions), 4,
                  Ink::dim);
}

/// Files passed over for one reason. "Secret: says nothing …" and "Role: says nothing …" are one, with their kinds.
struct Reason {
  std::string why;
  std::vector<std::string> kinds, files;
};

std::vector<Reason> reasons_of(const CheckReport& report) {
  std::vector<Reason> reasons;
  for (const CheckReport::Passed& one : report.passed) {
    const std::size_t colon = one.why.find(": ");
    const bool kind = colon != std::string::npos && one.why[0] >= 'A' && one.why[0] <= 'Z' && one.why.find(' ') > colon;
    const std::string why = kind ? one.why.substr(colon + 2) : one.why;
    auto found =
        std::find_if(reasons.begin(), reasons.end(), [&](const Reason& r) { return r.why == why && r.kinds.empty() != kind; });
    if (found == reasons.end()) found = reasons.insert(reasons.end(), {why, {}, {}});
    if (kind) add_once(found->kinds, one.why.substr(0, colon));
    add_once(found->files, one.file);
  }
  return reasons;
}

void add_passed(Block& block, const CheckReport& report, Style style, int width) {
  const std::vector<Reason> reasons = reasons_of(report);
  if (reasons.empty()) return;
  add_paragraph(block, style, width, "Passed over:");
  for (std::size_t i = 0; i < reasons.size() && i < most_passed; ++i) {
    const Reason& one = reasons[i];
    const std::string kinds = one.kinds.empty() ? "" : fmt::format(" ({})", some_of(one.kinds, 6));
    add_paragraph(block, style, width, fmt::format("{}{}: {}", some_of(one.files, 3), kinds, one.why), 4, Ink::dim);
  }
  if (reasons.size() > most_passed)
    add_paragraph(block, style, width, fmt::format("and more, for {} other reasons", reasons.size() - most_passed), 4, Ink::dim);
}

}  // namespace

std::string render_check(const CheckReport& report, Style style, int columns) {
  const Columns where(report, style, columns);
  Block block;
  for (const PlacedFinding& one : report.findings) add_finding(block, where, one);
  for (Line& line : block) line.cut_to(where.width);
  add_paragraph(block, style, where.width, totals(report));
  for (const std::string& remark : report.remarks) add_paragraph(block, style, where.width, remark);
  add_questions(block, report, style, where.width);
  add_passed(block, report, style, where.width);
  return joined(block);
}

}  // namespace plimsoll::show
