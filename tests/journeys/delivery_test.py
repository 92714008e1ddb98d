"""Agencies that are slow to answer, refuse, are gone or come back: everybody is told in the end, in order, once."""

import threading
import unittest

from harness import WAIT_LIMIT_S, Service, sample

GOOD = 0


class Delivery(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)

    def notifications(self, case):
        return self.service.supervisor.all(f"/v1/cases/{case}/notifications")

    def test_an_agency_that_fails_once_is_told_again_with_the_same_id(self):
        agencies = self.service.agencies
        failed = set()

        def fail_first(message):
            if message.id in failed:
                return 200
            failed.add(message.id)
            return 503

        agencies.answer = fail_first
        self.service.start()
        filing = self.service.file(sample(1))
        owed = {each["agency"] for each in filing["notified"]}
        agencies.wait_for(lambda a: owed <= {m.agency for m in a.taken(filing["case"])}, "every agency to be told again")
        self.assertTrue(failed)
        for message in agencies.taken(filing["case"]):
            self.assertTrue(message.genuine)
            tries = [m for m in agencies.messages if m.id == message.id]
            self.assertEqual([m.status for m in tries], [503, 200])

    def test_what_an_agency_is_told_of_a_case_comes_in_the_order_it_happened(self):
        self.service.start()
        filing = self.service.file(sample(4))
        case = filing["case"]
        self.service.agencies.wait_for(
            lambda a: {n["agency"] for n in filing["notified"]} <= {m.agency for m in a.taken(case)}, "the first messages")
        more = self.service.operator.post(f"/v1/cases/{case}/reports", {
            **sample(4), "narrative": "cháu ngất", "danger": {"life": "yes", "ongoing": "yes", "offender_has_access": "yes",
                                                             "needs_medical_care": "yes", "death": "no"}})
        self.assertEqual(more.status // 100, 2, more)
        again = {n["agency"] for n in more.json["notified"]}
        self.assertTrue(again)
        first_sequence = max(m.event["data"]["case_seq"] for m in self.service.agencies.taken(case))
        self.service.agencies.wait_for(
            lambda a: all(any(m.event["data"]["case_seq"] >= first_sequence for m in a.taken(case, agency)) for agency in again),
            "the second messages")
        for agency in {m.agency for m in self.service.agencies.taken(case)}:
            sequences = [m.event["data"]["case_seq"] for m in self.service.agencies.taken(case, agency)]
            self.assertEqual(sequences, sorted(sequences), agency)

    def test_an_agency_that_is_gone_holds_up_nobody_else(self):
        agencies = self.service.agencies
        self.service.start()
        filing = self.service.file(sample(4))
        gone = filing["notified"][0]["agency"]
        agencies.answer = lambda message: 503 if message.agency == gone else 204
        second = self.service.file(sample(4))
        others = {each["agency"] for each in second["notified"]} - {gone}
        self.assertTrue(others)
        agencies.wait_for(lambda a: others <= {m.agency for m in a.taken(second["case"])}, "the others to be told")

    def test_an_endpoint_that_says_it_is_gone_for_good_is_suspended_and_somebody_else_is_told(self):
        agencies = self.service.agencies
        self.service.start()
        foreseen = self.service.operator.post("/v1/reports?dry_run=true", sample(4)).json
        gone = next(duty["holder"]["agency"] for duty in foreseen["duties"] if duty["kind"] == "initial_assessment")
        agencies.answer = lambda message: 410 if message.agency == gone else 204
        filing = self.service.file(sample(4))
        case = filing["case"]
        duty = next(each["id"] for each in filing["duties"] if each["kind"] == "initial_assessment")
        agencies.wait_for(lambda a: any(m.duty == duty and m.agency != gone for m in a.taken(case)),
                          "somebody else to be told of the duty")
        self.assertEqual(sum(m.agency == gone for m in agencies.messages), 1, "a suspended endpoint was tried again")
        still = next(each for each in self.service.supervisor.all(f"/v1/cases/{case}/duties") if each["id"] == duty)
        self.assertEqual((still["state"], still["holder"]["agency"]), ("open", gone))

    def test_what_was_owed_when_the_program_died_is_delivered_when_it_is_back(self):
        agencies = self.service.agencies
        agencies.answer = lambda message: 503
        self.service.start()
        filing = self.service.file(sample(1))
        self.service.kill()
        agencies.answer = lambda message: 204
        self.service.start()
        owed = {each["agency"] for each in filing["notified"]}
        agencies.wait_for(lambda a: owed <= {m.agency for m in a.taken(filing["case"])}, "the backlog")

    def test_a_receiver_that_hangs_does_not_hold_up_a_stop_and_is_told_after_it(self):
        agencies = self.service.agencies
        asked, over = threading.Event(), threading.Event()
        self.addCleanup(over.set)

        def hang(_):
            asked.set()
            over.wait()
            return 503

        agencies.answer = hang
        self.service.start()
        filing = self.service.file(sample(4))
        self.assertTrue(asked.wait(WAIT_LIMIT_S))
        self.assertEqual(self.service.terminate(), GOOD)
        self.assertIn("service.tries_cut", self.service.log.read_text())
        over.set()
        agencies.answer = lambda message: 204
        self.service.start()
        owed = {each["agency"] for each in filing["notified"]}
        agencies.wait_for(lambda a: owed <= {m.agency for m in a.taken(filing["case"])}, "what was cut to be sent again")

    def test_a_message_with_one_changed_byte_is_not_genuine(self):
        self.service.start()
        filing = self.service.file(sample(1))
        agencies = self.service.agencies
        agencies.wait_for(lambda a: a.taken(filing["case"]), "a message")
        message = agencies.taken(filing["case"])[0]
        self.assertTrue(agencies.is_genuine(message.agency, message.headers, message.body))
        changed = bytes([message.body[0] ^ 1]) + message.body[1:]
        self.assertFalse(agencies.is_genuine(message.agency, message.headers, changed))
        other = next(agency for agency in agencies.secrets if agency != message.agency)
        self.assertFalse(agencies.is_genuine(other, message.headers, message.body))

    def test_each_try_is_on_record(self):
        self.service.agencies.answer = lambda message: 500
        self.service.start()
        filing = self.service.file(sample(1))
        case = filing["case"]
        self.service.agencies.wait_for(lambda a: any(m.case == case for m in a.messages), "a try")
        self.service.agencies.answer = lambda message: 204
        owed = {each["agency"] for each in filing["notified"]}
        self.service.agencies.wait_for(lambda a: owed <= {m.agency for m in a.taken(case)}, "the delivery")
        tried = [each for each in self.notifications(case) if each.get("attempts")]
        self.assertTrue(tried)
        self.assertIn(500, [attempt["status"] for each in tried for attempt in each["attempts"]])


if __name__ == "__main__":
    unittest.main()
