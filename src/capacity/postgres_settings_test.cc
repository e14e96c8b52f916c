#include "capacity/postgres_settings.h"

#include <gtest/gtest.h>

#include <map>

namespace plimsoll::capacity {
namespace {

constexpr std::int64_t gib = std::int64_t{1} << 30;

std::map<std::string, std::string> by_name(Bytes memory, int connections) {
  std::map<std::string, std::string> all;
  for (const PostgresSetting& one : postgres_settings(memory, connections)) all[one.name] = one.value;
  return all;
}

TEST(PostgresSettings, V8_AllTwelveAtEightGigabytesAnd200Connections) {
  const std::map<std::string, std::string> wanted = {{"max_connections", "200"},
                                                     {"shared_buffers", "2GB"},
                                                     {"effective_cache_size", "6GB"},
                                                     {"maintenance_work_mem", "512MB"},
                                                     {"work_mem", "10MB"},  // 6 GB / 600 = 10.24 MB
                                                     {"wal_buffers", "16MB"},
                                                     {"min_wal_size", "1GB"},
                                                     {"max_wal_size", "4GB"},
                                                     {"checkpoint_completion_target", "0.9"},
                                                     {"default_statistics_target", "100"},
                                                     {"random_page_cost", "1.1"},
                                                     {"effective_io_concurrency", "200"}};
  EXPECT_EQ(by_name(Bytes{8 * gib}, 200), wanted);
}

TEST(PostgresSettings, HoldTheirBounds) {
  const auto large = by_name(Bytes{64 * gib}, 400);
  EXPECT_EQ(large.at("maintenance_work_mem"), "2GB");
  EXPECT_EQ(large.at("wal_buffers"), "16MB");
  const auto small = by_name(Bytes{gib / 8}, 5000);
  EXPECT_EQ(small.at("shared_buffers"), "32MB");
  EXPECT_EQ(small.at("wal_buffers"), "1MB");
  EXPECT_EQ(small.at("work_mem"), "1MB");  // never none
  EXPECT_TRUE(postgres_settings(Bytes{gib / 8 - 1}, 100).empty());
}

}  // namespace
}  // namespace plimsoll::capacity
