// RDS: class, zones, connections, storage, read replicas.

#include <fmt/format.h>

#include "core/quantity.h"
#include "render/cloud_parts.h"
#include "render/names.h"
#include "render/postgresql.h"

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

/// For what changes the status at once: a new instance, a restart. After other changes wait_for() comes first.
std::string wait_available(std::string_view id) {
  return fmt::format("aws rds wait db-instance-available --db-instance-identifier {}", id);
}

/// Waits for a field of the instance, then for the instance.
std::string wait_until(std::string_view wanted, std::string_view id, std::string_view query) {
  return wait_for(wanted, describe(id, query)) + "\n" + wait_available(id);
}

/// A query of the server at the instance's own address. The password goes by the environment, not as an argument.
std::string ask_server(const Database& database, std::string_view id, std::string_view sql) {
  return fmt::format("PGPASSWORD=\"${{{}_PASSWORD:?of the role {}}}\" psql -U {} -d {} -Atc {} -h \"$(\n  {})\"",
                     variable_of(database.name), postgres_app_role, postgres_app_role, shell_word(database_name(database)),
                     shell_word(sql), describe(id, "DBInstances[0].Endpoint.Address"));
}

std::string window_of(const Database& database) {
  if (!database.maintenance) return "The spec states no maintenance window: RDS' own is what the precondition shows.";
  const When& when = *database.maintenance;
  if (when.is_cron())
    return fmt::format("The spec's maintenance window: from cron \"{}\" to \"{}\" ({}).", when.start, when.end, when.zone);
  return fmt::format("The spec's maintenance window: {} to {}.", when.from ? plimsoll::to_text(*when.from) : "any time",
                     when.until ? plimsoll::to_text(*when.until) : "any time");
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
                      "  --query 'length(OrderableDBInstanceOptions)' --output json",
                      shell_word(wanted))};
  change.command = {
      "", fmt::format("aws rds modify-db-instance --db-instance-identifier {} \\\n  --db-instance-class {} \"$apply\"", id,
                      shell_word(wanted))};
  change.verify = {
      fmt::format(
          "The class is {}, and nothing is pending any more. A change that waits for the window: ask when that has begun.",
          wanted),
      wait_until(shell_word(wanted), id, "DBInstances[0].DBInstanceClass") + "\n" +
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
  change.says =
      "No outage, so not left to the window; but slower writes while the standby is filled: for a quiet hour. Twice the price.";
  change.before = {"`available`.", describe(id, "DBInstances[0].[DBInstanceStatus, MultiAZ]")};
  change.command = {"", fmt::format("aws rds modify-db-instance --db-instance-identifier {} --multi-az --apply-immediately", id)};
  change.verify = {"`True`, then `available`.", wait_until("True", id, "DBInstances[0].MultiAZ") + "\n" +
                                                    describe(id, "DBInstances[0].[DBInstanceStatus, MultiAZ]")};
  change.undo = {"", fmt::format("aws rds modify-db-instance --db-instance-identifier {} --no-multi-az --apply-immediately", id)};
  return change;
}

constexpr std::string_view group_of_instance = "DBInstances[0].DBParameterGroups[0].DBParameterGroupName";

/// max_connections is a parameter of a group, and RDS' own groups can't be changed.
Change parameter_group(const Database& database, const std::string& id) {
  Change change;
  change.title = fmt::format("{}: a parameter group of its own", database.name);
  change.says =
      "Only where the instance has one of RDS' own (`default.…`), which can't be changed; another is kept, and what is set in "
      "it. "
      "No outage: after the next restart the new group's values hold, which are those of the old one.";
  change.before = {
      "`available`. The new group's family is that of the engine's version.",
      describe(id, "DBInstances[0].[DBInstanceStatus, EngineVersion]") + "\n" + remember("group", id, group_of_instance) +
          fmt::format("\nfamily=$(aws rds describe-db-engine-versions --engine postgres \\\n  --engine-version \"$({})\" \\\n"
                      "  --query 'DBEngineVersions[0].DBParameterGroupFamily' --output text)\necho \"family: $family\"",
                      describe(id, "DBInstances[0].EngineVersion"))};
  change.command = {"", fmt::format(R"sh(case "$group" in
default.*)
  aws rds create-db-parameter-group --db-parameter-group-name {0}-params \
    --db-parameter-group-family "$family" --description {1}
  aws rds modify-db-instance --db-instance-identifier {0} \
    --db-parameter-group-name {0}-params --apply-immediately
  ;;
*) echo "has its own: $group" ;;
esac)sh",
                                    id, shell_word("of " + id))};
  change.verify = {
      "Not `default.…`, and `pending-reboot` or `in-sync`; as long as it says `applying`, ask again before you restart it.",
      describe(id, "DBInstances[0].DBParameterGroups[].[DBParameterGroupName, ParameterApplyStatus]")};
  change.undo = {"", fmt::format(R"sh(case "$group" in
default.*)
  aws rds modify-db-instance --db-instance-identifier {0} \
    --db-parameter-group-name "$group" --apply-immediately
  {2}
  {1}
  aws rds delete-db-parameter-group --db-parameter-group-name {0}-params
  ;;
esac)sh",
                                 id, wait_available(id), wait_for("\"$group\"", describe(id, group_of_instance)))};
  return change;
}

