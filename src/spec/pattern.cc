#include "spec/pattern.h"

#include <algorithm>

namespace plimsoll::spec {
namespace {

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return lower(c) || (c >= 'A' && c <= 'Z'); }

template <class Predicate>
bool all(std::string_view text, Predicate fits) {
  return std::all_of(text.begin(), text.end(), fits);
}

bool is_component(std::string_view text) {
  return !text.empty() && text.size() <= 40 && lower(text.front()) && text.back() != '-' &&
         all(text, [](char c) { return lower(c) || digit(c) || c == '-'; });
}

bool is_list(std::string_view text) {
  return !text.empty() && text.size() <= 100 &&
         all(text, [](char c) { return letter(c) || digit(c) || c == '_' || c == '.' || c == ':' || c == '-'; });
}

bool is_variable(std::string_view text) {
  return !text.empty() && text.size() <= 100 && !digit(text.front()) &&
         all(text, [](char c) { return letter(c) || digit(c) || c == '_'; });
}

bool is_setting(std::string_view text) {
  return !text.empty() && text.size() <= 63 && lower(text.front()) &&
         all(text, [](char c) { return lower(c) || digit(c) || c == '_' || c == '.'; });
}

bool is_path(std::string_view text) {
  return text.starts_with('/') && text.size() <= 200 && all(text, [](char c) {
           return letter(c) || digit(c) || std::string_view("/_.~%?&=+,:@-").find(c) != std::string_view::npos;
         });
}

bool is_one_line(std::string_view text) {
  return text.size() <= 4096 && all(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

}  // namespace

const Pattern component_name = {"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", "a name",
                                "1 to 40 lower-case letters, digits and '-', beginning with a letter, not ending with '-'",
                                is_component};
const Pattern list_name = {"^[A-Za-z0-9_.:-]{1,100}$", "the name of a list", "1 to 100 letters, digits and _ . : -", is_list};
const Pattern variable_name = {"^[A-Za-z_][A-Za-z0-9_]{0,99}$", "the name of a variable",
                               "letters, digits and '_', not beginning with a digit", is_variable};
const Pattern setting_name = {"^[a-z][a-z0-9_.]{0,62}$", "the name of a setting",
                              "a setting of postgresql.conf, such as work_mem", is_setting};
const Pattern url_path = {"^/[A-Za-z0-9/_.~%?&=+,:@-]{0,199}$", "a path", "a path such as /ready", is_path};
const Pattern one_line = {"^[^\\u0000-\\u001f\\u007f]{0,4096}$", "one line of text",
                          "at most 4096 characters without a line break", is_one_line};

}  // namespace plimsoll::spec
