"""A record that cannot be bent unseen: the five ways to bend it, each found and the entry named, with what others kept of it."""

import hashlib
import http.server
import json
import shutil
import sqlite3
import struct
import threading
import unittest

from harness import Service, sample, wait_until

GOOD, FINDING, USAGE = 0, 1, 2
FIELDS = "sequence, case_no, case_sequence, at_ms, kind, actor, data"


def entry_hash(previous, entry):
    """What the program computes (service/store/chain.cpp), written a second time: a forger can do as much."""
    sequence, case_no, case_sequence, at_ms, kind, actor, data = entry

    def number(value):
        return struct.pack(">q", value)

    def text(value):
        return number(len(value.encode())) + value.encode()

    return hashlib.sha256(text("lachan-event-1") + previous + number(sequence) + number(case_no is not None)
                          + number(case_no or 0) + number(case_sequence) + number(at_ms)
                          + text(kind) + text(actor) + text(data)).digest()


class Listener:
    """An outside party that keeps what is posted to it."""

    def __init__(self):
        self.kept = []
        party = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                party.kept.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/heads"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Tampering(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        cls.anchor = cls.service.folder / "outside" / "heads.jsonl"
        cls.anchor.parent.mkdir()
        cls.service.settings["LACHAN_AUDIT_ANCHORS"] = str(cls.anchor)
        cls.service.start()
        for _ in range(3):  # a head is kept after each report
            cls.service.file(sample(4))
            handed = cls.command("audit", "anchor", "--json")
            if handed.returncode != GOOD:
                raise AssertionError(handed)
        cls.service.file(sample(4))
        cls.service.terminate()
        cls.whole = cls.service.folder / "whole.sqlite3"
        shutil.copy(cls.database(), cls.whole)
        cls.heads = sorted({json.loads(json.loads(line)["statement"])["sequence"] for line in cls.anchor.read_text().splitlines()})

    @classmethod
    def command(cls, *words):
        return cls.service.command(*words, "--config", cls.service.config)

    @classmethod
    def database(cls):
        return next(cls.service.folder.glob("data/*.sqlite3"))

    def bend(self, *statements, chain_from=None):
        """Puts the whole record back, runs SQL on it as a stranger would, and forges the chain from an entry on."""
        for file in self.database().parent.glob("*.sqlite3*"):
            file.unlink()
        shutil.copy(self.whole, self.service.folder / "data" / "lachan.sqlite3")
        with sqlite3.connect(self.database()) as connection:
            for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f'DROP TRIGGER "{trigger}"')
            for statement in statements:
                connection.execute(statement)
            if chain_from is not None:
                self.forge(connection, chain_from)
        connection.close()

    @staticmethod
    def forge(connection, first):
        row = connection.execute("SELECT hash FROM event WHERE sequence = ?", (first - 1,)).fetchone()
        previous = row[0] if row else bytes(32)
        for entry in connection.execute(f"SELECT {FIELDS} FROM event WHERE sequence >= ? ORDER BY sequence", (first,)).fetchall():
            previous = entry_hash(previous, entry)
            connection.execute("UPDATE event SET hash = ? WHERE sequence = ?", (previous, entry[0]))

    def verify(self, *words):
        done = self.command("audit", "verify", "--json", *words)
        return done.returncode, json.loads(done.stdout)

    def with_anchors(self):
        return self.verify("--anchors", self.anchor)

    def found(self, fault, entry):
        for words in ((), ("--anchors", self.anchor)):
            status, report = self.verify(*words)
            self.assertEqual((status, report["fault"], report["bad_sequence"]), (FINDING, fault, entry), report)
        plain = self.command("audit", "verify", "--anchors", self.anchor)
        self.assertIn(f"entry {entry} ", plain.stdout)

    def test_whole_it_is_proved_up_to_the_newest_head(self):
        self.bend()
        status, report = self.with_anchors()
        self.assertEqual((status, report["fault"], report["proved"]), (GOOD, None, self.heads[-1]), report)
        self.assertGreater(report["entries"], self.heads[-1])
        self.assertEqual(report["anchors"]["faults"], [])

    def test_the_forgery_of_these_tests_is_as_good_as_the_program(self):
        self.bend(chain_from=1)
        self.assertEqual(self.with_anchors()[0], GOOD)

    def test_an_edit(self):
        self.bend("UPDATE event SET data = '{}' WHERE sequence = 12")
        self.found("altered", 12)

    def test_a_deletion(self):
        self.bend("DELETE FROM event WHERE sequence = 9")
        self.found("missing", 9)

    def test_a_reordering(self):
        self.bend("UPDATE event SET sequence = -1 WHERE sequence = 7", "UPDATE event SET sequence = 7 WHERE sequence = 10",
                  "UPDATE event SET sequence = 10 WHERE sequence = -1")
        self.found("reordered", 7)

    def test_a_truncation_that_nothing_inside_the_record_betrays(self):
        self.bend(f"DELETE FROM event WHERE sequence > {self.heads[-1] - 3}")
        self.assertEqual(self.verify()[0], GOOD)
        status, report = self.with_anchors()
        self.assertEqual((status, report["fault"], report["bad_sequence"]), (FINDING, "truncated", self.heads[-1] - 2), report)

    def test_a_full_rewriting_that_nothing_inside_the_record_betrays(self):
        self.bend("UPDATE event SET actor = 'nobody' WHERE sequence = 1", chain_from=1)
        self.assertEqual(self.verify()[0], GOOD)
        status, report = self.with_anchors()
        self.assertEqual((status, report["fault"], report["proved"], report["bad_sequence"]),
                         (FINDING, "rewritten", 0, self.heads[0]), report)

    def test_a_rewriting_of_the_end_is_found_between_two_heads(self):
        changed = self.heads[1] + 1
        self.bend(f"DELETE FROM event WHERE sequence = {changed}",
                  f"UPDATE event SET sequence = -sequence WHERE sequence > {changed}",
                  "UPDATE event SET sequence = -sequence - 1 WHERE sequence < 0", chain_from=changed)
        self.assertEqual(self.verify()[0], GOOD)
        status, report = self.with_anchors()
        self.assertEqual((status, report["fault"], report["proved"], report["bad_sequence"]),
                         (FINDING, "rewritten", self.heads[1], self.heads[2]), report)

    def test_an_anchor_that_was_changed_proves_nothing_and_is_named(self):
        self.bend()
        lines = self.anchor.read_text().splitlines()
        document = json.loads(lines[0])
        document["statement"] = document["statement"].replace('"sequence":', '"sequence":1')
        bent = self.anchor.with_name("bent.jsonl")
        bent.write_text("\n".join([json.dumps(document), *lines[1:]]) + "\n")
        status, report = self.verify("--anchors", bent)
        self.assertEqual((status, report["fault"], report["proved"]), (FINDING, None, self.heads[-1]), report)
        self.assertEqual(len(report["anchors"]["faults"]), 1, report)
        self.assertIn("bent.jsonl:1", report["anchors"]["faults"][0])
        self.assertEqual(self.verify("--anchors", self.anchor, "--key", "A" * 43 + "=")[0], FINDING)
        self.assertEqual(self.command("audit", "verify", "--anchors", "nowhere.jsonl").returncode, 3)