std::string set_connections(std::string_view value) {
  return fmt::format(
      "aws rds modify-db-parameter-group --db-parameter-group-name \"$group\" \\\n"
      "  --parameters \"ParameterName=max_connections,ParameterValue={},ApplyMethod=pending-reboot\"",
      value);
}

/// A restart is an outage, and RDS does not make it in the window by itself.
std::string restart(std::string_view id) {
  return fmt::format(
      "# The restart, an outage: now only if $apply says so; else run what is between then and else in the window.\n"
      "if [ \"$apply\" = --apply-immediately ]; then\n  aws rds reboot-db-instance --db-instance-identifier {}\nelse\n"
      "  echo 'not restarted yet'\nfi",
      id);
}

Change max_connections(const Database& database, const std::string& id) {
  Change change;
  change.title = fmt::format("{}: max_connections {}", database.name, database.max_connections);
  change.says = "In effect only after a restart: an outage of seconds to a minute.";
  if (database.memory)
    change.says += fmt::format(" RDS' own figure for {} is LEAST({} / 9531392, 5000) = {}.", for_people(*database.memory),
                               database.memory->count, default_max_connections(*database.memory));
  change.before = {
      "The group is the instance's own, not `default.…`: see the change before. Other instances that share it get the same "
      "figure. "
      "`null`: max_connections is RDS' own so far.",
      remember("group", id, group_of_instance) + "\n" +
          fmt::format("connections_before=$({})\necho \"before: $connections_before\"",
                      answer("aws rds describe-db-parameters --db-parameter-group-name \"$group\" --source user",
                             "Parameters[?ParameterName=='max_connections'].ParameterValue | [0]"))};
  change.command = {"", set_connections(std::to_string(database.max_connections)) + "\n" + restart(id)};
  change.verify = {fmt::format("`in-sync`, and the server itself says {} (pending-reboot: the restart is still to come).",
                               database.max_connections),
                   wait_available(id) + "\n" + describe(id, "DBInstances[0].DBParameterGroups[].ParameterApplyStatus") + "\n" +
                       ask_server(database, id, "show max_connections")};
  change.undo = {"Back to the figure of before, or to RDS' own formula, with a restart.",
                 fmt::format("if [ \"$connections_before\" = null ]; then\n"
                             "  aws rds reset-db-parameter-group --db-parameter-group-name \"$group\" \\\n"
                             "    --parameters 'ParameterName=max_connections,ApplyMethod=pending-reboot'\nelse\n"
                             "  {}\nfi\n{}",
                             set_connections("$connections_before"), restart(id))};
  return change;
}

/// The most that may be allocated now for RDS to take `wanted` as it is: it rounds up what is less than 10 % more.
std::int64_t most_before(std::int64_t wanted) { return wanted * 10 / 11; }

std::string storage_command(const Storage& disk, const std::string& id) {
  const std::string modify = fmt::format("aws rds modify-db-instance --db-instance-identifier {}", id);
  const std::string ceiling = disk.max ? fmt::format(" --max-allocated-storage {}", whole_gigabytes(*disk.max)) : "";
  if (!disk.size) return fmt::format("{}{} --apply-immediately", modify, ceiling);
  const std::int64_t wanted = whole_gigabytes(*disk.size);
  return fmt::format(R"sh(if [ "$allocated_before" -le {1} ]; then
  size={2}
  {0} \
    --allocated-storage {2}{3} --apply-immediately
else
  size=$allocated_before
  echo "left at $size GiB: {2} is less than 10 % more"{4}
fi)sh",
                     modify, most_before(wanted), wanted, ceiling,
                     disk.max ? fmt::format("\n  {}{} --apply-immediately", modify, ceiling) : "");
}

/// Storage may have grown since, and a ceiling below it is refused; the same as it: no growth by itself.
std::string ceiling_undo(const std::string& id) {
  return fmt::format(
      "ceiling=$({})\nif [ \"$ceiling_before\" -gt \"$ceiling\" ]; then ceiling=$ceiling_before; fi\n"
      "aws rds modify-db-instance --db-instance-identifier {} --max-allocated-storage \"$ceiling\" --apply-immediately",
      describe(id, "DBInstances[0].AllocatedStorage"), id);
}

