// RDS: class, zones, connections, storage, read replicas.

#include <fmt/format.h>

#include "core/quantity.h"
#include "render/cloud_parts.h"

namespace plimsoll::render::cloud_parts {
namespace {

constexpr std::int64_t gigabyte = std::int64_t{1} << 30;

std::int64_t whole_gigabytes(Bytes bytes) { return (bytes.count + gigabyte - 1) / gigabyte; }

std::string describe(std::string_view id, std::string_view query, std::string_view output = "text") {
  return fmt::format("aws rds describe-db-instances --db-instance-identifier {} \\\n  --query {} --output {}", id,
                     shell_word(query), output);
}

std::string remember(std::string_view variable, std::string_view id, std::string_view query) {
  return fmt::format("{}=$({})\necho \"before: ${}\"", variable, describe(id, query), variable);
}

/// "-w": available again; what is pending waits for the window, and the waiter does not know of it.
std::string wait_available(std::string_view id) {
  return fmt::format("aws rds wait db-instance-available --db-instance-identifier {}", id);
}

std::string window_of(const Database& database) {
  if (!database.maintenance) return "The spec states no maintenance window: RDS' own is what the precondition shows.";
  const When& when = *database.maintenance;
  if (when.is_cron())
    return fmt::format("The spec's maintenance window: from cron \"{}\" to \"{}\" ({}).", when.start, when.end, when.zone);
  return fmt::format("The spec's maintenance window: {} to {}.", when.from ? to_text(*when.from) : "any time",
                     when.until ? to_text(*when.until) : "any time");
}

Change instance_class(const Database& database, const std::string& id) {
  const std::string& wanted = database.bought.instance_class;
  Change change;
  change.title = fmt::format("{}: instance class {}", database.name, wanted);
  change.says = fmt::format("An outage: {} Pools reconnect after it. {}",
                            database.multi_az ? "with Multi-AZ as long as a fail-over takes, about a minute."
                                              : "1 to 3 minutes, shorter with Multi-AZ.",
                            window_of(database));
  change.before = {
      "The instance is `available`, nothing is pending, and the region sells the class (a count above 0).",
      describe(id, "DBInstances[0].[DBInstanceStatus, MultiAZ, PreferredMaintenanceWindow, PendingModifiedValues]", "json") +
          "\n" + remember("class_before", id, "DBInstances[0].DBInstanceClass") +
          fmt::format("\naws rds describe-orderable-db-instance-options --engine postgres --db-instance-class {} \\\n"
                      "  --query 'length(OrderableDBInstanceOptions)' --output text",
                      shell_word(wanted))};
  change.command = {
      "", fmt::format("aws rds modify-db-instance --db-instance-identifier {} \\\n  --db-instance-class {} \"$apply\"", id,
                      shell_word(wanted))};
  change.verify = {
      fmt::format("The class is {}, and nothing is pending any more. In the window the wait begins when the window does.",
                  wanted),
      wait_available(id) + "\n" +
          describe(id, "DBInstances[0].[DBInstanceClass, DBInstanceStatus, PendingModifiedValues]", "json")};
  change.undo = {
      "The same outage again.",
      fmt::format("aws rds modify-db-instance --db-instance-identifier {} \\\n  --db-instance-class \"$class_before\" \"$apply\"",
                  id)};
  return change;
}

Change multi_az(const Database& database, const std::string& id) {
  Change change;
  change.title = fmt::format("{}: Multi-AZ", database.name);
  change.says = "No outage, but slower writes while the standby is filled, and twice the price.";
  change.before = {"`available`.", describe(id, "DBInstances[0].[DBInstanceStatus, MultiAZ]")};
  change.command = {"", fmt::format("aws rds modify-db-instance --db-instance-identifier {} --multi-az \"$apply\"", id)};
  change.verify = {"`True`.", wait_available(id) + "\n" + describe(id, "DBInstances[0].MultiAZ")};
  change.undo = {"", fmt::format("aws rds modify-db-instance --db-instance-identifier {} --no-multi-az \"$apply\"", id)};
  return change;
}

Change max_connections(const Database& database, const std::string& id) {
  Change change;
  change.title = fmt::format("{}: max_connections {}", database.name, database.max_connections);
  change.says = "In effect only after a restart: an outage of seconds to a minute.";
  if (database.memory)
    change.says += fmt::format(" RDS' own figure for {} is LEAST({} / 9531392, 5000) = {}.", for_people(*database.memory),
                               database.memory->count, default_max_connections(*database.memory));
  change.before = {
      "The instance uses a parameter group of its own (default.… can't be changed). If it does not, make one first: the second "
      "and third command; the family is that of the engine's version.",
      describe(id, "DBInstances[0].DBParameterGroups[].[DBParameterGroupName, ParameterApplyStatus]") +
          fmt::format("\naws rds create-db-parameter-group --db-parameter-group-name {0}-params \\\n"
                      "  --db-parameter-group-family postgres16 --description {1}\n"
                      "aws rds modify-db-instance --db-instance-identifier {0} --db-parameter-group-name {0}-params \"$apply\"\n"
                      "aws rds describe-db-parameters --db-parameter-group-name {0}-params \\\n"
                      "  --query \"Parameters[?ParameterName=='max_connections'].[ParameterValue, Source]\" --output text",
                      id, shell_word("of " + id))};
  change.command = {"The second line is the restart: in the maintenance window.",
                    fmt::format("aws rds modify-db-parameter-group --db-parameter-group-name {0}-params \\\n"
                                "  --parameters 'ParameterName=max_connections,ParameterValue={1},ApplyMethod=pending-reboot'\n"
                                "aws rds reboot-db-instance --db-instance-identifier {0}",
                                id, database.max_connections)};
  change.verify = {fmt::format("`in-sync`, and the server itself says {} (pending-reboot: the restart is still to come).",
                               database.max_connections),
                   wait_available(id) + "\n" + describe(id, "DBInstances[0].DBParameterGroups[].ParameterApplyStatus") +
                       "\npsql \"${DATABASE_URL:?direct, not through a pooler}\" -Atc 'show max_connections'"};
  change.undo = {"Back to RDS' own formula, with a restart.",
                 fmt::format("aws rds reset-db-parameter-group --db-parameter-group-name {0}-params \\\n"
                             "  --parameters 'ParameterName=max_connections,ApplyMethod=pending-reboot'\n"
                             "aws rds reboot-db-instance --db-instance-identifier {0}",
                             id)};
  return change;
}

Change storage(const Database& database, const std::string& id) {
  const Storage& disk = database.storage;
  std::string size, options, undo;
  if (disk.size) {
    size = fmt::format("{} GB", whole_gigabytes(*disk.size));
    options += fmt::format(" --allocated-storage {}", whole_gigabytes(*disk.size));
  }
  if (disk.max) {
    size += fmt::format("{}up to {} GB by itself", size.empty() ? "" : ", ", whole_gigabytes(*disk.max));
    options += fmt::format(" --max-allocated-storage {}", whole_gigabytes(*disk.max));
    undo = fmt::format(
        "aws rds modify-db-instance --db-instance-identifier {} --max-allocated-storage \"$ceiling_before\" --apply-immediately",
        id);
  }
  Change change;
  change.title = fmt::format("{}: storage {}", database.name, size);
  change.says =
      "Online on gp2 and gp3. Storage never shrinks, and the next change has to wait until the optimization is over: six hours "
      "at least.";
  change.before = {"`available`, not `storage-optimization`; less is allocated than wanted.",
                   describe(id, "DBInstances[0].[DBInstanceStatus, AllocatedStorage, MaxAllocatedStorage, StorageType, Iops]") +
                       "\n" +
                       remember("ceiling_before", id, "DBInstances[0].MaxAllocatedStorage || DBInstances[0].AllocatedStorage")};
  change.command = {
      "", fmt::format("aws rds modify-db-instance --db-instance-identifier {} \\\n {} --apply-immediately", id, options)};
  change.verify = {
      fmt::format("The new figures. Act when {} is used: FreeStorageSpace{} (bytes).", to_text(disk.act_at),
                  disk.size ? fmt::format(" below {:.0f}", static_cast<double>(disk.size->count) * (1 - disk.act_at.value)) : ""),
      wait_available(id) + "\n" + describe(id, "DBInstances[0].[AllocatedStorage, MaxAllocatedStorage]") + "\n" +
          metric("AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", id, "Minimum")};
  change.undo = {disk.max ? "Only the ceiling goes back; for less storage, dump and restore into a smaller instance."
                          : "None: for less storage, dump and restore into a smaller instance.",
                 undo};
  return change;
}

std::string replica_class(const Database& database) {
  return database.replica.instance_class.empty() ? database.bought.instance_class : database.replica.instance_class;
}

Change read_replica(const Database& database, const std::string& id, int number) {
  const std::string replica = fmt::format("{}-read-{}", id, number);
  Change change;
  change.title = fmt::format("{}: read replica {}", database.name, number);
  change.says = "No outage. Its price is that of an instance of its class.";
  change.before = {
      "The source is `available` and keeps backups (a retention above 0 days), or there is nothing to copy.",
      describe(id, "DBInstances[0].[DBInstanceStatus, BackupRetentionPeriod, ReadReplicaDBInstanceIdentifiers]", "json")};
  change.command = {"", fmt::format("aws rds create-db-instance-read-replica --db-instance-identifier {} \\\n"
                                    "  --source-db-instance-identifier {} --db-instance-class {}\n{}",
                                    replica, id, shell_word(replica_class(database)), wait_available(replica))};
  change.verify = {
      fmt::format("`replicating`, and the lag (seconds) stays below {}: then readers may have its address as DATABASE_READ_URL.",
                  to_text(database.lag_max)),
      describe(replica, "DBInstances[0].[DBInstanceStatus, StatusInfos[0].Status, Endpoint.Address]") + "\n" +
          metric("AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", replica, "Maximum")};
  change.undo = {"Readers first go back to the primary.",
                 fmt::format("aws rds delete-db-instance --db-instance-identifier {} --skip-final-snapshot", replica)};
  return change;
}

Change promotion(const Database& database, const std::string& id) {
  const std::string replica = id + "-read-1";
  Change change;
  change.title = fmt::format("{}: promote read replica 1", database.name);
  change.says =
      "For a fail-over by hand, or to split: it becomes a database of its own, with a restart, and follows nobody any more.";
  change.before = {
      "Writers are stopped, and the lag is 0 in the last minutes: what the replica does not have by then is lost to it.",
      metric("AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", replica, "Maximum")};
  change.command = {"", fmt::format("aws rds promote-read-replica --db-instance-identifier {} --backup-retention-period 7\n{}",
                                    replica, wait_available(replica))};
  change.verify = {"No source any more (`None`), and it takes writes (`f`). Then writers may have its address as DATABASE_URL.",
                   describe(replica, "DBInstances[0].[DBInstanceStatus, ReadReplicaSourceDBInstanceIdentifier]") +
                       "\npsql \"${PROMOTED_URL:?the address of the promoted one}\" -Atc 'select pg_is_in_recovery()'"};
  change.undo = {
      "None. The old primary does not follow the new one: make a new read replica of whichever is to stay, and delete the other.",
      ""};
  return change;
}

}  // namespace

void add_database(const Stack& stack, const Database& database, std::vector<Change>& changes, std::vector<Note>& notes) {
  const std::string id = identifier(stack, database.name);
  changes.push_back(instance_class(database, id));
  if (database.multi_az) changes.push_back(multi_az(database, id));
  if (database.max_connections_given) changes.push_back(max_connections(database, id));
  if (database.storage.size || database.storage.max) changes.push_back(storage(database, id));
  for (int i = 1; i <= database.read_replicas; ++i) changes.push_back(read_replica(database, id, i));
  if (database.read_replicas > 0) changes.push_back(promotion(database, id));
  if (!database.settings.empty())
    notes.push_back(
        {fmt::format("databases.{}.settings", database.name),
         "not among the commands: a parameter group counts memory in blocks of 8 kB, not in units as Postgres' own file does"});
}

}  // namespace plimsoll::render::cloud_parts
