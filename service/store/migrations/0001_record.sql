-- The first shape of the record.
--
-- Instants are milliseconds UTC. A word of a closed list is kept as its place in that list (domain/codes.hpp), so a
-- list may only grow at its end. Several short texts in one column stand one a line.
--
-- The tables written by every report are narrow and carry few indexes, because each entry is paid for at intake:
-- what belongs to a case is clustered by (case, ordinal) and needs no index of its own, and indexes of what is
-- pending hold nothing else. For the same reason those tables name no REFERENCES; only the store writes them.

CREATE TABLE case_file (
    case_no INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    status INTEGER NOT NULL,
    stage TEXT NOT NULL,
    kind INTEGER NOT NULL,
    urgency INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    area TEXT NOT NULL,
    categories INTEGER NOT NULL, -- one bit a category
    pack TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    opened_ms INTEGER NOT NULL,
    closed_ms INTEGER,
    next_due_ms INTEGER NOT NULL, -- the largest integer where nothing is due: such cases come last
    overdue INTEGER NOT NULL,
    children INTEGER NOT NULL,
    duties INTEGER NOT NULL,
    notifications INTEGER NOT NULL,
    facts TEXT NOT NULL,
    residences TEXT NOT NULL,
    conflicted TEXT NOT NULL,
    key_slot INTEGER NOT NULL
) STRICT;
CREATE INDEX case_pressing ON case_file (next_due_ms) WHERE status = 0;
CREATE INDEX case_pressing_in ON case_file (area, next_due_ms) WHERE status = 0;
CREATE INDEX case_of_area ON case_file (area, received_ms);

-- Whose names were erased: the slot of the key that was destroyed, and on which ground. key_slot of the case is then 0,
-- until something new is said of it and sealed under a key of its own.
CREATE TABLE erasure (
    key_slot INTEGER PRIMARY KEY,
    case_no INTEGER NOT NULL,
    erased_ms INTEGER NOT NULL,
    ground TEXT NOT NULL
) STRICT;
CREATE INDEX erasure_of_case ON erasure (case_no);

-- Which agencies may see a case because they have to do with it. relations: one bit a relation.
CREATE TABLE party (
    agency TEXT NOT NULL,
    case_no INTEGER NOT NULL,
    relations INTEGER NOT NULL,
    PRIMARY KEY (agency, case_no)
) STRICT, WITHOUT ROWID;

-- Keyed hashes of folded names, phones and file numbers.
CREATE TABLE trace (
    hash INTEGER NOT NULL,
    case_no INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    PRIMARY KEY (hash, case_no)
) STRICT, WITHOUT ROWID;

-- A link stands here twice, once from either end.
CREATE TABLE case_link (
    case_no INTEGER NOT NULL REFERENCES case_file (case_no),
    other INTEGER NOT NULL REFERENCES case_file (case_no),
    linked_ms INTEGER NOT NULL,
    PRIMARY KEY (case_no, other)
) STRICT, WITHOUT ROWID;

-- report_no = case_no * 2^20 + ordinal within the case, so that the reports of a case lie together.
CREATE TABLE report (
    report_no INTEGER PRIMARY KEY,
    report_id TEXT NOT NULL UNIQUE,
    channel INTEGER NOT NULL,
    status INTEGER NOT NULL,
    reference TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    occurred_ms INTEGER,
    reporter TEXT NOT NULL,
    key_id TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    receipt_hash BLOB NOT NULL UNIQUE,
    identity BLOB NOT NULL,
    informant BLOB NOT NULL,
    narrative BLOB NOT NULL
) STRICT;

