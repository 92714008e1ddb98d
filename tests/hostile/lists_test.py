"""Every text of JSONTestSuite and every one of the big list of naughty strings, put to the running service wherever text
comes in: taken and given back letter by letter, or refused with a reason; never a failure."""

import json
import os
import pathlib
import sys
import unittest
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "journeys"))
import harness  # noqa: E402

LISTS = json.loads(pathlib.Path(os.environ["HOSTILE_LISTS"]).read_text())
# JSON allows a name twice in an object; two readers could each believe another value, so here it is refused.
TWICE = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}


def is_control(text):
    return any(ord(c) < 0x20 and c not in "\n\r\t" or 0x7f <= ord(c) < 0xa0 for c in text)


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = harness.Service(LACHAN_LIMITS_STATUS_PER_MINUTE="1000000")
        cls.addClassCleanup(cls.service.close)
        cls.service.start()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.operations.get("/livez").status == 200
        assert "http.handler_failed" not in cls.service.log.read_text()

    def post(self, body, **headers):
        return self.service.operator.post("/v1/reports", body, **headers)

    def assert_answered(self, reply):
        self.assertLess(reply.status, 500, reply)
        if reply.status >= 400:
            self.assertTrue(reply.headers["content-type"].startswith("application/problem+json"), reply)

    def test_json_texts_as_the_whole_body(self):
        for each in LISTS["json"]:
            with self.subTest(each["name"]):
                reply = self.post(each["input"].encode("utf-8", "surrogatepass"))
                self.assertIn(reply.status, (400, 422), reply)
                self.assert_answered(reply)
                if each["name"].startswith("n_"):
                    self.assertEqual(reply.status, 400, reply)
                if each["name"].startswith("y_") and each["name"] not in TWICE:
                    self.assertEqual(reply.status, 422, reply)  # JSON, though no report

    def test_json_texts_within_a_report(self):
        for each in LISTS["json"]:
            with self.subTest(each["name"]):
                report = '{"channel":"school","area":"03388","category":["violence"],"report_id":"%s","more":' % uuid.uuid4()
                reply = self.post((report + each["input"] + "}").encode("utf-8", "surrogatepass"))
                self.assert_answered(reply)
                if each["name"].startswith("y_") and each["name"] not in TWICE:
                    self.assertEqual(reply.status, 201, reply)
                    self.assertIn("/more", " ".join(reply.json["warnings"]))
                if each["name"].startswith("n_"):
                    self.assertIn(reply.status, (400, 422), reply)

    def test_strings_in_every_text_of_a_report(self):
        for text in LISTS["strings"]:
            with self.subTest(text[:40]):
                reply = self.post({"channel": "school", "area": "03388", "category": ["violence"], "narrative": text,
                                   "reference": text[:60], "place": {"kind": "home", "detail": text},
                                   "children": [{"name": text[:100], "school": text[:100], "guardian": text[:100]}],
                                   "informant": {"name": text[:100], "phone": text[:30]}, text[:20] or "empty": text})
                self.assert_answered(reply)
                if reply.status != 201:
                    self.assertEqual(reply.status, 422, reply)
                    self.assertTrue(is_control(text) or len(text) > 256, reply)
                    continue
                identity = self.service.supervisor.get(f"/v1/cases/{reply.json['case']}/identity",
                                                       Lachan_Purpose="kiem tra")
                self.assertEqual(identity.status, 200, identity)
                told = identity.json["reports"][0]
                self.assertEqual((told["narrative"], told["place_detail"], told["children"][0]["name"]),
                                 (text, text, text[:100]))

    def test_strings_wherever_else_text_comes_in(self):
        for text in LISTS["strings"]:
            quoted = urllib.parse.quote(text, safe="")
            with self.subTest(text[:40]):
                for reply in (self.service.supervisor.post("/v1/cases/search", {"name": text[:200]}),
                              self.service.supervisor.get(f"/v1/cases/{quoted}"),
                              self.service.supervisor.get(f"/v1/cases?holder={quoted}&area={quoted}&cursor={quoted}"),
                              self.service.anybody.post("/v1/status", {"receipt": text}),
                              self.service.anybody.get(f"/problems/{quoted}")):
                    self.assert_answered(reply)

    def test_strings_as_a_key_of_repetition(self):
        for text in LISTS["strings"]:
            key = text.encode().decode("latin-1")
            if "\n" in key or "\r" in key:
                continue  # those would be further header lines, which Python does not send
            with self.subTest(text[:40]):
                reply = self.service.operator.call(
                    "POST", "/v1/reports?dry_run=true", {"channel": "school", "area": "03388", "narrative": "x"},
                    Idempotency_Key=key)
                self.assert_answered(reply)


if __name__ == "__main__":
    unittest.main()
