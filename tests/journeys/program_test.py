"""The program as its administrator meets it: starting, stopping, keys, checks, and a record that cannot be bent unseen."""

import json
import os
import pathlib
import signal
import sqlite3
import stat
import unittest

from harness import HOTLINE, ROOT, Caller, Service, sample, wait_until

GOOD, FINDING, USAGE, ENVIRONMENT = 0, 1, 2, 3


class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        cls.service.start()

    def command(self, *words, **more):
        return self.service.command(*words, "--config", self.service.config, **more)

    def test_a_folder_that_is_not_empty_is_left_alone(self):
        again = self.service.command("init", self.service.folder)
        self.assertEqual(again.returncode, USAGE, again)
        self.assertTrue(pathlib.Path(self.service.config).exists())

    def test_secrets_are_for_their_owner_alone(self):
        mode = os.stat(self.service.made["master_key_file"]).st_mode
        self.assertEqual(mode & (stat.S_IRWXG | stat.S_IRWXO), 0)

    def test_an_unknown_key_in_the_configuration_is_an_error_with_its_place(self):
        document = json.loads(pathlib.Path(self.service.config).read_text())
        document["api"]["lisen"] = "127.0.0.1:1"
        bent = self.service.folder / "bent.json"
        bent.write_text(json.dumps(document))
        checked = self.service.command("check-config", "--config", bent)
        self.assertEqual(checked.returncode, USAGE, checked)
        self.assertIn("/api/lisen", checked.stdout + checked.stderr)
        self.assertEqual(self.command("check-config").returncode, GOOD)

    def test_a_command_that_does_not_exist(self):
        self.assertEqual(self.service.command("dance").returncode, USAGE)
        self.assertEqual(self.service.command("serve").returncode, USAGE)

    def test_operations_say_how_it_is(self):
        self.assertEqual(self.service.operations.get("/livez").status, 200)
        self.assertEqual(self.service.operations.get("/readyz?verbose").status, 200)
        metrics = self.service.operations.get("/metrics")
        self.assertEqual(metrics.status, 200)
        self.assertIn("lachan_", metrics.text)

    def test_a_key_lives_from_its_making_to_its_revocation(self):
        made = self.command("key", "create", "--role", "operator", "--agency", HOTLINE, "--json")
        self.assertEqual(made.returncode, GOOD, made)
        key = json.loads(made.stdout)
        caller = Caller(self.service.listening["api"], key["token"])
        self.assertEqual(caller.get("/v1/cases").status, 200)
        listed = self.command("key", "list", "--json")
        self.assertIn(key["id"], listed.stdout)
        self.assertNotIn(key["token"], listed.stdout)
        self.assertEqual(self.command("key", "revoke", key["id"]).returncode, GOOD)
        wait_until(lambda: caller.get("/v1/cases").status == 401, "the key to be dead")

    def test_every_area_and_role_has_a_reachable_holder(self):
        checked = self.command("directory", "check", "--at", "2026-11-24T08:00:00+07:00", "--json")
        self.assertEqual(checked.returncode, GOOD, checked.stdout[-2000:] + checked.stderr)

    def test_the_rules_hold_their_own_checks(self):
        pack = ROOT / "rules" / "lai-chau" / "decision-27-2023"
        for words in (("rules", "lint"), ("rules", "test")):
            with self.subTest(command=words):
                checked = self.service.command(*words, pack)
                self.assertEqual(checked.returncode, GOOD, checked.stdout[-2000:] + checked.stderr[-2000:])

    def test_what_a_pack_lacks_is_a_finding_in_it(self):
        document = json.loads((ROOT / "rules" / "lai-chau" / "decision-27-2023" / "pack.json").read_text())
        del document["rules"][5]["basis"]
        bent = self.service.folder / "bent-pack.json"
        bent.write_text(json.dumps(document))
        checked = self.service.command("rules", "lint", bent, "--json")
        self.assertEqual(checked.returncode, FINDING, checked)
        found = json.loads(checked.stdout)
        self.assertFalse(found["clean"])
        self.assertIn("/rules/5/basis", found["findings"][0]["where"])

    def test_a_deadline_is_explained(self):
        filing = self.service.file(sample(4))
        explained = self.command("deadline", "explain", filing["case"])
        self.assertEqual(explained.returncode, GOOD, explained)
        self.assertIn("56/2017", explained.stdout)
        for nothing in ("zzz", "d999"):
            refused = self.command("deadline", "explain", filing["case"], nothing)
            self.assertEqual((refused.returncode, refused.stdout), (USAGE, ""), refused)

    def test_a_key_that_is_over_before_it_is_made_is_refused(self):
        for words in (("create", "--role", "officer", "--agency", "ubnd-03388"), ("rotate", "ubnd-03388.officer")):
            with self.subTest(command=words):
                refused = self.command("key", *words, "--expires-at", "2020-01-01T00:00:00+07:00")
                self.assertEqual(refused.returncode, USAGE, refused)
                self.assertIn("in_past", refused.stderr)

    def test_a_demonstration_that_could_reach_nobody_is_not_made(self):
        folder = self.service.folder / "other"
        for url in ("agencies.example", "ftp://127.0.0.1", "http://198.51.100.7/x", "https://h.example/?a=1", "http://u:p@127.0.0.1"):
            with self.subTest(url=url):
                refused = self.service.command("init", folder, "--demo", url)
                self.assertEqual(refused.returncode, USAGE, refused)
                self.assertFalse(folder.exists())

    def test_no_secret_and_no_name_reaches_the_log(self):
        report = sample(4)
        filing = self.service.file(report)
        self.service.operator.get(f"/v1/cases/{filing['case']}/identity", Lachan_Purpose="xac minh")
        log = self.service.log.read_text()
        self.assertTrue(log)
        for secret in ("Trẻ H", "bầm tím", "0213 000", filing["receipt"], filing["receipt"].replace(" ", ""),
                       self.service.token("operator", HOTLINE)):
            self.assertNotIn(secret, log)


