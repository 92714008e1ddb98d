"""A case from the call to the closed file, as the people around it see it."""

import json
import unittest

from harness import PROVINCE, Service, sample

# What the people of this story find, where an act can end in more than one way.
FINDINGS = {"verification": "confirmed", "initial_assessment": "emergency", "emergency_measure": "applied",
            "separation": "not_needed", "plan_approval": "approved", "review": "stable", "medical_care": "given",
            "rescue": "done", "follow_up": "ended", "police_transfer": "no_crime", "prosecution_recommendation": "not_needed"}
LONGEST_LIFE = 200  # acts; a case that wants more would never end


def officer(service, duty):
    return service.caller("officer", duty["holder"]["agency"])


class CaseLife(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        cls.service.start()

    def duties(self, case, *states):
        items = self.service.supervisor.all(f"/v1/cases/{case}/duties")
        return [duty for duty in items if duty["state"] in states] if states else items

    def record(self, case, duty, **more):
        """The holder's officer records the act that fulfils the duty."""
        act = {"kind": duty["kind"], **more}
        if duty["kind"] in FINDINGS:
            act["result"] = FINDINGS[duty["kind"]]
        if duty.get("child") is not None:
            act["child"] = duty["child"]
        return officer(self.service, duty).post(f"/v1/cases/{case}/steps", act)

    def live(self, case):
        """Every holder does what it has to, until nothing that blocks closing is open; answers the closing's reply."""
        for _ in range(LONGEST_LIFE):
            pending = self.duties(case, "open", "accepted")
            reply = self.close(case, "supervisor", PROVINCE)
            if reply.status in (200, 202):
                return reply
            self.assertEqual(reply.status, 409, reply)
            blocking = {each["id"] for each in reply.json["open_duties"]}
            self.assertTrue(blocking, reply)
            duty = next(each for each in pending if each["id"] in blocking)
            done = self.record(case, duty, note="đã làm")
            self.assertIn(done.status, (200, 201), f"{duty} {done}")
        self.fail("the case never ends: " + json.dumps(self.duties(case, "open", "accepted")))

    def close(self, case, role, agency):
        seen = self.service.supervisor.get(f"/v1/cases/{case}")
        return self.service.caller(role, agency).post(f"/v1/cases/{case}/closure", {"reason": "trẻ đã an toàn"},
                                                      If_Match=seen.headers["etag"])

    def test_a_report_is_answered_with_who_has_to_do_what_by_when_and_why(self):
        reply = self.service.operator.post("/v1/reports", sample(4))
        self.assertEqual(reply.status, 201, reply)
        filing = reply.json
        self.assertEqual(reply.headers["location"], f"/v1/cases/{filing['case']}")
        self.assertRegex(filing["case"], r"^LC-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z*~$=]$")
        self.assertRegex(filing["receipt"], r"^\d{4} \d{4} \d{4} \d{4}$")
        self.assertEqual(filing["urgency"], "emergency")
        self.assertEqual(filing["rule_pack"]["id"], "lai-chau/decision-27-2023")
        self.assertTrue(filing["duties"])
        for duty in filing["duties"]:
            self.assertRegex(duty["due_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+07:00$")
            self.assertTrue(duty["holder"]["agency"] and duty["holder"]["name"], duty)
            self.assertIn(duty["force"], ("law", "target"))
            self.assertTrue(duty["basis"][0]["clause"], duty)
        assessment = next(duty for duty in filing["duties"] if duty["kind"] == "emergency_measure")
        self.assertEqual(assessment["force"], "law")

    def test_every_agency_named_as_notified_gets_a_message_it_can_verify_and_that_tells_nothing(self):
        report = sample(4)
        filing = self.service.file(report)
        owed = {each["agency"] for each in filing["notified"]}
        self.assertTrue(owed)
        agencies = self.service.agencies
        agencies.wait_for(lambda a: owed <= {m.agency for m in a.taken(filing["case"])}, f"messages to {owed}")
        for message in agencies.taken(filing["case"]):
            self.assertTrue(message.genuine, message.headers)
            self.assertEqual(message.event["specversion"], "1.0")
            self.assertEqual(message.event["id"], message.id)
            self.assertEqual(message.event["subject"], filing["case"])
            text = message.body.decode() + json.dumps(message.headers)
            for secret in ("Trẻ", "bầm", "family_violence", "step_parent", "nhà văn hoá", "DEMO-111", filing["receipt"]):
                self.assertNotIn(secret, text)

    def test_a_case_lives_from_the_report_to_its_closing(self):
        filing = self.service.file(sample(4))
        case = filing["case"]
        duties = self.duties(case)
        self.assertEqual({duty["id"] for duty in duties}, {duty["id"] for duty in filing["duties"]})

        # The holders accept; a delivered message alone would not have been acceptance.
        for duty in duties:
            accepted = officer(self.service, duty).post(f"/v1/duties/{duty['id']}/responses", {"response": "accepted"})
            self.assertIn(accepted.status, (200, 201), accepted)
        self.assertEqual({duty["state"] for duty in self.duties(case)}, {"accepted"})

        # Nobody may close over open duties.
        early = self.close(case, "supervisor", PROVINCE)
        self.assertEqual(early.status, 409, early)
        self.assertTrue(early.json["type"].endswith("closing-blocked"), early)
        self.assertTrue({each["id"] for each in early.json["open_duties"]} <= {duty["id"] for duty in duties})

        # Assessment, measure, plan, approval, review: each act starts what follows from it.
        first = self.live(case)
        kinds = {duty["kind"] for duty in self.duties(case, "done")}
        self.assertTrue({"initial_assessment", "plan", "plan_approval", "review"} <= kinds, kinds)

        # Two persons close.
        if first.status == 202:
            second = self.close(case, "officer", self.duties(case)[0]["holder"]["agency"])
            self.assertEqual(second.status, 200, second)
        seen = self.service.supervisor.get(f"/v1/cases/{case}").json
        self.assertEqual(seen["status"], "closed")

        # The reporter sees it too, without a name.
        status = self.service.anybody.post("/v1/status", {"receipt": filing["receipt"]})
        self.assertEqual(status.status, 200, status)
        self.assertEqual(status.json["status"], "closed")
        self.assertNotIn("Trẻ", status.text)

        # The record of it has no hole.
        events = self.service.supervisor.all(f"/v1/cases/{case}/events")
        numbers = [event["seq"] for event in events]
        self.assertEqual(numbers, sorted(set(numbers)))
        kinds = [event["kind"] for event in events]
        self.assertIn("case.closed", kinds)

    def test_an_act_discharges_the_duty_and_starts_what_follows(self):
        filing = self.service.file(sample(4))
        case = filing["case"]
        plan = next(duty for duty in filing["duties"] if duty["kind"] == "plan")
        reply = self.record(case, plan, until="2027-06-30T17:00:00+07:00")
        self.assertIn(reply.status, (200, 201), reply)
        after = {duty["id"]: duty for duty in self.duties(case)}
        self.assertEqual(after[plan["id"]]["state"], "done")
        self.assertIn("plan_approval", {duty["kind"] for duty in after.values()})

    def test_declining_never_leaves_a_duty_with_nobody(self):
        filing = self.service.file(sample(4))
        duty = filing["duties"][0]
        declined = officer(self.service, duty).post(f"/v1/duties/{duty['id']}/responses",
                                                    {"response": "declined", "reason": "không thuộc địa bàn"})
        self.assertIn(declined.status, (200, 201), declined)
        after = {each["id"]: each for each in self.duties(filing["case"])}
        self.assertEqual(after[duty["id"]]["state"], "declined")
        successors = [each for each in after.values() if each["kind"] == duty["kind"] and each["state"] == "open"
                      and each["id"] != duty["id"]]
        self.assertTrue(successors, after)
        self.assertNotEqual(successors[0]["holder"]["agency"], duty["holder"]["agency"])
        self.service.agencies.wait_for(
            lambda a: any(m.duty == successors[0]["id"] for m in a.taken(filing["case"])), "the successor to be told")

    def test_a_duty_is_waived_by_two_persons_and_its_ground_is_read_with_the_names(self):
        filing = self.service.file(sample(4))
        case, duty = filing["case"], filing["duties"][0]
        path, ground = f"/v1/duties/{duty['id']}/waiver", "cháu đã về ở nhà bà ngoại"
        holder = officer(self.service, duty)
        self.assertEqual(holder.post(path, {"ground": ground}).status, 202)
        self.assertEqual(holder.post(path, {"ground": ground}).status, 202, "the same person is not a second one")
        self.assertEqual(self.duties(case, "waived"), [])

        granted = self.service.supervisor.post(path, {"ground": "đã xác minh qua điện thoại"})
        self.assertEqual(granted.status, 200, granted)
        self.assertEqual([each["id"] for each in self.duties(case, "waived")], [duty["id"]])
        over = holder.post(f"/v1/duties/{duty['id']}/responses", {"response": "accepted"})
        self.assertEqual(over.status, 409, over)

        # The holder is told that it need not act any more; why, only those read who may read the names.
        self.service.agencies.wait_for(
            lambda a: a.taken(case, duty["holder"]["agency"], "case.updated"), "the holder to be told")
        self.assertNotIn(ground, self.service.supervisor.get(f"/v1/cases/{case}").text)
        self.assertNotIn(ground, json.dumps(self.service.supervisor.all(f"/v1/cases/{case}/events"), ensure_ascii=False))
        names = self.service.operator.get(f"/v1/cases/{case}/identity", Lachan_Purpose="kiem tra ly do mien")
        self.assertIn(ground, names.text)
        self.assertNotIn(ground, self.service.log.read_text())

    def test_a_report_of_the_time_before_the_change_of_units_may_name_the_unit_of_after_it(self):
        report = {**sample(4), "area": "03433", "received_at": "2025-06-20T08:00:00+07:00"}
        reply = self.service.operator.post("/v1/reports", report)
        self.assertEqual(reply.status, 201, reply)
        self.assertTrue(any("/area" in warning for warning in reply.json["warnings"]), reply.json["warnings"])
        self.assertTrue(all(duty["holder"]["agency"] for duty in reply.json["duties"]), reply.json["duties"])

    def test_another_agency_may_not_answer_for_the_holder(self):
        filing = self.service.file(sample(4))
        duty = filing["duties"][0]
        strangers = self.service.caller("officer", "truong-thcs-than-uyen")
        self.assertEqual(strangers.post(f"/v1/duties/{duty['id']}/responses", {"response": "accepted"}).status, 404)
        self.assertEqual(strangers.get(f"/v1/cases/{filing['case']}").status, 404)

    def test_a_dry_run_decides_and_stores_nothing(self):
        before = len(self.service.supervisor.all("/v1/cases"))
        reply = self.service.operator.post("/v1/reports?dry_run=true", sample(2))
        self.assertEqual(reply.status, 200, reply)
        self.assertTrue(reply.json["duties"])
        self.assertFalse(reply.json.get("receipt"))
        self.assertEqual(len(self.service.supervisor.all("/v1/cases")), before)

    def test_a_case_is_read_again_only_when_it_changed(self):
        filing = self.service.file(sample(6))
        path = f"/v1/cases/{filing['case']}"
        seen = self.service.supervisor.get(path)
        self.assertEqual(self.service.supervisor.get(path, If_None_Match=seen.headers["etag"]).status, 304)
        duty = filing["duties"][0]
        officer(self.service, duty).post(f"/v1/duties/{duty['id']}/responses", {"response": "accepted"})
        again = self.service.supervisor.get(path, If_None_Match=seen.headers["etag"])
        self.assertEqual(again.status, 200)
        self.assertNotEqual(again.headers["etag"], seen.headers["etag"])

    def test_names_are_read_with_a_purpose_and_the_reading_is_kept(self):
        filing = self.service.file(sample(4))
        path = f"/v1/cases/{filing['case']}/identity"
        self.assertNotIn("Trẻ H", self.service.supervisor.get(f"/v1/cases/{filing['case']}").text)
        refused = self.service.operator.get(path)
        self.assertEqual(refused.status // 100, 4, refused)
        given = self.service.operator.get(path, Lachan_Purpose="goi lai xac minh")
        self.assertEqual(given.status, 200, given)
        self.assertIn("Trẻ H", given.text)
        kinds = [event["kind"] for event in self.service.supervisor.all(f"/v1/cases/{filing['case']}/events")]
        self.assertTrue(any("identity" in kind for kind in kinds), kinds)

    def test_each_of_the_twelve_samples_opens_with_holders_and_clauses_and_can_be_lived_to_its_end(self):
        for number in range(1, 13):
            with self.subTest(sample=number):
                filing = self.service.file(sample(number))
                self.assertTrue(filing["duties"])
                self.assertTrue(filing["notified"])
                self.assertTrue(all(duty["basis"] and duty["holder"] for duty in filing["duties"]))
                self.assertIn(self.live(filing["case"]).status, (200, 202))


if __name__ == "__main__":
    unittest.main()
