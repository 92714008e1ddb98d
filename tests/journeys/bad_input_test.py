"""Malformed, oversized, slow, unknown and half-known input: the right problem, the exact place, and never a 5xx."""

import http.client
import json
import socket
import unittest
import urllib.parse

from harness import HOTLINE, PROVINCE, Service, sample

TOO_LARGE = 256 * 1024 + 1
PROBLEMS = "application/problem+json"


def minimal(**more):
    return {"channel": "hotline_111", "area": "03388", "category": ["violence"], **more}


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        cls.service.start()

    def tearDown(self):
        # Whatever was sent, the service is there and takes the next report.
        self.assertEqual(self.service.operations.get("/livez").status, 200)

    def post(self, body, path="/v1/reports", **headers):
        return self.service.operator.post(path, body, **headers)

    def assert_problem(self, reply, status, name):
        self.assertEqual(reply.status, status, reply)
        self.assertTrue(reply.headers["content-type"].startswith(PROBLEMS), reply)
        self.assertEqual(reply.json["type"].rsplit("/", 1)[-1], name, reply)
        self.assertEqual(reply.json["status"], status)
        self.assertTrue(reply.json["title"] and reply.json["request_id"], reply)

    def pointers(self, reply):
        self.assert_problem(reply, 422, "validation-failed")
        return {each["pointer"]: each["code"] for each in reply.json["errors"]}

    def raw(self, *parts, wait_for_end=True):
        """Sends bytes as they are; answers what came back until the other side closed."""
        host, port = urllib.parse.urlsplit(self.service.listening["api"]).netloc.split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            for part in parts:
                connection.sendall(part)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
                if not wait_for_end:
                    break
            return answer

    def test_every_fault_is_named_at_once_with_its_place(self):
        faults = self.pointers(self.post({
            "channel": "pigeon", "area": "", "category": ["violence", "nonsense"], "received_at": "yesterday",
            "danger": {"life": "maybe"}, "children": [{"age_estimate": -1}, {"birth_date": "2021-13"}],
            "injury": {"mechanism": 7}, "suspects": "nobody"}))
        self.assertTrue({"/channel", "/area", "/category/1", "/received_at", "/danger/life", "/children/0/age_estimate",
                         "/children/1/birth_date", "/injury/mechanism", "/suspects"} <= set(faults), faults)

    def test_nothing_but_channel_area_and_a_matter_is_wanted(self):
        self.assertEqual(set(self.pointers(self.post({}))), {"/channel", "/area", "/category"})
        self.assertEqual(self.post(minimal()).status, 201)
        self.assertEqual(self.post({"channel": "public", "area": "03388", "narrative": "có trẻ kêu khóc"}).status, 201)

    def test_an_area_that_does_not_exist_is_named(self):
        self.assertIn("/area", self.pointers(self.post(minimal(area="99999"))))

    def test_the_future_is_not_received_yet(self):
        self.assertIn("/received_at", self.pointers(self.post(minimal(received_at="2199-01-01T00:00:00+07:00"))))

    def test_what_is_unknown_is_kept_and_named(self):
        reply = self.post(minimal(weather="mưa", children=[{"shoe_size": 31}]))
        self.assertEqual(reply.status, 201, reply)
        warnings = " ".join(map(str, reply.json["warnings"]))
        self.assertIn("/weather", warnings)
        self.assertIn("/children/0/shoe_size", warnings)

    def test_what_is_missing_is_taken_for_the_worse(self):
        known = self.post(minimal(danger={"life": "no", "ongoing": "no", "offender_has_access": "no",
                                          "needs_medical_care": "no", "death": "no"})).json
        silent = self.post(minimal()).json
        order = ["normal", "urgent", "emergency"]
        self.assertGreaterEqual(order.index(silent["urgency"]), order.index(known["urgency"]))
        self.assertTrue(silent["protective_assumptions"])

    def test_text_that_is_not_json(self):
        for body in (b"", b"{", b"[]", b"null", b'"x"', b'{"channel":}', b"\xff\xfe{}", b'{"a":"\xc3\x28"}', b"{}{}",
                     b'{"a":1,"a":2', b"[" * 100_000, b'{"a":' * 50_000, b'{"channel":"\\ud800"}', b"\x00"):
            with self.subTest(body=body[:20]):
                reply = self.post(body)
                self.assertIn(reply.status, (400, 422), reply)
                self.assertTrue(reply.headers["content-type"].startswith(PROBLEMS), reply)

    def test_wrong_types_everywhere_are_faults_never_failures(self):
        odd = [None, True, 0, -1, 1e308, "", "x" * 300, [], {}, [[]], [{}], {"kind": []}, "\u0000", "🙂" * 50]
        for name in list(sample(4)) + ["death", "kind", ""]:
            for value in odd:
                with self.subTest(member=name, value=str(value)[:20]):
                    reply = self.post({**minimal(), name: value})
                    self.assertLess(reply.status, 500, reply)

    def test_a_body_over_the_limit(self):
        self.assert_problem(self.post(json.dumps(minimal(narrative="x" * TOO_LARGE)).encode()), 413, "payload-too-large")

    def test_a_body_that_only_announces_itself_too_large_is_not_waited_for(self):
        head = f"POST /v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.service.token('operator', HOTLINE)}\r\n" \
               f"Content-Type: application/json\r\nContent-Length: {TOO_LARGE}\r\n\r\n"
        self.assertTrue(self.raw(head.encode()).startswith(b"HTTP/1.1 413"))

    def test_an_endless_chunked_body_is_cut_off(self):
        head = f"POST /v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.service.token('operator', HOTLINE)}\r\n" \
               "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            self.assertTrue(self.raw(head.encode(), *[chunk] * 8).startswith(b"HTTP/1.1 413"))
        except (ConnectionResetError, BrokenPipeError):
            pass  # cut off while we were still sending

    def test_a_head_over_the_limit(self):
        try:
            self.assertTrue(self.raw(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 431"))
        except (ConnectionResetError, BrokenPipeError):
            pass

    def test_lines_that_are_not_http(self):
        for line in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hello\r\n\r\n", b"GET\r\n\r\n",
                     b"GET / HTTP/9.9\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                     b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                     b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):
            with self.subTest(line=line[:20]):
                answer = self.raw(line + (b"" if line.endswith(b"\n") else b"\r\n\r\n"))
                self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:200])

    def test_another_media_type(self):
        self.assert_problem(self.post(b"channel=public", Content_Type="application/x-www-form-urlencoded"), 415,
                            "unsupported-media-type")

    def test_a_path_and_a_method_that_are_not_there(self):
        self.assert_problem(self.service.operator.get("/v1/nowhere"), 404, "route-not-found")
        reply = self.service.operator.call("DELETE", "/v1/reports")
        self.assert_problem(reply, 405, "method-not-allowed")
        self.assertIn("POST", reply.headers["allow"])

    def test_no_key_and_a_wrong_key(self):
        self.assert_problem(self.service.anybody.get("/v1/cases"), 401, "unauthenticated")
        for wrong in ("Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer " + "x" * 5000, "bearer"):
            with self.subTest(authorization=wrong[:20]):
                self.assertEqual(self.service.anybody.get("/v1/cases", Authorization=wrong).status, 401)

    def test_a_role_that_may_not(self):
        self.assert_problem(self.service.caller("reporter", HOTLINE).get("/v1/notifications"), 403, "forbidden")
        self.assert_problem(self.service.caller("analyst", PROVINCE).post("/v1/reports", sample(1)), 403, "forbidden")

    def test_a_mistyped_code_is_told_from_an_unknown_one(self):
        case = self.service.file(sample(1))["case"]
        wrong = case[:-3] + ("7" if case[-3] != "7" else "8") + case[-2:]
        self.assert_problem(self.service.supervisor.get(f"/v1/cases/{wrong}"), 404, "case-code-invalid")
        self.assertEqual(self.service.supervisor.get("/v1/cases/..%2f..%2fetc").status, 404)
        self.assertEqual(self.service.supervisor.get(f"/v1/cases/{case.lower()}").status // 100 in (2, 4), True)

    def test_a_mistyped_receipt_is_told_from_an_unknown_one(self):
        receipt = self.service.file(sample(1))["receipt"]
        wrong = receipt[:-1] + str((int(receipt[-1]) + 1) % 10)
        self.assert_problem(self.service.anybody.post("/v1/status", {"receipt": wrong}), 400, "receipt-invalid")
        self.assertEqual(self.service.anybody.post("/v1/status", {"receipt": receipt}).status, 200)
        self.assertIn(self.service.anybody.post("/v1/status", {}).status, (400, 422))

    def test_closing_wants_to_know_what_was_seen(self):
        case = self.service.file(sample(6))["case"]
        path, body = f"/v1/cases/{case}/closure", {"reason": "x"}
        self.assert_problem(self.service.supervisor.post(path, body), 428, "precondition-required")
        self.assert_problem(self.service.supervisor.post(path, body, If_Match='"999999"'), 412, "precondition-failed")

    def test_acts_and_answers_that_make_no_sense(self):
        filing = self.service.file(sample(4))
        case, duty = filing["case"], filing["duties"][0]
        holder = self.service.caller("officer", duty["holder"]["agency"])
        self.assertIn("/kind", self.pointers(holder.post(f"/v1/cases/{case}/steps", {"kind": "dance"})))
        self.assertIn("/child", self.pointers(holder.post(f"/v1/cases/{case}/steps", {"kind": duty["kind"], "child": 99})))
        answers = f"/v1/duties/{duty['id']}/responses"
        self.assertIn("/response", self.pointers(holder.post(answers, {"response": "perhaps"})))
        self.assertIn("/reason", self.pointers(holder.post(answers, {"response": "declined"})))
        self.assertIn("/to", self.pointers(holder.post(answers, {"response": "forwarded"})))
        self.assertEqual(holder.post(f"/v1/duties/{case}.d999/responses", {"response": "accepted"}).status, 404)

    def test_questions_that_make_no_sense(self):
        for query in ("limit=0", "limit=201", "limit=x", "cursor=zzz", "urgency=very", "overdue=maybe", "status=ajar",
                      "area=99999999999999999999", "category=zzz"):
            with self.subTest(query=query):
                reply = self.service.supervisor.get(f"/v1/cases?{query}")
                self.assertLess(reply.status, 500, reply)

    def test_titles_follow_the_language_asked_for(self):
        self.assertEqual(self.service.anybody.get("/v1/cases", Accept_Language="en").json["title"], "Not authenticated")
        self.assertEqual(self.service.anybody.get("/v1/cases").json["title"], "Chưa xác thực")

    def test_a_sender_that_dawdles_does_not_hold_up_the_others(self):
        host, port = urllib.parse.urlsplit(self.service.listening["api"]).netloc.split(":")
        dawdlers = [socket.create_connection((host, int(port)), timeout=60) for _ in range(50)]
        try:
            for dawdler in dawdlers:
                dawdler.sendall(b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Le")
            self.assertEqual(self.post(minimal()).status, 201)
        finally:
            for dawdler in dawdlers:
                dawdler.close()

    def test_many_requests_on_one_connection(self):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.service.listening["api"]).netloc, timeout=60)
        self.addCleanup(connection.close)
        token = self.service.token("operator", HOTLINE)
        for body, status in ((b"{", 400), (json.dumps(minimal()).encode(), 201), (b"{}", 422)):
            connection.request("POST", "/v1/reports", body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            reply = connection.getresponse()
            reply.read()
            self.assertEqual(reply.status, status)


if __name__ == "__main__":
    unittest.main()
