"""Who saw what: every read, refusal, search and change of access, told from the record; and a new master key without a trace."""

import json
import shutil
import unittest

from harness import HOTLINE, PROVINCE, Caller, Service, sample

GOOD, FINDING, USAGE, ENVIRONMENT = 0, 1, 2, 3


class AccessReport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        cls.service.start()

    def command(self, *words):
        return self.service.command(*words, "--config", self.service.config)

    def report(self, *words):
        done = self.command("access", "report", *words, "--json")
        self.assertEqual(done.returncode, GOOD, done)
        return json.loads(done.stdout)

    def test_everybody_who_came_near_a_case_is_told_with_the_purpose(self):
        report = sample(4)
        report["children"][0]["name"] = "Trẻ Được Hỏi Tới"
        case = self.service.file(report)["case"]
        other = self.service.file(sample(1))["case"]
        read = self.service.operator.get(f"/v1/cases/{case}/identity", Lachan_Purpose="goi lai cho nguoi bao")
        self.assertEqual(read.status, 200, read)
        stranger = self.service.caller("officer", "ubnd-03601")
        self.assertEqual(stranger.get(f"/v1/cases/{case}/identity", Lachan_Purpose="to mo").status, 404)
        self.assertEqual(stranger.get(f"/v1/cases/{case}").status, 404)
        self.assertEqual(self.service.caller("analyst", PROVINCE).get("/v1/cases").status, 403)
        found = self.service.operator.post("/v1/cases/search", {"name": "tre duoc hoi toi", "purpose": "doi chieu tin bao"})
        self.assertEqual([item["case"] for item in found.json["items"]], [case])

        told = self.report("--subject", case)
        kinds = [(item["kind"], item["purpose"]) for item in told["items"]]
        for expected in (("identity.read", "goi lai cho nguoi bao"), ("identity.refused", "to mo"), ("access.refused", None),
                         ("search.made", "doi chieu tin bao")):
            self.assertIn(expected, kinds, kinds)
        refused = next(item for item in told["items"] if item["kind"] == "identity.refused")
        self.assertEqual((refused["agency"], refused["role"]), ("ubnd-03601", "officer"))
        self.assertEqual(told["summary"]["subjects_read"], [case])
        self.assertNotIn(other, json.dumps(told))
        self.assertNotIn("Trẻ Được", json.dumps(told, ensure_ascii=False))

        by_agency = self.report("--agency", "ubnd-03601")
        self.assertEqual({item["agency"] for item in by_agency["items"]}, {"ubnd-03601"})
        by_analyst = self.report("--agency", PROVINCE, "--since", told["items"][0]["at"])
        self.assertIn("access.refused", [item["kind"] for item in by_analyst["items"]])
        self.assertEqual(self.report("--since", "2099-01-01T00:00:00+07:00")["items"], [])

        # Who asked for this report is on record too; the purpose goes with the case.
        self.assertIn("access.reported", [item["kind"] for item in self.report("--subject", case)["items"]])
        erased = self.command("subject", "erase", case, "--ground", "hết hạn")
        self.assertEqual(erased.returncode, GOOD, erased)
        after = self.report("--subject", case)["items"]
        read = next(item for item in after if item["kind"] == "identity.read")
        self.assertEqual((read["purpose"], read["purpose_erased"]), (None, True))

    def test_changes_of_keys_are_told_with_their_purpose(self):
        start = self.report("--agency", HOTLINE)["generated_at"]
        made = self.command("key", "create", "--role", "operator", "--agency", HOTLINE, "--purpose", "ca trực mới", "--json")
        key = json.loads(made.stdout)["id"]
        self.assertEqual(self.command("key", "revoke", key, "--purpose", "nghỉ việc").returncode, GOOD)
        told = {item["kind"]: item for item in self.report("--since", start)["items"]}
        self.assertEqual(told["key.created"]["purpose"], "ca trực mới")
        self.assertEqual(told["key.created"]["data"]["role"], "operator")
        self.assertEqual((told["key.revoked"]["purpose"], told["key.revoked"]["data"]["key"]), ("nghỉ việc", key))

    def test_a_client_that_runs_wild_does_not_fill_the_record(self):
        case = self.service.file(sample(4))["case"]
        stranger = self.service.caller("officer", "ubnd-03616")
        for _ in range(150):
            self.assertEqual(stranger.get(f"/v1/cases/{case}").status, 404)
        recorded = [item for item in self.report("--agency", "ubnd-03616")["items"] if item["kind"] == "access.refused"]
        self.assertGreaterEqual(len(recorded), 60)
        self.assertLess(len(recorded), 130)

    def test_a_report_about_nothing_is_refused(self):
        self.assertEqual(self.command("access", "report").returncode, USAGE)
        self.assertEqual(self.command("access", "report", "--since", "gestern").returncode, USAGE)
        self.assertEqual(self.command("access", "report", "--subject", "LC-0000-0000-1").returncode, USAGE)


