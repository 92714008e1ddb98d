"""kill -9, fifty times, at random moments under load: what was acknowledged is there, once, and told."""

import collections
import concurrent.futures
import datetime
import http.client
import json
import os
import random
import threading
import unittest

from harness import Service, sample, wait_until

CRASHES = int(os.environ.get("JOURNEY_CRASHES", "50"))
SENDERS = 4
LAW_HOURS = 12  # what an emergency has: a report received so long ago falls due now
ALARM_SPREAD_S = 60  # so that alarms come due in every life of the service, and while it is down
LONGEST_LOAD_S = 0.12  # until the kill; short, so that most kills meet work in flight and the backlog stays small
LATE_REPORTS = 10  # one in so many was received long ago
DRY_LIMIT_S = 300  # tens of thousands of messages, to a receiver in Python, on a busy machine
SEED = int(os.environ.get("JOURNEY_SEED", "20261124"))


class Load:
    """Senders that file reports one after another until the service is gone."""

    def __init__(self, chance):
        self._chance = chance
        self.filed = {}  # report id -> what was answered
        self.doubtful = []  # sent, never answered
        self.refused = []
        self._lock = threading.Lock()
        self._number = 0

    def _next(self):
        with self._lock:
            self._number += 1
            report = sample(1 + self._number % 12)
            if self._number % LATE_REPORTS == 0:
                age = datetime.timedelta(hours=LAW_HOURS, seconds=-self._chance.uniform(0, ALARM_SPREAD_S))
                report["received_at"] = (datetime.datetime.now(datetime.timezone.utc) - age).isoformat()
            return report

    def send(self, service, stop):
        while not stop.is_set():
            report = self._next()
            try:
                reply = service.operator.post("/v1/reports", report, Idempotency_Key=report["report_id"])
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                with self._lock:
                    self.doubtful.append(report)
                return
            with self._lock:
                if reply.status == 201:
                    self.filed[report["report_id"]] = reply.json
                else:
                    self.refused.append(reply)

    def ask_again(self, service):
        """A sender without an answer sends the same again, and gets one."""
        for report in self.doubtful:
            reply = service.operator.post("/v1/reports", report, Idempotency_Key=report["report_id"])
            if reply.status != 201:
                raise AssertionError(f"the repetition was refused: {reply}")
            self.filed[report["report_id"]] = reply.json
        self.doubtful.clear()


class Crashes(unittest.TestCase):
    def setUp(self):
        self.chance = random.Random(SEED)
        self.load = Load(self.chance)
        self.service = Service()
        self.addCleanup(self.service.close)

    def crash_often(self):
        for _ in range(CRASHES):
            self.service.start()
            self.load.ask_again(self.service)
            stop = threading.Event()
            with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
                senders = [pool.submit(self.load.send, self.service, stop) for _ in range(SENDERS)]
                stop.wait(self.chance.uniform(0, LONGEST_LOAD_S))
                self.service.kill()
                stop.set()
            for sender in senders:
                sender.result()
        self.service.start()
        self.load.ask_again(self.service)

    def everything_is_delivered(self):
        return not self.service.supervisor.get("/v1/notifications?state=scheduled&limit=1").json["items"]

    def assert_each_report_has_its_case(self):
        answered = {filing["case"] for filing in self.load.filed.values()}
        stored = [each["case"] for each in self.service.supervisor.all("/v1/cases?limit=200")]
        self.assertEqual(len(answered), len(self.load.filed), "two reports share a case")
        self.assertEqual(sorted(stored), sorted(answered))

    def assert_everybody_was_told(self):
        """By a genuine message each; and nothing was owed twice, however often it was sent."""
        owed = {filing["case"]: self.service.supervisor.all(f"/v1/cases/{filing['case']}/notifications")
                for filing in self.load.filed.values()}
        taken = self.service.agencies.taken()  # after what is owed was read: alarms go on ringing
        self.assertTrue(all(message.genuine for message in taken))
        told = {(message.agency, message.id) for message in taken}
        for filing in self.load.filed.values():
            reached = {notice["agency"] for notice in owed[filing["case"]] if notice["state"] == "delivered"}
            self.assertLessEqual({notice["agency"] for notice in filing["notified"]}, reached, filing["case"])
        for case, notices in owed.items():
            for notice in notices:
                if notice["state"] == "delivered":
                    self.assertIn((notice["agency"], notice["notification"].replace(".n", "-n")), told)
            # A ladder may tell the same agency of the same duty again; a rule of the pack does so once.
            causes = collections.Counter((notice["agency"], notice["type"], notice["duty"], notice["rule"])
                                         for notice in notices if "/" not in notice["rule"])
            self.assertFalse([cause for cause, times in causes.items() if times > 1], case)
        return len(told)

    def assert_every_alarm_rang_once(self):
        """No duty is past its instant without the mark, and no step of a ladder came twice for the same instant."""
        rang = 0
        for filing in self.load.filed.values():
            case = filing["case"]
            steps = collections.Counter(tuple(event["data"][name] for name in ("duty", "step", "instant"))
                                        for event in self.service.supervisor.all(f"/v1/cases/{case}/events")
                                        if "step" in event["data"])
            self.assertFalse([step for step, times in steps.items() if times > 1], case)
            rang += len(steps)
            now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=5)
            for duty in self.service.supervisor.all(f"/v1/cases/{case}/duties"):
                if datetime.datetime.fromisoformat(duty["due_at"]) < now:
                    self.assertTrue(duty["overdue"], duty)
        return rang

    def test_nothing_acknowledged_is_lost_doubled_or_left_untold_and_no_alarm_is_missed(self):
        self.crash_often()
        self.assertFalse(self.load.refused, self.load.refused[:3])
        self.assertGreater(len(self.load.filed), CRASHES, "there was hardly any load")
        self.assert_each_report_has_its_case()
        wait_until(self.everything_is_delivered, "the outbox to run dry", DRY_LIMIT_S)
        told = self.assert_everybody_was_told()
        rang = self.assert_every_alarm_rang_once()
        self.assertGreater(rang, 0)
        self.assertEqual(self.service.terminate(), 0)
        for words in (("audit", "verify"), ("check", "invariants")):
            checked = self.service.command(*words, "--config", self.service.config, "--json")
            self.assertEqual(checked.returncode, 0, f"{checked.stdout} {checked.stderr}")
        print(f"seed {SEED}: {CRASHES} crashes, {len(self.load.filed)} reports acknowledged and found, {told} messages told, "
              f"{rang} alarms rung")


if __name__ == "__main__":
    unittest.main()
