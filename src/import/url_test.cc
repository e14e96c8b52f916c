// What variables' values name, in the forms people write them.

#include "import/url.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plimsoll::import {
namespace {

std::string show(std::string_view value) {
  std::string out;
  for (const Endpointish& e : endpoints_in(value)) {
    constexpr const char* forms[] = {"url", "dsn", "host_port", "host"};
    out += fmt::format("{}{} {}|{}:{}{}|{}", out.empty() ? "" : " + ", forms[static_cast<int>(e.form)], e.scheme, e.host, e.port,
                       e.port_given ? "" : "?", e.database);
    for (const auto& [key, parameter] : e.parameters) out += fmt::format(" {}={}", key, parameter);
  }
  return out;
}

struct Row {
  const char* value;
  const char* want;
};
class Endpoints : public testing::TestWithParam<Row> {};
TEST_P(Endpoints, AreReadFromValues) { EXPECT_EQ(show(GetParam().value), GetParam().want) << GetParam().value; }

INSTANTIATE_TEST_SUITE_P(
    Urls, Endpoints,
    testing::Values(
        Row{"postgres://user:pass@pgbouncer:6432/health_agent", "url postgres|pgbouncer:6432|health_agent"},
        Row{"postgresql+asyncpg://app:s3cret@db/shop?pool_size=20&max_overflow=10",
            "url postgres|db:5432?|shop max_overflow=10 pool_size=20"},
        Row{"jdbc:postgresql://db.prod.svc.cluster.local:5432/shop?user=app&password=x&ssl=true",
            "url postgres|db.prod.svc.cluster.local:5432|shop ssl=true"},
        Row{"jdbc:sqlserver://mssql:1433;databaseName=shop;user=sa;password=x", "url sqlserver|mssql:1433| databaseName=shop"},
        Row{"redis://redis:6379/0", "url redis|redis:6379|0"},
        Row{"redis://:pw@Cache.Example.com", "url redis|cache.example.com:6379?|"},
        Row{"rediss://default:pw@r.abc.use1.cache.amazonaws.com:6380/1", "url rediss|r.abc.use1.cache.amazonaws.com:6380|1"},
        Row{"valkey://v/2", "url redis|v:6379?|2"},
        Row{"redis+sentinel://:pw@s1:26379,s2:26379,s3/mymaster/0",
            "url redis-sentinel|s1:26379|mymaster + url redis-sentinel|s2:26379|mymaster + url "
            "redis-sentinel|s3:26379?|mymaster"},
        Row{"sentinel://a:26379;sentinel://b:26379", "url redis-sentinel|a:26379| + url redis-sentinel|b:26379|"},
        Row{"redis://n1:7000,redis://n2:7001", "url redis|n1:7000| + url redis|n2:7001|"},
        Row{"postgresql://u:p@pg-0:5432,pg-1:5433/app?target_session_attrs=read-write",
            "url postgres|pg-0:5432|app target_session_attrs=read-write + url postgres|pg-1:5433|app "
            "target_session_attrs=read-write"},
        Row{"mongodb+srv://u:p@cluster0.abc.mongodb.net/app", "url mongodb|cluster0.abc.mongodb.net:27017?|app"},
        Row{"amqp://guest:guest@rabbitmq:5672//", "url amqp|rabbitmq:5672|"},
        Row{"http://qdrant:6333/collections/docs", "url http|qdrant:6333|"}, Row{"https://user:pw@es:9200", "url https|es:9200|"},
        Row{"postgres:///shop?host=db&port=5433", "url postgres|db:5433|shop host=db port=5433"},
        Row{"postgres://u:p@[fd00::7]:5432/x", "url postgres|fd00::7:5432|x"},
        Row{"\"redis://quoted:6379\"", "url redis|quoted:6379|"},
        Row{R"({"cache": "redis://a:1", "db": "mysql2://u:p@b/x"})", "url redis|a:1| + url mysql|b:3306?|x"},
        // A password with what ends an authority.
        Row{"postgres://u:p/w@db:5432/shop", "url postgres|db:5432|shop"},
        Row{"postgres://u:p?w@db/shop", "url postgres|db:5432?|shop"},
        Row{"postgres://u:p@ss@db/shop", "url postgres|db:5432?|shop"},
        Row{"postgres://user:123/4@db/shop", "url postgres|db:5432?|shop"}));

INSTANTIATE_TEST_SUITE_P(
    Names, Endpoints,
    testing::Values(Row{"host=postgres port=5432 user=app password='a b' dbname=shop sslmode=disable",
                        "dsn postgres|postgres:5432|shop sslmode=disable"},
                    Row{"host=a,b port=5432,5433 dbname=x", "dsn postgres|a:5432|x + dsn postgres|b:5433|x"},
                    Row{"dbname = shop host = db", "dsn postgres|db:5432?|shop"},
                    Row{"Host=db;Port=5432;Database=shop;Username=u;Password=p;Maximum Pool Size=50",
                        "dsn |db:5432|shop maximum pool size=50"},
                    Row{"Server=tcp:sql.example.com,1433;Initial Catalog=shop;User ID=u;Password=p;",
                        "dsn |sql.example.com:1433|shop"},
                    Row{"root:pw@tcp(mysql:3306)/shop?parseTime=true", "dsn mysql|mysql:3306|shop parseTime=true"},
                    Row{"redis:6379", "host_port |redis:6379|"}, Row{"redis:6379/3", "host_port |redis:6379|3"},
                    Row{"kafka-1:9092,kafka-2:9092", "host_port |kafka-1:9092| + host_port |kafka-2:9092|"},
                    Row{"redis:6379,password=x,abortConnect=false", "host_port |redis:6379| abortConnect=false"},
                    Row{"user:pw@rabbit:5672/jobs", "host_port |rabbit:5672|jobs"}, Row{"postgres", "host |postgres:0?|"},
                    Row{"pg-primary.data.svc", "host |pg-primary.data.svc:0?|"},
                    Row{"10.0.0.7:6432", "host_port |10.0.0.7:6432|"}));

INSTANTIATE_TEST_SUITE_P(NoHosts, Endpoints,
                         testing::Values(Row{"", ""}, Row{"5432", ""}, Row{"true", ""}, Row{"a b c", ""}, Row{"0.0.0.0:8000", ""},
                                         Row{"http://0.0.0.0:8000", ""}, Row{"postgres://u:p@${DB_HOST}:5432/x", ""},
                                         Row{"$(REDIS_HOST):6379", ""}, Row{"sqlite:///data/app.db", ""},
                                         Row{"unix:///var/run/docker.sock", ""}, Row{"postgres://%2Fvar%2Frun/shop", ""},
                                         Row{"ada@example.com", ""}, Row{"shop/api", ""}, Row{"1.5", ""}, Row{"db:99999", ""},
                                         Row{"://", ""}, Row{"a://", ""}, Row{"@tcp(", ""}, Row{"host=", ""}, Row{"[::]:80", ""},
                                         Row{"http://${HOST}:8000/@me", ""}, Row{"=", ""}, Row{"host='", ""}));

struct Masked {
  const char* value;
  const char* want;
};
class Credentials : public testing::TestWithParam<Masked> {};
TEST_P(Credentials, AreDropped) { EXPECT_EQ(without_credentials(GetParam().value), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Urls, Credentials,
                         testing::Values(Masked{"redis://:secret@cache:6379/0", "redis://cache:6379/0"},
                                         Masked{"postgres://u:p/w@db/x?password=q&a=1", "postgres://db/x?password=&a=1"},
                                         Masked{"postgres://u:1/2@db/x", "postgres://db/x"},
                                         Masked{"host=db user=u password='a b' dbname=x", "host=db user= password='' dbname=x"},
                                         Masked{"root:pw@tcp(mysql:3306)/shop", "tcp(mysql:3306)/shop"},
                                         Masked{"user:pw@rabbit:5672", "rabbit:5672"},
                                         Masked{"redis:6379,password=x", "redis:6379,password="},
                                         Masked{"a redis://:x@a:1 and redis://:y@b:2", "a redis://a:1 and redis://b:2"},
                                         Masked{"redis://u:12?x@redis:6379", "redis://redis:6379"},
                                         Masked{"http://prom:9090?a=1@2", "http://prom:9090?a=1@2"},
                                         Masked{"ada@example.com", "ada@example.com"}, Masked{"plain", "plain"}));

TEST(Secrets, AreKnownByTheirNames) {
  for (const char* name : {"PGPASSWORD", "DB_PASSWORD", "SECRET_KEY_BASE", "API_TOKEN", "requirepass", "masterauth",
                           "POSTGRES_PASSWORD_FILE", "AWS_SECRET_ACCESS_KEY", "DB_PASS", "OPENAI_API_KEY"})
    EXPECT_TRUE(names_secret(name)) << name;
  for (const char* name : {"DATABASE_URL", "PASSENGER_POOL_SIZE", "MAX_TOKENS", "KEYDB_HOST", "TOKEN_LIMIT", "DB_HOST"})
    EXPECT_FALSE(names_secret(name)) << name;
}

}  // namespace
}  // namespace plimsoll::import