class MasterKey(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        self.service.start()
        self.case = self.service.file(sample(4))["case"]
        self.key = self.service.folder / "secrets" / "master.key"

    def command(self, *words):
        return self.service.command(*words, "--config", self.service.config)

    def names(self):
        return self.service.operator.get(f"/v1/cases/{self.case}/identity", Lachan_Purpose="kiem tra")

    def test_a_new_one_changes_nothing_but_itself(self):
        refused = self.command("key", "master", "rotate")
        self.assertEqual(refused.returncode, ENVIRONMENT, refused)
        self.assertIn("in use", refused.stderr)
        before = self.names().json
        self.service.terminate()
        database = next(self.service.folder.glob("data/*.sqlite3"))
        old_key, old_store = self.key.read_text(), (self.service.folder / "data" / "case-keys").read_bytes()
        entries = json.loads(self.command("audit", "verify", "--json").stdout)["entries"]

        rotated = self.command("key", "master", "rotate", "--json")
        self.assertEqual(rotated.returncode, GOOD, rotated)
        self.assertNotEqual(self.key.read_text(), old_key)
        self.assertNotIn(self.key.read_text().strip(), rotated.stdout)
        self.assertEqual(json.loads(self.command("audit", "verify", "--json").stdout)["entries"], entries + 1)
        self.service.start()
        self.assertEqual(self.names().json["reports"], before["reports"])  # the same codes, tokens and names
        self.service.terminate()
        # The old key opens nothing any more; what is old fits together, as a stolen copy would.
        shutil.copy(self.key, self.key.with_name("kept"))
        self.key.write_text(old_key)
        self.assertEqual(self.command("audit", "verify").returncode, ENVIRONMENT)
        self.assertNotEqual((self.service.folder / "data" / "case-keys").read_bytes(), old_store)
        self.assertTrue(database.exists())

    def test_a_crash_between_the_store_and_the_key_is_mended_by_the_next_start(self):
        self.service.terminate()
        old_key = self.key.read_text()
        self.assertEqual(self.command("key", "master", "rotate").returncode, GOOD)
        self.key.rename(self.key.with_name("master.key.new"))
        self.key.write_text(old_key)
        self.key.chmod(0o600)
        self.service.start()
        self.assertEqual(self.names().status, 200)
        self.assertFalse(self.key.with_name("master.key.new").exists())


class Tokens(unittest.TestCase):
    def test_guessed_tokens_are_slowed_and_alarmed(self):
        with Service() as service:
            statuses = [Caller(service.listening["api"], f"lck_{number:043}").get("/v1/cases").status for number in range(200)]
            self.assertEqual(set(statuses), {401, 429})
            self.assertGreater(statuses.count(429), 100)
            self.assertIn('lachan_guessing_alarms_total{secret="token"} 1', service.operations.get("/metrics").text)
            # A good key from the same address waits with them; its own agency's other addresses do not.
            report = json.loads(service.command("access", "report", "--since", "2020-01-01T00:00:00Z", "--json",
                                                "--config", service.config).stdout)
            self.assertIn("secrets.guessed", [item["kind"] for item in report["items"]])


if __name__ == "__main__":
    unittest.main()
