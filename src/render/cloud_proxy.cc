// RDS Proxy in the place of a pooler of one's own.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "render/cloud_parts.h"
#include "render/pgbouncer.h"

namespace plimsoll::render::cloud_parts {

void add_proxy(const Stack& stack, const Pooler& pooler, const Database& database, std::vector<Change>& changes,
               std::vector<Note>& notes) {
  const std::string id = identifier(stack, database.name, most_of_instance);
  const std::string proxy = identifier(stack, pooler.name, most_of_proxy);
  note_identifier(stack, pooler.name, proxy, "poolers." + pooler.name, notes);
  const std::int64_t each = servers_of(pooler);
  const std::int64_t servers = each * pooler.replicas.max;  // one proxy stands for all of them
  const std::int64_t percent = std::clamp<std::int64_t>(100 * servers / std::max(1, database.max_connections), 1, 100);
  Change change;
  change.title = fmt::format("{}: RDS Proxy in place of PgBouncer", pooler.name);
  change.says =
      "Instead of the pooler of the other files, not behind it. No outage until the address is changed, and that by a rolling "
      "restart.";
  change.before = {
      "A secret with the login of the application's role, a role that may read it, and the network the instance is in. A wrong "
      "secret or role shows as failed logins only.",
      fmt::format(
          R"sh(: "${{SECRET_ARN:?of the secret}}" "${{ROLE_ARN:?of the role that reads it}}" "${{DB_SECURITY_GROUP:?lets instances in on 5432}}"
aws secretsmanager describe-secret --secret-id "$SECRET_ARN" --query ARN --output text
aws rds describe-db-instances --db-instance-identifier {} \
  --query 'DBInstances[0].[DBInstanceStatus, DBSubnetGroup.VpcId]' --output text
subnets=$(aws rds describe-db-instances --db-instance-identifier {} \
  --query 'DBInstances[0].DBSubnetGroup.Subnets[].SubnetIdentifier' --output text))sh",
          id, id)};
  change.command = {fmt::format("Of {}'s {} connections the proxy may have {} %: derived from {}.", database.name,
                                database.max_connections, percent,
                                pooler.replicas.max == 1
                                    ? fmt::format("{} server connections", servers)
                                    : fmt::format("{} poolers × {} = {} server connections", pooler.replicas.max, each, servers)),
                    fmt::format(R"sh(# $subnets is a list: no quotes.
aws rds create-db-proxy --db-proxy-name {0} --engine-family POSTGRESQL --require-tls \
  --auth "AuthScheme=SECRETS,SecretArn=$SECRET_ARN,IAMAuth=DISABLED,ClientPasswordAuthType=POSTGRES_SCRAM_SHA_256" \
  --role-arn "$ROLE_ARN" --vpc-subnet-ids $subnets --vpc-security-group-ids "$DB_SECURITY_GROUP"
wait_for available aws rds describe-db-proxies --db-proxy-name {0} --query 'DBProxies[0].Status' --output text
aws rds modify-db-proxy-target-group --db-proxy-name {0} --target-group-name default \
  --connection-pool-config MaxConnectionsPercent={2},MaxIdleConnectionsPercent={3},ConnectionBorrowTimeout=30
aws rds register-db-proxy-targets --db-proxy-name {0} --db-instance-identifiers {1})sh",
                                proxy, id, percent, std::max<std::int64_t>(1, percent / 2))};
  change.verify = {
      "The target is `AVAILABLE`. Then DATABASE_URL gets the proxy's address; the port stays. Under load ClientConnections "
      "swings with the instances while DatabaseConnections stays level.",
      fmt::format(
          "wait_for AVAILABLE aws rds describe-db-proxy-targets --db-proxy-name {0} --query 'Targets[0].TargetHealth.State' "
          "--output text\n"
          "aws rds describe-db-proxy-targets --db-proxy-name {0} --query 'Targets[].TargetHealth.[State, Reason]' --output text\n"
          "aws rds describe-db-proxies --db-proxy-name {0} --query 'DBProxies[0].Endpoint' --output text\n",
          proxy) +
          metric("AWS/RDS", "ClientConnections", "ProxyName", proxy, "Maximum") + "\n" +
          metric("AWS/RDS", "DatabaseConnections", "ProxyName", proxy, "Maximum")};
  change.undo = {"DATABASE_URL goes back first; delete when ClientConnections is 0.",
                 fmt::format("aws rds deregister-db-proxy-targets --db-proxy-name {0} --db-instance-identifiers {1}\n"
                             "aws rds delete-db-proxy --db-proxy-name {0}",
                             proxy, id)};
  changes.push_back(std::move(change));
}

}  // namespace plimsoll::render::cloud_parts