class HandingOut(unittest.TestCase):
    def test_two_outside_parties_get_each_new_head_while_the_service_runs(self):
        party = Listener()
        self.addCleanup(party.close)
        service = Service()
        self.addCleanup(service.close)
        file = service.folder / "heads.jsonl"
        service.settings["LACHAN_AUDIT_ANCHORS"] = f"{file},{party.url}"
        service.settings["LACHAN_AUDIT_ANCHOR_INTERVAL_SECONDS"] = "1"
        service.start()
        service.file(sample(4))

        def newest():
            printed = service.command("audit", "head", "--json", "--config", service.config)
            return json.loads(json.loads(printed.stdout)["statement"])

        def has(documents):
            wanted = newest()
            heads = [json.loads(document["statement"]) for document in documents]
            return any((head["sequence"], head["hash"]) == (wanted["sequence"], wanted["hash"]) for head in heads)

        wait_until(lambda: has(party.kept), "the head at the party's URL")
        wait_until(lambda: has([json.loads(line) for line in file.read_text().splitlines()]), "the head in the party's file")
        kept = service.folder / "kept.jsonl"
        kept.write_text("\n".join(json.dumps(document) for document in party.kept))
        verified = service.command("audit", "verify", "--anchors", file, kept, "--config", service.config)
        self.assertEqual(verified.returncode, GOOD, verified)
        self.assertIn("lachan_audit_anchor_timestamp_seconds", service.operations.get("/metrics").text)
        self.assertEqual(service.terminate(), GOOD)

    def test_a_party_that_is_gone_keeps_nobody_else_waiting_and_is_told(self):
        service = Service()
        self.addCleanup(service.close)
        file = service.folder / "heads.jsonl"
        service.settings["LACHAN_AUDIT_ANCHORS"] = f"http://127.0.0.1:9/gone,{file}"
        service.start()
        wait_until(lambda: "audit.anchor_failed" in service.log.read_text(), "the failure to be told")
        wait_until(file.exists, "the head at the party that is there")
        handed = service.command("audit", "anchor", "--json", "--config", service.config)
        self.assertEqual(handed.returncode, FINDING, handed)
        self.assertEqual([item["kept"] for item in json.loads(handed.stdout)["items"]], [False, True])


if __name__ == "__main__":
    unittest.main()