CREATE TABLE duty (
    case_no INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    child INTEGER,
    holder TEXT NOT NULL,
    role TEXT NOT NULL,
    area TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    handed_over_ms INTEGER,
    state INTEGER NOT NULL, -- 0 open and 1 accepted are the pending ones
    accepted_ms INTEGER,
    ended_ms INTEGER,
    overdue_ms INTEGER,
    predecessor INTEGER,
    fired INTEGER NOT NULL, -- one bit a ladder step
    repeats INTEGER NOT NULL,
    next_at_ms INTEGER,
    PRIMARY KEY (case_no, ordinal),
    CONSTRAINT pending_duty_has_next_instant CHECK (state > 1 OR next_at_ms IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX duty_due ON duty (next_at_ms) WHERE state <= 1;
CREATE INDEX duty_held ON duty (holder, due_ms) WHERE state <= 1;
CREATE INDEX duty_ended ON duty (holder, due_ms) WHERE state > 1;

CREATE TABLE step (
    case_no INTEGER NOT NULL REFERENCES case_file (case_no),
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    child INTEGER,
    done_ms INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    result TEXT NOT NULL,
    until_ms INTEGER,
    agency TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    note BLOB NOT NULL,
    PRIMARY KEY (case_no, ordinal)
) STRICT, WITHOUT ROWID;

-- blocked: an earlier notification of the same case is still scheduled at the same endpoint, so this one may not
-- overtake it. Kept here, so that the head of a long queue is one look into the index.
CREATE TABLE notification (
    case_no INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    agency TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    type TEXT NOT NULL,
    duty INTEGER,
    rule TEXT NOT NULL,
    case_sequence INTEGER NOT NULL,
    urgency INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    respond_by_ms INTEGER,
    due_ms INTEGER,
    state INTEGER NOT NULL, -- 0 scheduled, 3 human task
    blocked INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    earlier_attempts INTEGER NOT NULL,
    rescheduled_ms INTEGER,
    next_attempt_ms INTEGER,
    delivered_ms INTEGER,
    reroute_at_ms INTEGER,
    PRIMARY KEY (case_no, ordinal),
    CONSTRAINT scheduled_notification_has_next_try CHECK (state <> 0 OR (next_attempt_ms IS NOT NULL AND endpoint <> ''))
) STRICT, WITHOUT ROWID;
-- created_ms, so that the figures of the queues are read from the index alone
CREATE INDEX notification_queue ON notification (endpoint, blocked, urgency, next_attempt_ms, created_ms) WHERE state = 0;
CREATE INDEX notification_reroute ON notification (reroute_at_ms) WHERE state = 0 AND reroute_at_ms IS NOT NULL;
CREATE INDEX notification_human ON notification (case_no, ordinal) WHERE state = 3;
CREATE INDEX notification_task_of ON notification (agency, case_no, ordinal) WHERE state = 3;

CREATE TABLE attempt (
    case_no INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    number INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    status INTEGER,
    failure TEXT NOT NULL,
    latency_ms INTEGER NOT NULL,
    excerpt TEXT NOT NULL,
    PRIMARY KEY (case_no, ordinal, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_at ON attempt (endpoint, at_ms);

CREATE TABLE endpoint (
    endpoint_id TEXT NOT NULL PRIMARY KEY,
    agency TEXT NOT NULL,
    rank INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    address TEXT NOT NULL,
    provider TEXT NOT NULL,
    sealed_secrets BLOB NOT NULL,
    old_secret_until_ms INTEGER,
    suspended INTEGER NOT NULL,
    suspended_why TEXT NOT NULL,
    failures INTEGER NOT NULL,
    open_until_ms INTEGER,
    last_success_ms INTEGER,
    last_attempt_ms INTEGER,
    leased_until_ms INTEGER,
    next_at_ms INTEGER,
    exercise INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX endpoint_of_agency ON endpoint (agency, rank);
-- Those that failed last time stand apart, so that a thousand of them are not in the way of the others.
CREATE INDEX endpoint_due ON endpoint ((failures > 0), next_at_ms)
    WHERE next_at_ms IS NOT NULL AND leased_until_ms IS NULL;
CREATE INDEX endpoint_leased ON endpoint ((failures > 0), leased_until_ms, next_at_ms)
    WHERE leased_until_ms IS NOT NULL AND next_at_ms IS NOT NULL;

-- The record. hash covers the entry and the hash of the one before it.
CREATE TABLE event (
    sequence INTEGER PRIMARY KEY,
    case_no INTEGER,
    case_sequence INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    data TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX event_of_case ON event (case_no) WHERE case_no IS NOT NULL;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'the record only grows');
END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'the record only grows');
END;

-- Answers kept for repeated requests. Forgotten from the oldest on, which is the order of reply_no.
CREATE TABLE reply (
    reply_no INTEGER PRIMARY KEY,
    client TEXT NOT NULL,
    route TEXT NOT NULL,
    request_key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    location TEXT NOT NULL,
    etag TEXT NOT NULL,
    sealed_body BLOB NOT NULL,
    kept_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX reply_to ON reply (request_key, client, route);

-- Cases opened in an emergency by those whose they were not.
CREATE TABLE opening (
    opening_no INTEGER PRIMARY KEY,
    case_no INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    agency TEXT NOT NULL,
    told TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    sealed_reason BLOB NOT NULL
) STRICT;
CREATE INDEX opening_of_case ON opening (case_no, key_id, until_ms);
CREATE INDEX opening_since ON opening (from_ms);

CREATE TABLE api_key (
    key_id TEXT NOT NULL PRIMARY KEY,
    role INTEGER NOT NULL,
    agency TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    revoked_ms INTEGER,
    last_used_ms INTEGER,
    old_token_hash BLOB UNIQUE, -- of the token before the last rotation
    old_until_ms INTEGER
) STRICT, WITHOUT ROWID;

-- People. What they are called stands sealed; the keyed hash of it finds them.
CREATE TABLE account (
    account_id TEXT NOT NULL PRIMARY KEY,
    login_hash BLOB NOT NULL UNIQUE,
    sealed_login BLOB NOT NULL,
    role INTEGER NOT NULL,
    agency TEXT NOT NULL,
    password TEXT NOT NULL, -- Argon2id with its parameters and salt; empty: none, until the person sets one
    sealed_totp BLOB NOT NULL,
    totp_step INTEGER NOT NULL, -- the latest step whose code was used: no code works twice
    created_ms INTEGER NOT NULL,
    password_ms INTEGER NOT NULL,
    signed_in_ms INTEGER,
    disabled_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (account_id),
    started_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_of_account ON session (account_id, started_ms);
CREATE INDEX session_since ON session (started_ms);

-- One-time tokens with which a person sets a password: a new account, or the recovery of one.
CREATE TABLE invitation (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account_id TEXT REFERENCES account (account_id),
    role INTEGER NOT NULL,
    agency TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invitation_expires ON invitation (expires_ms);

CREATE TABLE document (
    document_no INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    put_ms INTEGER NOT NULL,
    UNIQUE (kind, name)
) STRICT;
