"""What one report becomes: the rows lachan itself wrote for a number of them, as the floor program has to write them.

Keys, instants and chance are marked, so that each report of the floor gets its own; everything else is copied byte for byte.
"""

import json
import sqlite3

TABLES = ["case_file", "party", "trace", "report", "duty", "notification", "event", "reply"]
CHANCE = {("trace", "hash")}  # integers that look random, and land anywhere in their index


def rows_of(database, table, case, report):
    by = {"report": ("report_no >> 20 = ?", case), "reply": ("request_key LIKE '%' || ?", report)}
    where, value = by.get(table, ("case_no = ?", case))
    return database.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY rowid" if table in ("report", "event", "reply")
                            else f"SELECT * FROM {table} WHERE {where}", (value,)).fetchall()


def marked(table, column, value, report, opened):
    if value is None:
        return None
    if column == "case_no":
        return {"case_no": 0}
    if column == "report_no":
        return {"case_no": 20}
    if (table, column) in (("event", "sequence"), ("reply", "reply_no")):
        return {"sequence": 1}
    if (table, column) in CHANCE:
        return {"chance": 1}
    if column.endswith("_ms") and value < 2**62:  # the largest integer stands for "never"
        return {"instant": value - opened}
    if isinstance(value, bytes):
        return {"bytes": len(value)}
    if isinstance(value, str) and value.endswith(report):
        return {"report_id": value[:-len(report)]}
    return value


def value_bytes(value):
    """What a value takes in a record: text and bytes as they are, numbers as SQLite packs them."""
    if value is None:
        return 0
    if isinstance(value, (bytes, str)):
        return len(value if isinstance(value, bytes) else value.encode())
    return 0 if value in (0, 1) else next(n for n in (1, 2, 3, 4, 6, 8) if -(1 << 8 * n - 1) <= value < 1 << 8 * n - 1)


def shape_of(path):
    """The shape of every case in a database, and what it holds a report: (shape, rows, bytes, index entries)."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    shape = {"schema": [], "statements": [], "reports": []}
    indexes = {}
    for table in TABLES:
        for name, sql in database.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index') "
                                          "AND sql IS NOT NULL ORDER BY type DESC", (table,)):
            shape["schema"].append(sql)
        columns = [each["name"] for each in database.execute(f"PRAGMA table_info({table})")]
        shape["statements"].append(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})")
        indexes[table] = [each["name"] for each in database.execute(f"PRAGMA index_list({table})") if each["origin"] != "pk"]
    count, size, by_table = 0, 0, {}
    for case, report, opened in database.execute(
            "SELECT report_no >> 20, report_id, recorded_ms FROM report WHERE reference LIKE '111-%' ORDER BY report_no").fetchall():
        rows = []
        for place, table in enumerate(TABLES):
            for row in rows_of(database, table, case, report):
                rows.append({"statement": place,
                             "values": [marked(table, name, row[name], report, opened) for name in row.keys()]})
                count += 1
                of_row = sum(value_bytes(value) for value in row)
                size += of_row
                in_table = by_table.setdefault(table, [0, 0])
                in_table[0] += 1
                in_table[1] += of_row
        shape["reports"].append(rows)
    reports = len(shape["reports"])
    entries = sum(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] / reports * len(indexes[table])
                  for table in TABLES)
    facts = {"rows": count / reports, "value_bytes": size / reports, "index_entries_at_most": entries,
             "tables": {table: {"rows": number / reports, "bytes": total / reports}
                        for table, (number, total) in by_table.items()}}
    return shape, facts


def plain_shape():
    """Fifteen rows and 23 index entries, about 4.8 KB of file: a report, a case, six duties, four messages, three events."""
    schema = [
        "CREATE TABLE report (report_no INTEGER PRIMARY KEY, report_id TEXT NOT NULL UNIQUE, receipt BLOB NOT NULL UNIQUE, "
        "received_ms INTEGER NOT NULL, body BLOB NOT NULL) STRICT",
        "CREATE TABLE case_file (case_no INTEGER PRIMARY KEY, area TEXT NOT NULL, received_ms INTEGER NOT NULL, "
        "next_due_ms INTEGER NOT NULL, status INTEGER NOT NULL, facts TEXT NOT NULL) STRICT",
        "CREATE INDEX case_pressing ON case_file (next_due_ms)",
        "CREATE INDEX case_of_area ON case_file (area, received_ms)",
        "CREATE TABLE duty (duty_no INTEGER PRIMARY KEY, case_no INTEGER NOT NULL, kind TEXT NOT NULL, holder TEXT NOT NULL, "
        "due_ms INTEGER NOT NULL, next_at_ms INTEGER NOT NULL, state INTEGER NOT NULL) STRICT",
        "CREATE INDEX duty_due ON duty (next_at_ms)",
        "CREATE INDEX duty_held ON duty (holder, due_ms)",
        "CREATE TABLE outbox (outbox_no INTEGER PRIMARY KEY, case_no INTEGER NOT NULL, endpoint TEXT NOT NULL, "
        "type TEXT NOT NULL, next_ms INTEGER NOT NULL) STRICT",
        "CREATE INDEX outbox_due ON outbox (endpoint, next_ms)",
        "CREATE TABLE event (sequence INTEGER PRIMARY KEY, case_no INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, "
        "data TEXT NOT NULL, hash BLOB NOT NULL) STRICT",
        "CREATE INDEX event_of_case ON event (case_no)",
    ]
    tables = ["report", "case_file", "duty", "outbox", "event"]
    widths = [5, 6, 7, 5, 6]
    case, now = {"case_no": 0}, {"instant": 0}
    rows = [(0, [case, {"report_id": ""}, {"bytes": 16}, now, {"body": 1600}]),
            (1, [case, "03388", now, {"instant": 3600000}, 0, "f" * 200])]
    rows += [(2, [{"sequence": 1}, case, "initial_assessment", "ubnd-03388", {"instant": (i + 1) * 3600000},
                  {"instant": (i + 1) * 3000000}, 0]) for i in range(6)]
    rows += [(3, [{"sequence": 1}, case, f"ubnd-0338{i}", "vn.lachan.duty.assigned.v1", now]) for i in range(4)]
    rows += [(4, [{"sequence": 1}, case, now, "report.received", "d" * 120, {"bytes": 32}]) for _ in range(3)]
    return {"schema": schema,
            "statements": [f"INSERT INTO {table} VALUES ({', '.join('?' * width)})" for table, width in zip(tables, widths)],
            "reports": [[{"statement": place, "values": values} for place, values in rows]]}


def write(shape, path):
    path.write_text(json.dumps(shape, ensure_ascii=False))
