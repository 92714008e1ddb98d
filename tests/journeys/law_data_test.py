"""Law data that changes under open cases: a notice about working days, a body that ends, and what the record says."""

import datetime
import json
import pathlib
import signal
import unittest

from harness import HOTLINE, PROVINCE, Service, sample, wait_until

GOOD, USAGE = 0, 2
VIETNAM = datetime.timezone(datetime.timedelta(hours=7))


class ANotice(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        self.service.start()
        self.case = self.service.file(sample(4))["case"]
        self.calendar = pathlib.Path(json.loads(pathlib.Path(self.service.config).read_text())["calendar"]["path"])
        self.calendar = pathlib.Path(self.service.config).parent / self.calendar
        self.former = self.calendar.read_text()

    def command(self, *words):
        return self.service.command(*words, "--config", self.service.config)

    def notice(self, version="test.1"):
        """The next working day becomes a day off."""
        today = datetime.datetime.now(VIETNAM).date()
        shown = self.command("calendar", "show", "--from", today + datetime.timedelta(days=1),
                             "--to", today + datetime.timedelta(days=20), "--json")
        day = next(each["day"] for each in json.loads(shown.stdout)["items"] if each["working"])
        file = self.service.folder / "notice.json"
        file.write_text(json.dumps({"version": version, "source": "1/TB-UBND",
                                    "days": [{"day": day, "working": False, "name": "Nghỉ đột xuất"}]}))
        return file

    def import_notice(self, *words, **notice):
        answered = self.command("calendar", "import", self.notice(**notice), *words, "--json")
        self.assertEqual(answered.returncode, GOOD, answered.stderr)
        return json.loads(answered.stdout)

    def duty(self, kind):
        duties = self.service.operator.get(f"/v1/cases/{self.case}/duties").json["items"]
        return next(each for each in duties if each["kind"] == kind)

    def explanation(self, duty):
        return self.service.operator.get(f"/v1/duties/{duty['id']}/explanation").json

    def test_shows_what_would_move_and_moves_nothing_in_a_dry_run(self):
        plan = self.duty("plan")
        shown = self.import_notice("--dry-run")
        self.assertEqual(shown["moved"], 0)
        move = next(each for each in shown["moves"] if each["duty"] == plan["id"])
        self.assertEqual(move["from"], plan["due_at"])
        self.assertGreater(move["to"], plan["due_at"])
        self.assertEqual(self.duty("plan")["due_at"], plan["due_at"])
        self.assertEqual(self.calendar.read_text(), self.former)

    def test_moves_open_deadlines_on_record_and_once_though_the_service_runs_beside(self):
        plan = self.duty("plan")
        done = self.import_notice()
        self.assertEqual(done["moved"], len(done["moves"]))
        self.assertEqual(pathlib.Path(done["kept_as"]).read_text(), self.former)
        self.assertIn("test.1", self.calendar.read_text())
        to = next(each["to"] for each in done["moves"] if each["duty"] == plan["id"])
        self.assertEqual(self.duty("plan")["due_at"], to)

        self.service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: '"calendar.applied","calendar":"test.1"' in self.service.log.read_text(), "the reload")
        explained = self.explanation(plan)
        self.assertEqual(explained["due_at"], to)
        self.assertEqual([(move["from"], move["to"]) for move in explained["moves"]], [(plan["due_at"], to)])
        self.assertEqual(explained["calendar"], "test.1")
        verified = self.command("audit", "verify")
        self.assertEqual(verified.returncode, GOOD, verified.stdout)

    def test_a_file_that_was_changed_by_hand_counts_at_the_next_start(self):
        plan = self.duty("plan")
        shown = self.import_notice("--dry-run")
        self.assertEqual(self.service.terminate(), GOOD)
        entry = json.loads((self.service.folder / "notice.json").read_text())["days"][0]
        document = json.loads(self.former)
        document["version"] = "test.2"
        document["days"] = [each for each in document["days"] if each.get("day") != entry["day"]]
        document["days"].append({**entry, "status": "announced", "source": "1/TB-UBND"})
        self.calendar.write_text(json.dumps(document))
        self.service.start()
        to = next(each["to"] for each in shown["moves"] if each["duty"] == plan["id"])
        self.assertEqual(self.duty("plan")["due_at"], to)
        self.assertEqual(self.explanation(plan)["moves"][0]["calendar_to"], "test.2")

    def test_a_wrong_notice_changes_nothing_and_says_where_it_is_wrong(self):
        file = self.notice()
        notice = json.loads(file.read_text())
        notice["days"][0]["day"] = "2026-02-30"
        file.write_text(json.dumps(notice))
        refused = self.command("calendar", "import", file)
        self.assertEqual(refused.returncode, USAGE)
        self.assertIn("/days/0/day", refused.stderr)
        self.assertEqual(self.calendar.read_text(), self.former)


class ABodyThatEnds(unittest.TestCase):
    def test_hands_its_duties_to_the_bodies_that_take_over(self):
        with Service() as service:
            case = service.file(sample(4))["case"]
            duties = service.operator.get(f"/v1/cases/{case}/duties").json["items"]
            plan = next(each for each in duties if each["kind"] == "plan")
            former = plan["holder"]["agency"]
            file = pathlib.Path(service.config).parent / "directory" / "agencies.json"
            document = json.loads(file.read_text())
            entry = next(each for each in document["agencies"] if each["id"] == former)
            now = datetime.datetime.now(VIETNAM).replace(microsecond=0)
            entry["valid_to"] = now.isoformat()
            document["agencies"].append({**{key: value for key, value in entry.items() if key != "valid_to"},
                                         "id": former + "-moi", "valid_from": now.isoformat()})
            file.write_text(json.dumps(document, ensure_ascii=False))
            words = ("directory", "transition", "--config", service.config, "--json")

            listed = json.loads(service.command(*words, "--dry-run").stdout)
            self.assertIn((plan["id"], former + "-moi"), [(each["duty"], each["to"]) for each in listed["transfers"]])
            self.assertEqual(listed["transferred"], 0)
            done = service.command(*words)
            self.assertEqual(done.returncode, GOOD, done.stderr)
            self.assertEqual(json.loads(done.stdout)["transferred"], len(listed["transfers"]))
            self.assertEqual(json.loads(service.command(*words).stdout)["transfers"], [])

            events = service.caller("supervisor", PROVINCE).get(f"/v1/cases/{case}/events").json["items"]
            transferred = next(each for each in events if each["kind"] == "duty.transferred"
                               and each["data"]["duty"] == plan["id"])
            self.assertEqual(transferred["data"]["ground"], "body ended")
            duties = service.caller("operator", HOTLINE).get(f"/v1/cases/{case}/duties").json["items"]
            successor = next(each for each in duties if each.get("predecessor") == plan["id"])
            self.assertEqual(successor["due_at"], plan["due_at"])
            self.assertEqual(successor["holder"]["agency"], former + "-moi")


if __name__ == "__main__":
    unittest.main()
