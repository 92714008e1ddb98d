"""Forgetting: the names of a hundred cases go from the service, from its files and from a backup made before; the rest stays."""

import json
import pathlib
import unittest
import uuid

from harness import Service, sample

GOOD, FINDING, USAGE = 0, 1, 2
SUBJECTS = 100


def numbered(number):
    """A report whose names are its own, so that each can be looked for."""
    report = sample(4)
    report["reference"] = f"111-xoa-{number:03}"
    report["children"] = [{"name": f"Trẻ Bí Mật Thứ {number:03} Hà", "age_estimate": 7, "address": f"bản Kín {number:03}"}]
    report["narrative"] = f"Lời kể riêng số {number:03} về việc đã xảy ra."
    report["informant"] = {"name": f"Người Báo {number:03}", "phone": f"0999 111 {number:03}", "consents_to_contact": True}
    return report


class Erasure(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        self.service.start()

    def command(self, *words):
        return self.service.command(*words, "--config", self.service.config)

    def erase(self, *words):
        done = self.command("subject", "erase", *words, "--json")
        self.assertEqual(done.returncode, GOOD, done)
        return json.loads(done.stdout)

    def names(self, case):
        return self.service.operator.get(f"/v1/cases/{case}/identity", Lachan_Purpose="kiem tra")

    def test_a_hundred_subjects_are_forgotten_in_every_copy(self):
        cases = [self.service.file(numbered(number))["case"] for number in range(SUBJECTS)]
        kept = self.service.file(numbered(999))["case"]
        before = self.service.folder / "before.sqlite3"
        self.assertEqual(self.command("backup", before).returncode, GOOD)

        for case in cases:  # beside the running service
            self.assertTrue(self.erase(case, "--ground", "hết thời hạn lưu trữ")["erased"])
        for case in cases:
            reply = self.names(case)
            self.assertEqual(reply.status, 200, reply)
            self.assertTrue(all(report["erased"] for report in reply.json["reports"]), reply)
            self.assertEqual(reply.json["erasure"]["ground"], "hết thời hạn lưu trữ")
            self.assertNotIn("Bí Mật", reply.text)
        self.assertIn("Bí Mật Thứ 999", self.names(kept).text)
        frame = self.service.supervisor.get(f"/v1/cases/{cases[0]}")
        self.assertEqual((frame.status, frame.json["children"]), (200, 1), frame)
        self.assertTrue(frame.json["duties"])
        found = self.service.operator.post("/v1/cases/search", {"name": "tre bi mat thu 007 ha"})
        self.assertEqual(found.json["items"], [])
        self.assertEqual(self.command("audit", "verify").returncode, GOOD)
        self.assertEqual(self.command("check", "invariants").returncode, GOOD)

        # The copy from before knows nothing of the erasures; the key store does.
        self.assertEqual(self.service.terminate(), GOOD)
        for file in self.service.folder.glob("data/lachan.sqlite3*"):
            file.unlink()
        restored = self.command("restore", before)
        self.assertEqual(restored.returncode, GOOD, restored)
        self.service.start()
        for case in cases:
            reply = self.names(case)
            self.assertEqual(reply.status, 200, reply)
            self.assertTrue(all(report["erased"] for report in reply.json["reports"]), reply)
        self.assertIn("Bí Mật Thứ 999", self.names(kept).text)
        found = self.service.operator.post("/v1/cases/search", {"name": "tre bi mat thu 007 ha"})
        self.assertEqual(found.json["items"], [])
        self.assertEqual(self.command("audit", "verify").returncode, GOOD)

    def test_a_dry_run_takes_nothing(self):
        case = self.service.file(numbered(1))["case"]
        planned = self.erase(case, "--ground", "thử", "--dry-run")
        self.assertTrue(planned["dry_run"])
        self.assertEqual(len(planned["erases"]["reports"]), 1)
        self.assertGreater(planned["erases"]["traces"], 0)
        self.assertIn("Bí Mật Thứ 001", self.names(case).text)

    def test_the_certificate_is_verified_without_the_service_and_every_byte_counts(self):
        report = numbered(1)
        case = self.service.file(report)["case"]
        erased = self.erase("--report", report["report_id"], "--ground", "quyết định của tòa án")
        self.assertEqual(erased["case"], case)
        again = self.erase(case, "--ground", "lần nữa")
        self.assertTrue(again["again"])
        self.assertEqual(again["erased_at"], erased["erased_at"])
        certificate, key = erased["certificate"], erased["certificate"]["public_key"]
        file = self.service.folder / "certificate.json"

        def verify(document):
            file.write_text(json.dumps(document))
            return self.service.command("subject", "verify", file, "--key", key, "--json")

        good = verify(certificate)
        self.assertEqual(good.returncode, GOOD, good)
        statement = json.loads(good.stdout)["statement"]
        self.assertEqual((statement["case"], statement["ground"]), (case, "quyết định của tòa án"))
        text = certificate["statement"]
        for place in range(0, len(text), 7):
            changed = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1:]
            self.assertEqual(verify({**certificate, "statement": changed}).returncode, FINDING, place)
        other = "A" * 43 + "="
        self.assertEqual(self.service.command("subject", "verify", file, "--key", other).returncode, FINDING)
        self.assertEqual(self.service.command("subject", "verify", file, "--key", "short").returncode, USAGE)

    def test_what_is_not_there_is_refused_and_said_so(self):
        unknown = self.command("subject", "erase", "--report", str(uuid.uuid4()), "--ground", "thử")
        self.assertEqual(unknown.returncode, USAGE, unknown)
        self.assertIn("no report", unknown.stderr)
        mistyped = self.command("subject", "erase", "LC-0000-0000-1", "--ground", "thử")
        self.assertEqual(mistyped.returncode, USAGE, mistyped)
        case = self.service.file(numbered(2))["case"]
        self.assertEqual(self.command("subject", "erase", case, "--ground", "x").returncode, USAGE)
        self.assertEqual(self.command("subject", "erase", case).returncode, USAGE)

    def test_an_erased_case_goes_on(self):
        case = self.service.file(numbered(3))["case"]
        self.erase(case, "--ground", "nhầm người")
        later = self.service.operator.post(f"/v1/cases/{case}/reports", numbered(4))
        self.assertEqual(later.status, 201, later)
        step = self.service.supervisor.post(f"/v1/cases/{case}/steps", {"kind": "verification", "note": "đã gặp gia đình"})
        self.assertEqual(step.status // 100, 2, step)
        shown = self.names(case).json["reports"]
        self.assertEqual([report["erased"] for report in shown], [True, False])
        self.assertIn("004", shown[1]["children"][0]["name"])

    def test_it_works_without_the_service_too(self):
        case = self.service.file(numbered(5))["case"]
        self.assertEqual(self.service.terminate(), GOOD)
        self.assertTrue(self.erase(case, "--ground", "thử khi dừng")["erased"])
        data = b"".join(path.read_bytes() for path in pathlib.Path(self.service.folder, "data").iterdir())
        self.assertNotIn("111-xoa-005".encode(), data)
        self.service.start()
        self.assertTrue(self.names(case).json["reports"][0]["erased"])


if __name__ == "__main__":
    unittest.main()
