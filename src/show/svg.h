#pragma once
// Charts for reports: SVG that needs nothing from outside and reads in light and dark through the page's style sheet.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::show {

/// Text between tags and in attributes; what is not UTF-8 or a control character becomes '?'.
std::string escaped(std::string_view text);

struct ChartSeries {
  std::string name;
  std::vector<double> values;  // one for each label, NaN where there is none: the line has a gap
  bool steps = false;          // a count holds until it changes
  bool limit = false;          // drawn dashed: a room, a budget
};

struct ChartMark {
  std::size_t at = 0;  // index of the label it stands at
  std::string text;
};

struct Chart {
  std::string id;           // unique on the page; letters and digits
  std::string title;        // "Cost a month"
  std::string description;  // the text alternative: what the picture says, in words
  std::vector<std::string> labels;
  std::vector<ChartSeries> series;  // at most chart_inks; those beyond share the last ink
  std::vector<ChartMark> marks;
  std::function<std::string(double)> tick;  // of the vertical axis
  bool whole = false;                       // counts: the axis has whole numbers only
};

/// Lines of different series differ by colour and by dash.
inline constexpr int chart_inks = 6;

/// <figure> with the picture and its legend. Total: no labels or no finite value gives the frame alone.
std::string chart_html(const Chart&);
/// The rules that charts need in a page's <style>.
std::string chart_css();

}  // namespace plimsoll::show
