#include "collect/pgbouncer.h"

#include <gtest/gtest.h>

namespace plimsoll::collect {
namespace {

struct Row {
  const char* name;
  std::vector<PoolerFigures::Pool> pools;  // size, in use, waiting, longest wait in s
  double clients, clients_max, want;
};

class PoolerSaturation : public testing::TestWithParam<Row> {};

TEST_P(PoolerSaturation, IsOfItsFullestPart) {
  const Row& row = GetParam();
  EXPECT_DOUBLE_EQ(saturation({row.pools, row.clients, row.clients_max}), row.want);
}

INSTANTIATE_TEST_SUITE_P(Pgbouncer, PoolerSaturation,
                         testing::Values(Row{"Idle", {{20, 0, 0, 0}}, 0, 100, 0},  //
                                         Row{"NoPoolYet", {}, 1, 100, 0.01},       //
                                         Row{"Busy", {{20, 15, 0, 0}}, 30, 100, 0.75},
                                         Row{"ManyClients", {{20, 5, 0, 0}}, 90, 100, 0.9},
                                         Row{"AllInUseNobodyWaits", {{20, 20, 0, 0}}, 30, 100, 0.9},
                                         Row{"AMomentsWait", {{20, 20, 5, 0.05}}, 30, 100, 0.9},
                                         Row{"ShortWait", {{20, 15, 5, 0.05}}, 30, 100, 0.75},  // a server is about to be opened
                                         Row{"LongWaitForTheDatabase", {{20, 8, 5, 1.5}}, 30, 100, 1.25},
                                         Row{"ReserveInUse", {{20, 22, 1, 1.2}}, 30, 100, 1.15},
                                         Row{"TheFullestPoolCounts", {{20, 2, 0, 0}, {4, 3, 0, 0}}, 10, 100, 0.75},
                                         Row{"SizeNotKnown", {{0, 3, 0, 0}}, 10, 100, 0.1},
                                         Row{"SizeNotKnownButWaiting", {{0, 3, 1, 2}}, 10, 100, 1},
                                         Row{"NoClientLimit", {{20, 10, 0, 0}}, 10, 0, 0.5}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace plimsoll::collect