Change storage(const Database& database, const std::string& id, std::vector<Note>& notes) {
  const Storage& disk = database.storage;
  std::string size;
  if (disk.size) size = fmt::format("{} GiB", whole_gigabytes(*disk.size));
  if (disk.max) size += fmt::format("{}up to {} GiB by itself", size.empty() ? "" : ", ", whole_gigabytes(*disk.max));
  if (disk.size && disk.max && 10 * whole_gigabytes(*disk.max) < 11 * whole_gigabytes(*disk.size))
    notes.push_back(
        {fmt::format("databases.{}.storage.max", database.name), "RDS refuses a ceiling that is less than 10 % above the size"});
  Change change;
  change.title = fmt::format("{}: storage {}", database.name, size);
  change.says =
      "Online. Storage never shrinks, and the next change has to wait until the optimization is over: six hours at least. An "
      "instance with IOPS of its own (io1, io2, gp3) wants them again: --iops, the figure shown.";
  change.before = {"`available`, not `storage-optimization`.",
                   describe(id, "DBInstances[0].[DBInstanceStatus, AllocatedStorage, MaxAllocatedStorage, StorageType, Iops]") +
                       "\n" + remember("allocated_before", id, "DBInstances[0].AllocatedStorage") + "\n" +
                       remember("ceiling_before", id, "DBInstances[0].MaxAllocatedStorage || `0`")};
  if (disk.size)
    change.before.says += fmt::format(" At most {} GiB are allocated: RDS takes 10 % more at least, and rounds up what is less.",
                                      most_before(whole_gigabytes(*disk.size)));
  change.command = {"", storage_command(disk, id)};
  const std::string wait =
      disk.size ? wait_for("\"$size\"", describe(id, "DBInstances[0].AllocatedStorage"))
                : wait_for(std::to_string(whole_gigabytes(*disk.max)), describe(id, "DBInstances[0].MaxAllocatedStorage"));
  change.verify = {
      fmt::format("The new figures. Act when {} is used: FreeStorageSpace{} (bytes).", plimsoll::to_text(disk.act_at),
                  disk.size ? fmt::format(" below {:.0f}", static_cast<double>(disk.size->count) * (1 - disk.act_at.value)) : ""),
      wait + "\n" + describe(id, "DBInstances[0].[DBInstanceStatus, AllocatedStorage, MaxAllocatedStorage]") + "\n" +
          metric("AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", id, "Minimum")};
  change.undo = {disk.max ? "Only the ceiling goes back; for less storage, dump and restore into a smaller instance."
                          : "None: for less storage, dump and restore into a smaller instance.",
                 disk.max ? ceiling_undo(id) : ""};
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
                  plimsoll::to_text(database.lag_max)),
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
  change.command = {"",
                    fmt::format("aws rds promote-read-replica --db-instance-identifier {} --backup-retention-period 7", replica)};
  change.verify = {
      "No source any more (`None`), `available`, and it takes writes (`f`). Then writers may have its address as DATABASE_URL.",
      wait_until("None", replica, "DBInstances[0].ReadReplicaSourceDBInstanceIdentifier") + "\n" +
          describe(replica, "DBInstances[0].[DBInstanceStatus, ReadReplicaSourceDBInstanceIdentifier, Endpoint.Address]") + "\n" +
          ask_server(database, replica, "select pg_is_in_recovery()")};
  change.undo = {
      "None. The old primary does not follow the new one: make a new read replica of whichever is to stay, and delete the other.",
      ""};
  return change;
}

}  // namespace

void add_database(const Stack& stack, const Database& database, std::vector<Change>& changes, std::vector<Note>& notes) {
  const std::string id = identifier(stack, database.name, most_of_instance);
  note_identifier(stack, database.name, id, "databases." + database.name, notes);
  changes.push_back(instance_class(database, id));
  if (database.multi_az) changes.push_back(multi_az(database, id));
  if (database.max_connections_given) {
    changes.push_back(parameter_group(database, id));
    changes.push_back(max_connections(database, id));
  }
  if (database.storage.size || database.storage.max) changes.push_back(storage(database, id, notes));
  for (int i = 1; i <= database.read_replicas; ++i) changes.push_back(read_replica(database, id, i));
  if (database.read_replicas > 0) changes.push_back(promotion(database, id));
  if (!database.settings.empty())
    notes.push_back(
        {fmt::format("databases.{}.settings", database.name),
         "not among the commands: a parameter group counts memory in blocks of 8 kB, not in units as Postgres' own file does"});
}

}  // namespace plimsoll::render::cloud_parts
