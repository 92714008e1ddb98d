#include "lachan/operations/metrics.hpp"

namespace lachan::operations {
namespace {

using enum MetricType;

/// From a fast page to the longest call that is worth waiting for, as OpenTelemetry advises for HTTP.
const std::vector<double> kRequestSeconds = {
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10};
/// Writes are fast or the disk is in trouble.
const std::vector<double> kWriteSeconds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};
/// The promise is 2 s while running and 5 s after a start: both are bounds.
const std::vector<double> kLagSeconds = {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300};
/// Milliseconds when nothing else is to be done; minutes where an endpoint rests.
const std::vector<double> kFirstTrySeconds = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300};
/// People answer in minutes and hours.
const std::vector<double> kAnswerSeconds = {30, 60, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400, 172800};

const MetricDefinition kServiceMetrics[] = {
    {"lachan_build_info", gauge, "Always 1; the label says which version runs.", {"version"}},
    {"http_server_request_duration_seconds",
     histogram,
     "Time from the whole request to the last byte of the reply.",
     {"route", "method", "status"},
     kRequestSeconds},
    {"lachan_guesses_total", counter, "Receipts and tokens that were wrong or refused.", {"secret"}},
    {"lachan_guessing_alarms_total", counter, "Minutes with more of them than people mistype.", {"secret"}},
    {"lachan_reports_received_total", counter, "Reports stored.", {"channel", "kind"}},
    {"lachan_cases_open", gauge, "Open cases.", {"stage", "severity"}},
    {"lachan_deadlines_total", counter, "Deadlines by how they ended.", {"clock", "outcome"}},
    {"lachan_deadline_fire_lag_seconds", histogram, "How late what fell due was acted on.", {}, kLagSeconds},
    {"lachan_next_deadline_timestamp_seconds", gauge, "The next instant at which something falls due."},
    {"lachan_open_without_next_action", gauge, "Open cases without a next action. Must be 0."},
    {"lachan_invariant_check_timestamp_seconds", gauge, "When the invariants were last checked."},
    {"lachan_outbox_pending", gauge, "Messages owed and not yet delivered.", {"urgency"}},
    {"lachan_outbox_oldest_age_seconds", gauge, "Age of the oldest message not yet delivered."},
    {"lachan_human_tasks", gauge, "Messages that only a person can bring."},
    {"lachan_attempts_total", counter, "Tries to deliver a message.", {"channel", "outcome"}},
    {"lachan_first_attempt_seconds",
     histogram,
     "Time from the commit of a message's cause to its first try.",
     {},
     kFirstTrySeconds},
    {"lachan_delivery_last_success_timestamp_seconds",
     gauge,
     "When a channel of this agency last took a message.",
     {"agency"}},
    {"lachan_circuits_open", gauge, "Endpoints that fail, and are probed each minute."},
    {"lachan_endpoints_suspended", gauge, "Endpoints that nothing is sent to until a person says so."},
    {"lachan_writer_queue", gauge, "Units of work that wait for the writer."},
    {"lachan_heartbeats_total", counter, "Beats of the heart by what came of them.", {"outcome"}},
    {"lachan_ack_wait_seconds",
     histogram,
     "Time from a duty being told to its acceptance.",
     {},
     kAnswerSeconds},
    {"lachan_sign_in_attempts_total", counter, "Tries of people to sign in, by how they ended.", {"outcome"}},
    {"lachan_sign_in_alarms_total",
     counter,
     "Accounts or addresses whose wrong tries reached 10, 100, 1000 and so on.",
     {"of"}},
    {"lachan_directory_gaps", gauge, "Pairs of area and role that nobody reachable holds."},
    {"lachan_audit_last_seq", gauge, "Sequence of the last entry of the record."},
    {"lachan_audit_anchor_timestamp_seconds", gauge, "When the head of the record was last anchored."},
    {"lachan_audit_anchor_failures_total",
     counter,
     "Heads that an anchor did not take, by its place in the configuration.",
     {"anchor"}},
    {"lachan_sqlite_wal_bytes", gauge, "Size of the write-ahead log."},
    {"lachan_sqlite_write_seconds",
     histogram,
     "Time of a write transaction with its sync.",
     {},
     kWriteSeconds},
    {"lachan_backup_verified_timestamp_seconds", gauge, "When a backup was last restored and found good."},
    {"lachan_clock_skew_seconds", gauge, "Difference of this clock from the reference."},
};

}  // namespace

std::span<const MetricDefinition> service_metrics() {
    return kServiceMetrics;
}

}  // namespace lachan::operations
