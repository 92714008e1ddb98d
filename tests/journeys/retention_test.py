"""Forgetting in time: first said, then done, by rules that are data; and never what is still needed."""

import json
import sqlite3
import unittest

import case_life_test
from harness import PROVINCE, Service, sample

GOOD, FINDING, USAGE = 0, 1, 2
DAY_MS = 86_400_000


class Retention(unittest.TestCase):
    record, duties, live = (getattr(case_life_test.CaseLife, name) for name in ("record", "duties", "live"))
    close = case_life_test.CaseLife.close

    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        self.service.start()

    def run_retention(self, *words):
        done = self.service.command("retention", "run", *words, "--json", "--config", self.service.config)
        self.assertEqual(done.returncode, GOOD, done)
        return json.loads(done.stdout)

    def closed(self):
        case = self.service.file(sample(6))["case"]
        if self.live(case).status == 202:
            seen = self.service.supervisor.get(f"/v1/cases/{case}")
            if seen.json["status"] == "open":
                again = self.service.caller("officer", PROVINCE).post(
                    f"/v1/cases/{case}/closure", {"reason": "đồng ý"}, If_Match=seen.headers["etag"])
                self.assertEqual(again.status, 200, again)
        return case

    def age(self, days):
        """As if that much time had gone by since every case was closed, and nothing were owed any more."""
        self.service.terminate()
        with sqlite3.connect(next(self.service.folder.glob("data/*.sqlite3"))) as connection:
            connection.execute("UPDATE case_file SET closed_ms = closed_ms - ? WHERE status = 1", (days * DAY_MS,))
            connection.execute("UPDATE duty SET state = 5, next_at_ms = NULL WHERE state <= 1 "
                               "AND case_no IN (SELECT case_no FROM case_file WHERE status = 1)")
        connection.close()

    def test_a_closed_case_is_forgotten_when_its_time_has_come(self):
        case, open_case = self.closed(), self.service.file(sample(4))["case"]
        self.assertEqual(self.run_retention("--dry-run")["items"], [])
        self.age(5 * 365)  # the rule for accidents says 60 months
        self.assertEqual(self.run_retention("--dry-run")["items"], [])
        self.age(5)

        planned = self.run_retention("--dry-run")
        self.assertEqual([(item["case"], item["rule"], item["erased"]) for item in planned["items"]], [(case, "accident", False)])
        self.assertEqual(planned["items"][0]["basis"][-1]["reading"], "assumption")
        self.service.start()
        self.assertIn("Trẻ", self.names(case).text)

        done = self.run_retention("--apply")  # beside the running service
        self.assertEqual((done["erased"], done["items"][0]["erased"]), (1, True))
        self.assertEqual(json.loads(done["items"][0]["certificate"]["statement"])["case"], case)
        self.assertTrue(self.names(case).json["reports"][0]["erased"])
        self.assertIn("accident", self.names(case).json["erasure"]["ground"])
        self.assertFalse(self.names(open_case).json["reports"][0]["erased"])
        self.assertEqual(self.run_retention("--apply")["items"], [])
        verified = self.service.command("audit", "verify", "--config", self.service.config)
        self.assertEqual(verified.returncode, GOOD, verified)

    def names(self, case):
        return self.service.operator.get(f"/v1/cases/{case}/identity", Lachan_Purpose="kiem tra")

    def test_one_of_the_two_has_to_be_said_and_wrong_rules_do_nothing(self):
        def run(*words):
            return self.service.command("retention", "run", *words, "--config", self.service.config)
        self.assertEqual(run().returncode, USAGE)
        self.assertEqual(run("--dry-run", "--apply").returncode, USAGE)
        rules = self.service.folder / "rules" / "retention" / "lai-chau.json"
        rules.write_text(rules.read_text().replace('"240 months"', '"for ever"'))
        refused = run("--apply")
        self.assertEqual(refused.returncode, USAGE, refused)
        self.assertIn("/rules/2/keep", refused.stderr)


if __name__ == "__main__":
    unittest.main()
