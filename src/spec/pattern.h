#pragma once
// What names may look like. Each is matched by hand and stated as a regular expression for the JSON Schema.

#include <string_view>

namespace plimsoll::spec {

struct Pattern {
  std::string_view expression;  // ECMAScript, anchored
  std::string_view what;        // for people: "a name"
  std::string_view says;        // for people: "1 to 40 lower-case letters, …"
  bool (*matches)(std::string_view);
};

extern const Pattern component_name;   // stack, tier, database, pooler, cache: fit for a host name, a file name and a label
extern const Pattern list_name;        // a list in a cache; no comma, since QUEUES is separated by commas
extern const Pattern variable_name;    // of the environment
extern const Pattern setting_name;     // of postgresql.conf
extern const Pattern url_path;         // "/ready"; goes into a balancer's configuration, so no blanks, quotes or '#'
extern const Pattern signal_name;      // under `signals:`; stands in conditions and formulas
extern const Pattern series_name;      // of Prometheus text
extern const Pattern json_pointer;     // RFC 6901, not the whole document
extern const Pattern http_url;         // "http://127.0.0.1:9090"; no user and password, no blanks
extern const Pattern zone_name;        // of the IANA time zone database
extern const Pattern class_name;       // of a catalog: "db.r6g.xlarge"
extern const Pattern catalog_name;     // a catalog's, or the path of its file
extern const Pattern image_name;       // of a container
extern const Pattern cookie_name;      // RFC 6265's token, without what a configuration file could take amiss
extern const Pattern table_name;       // of a database, with its schema
extern const Pattern extension_name;   // of Postgres
extern const Pattern kind_name;        // of a kind of work
extern const Pattern collection_name;  // of a vector store
extern const Pattern expression;       // a query or formula: not blank, lines and all
extern const Pattern one_line;         // any text without control characters

}  // namespace plimsoll::spec
