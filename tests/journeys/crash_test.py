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
LONGEST_LOAD_S = 0.4  # until the kill; short, so that most kills meet work in flight
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
            if self._number % 4 == 0:
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
        """By a genuine message; and there is one message for each that was owed, however often it was sent."""
        told, reached = collections.defaultdict(set), set()
        for message in self.service.agencies.taken():
            self.assertTrue(message.genuine, message.headers)
            told[message.case].add(message.id)
            reached.add((message.case, message.agency))
        for filing in self.load.filed.values():
            for notice in filing["notified"]:
                self.assertIn((filing["case"], notice["agency"]), reached)
        for case, ids in told.items():
            owed = self.service.supervisor.all(f"/v1/cases/{case}/notifications")
            delivered = sum(each["state"] == "delivered" for each in owed)
            self.assertLessEqual(delivered, len(ids), case)
            self.assertLessEqual(len(ids), len(owed), case)
        return sum(map(len, told.values()))

    def assert_every_alarm_rang_once(self):
        """No duty is past its instant without the mark, and no step of a ladder came twice."""
        rang = 0
        for filing in self.load.filed.values():
            case = filing["case"]
            steps = collections.Counter((event["data"]["duty"], event["data"]["step"])
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
        wait_until(self.everything_is_delivered, "the outbox to run dry", 120)
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
