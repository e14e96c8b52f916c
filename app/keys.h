#pragma once
// The names in Redis that instances share. Whoever counts the backlog counts the queue's own list: jobs in hand have left it.
//
//   QUEUE                        list    jobs that wait; pushed left, taken right
//   QUEUE:processing:WORKER      list    jobs in a worker's hand, until their effect is written
//   QUEUE:workers                zset    every WORKER that may hold such a list, by the time of its last sign of life
//   QUEUE:dead                   list    payloads that are no job
//   worker:WORKER                string  that worker's sign of life, expires after RECLAIM_AFTER
//   session:TOKEN  profile:USER  wal:USER
//
// WORKER is INSTANCE for its first thread, INSTANCE#2 and so on for more.

#include <string>

namespace plimsoll::app {

inline std::string processing_key(const std::string& queue, const std::string& worker) { return queue + ":processing:" + worker; }
inline std::string workers_key(const std::string& queue) { return queue + ":workers"; }
inline std::string dead_key(const std::string& queue) { return queue + ":dead"; }
inline std::string heartbeat_key(const std::string& worker) { return "worker:" + worker; }
inline std::string session_key(const std::string& token) { return "session:" + token; }
inline std::string profile_key(const std::string& user) { return "profile:" + user; }
inline std::string wal_key(const std::string& user) { return "wal:" + user; }

/// Unique per decision and queue, and the same for every retry of the decision.
inline std::string job_id(const std::string& idempotency_key, const std::string& queue) { return idempotency_key + "/" + queue; }

}  // namespace plimsoll::app
