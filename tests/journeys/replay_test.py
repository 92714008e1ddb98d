"""Sending twice, at once, and after a crash: one report is one case."""

import concurrent.futures
import signal
import unittest
import uuid

from harness import Service, sample, wait_until


class Replay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        cls.service.start()

    def cases(self):
        return len(self.service.supervisor.all("/v1/cases"))

    def test_the_same_key_and_body_get_the_same_answer_to_the_letter(self):
        report, key = sample(1), str(uuid.uuid4())
        first = self.service.operator.post("/v1/reports", report, Idempotency_Key=key)
        before = self.cases()
        second = self.service.operator.post("/v1/reports", report, Idempotency_Key=key)
        self.assertEqual((first.status, second.status), (201, 201))
        self.assertEqual(first.text, second.text)
        self.assertEqual(first.headers["location"], second.headers["location"])
        self.assertNotIn("idempotent-replayed", first.headers)
        self.assertEqual(second.headers["idempotent-replayed"], "true")
        self.assertEqual(self.cases(), before)

    def test_the_same_key_with_another_body_is_refused(self):
        key = str(uuid.uuid4())
        self.assertEqual(self.service.operator.post("/v1/reports", sample(1), Idempotency_Key=key).status, 201)
        other = self.service.operator.post("/v1/reports", sample(2), Idempotency_Key=key)
        self.assertEqual(other.status, 422, other)
        self.assertTrue(other.json["type"].endswith("idempotency-key-reused"), other)

    def test_a_report_id_is_a_guard_of_its_own(self):
        report = sample(3)
        first = self.service.file(report)
        before = self.cases()
        again = self.service.operator.post("/v1/reports", report)
        self.assertEqual(again.status // 100, 2, again)
        self.assertEqual(again.json["case"], first["case"])
        self.assertEqual(self.cases(), before)
        changed = self.service.operator.post("/v1/reports", {**report, "narrative": "khác hẳn"})
        self.assertEqual(changed.status, 422, changed)

    def test_twenty_at_once_make_one_case(self):
        report, key = sample(5), str(uuid.uuid4())
        before = self.cases()
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            calls = [pool.submit(self.service.operator.post, "/v1/reports", report, Idempotency_Key=key) for _ in range(20)]
            replies = [call.result() for call in calls]
        taken = [reply for reply in replies if reply.status == 201]
        self.assertTrue(taken)
        self.assertEqual({reply.status for reply in replies} - {201, 409}, set(), replies)
        self.assertEqual(len({reply.text for reply in taken}), 1)
        self.assertEqual(self.cases(), before + 1)

    def test_a_key_and_its_answer_outlive_a_crash(self):
        report, key = sample(6), str(uuid.uuid4())
        first = self.service.operator.post("/v1/reports", report, Idempotency_Key=key)
        self.assertEqual(first.status, 201, first)
        before = self.cases()
        self.service.kill()
        self.service.start()
        again = self.service.operator.post("/v1/reports", report, Idempotency_Key=key)
        self.assertEqual(again.text, first.text)
        self.assertEqual(again.headers["idempotent-replayed"], "true")
        self.assertEqual(self.cases(), before)

    def test_an_answer_stays_what_it_was_when_names_and_rules_have_changed(self):
        report, key = sample(2), str(uuid.uuid4())
        first = self.service.operator.post("/v1/reports", report, Idempotency_Key=key)
        self.assertEqual(first.status, 201, first)
        held = first.json["duties"][0]["holder"]
        agencies = self.service.folder / "directory" / "agencies.json"
        before = agencies.read_text()
        self.assertIn(held["name"], before)
        agencies.write_text(before.replace(held["name"], "Tên khác"))
        self.addCleanup(agencies.write_text, before)
        self.service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "Tên khác" in self.service.operator.post("/v1/reports?dry_run=true", sample(2)).text, "the new name")
        for _ in range(2):
            again = self.service.operator.post("/v1/reports", report, Idempotency_Key=key)
            self.assertEqual(again.text, first.text)
            self.assertEqual(again.headers["idempotent-replayed"], "true")
            self.service.kill()
            self.service.start()

    def test_a_report_with_neither_is_taken_with_a_warning(self):
        report = sample(7)
        del report["report_id"]
        reply = self.service.operator.post("/v1/reports", report)
        self.assertEqual(reply.status, 201, reply)
        self.assertTrue(reply.json["warnings"], reply)

    def test_an_answer_to_a_duty_given_twice_is_given_once(self):
        duty = self.service.file(sample(4))["duties"][0]
        caller = self.service.caller("officer", duty["holder"]["agency"])
        key = str(uuid.uuid4())
        path, body = f"/v1/duties/{duty['id']}/responses", {"response": "accepted"}
        first = caller.post(path, body, Idempotency_Key=key)
        second = caller.post(path, body, Idempotency_Key=key)
        self.assertEqual((first.status, first.text), (second.status, second.text))
        self.assertEqual(second.headers["idempotent-replayed"], "true")


if __name__ == "__main__":
    unittest.main()
