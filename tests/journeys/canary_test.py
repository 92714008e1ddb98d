"""Canaries: names, phones, addresses and narratives that exist nowhere else are sent through whole lives of cases, and looked for
wherever they must not be: in pushes, log lines, metrics, URLs, problems, a backup, and every byte the service writes."""

import http.client
import json
import pathlib
import unittest
import unicodedata
import urllib.parse
import uuid

import case_life_test
from harness import PROVINCE, Service, sample

GOOD = 0

# Each a word of nobody's language, so that a match is no chance; with tone marks and đ, so that foldings differ.
NAMES = {"child": "Trẻ Quỳnhđăngkhoắt", "guardian": "Bà Ngoạiđẵngvười", "suspect": "Ông Kẻđộcằmthuyền", "informant": "Chị Báođưẩnghoặng"}
WORDS = {"address": "sốnhà-đườngữvực-77", "place": "cạnh-giếngđắmsương", "narrative": "Lờikểđượmbuồnquằnquại", "needs": "điếcđặcbẩmsinhxx",
         "step": "Ghichúđọngsươngkhuya", "reason": "Lýdođẫmlệthương", "closing": "Kếtthúcđằmthắmơi", "purpose": "mụcđíchđơnxinhỏi",
         "unknown": "trườnglạđãgửikèm", "result": "kếtquảđộtxuấtngoàisách", "school": "MầmnonĐồngVượngxx"}
PHONE = "0977 313 579"


def folded(text):
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def shapes(text):
    """A text as it might stand in a file: composed, decomposed, folded, without blanks, in UTF-16, as JSON or a URL has it."""
    words = {text, unicodedata.normalize("NFD", text), text.upper(), text.lower(), folded(text), folded(text).replace(" ", "")}
    for word in words:
        yield word.encode()
        yield word.encode("utf-16-le")
        yield word.encode("utf-16-be")
        yield json.dumps(word)[1:-1].encode()
        yield urllib.parse.quote(word).encode()


def canaries():
    found = {}
    for text in [*NAMES.values(), *WORDS.values(), PHONE, PHONE.replace(" ", ""), "+84977313579"]:
        # The telling part alone: a fold could cut a name at its blank.
        for piece in {text, text.split(" ")[-1] if text != PHONE else text}:
            for shape in shapes(piece):
                found[shape] = text
    return found