class WithoutADatabase(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        document = json.loads(pathlib.Path(self.service.config).read_text())
        self.database = pathlib.Path(self.service.config).parent / document["store"]["path"]
        self.kept = self.service.folder / "kept.db"
        self.database.rename(self.kept)

    def command(self, *words):
        return self.service.command(*words, "--config", self.service.config)

    def test_whoever_only_looks_makes_none(self):
        for words in (("check", "invariants"), ("audit", "verify"), ("stats",), ("key", "list")):
            with self.subTest(command=words):
                self.assertEqual(self.command(*words).returncode, ENVIRONMENT)
                self.assertFalse(self.database.exists())

    def test_a_bad_copy_leaves_nothing_behind_and_a_good_one_is_taken(self):
        bad = self.service.folder / "bad.db"
        bad.write_bytes(bytes(5000))
        self.assertNotEqual(self.command("restore", bad).returncode, GOOD)
        self.assertEqual([each.name for each in self.database.parent.glob(self.database.name + "*")], [])
        self.assertEqual(self.command("restore", self.kept).returncode, GOOD)
        self.assertTrue(self.database.exists())


class StartAndStop(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)

    def test_it_stops_when_asked_and_starts_where_it_was(self):
        self.service.start()
        case = self.service.file(sample(1))["case"]
        self.assertEqual(self.service.terminate(), GOOD)
        self.service.start()
        self.assertEqual(self.service.supervisor.get(f"/v1/cases/{case}").status, 200)

    def test_signals_that_come_before_it_is_ready_are_not_lost(self):
        self.service.start()
        self.service.process.send_signal(signal.SIGHUP)  # at once: the first line is hardly read
        self.assertEqual(self.service.terminate(), GOOD)

    def test_a_backup_counts_only_when_it_has_been_restored_and_found_whole(self):
        self.service.start()
        case = self.service.file(sample(1))["case"]
        out = self.service.folder / "backup.sqlite3"
        saved = self.service.command("backup", out, "--verify", "--config", self.service.config)
        self.assertEqual(saved.returncode, GOOD, saved)
        self.assertEqual(self.service.terminate(), GOOD)
        database = next(self.service.folder.glob("data/*.sqlite3"))
        for file in database.parent.glob(database.name + "*"):
            file.unlink()
        log = pathlib.Path(f"{database}-wal")
        log.write_bytes(b"of the former database")
        refused = self.service.command("restore", out, "--config", self.service.config)
        self.assertEqual(refused.returncode, USAGE, refused)
        self.assertIn("-wal", refused.stderr)
        self.assertFalse(database.exists())
        log.unlink()
        restored = self.service.command("restore", out, "--config", self.service.config)
        self.assertEqual(restored.returncode, GOOD, restored)
        self.service.start()
        self.assertEqual(self.service.supervisor.get(f"/v1/cases/{case}").status, 200)

    def test_an_entry_changed_behind_our_back_is_found_and_named(self):
        self.service.start()
        self.service.file(sample(1))
        self.assertEqual(self.service.terminate(), GOOD)
        verify = ("audit", "verify", "--config", self.service.config)
        self.assertEqual(self.service.command(*verify).returncode, GOOD)
        database = next(self.service.folder.glob("data/*.sqlite3"))
        with sqlite3.connect(database) as connection:
            for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f'DROP TRIGGER "{trigger}"')
            columns = {row[1]: row[2] for row in connection.execute("PRAGMA table_info(event)")}
            self.assertTrue(columns, "the events are not in a table of this name any more")
            changed = next(name for name in ("at_ms", "recorded_ms", "data", "kind", "type") if name in columns)
            value = "1" if columns[changed] == "INTEGER" else "'changed'"
            connection.execute(f"UPDATE event SET {changed} = {value} WHERE rowid = (SELECT min(rowid) FROM event)")
        connection.close()
        found = self.service.command(*verify)
        self.assertEqual(found.returncode, FINDING, found)

    def test_a_bad_rule_pack_on_reload_keeps_the_good_one(self):
        self.service.start()
        pack = next(path for path in self.service.folder.glob("rules/**/pack.json"))
        good = pack.read_text()
        pack.write_text(good.replace('"format": 1', '"format": 99', 1))
        self.service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "reload" in self.service.log.read_text(), "the reload to be told")
        self.assertEqual(self.service.operator.post("/v1/reports", sample(1)).status, 201)


if __name__ == "__main__":
    unittest.main()
