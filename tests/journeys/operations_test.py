"""What those who run the service see: the heartbeat that somebody outside hears, and the figures."""

import http.server
import json
import re
import threading
import unittest

from harness import Service, sample, wait_until


class Listener:
    """Somebody outside who hears the heart beat."""

    def __init__(self):
        self.beats = []
        self.status = 200
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                listener.beats.append(self.path)
                self.send_response(listener.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/beat/a-secret-path"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Operations(unittest.TestCase):
    def setUp(self):
        self.listener = Listener()
        self.addCleanup(self.listener.close)
        self.service = Service()
        self.addCleanup(self.service.close)

    def beat_to(self, url):
        document = json.loads((self.service.folder / "lachan.json").read_text())
        document["heartbeat"] = {"url": url}
        (self.service.folder / "lachan.json").write_text(json.dumps(document))

    def figures(self):
        """The metrics as a table of series and value."""
        reply = self.service.operations.get("/metrics")
        self.assertEqual(reply.status, 200)
        lines = re.findall(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", reply.text, re.MULTILINE)
        return {series: float(value) for series, value in lines}

    def test_what_is_only_read_says_so_to_whoever_would_change_it(self):
        self.service.start()
        for path in ("/livez", "/readyz", "/metrics"):
            with self.subTest(path=path):
                refused = self.service.operations.post(path, {})
                self.assertEqual((refused.status, refused.headers.get("allow")), (405, "GET, HEAD"), refused)
                self.assertEqual(self.service.operations.call("HEAD", path).status, 200)
        self.assertEqual(self.service.operations.post("/nowhere", {}).status, 404)

    def test_somebody_outside_hears_that_the_service_is_well(self):
        self.beat_to(self.listener.url)
        self.service.start()
        wait_until(lambda: self.listener.beats, "the first beat")
        self.assertEqual(self.listener.beats[0], "/beat/a-secret-path")
        wait_until(lambda: self.figures().get('lachan_heartbeats_total{outcome="sent"}') == 1, "the beat to be counted")
        self.assertNotIn("heartbeat.missed", self.service.log.read_text())
        self.assertNotIn("a-secret-path", self.service.log.read_text())

    def test_a_beat_that_nobody_takes_is_no_beat(self):
        self.listener.status = 500
        self.beat_to(self.listener.url)
        self.service.start()
        wait_until(lambda: self.figures().get('lachan_heartbeats_total{outcome="not_taken"}', 0) >= 1, "the beat to be counted")
        self.assertIn("heartbeat.missed", self.service.log.read_text())

    def test_the_heartbeat_goes_nowhere_that_messages_may_not_go(self):
        document = json.loads((self.service.folder / "lachan.json").read_text())
        document["egress"]["allow_cidrs"] = []
        (self.service.folder / "lachan.json").write_text(json.dumps(document))
        self.beat_to(self.listener.url)
        self.service.start()
        wait_until(lambda: self.figures().get('lachan_heartbeats_total{outcome="not_taken"}', 0) >= 1, "the beat to be refused")
        self.assertEqual(self.listener.beats, [])

    def test_the_figures_tell_how_delivery_stands(self):
        agencies = self.service.agencies
        deaf = "ubnd-03388"
        agencies.answer = lambda message: 500 if message.agency == deaf else 204
        self.service.start()
        filing = self.service.file(sample(4))
        others = {each["agency"] for each in filing["notified"]} - {deaf}
        agencies.wait_for(lambda a: others <= {m.agency for m in a.taken(filing["case"])}, "the others to be told")
        wait_until(lambda: self.figures().get('lachan_attempts_total{channel="webhook",outcome="retry"}', 0) >= 5,
                   "five failures")
        now = wait_until(lambda: (f := self.figures())["lachan_circuits_open"] == 1 and f, "the circuit to open")
        delivered = now['lachan_attempts_total{channel="webhook",outcome="delivered"}']
        self.assertGreaterEqual(delivered, len(others))
        self.assertGreaterEqual(now["lachan_first_attempt_seconds_count"], len(others))
        self.assertGreater(now['lachan_outbox_pending{urgency="emergency"}'], 0)
        self.assertGreater(now["lachan_outbox_oldest_age_seconds"], 0)
        self.assertEqual(now["lachan_human_tasks"], 0)
        self.assertEqual(now["lachan_writer_queue"], 0)
        self.assertEqual(now["lachan_open_without_next_action"], 0)
        self.assertGreater(now["lachan_audit_last_seq"], 0)
        told = {series for series in now if series.startswith("lachan_delivery_last_success_timestamp_seconds")}
        self.assertEqual(told, {f'lachan_delivery_last_success_timestamp_seconds{{agency="{each}"}}' for each in others})
        self.assertTrue(any(series.startswith('http_server_request_duration_seconds_count{route="/v1/reports"') for series in now))
        text = self.service.operations.get("/metrics").text
        self.assertNotIn(filing["case"], text)


if __name__ == "__main__":
    unittest.main()