class Canaries(unittest.TestCase):
    record, duties = case_life_test.CaseLife.record, case_life_test.CaseLife.duties

    def setUp(self):
        self.service = Service(LACHAN_LOG_LEVEL="debug")
        self.addCleanup(self.service.close)
        self.service.start()
        self.replies = []

    def ask(self, caller, method, path, body=None, **headers):
        reply = caller.call(method, path, body, **headers)
        self.assertLess(reply.status, 500, reply)
        self.replies.append((method, path, reply))
        return reply

    def report(self):
        report = sample(4)
        report["narrative"] = WORDS["narrative"] + " vào lúc nửa đêm."
        report["place"] = {"kind": "home", "detail": WORDS["place"]}
        report["children"] = [{"name": NAMES["child"], "age_estimate": 6, "residence_area": "03388", "address": WORDS["address"],
                               "guardian": NAMES["guardian"], "special_needs": WORDS["needs"], "school": WORDS["school"]}]
        report["suspects"] = [{"relation": "step_parent", "name": NAMES["suspect"]}]
        report["informant"] = {"name": NAMES["informant"], "phone": PHONE, "consents_to_contact": True}
        report["extra"] = {"note": WORDS["unknown"]}
        return report

    def close(self, case, reason):
        seen = self.service.supervisor.get(f"/v1/cases/{case}")
        return self.service.supervisor.post(f"/v1/cases/{case}/closure", {"reason": reason}, If_Match=seen.headers["etag"])

    def live(self):
        """A whole life: filed twice, asked about, worked on, declined, searched, read, closed."""
        operator, anybody = self.service.operator, self.service.anybody
        self.ask(operator, "POST", "/v1/reports?dry_run=true", self.report())
        key = str(uuid.uuid4())
        body = self.report()
        filed = self.ask(operator, "POST", "/v1/reports", body, Idempotency_Key=key)
        self.assertEqual(filed.status, 201, filed)
        self.ask(operator, "POST", "/v1/reports", body, Idempotency_Key=key)
        case, receipt = filed.json["case"], filed.json["receipt"]
        self.ask(operator, "POST", f"/v1/cases/{case}/reports", {**self.report(), "report_id": str(uuid.uuid4())})
        for path in ("/v1/status", "/v1/status/nudge", "/v1/status/proof"):
            self.ask(anybody, "POST", path, {"receipt": receipt})
        first = self.duties(case, "open")[0]
        holder = case_life_test.officer(self.service, first)
        self.ask(holder, "POST", f"/v1/duties/{first['id']}/responses", {"response": "declined", "reason": WORDS["reason"]})
        for name in NAMES.values():
            self.ask(operator, "POST", "/v1/cases/search", {"name": name, "purpose": WORDS["purpose"]})
        self.ask(operator, "POST", "/v1/cases/search", {"phone": PHONE})
        for _ in range(case_life_test.LONGEST_LIFE):
            reply = self.close(case, WORDS["closing"])
            if reply.status in (200, 202):
                break
            blocking = {each["id"] for each in reply.json["open_duties"]}
            duty = next(each for each in self.duties(case, "open", "accepted") if each["id"] in blocking)
            self.record(case, duty, note=WORDS["step"])
        self.assertIn(reply.status, (200, 202), reply)
        self.ask(self.service.supervisor, "POST", f"/v1/cases/{case}/steps",
                 {"kind": "follow_up", "result": WORDS["result"], "note": WORDS["step"]})
        return case

    def err(self, case):
        """Input that is wrong in ways that carry the words along."""
        operator = self.service.operator
        report = self.report()
        for bent in ({**report, "channel": NAMES["child"]}, {**report, "area": NAMES["suspect"]}, {**report, "received_at": PHONE},
                     {**report, "children": NAMES["child"]}, {**report, "category": [WORDS["narrative"]]}):
            self.ask(operator, "POST", "/v1/reports", bent)
        text = json.dumps(report, ensure_ascii=False)
        self.ask(operator, "POST", "/v1/reports", text[:-20].encode())
        self.ask(operator, "POST", "/v1/reports", text.encode("utf-16"))
        self.ask(operator, "POST", "/v1/reports", text.encode(), Content_Type="text/plain")
        self.ask(operator, "POST", f"/v1/cases/{case}/steps", {"kind": NAMES["child"], "note": WORDS["step"]})
        self.ask(operator, "POST", "/v1/cases/search", {"name": NAMES["child"] * 100})
        self.ask(self.service.anybody, "POST", "/v1/status", {"receipt": NAMES["child"]})
        self.ask(self.service.anybody, "POST", "/v1/reports", report)
        stranger = self.service.caller("officer", "ubnd-03601")
        purpose = urllib.parse.quote(WORDS["purpose"])
        self.ask(stranger, "GET", f"/v1/cases/{case}/identity", Lachan_Purpose=purpose)
        self.ask(stranger, "POST", f"/v1/cases/{case}/steps", {"kind": "verification", "note": WORDS["step"]})

    def assert_silent(self, what, content):
        content = content if isinstance(content, bytes) else content.encode()
        for shape, text in self.shapes.items():
            self.assertNotIn(shape, content, f"{text} ({shape!r}) in {what}")

    def test_no_canary_is_seen_outside_the_answers_it_belongs_to(self):
        self.shapes = canaries()
        with self.assertRaises(AssertionError):  # the net catches what is in it
            self.assert_silent("itself", "x" + folded(NAMES["child"]) + "x")
        case = self.live()
        self.err(case)
        read = self.service.operator.get(f"/v1/cases/{case}/identity", Lachan_Purpose=urllib.parse.quote(WORDS["purpose"]))
        for told in (NAMES["child"], NAMES["guardian"], NAMES["suspect"], WORDS["narrative"], WORDS["unknown"]):
            self.assertIn(told, read.text)  # they did arrive

        for method, path, reply in self.replies:
            self.assert_silent(f"the answer to {method} {path}", reply.text + json.dumps(reply.headers))
        for path in (f"/v1/cases/{case}", f"/v1/cases/{case}/events", f"/v1/cases/{case}/notifications", "/v1/cases", "/v1/duties"):
            self.assert_silent(path, self.service.supervisor.get(path).text)
        agencies = self.service.agencies
        agencies.wait_for(lambda a: a.taken(case), "messages")
        for message in agencies.messages:
            self.assert_silent("a push", message.body + json.dumps(message.headers).encode())
        self.assert_silent("the metrics", self.service.operations.get("/metrics").text)
        report = self.service.command("access", "report", "--agency", PROVINCE, "--config", self.service.config)
        self.assert_silent("an access report of others", report.stdout)

        backup = self.service.folder / "backup.sqlite3"
        saved = self.service.command("backup", backup, "--verify", "--config", self.service.config)
        self.assertEqual(saved.returncode, GOOD, saved)
        self.assert_silent("what commands print", saved.stdout + saved.stderr)
        self.look_at_files("while it runs")
        self.service.terminate()
        self.look_at_files("when it has stopped")

    def look_at_files(self, when):
        files = [path for path in [*pathlib.Path(self.service.folder).rglob("*"), self.service.log] if path.is_file()]
        self.assertTrue(any(path.name.endswith(".sqlite3") for path in files))
        for path in files:
            self.assert_silent(f"{path.name} {when}", path.read_bytes())


if __name__ == "__main__":
    unittest.main()
