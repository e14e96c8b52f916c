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

bool is_signal(std::string_view text) {
  return !text.empty() && text.size() <= 63 && !digit(text.front()) &&
         all(text, [](char c) { return letter(c) || digit(c) || c == '_'; });
}

bool is_series(std::string_view text) {
  return !text.empty() && text.size() <= 200 && !digit(text.front()) &&
         all(text, [](char c) { return letter(c) || digit(c) || c == '_' || c == ':'; });
}

bool is_pointer(std::string_view text) {
  return text.size() > 1 && text.size() <= 1000 && text.front() == '/' &&
         all(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

bool is_url(std::string_view text) {
  const std::size_t scheme = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  return scheme > 0 && text.size() > scheme && text.size() <= 500 && text[scheme] != '/' && all(text.substr(scheme), [](char c) {
           return letter(c) || digit(c) || std::string_view("/_.~%?&=+,:-[]").find(c) != std::string_view::npos;
         });
}

bool is_zone(std::string_view text) {
  return !text.empty() && text.size() <= 60 && letter(text.front()) && text.find("//") == std::string_view::npos &&
         text.back() != '/' &&
         all(text, [](char c) { return letter(c) || digit(c) || c == '_' || c == '+' || c == '-' || c == '/'; });
}

bool is_expression(std::string_view text) {
  return text.size() <= 4096 && text.find_first_not_of(" \t\r\n") != std::string_view::npos && all(text, [](char c) {
           return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\n' || c == '\r' || c == '\t';
         });
}

bool is_word(std::string_view text, std::size_t longest, std::string_view also) {
  return !text.empty() && text.size() <= longest &&
         all(text, [also](char c) { return letter(c) || digit(c) || also.find(c) != std::string_view::npos; });
}

bool is_class(std::string_view text) { return is_word(text, 80, "_.-"); }

bool is_catalog(std::string_view text) {
  return !text.empty() && text.size() <= 500 && text.front() != ' ' &&
         all(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

bool is_image(std::string_view text) { return is_word(text, 300, "_./:@+-"); }

bool is_cookie(std::string_view text) { return is_word(text, 100, "_.-"); }

bool is_table(std::string_view text) { return is_word(text, 130, "_.$") && !digit(text.front()); }

bool is_extension(std::string_view text) { return is_word(text, 63, "_-") && !digit(text.front()); }

bool is_kind(std::string_view text) { return is_word(text, 63, "_-"); }

bool is_collection(std::string_view text) { return is_word(text, 255, "_.-"); }

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
const Pattern signal_name = {"^[A-Za-z_][A-Za-z0-9_]{0,62}$", "the name of a signal",
                             "1 to 63 letters, digits and '_', not beginning with a digit", is_signal};
const Pattern series_name = {"^[A-Za-z_:][A-Za-z0-9_:]{0,199}$", "the name of a series",
                             "a series of the metrics page, such as queue_length", is_series};
const Pattern json_pointer = {"^/[^\\u0000-\\u001f\\u007f]{1,999}$", "a JSON pointer",
                              "a JSON pointer such as /database/pool_utilization_percent", is_pointer};
const Pattern http_url = {"^https?://[A-Za-z0-9_.~%?&=+,:\\[\\]-][A-Za-z0-9/_.~%?&=+,:\\[\\]-]{0,490}$", "an address on the web",
                          "an address such as http://127.0.0.1:9090", is_url};
const Pattern zone_name = {"^[A-Za-z][A-Za-z0-9_+-]{0,59}(/[A-Za-z0-9_+-]+)*$", "a time zone",
                           "a time zone such as Europe/Berlin or UTC", is_zone};
const Pattern class_name = {"^[A-Za-z0-9_.-]{1,80}$", "the name of a class",
                            "a class such as db.r6g.xlarge: letters, digits and _ . -", is_class};
const Pattern catalog_name = {"^[^ \\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]{0,499}$", "a catalog",
                              "the name of a catalog such as aws-2026, or the path of its file", is_catalog};
const Pattern image_name = {"^[A-Za-z0-9_./:@+-]{1,300}$", "an image", "a container image such as shop/api:1", is_image};
const Pattern cookie_name = {"^[A-Za-z0-9_.-]{1,100}$", "the name of a cookie", "1 to 100 letters, digits and _ . -", is_cookie};
const Pattern table_name = {"^[A-Za-z_.$][A-Za-z0-9_.$]{0,129}$", "the name of a table",
                            "a table such as messages or public.messages", is_table};
const Pattern extension_name = {"^[A-Za-z_-][A-Za-z0-9_-]{0,62}$", "the name of an extension",
                                "an extension of Postgres such as vector", is_extension};
const Pattern kind_name = {"^[A-Za-z0-9_-]{1,63}$", "the name of a kind of work", "1 to 63 letters, digits, '_' and '-'",
                           is_kind};
const Pattern collection_name = {"^[A-Za-z0-9_.-]{1,255}$", "the name of a collection", "1 to 255 letters, digits and _ . -",
                                 is_collection};
const Pattern expression = {"\\S", "an expression", "an expression: up to 4096 characters, not blank", is_expression};
const Pattern one_line = {"^[^\\u0000-\\u001f\\u007f]{0,4096}$", "one line of text",
                          "at most 4096 characters without a line break", is_one_line};

}  // namespace plimsoll::spec
