#include "show/html.h"

#include <fmt/format.h>

#include "core/assert.h"
#include "show/svg.h"

namespace plimsoll::show {
namespace {

constexpr const char* css =
    ":root{color-scheme:light dark;--ground:#fff;--text:#1b1f24;--dim:#59636e;--line:#d8dee4;--note:#f3f5f7;--accent:#0a5ea8}\n"
    "@media (prefers-color-scheme:dark){:root{--ground:#11151a;--text:#e3e8ee;--dim:#98a4b0;--line:#2d353e;--note:#1a2027;"
    "--accent:#6cb6ff}}\n"
    "body{background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;"
    "padding:0 1rem}\n"
    "h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin:2.2rem 0 .4rem}\n"
    "p{max-width:46rem}.dim,caption,figcaption{color:var(--dim)}figure{margin:1rem 0}\n"
    ".binding{border-left:4px solid var(--accent);background:var(--note);padding:.6rem 1rem}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}\n"
    "caption{text-align:left;padding:.3rem 0}th,td{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;"
    "border-bottom:1px solid var(--line)}th.n,td.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "pre{overflow-x:auto;background:var(--note);padding:.8rem;font-size:.85rem}ins{text-decoration:none;color:var(--accent)}"
    "del{text-decoration:none;color:var(--dim)}\n"
    "@media print{body{max-width:none}h2{break-after:avoid}figure,tr{break-inside:avoid}}\n";

}  // namespace

std::string html_table(std::string_view caption, const std::vector<HtmlColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<div class=\"wide\"><table>";
  if (!caption.empty()) out += fmt::format("<caption>{}</caption>", escaped(caption));
  out += "\n<thead><tr>";
  for (const HtmlColumn& column : columns)
    out += fmt::format("<th scope=\"col\"{}>{}</th>", column.number ? " class=\"n\"" : "", escaped(column.header));
  out += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    PLIMSOLL_ASSERT(row.size() == columns.size());
    out += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c)
      out += fmt::format("<td{}>{}</td>", columns[c].number ? " class=\"n\"" : "", escaped(row[c]));
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string html_page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"generator\" content=\"plimsoll\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{}</title>\n<style>\n{}{}</style>\n"
      "</head>\n<body>\n{}</body>\n</html>\n",
      escaped(title), css, chart_css(), body);
}

}  // namespace plimsoll::show
