"""A service whose receivers hang, lie, break off, redirect and refuse: those that work are told at once, nothing is lost,
and in the end every message is delivered, has gone another way, or is a task for people."""

import functools
import itertools
import json
import os
import pathlib
import ssl
import tempfile
import threading
import http.server
import unittest

import hostile
from harness import Service, certificate, sample, wait_until

RECOVERY_S = 150  # a circuit is probed each minute
# Answers the service's questions for names from a file of ours, as a name server would that changes its mind.
NAME_SERVER = next(pathlib.Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
SANITIZED = os.environ.get("JOURNEY_SANITIZED", "") != ""  # a sanitizer has to be loaded before all others


class WrongName:
    """Speaks TLS with a certificate for somebody else."""

    def __init__(self, folder):
        chain, key = certificate(folder, "somebody.else.test")
        self.authority = chain
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        taken = self.taken = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                taken.append(self.path)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # the sender does not go on

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        # "localhost" is not among the names of the certificate, its address is.
        self.url = f"https://localhost:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Hostile(unittest.TestCase):
    def setUp(self):
        self.service = Service(LACHAN_DELIVERY_TOTAL_TIMEOUT_SECONDS="2", LACHAN_DELIVERY_CONNECT_TIMEOUT_SECONDS="1")
        self.addCleanup(self.service.close)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    @property
    def admin(self):
        return self.service.caller("admin", "so-y-te-12")

    def owed(self, case, agency):
        return [each for each in self.service.supervisor.all(f"/v1/cases/{case}/notifications") if each["agency"] == agency]

    def failures(self, case, agency):
        """What our tries came to: the word for a failure, or the status."""
        return {attempt["failure"] or attempt["status"] for each in self.owed(case, agency) for attempt in each["attempts"]}

    def test_who_is_slow_or_breaks_off_keeps_nobody_waiting_and_is_told_in_the_end(self):
        self.misbehave({hostile.slow_head: "timeout", hostile.hang: "timeout", hostile.reset: "reset",
                        hostile.garbage: "protocol"})

    def test_who_refuses_or_sends_away_keeps_nobody_waiting_and_is_told_in_the_end(self):
        trap = hostile.Trap()
        self.addCleanup(trap.close)
        moved = functools.partial(hostile.moved, to=f"http://127.0.0.1:{trap.port}/")
        self.misbehave({moved: 301, hostile.busy: 429, hostile.gone: 410, hostile.broken: 500})
        self.assertEqual(trap.caught, 0, "a redirection was followed")

    def misbehave(self, scripts):
        """Some receivers follow a script, and get well again; `scripts` says what a try at each comes to."""
        agencies = self.service.agencies
        self.service.start()
        told = sorted({each["agency"] for each in self.service.file(sample(4))["notified"]})
        self.assertGreater(len(told), len(scripts), "some have to be left who are well")
        wait_until(lambda: all(self.owed_is(agency, {"delivered"}) for agency in told), "everybody to be told once")
        bad = dict(zip(told, scripts))
        good = set(told) - set(bad)
        agencies.takes_over.update(bad)

        case = self.service.file(sample(4))["case"]
        agencies.wait_for(lambda a: good <= {m.agency for m in a.taken(case)}, "those who are well to be told", limit=10)
        for agency, script in bad.items():
            wait_until(lambda: self.failures(case, agency), f"a try at {agency}")
            self.assertEqual(self.failures(case, agency), {scripts[script]}, agency)
        gone = [agency for agency, script in bad.items() if script is hostile.gone]
        for agency in gone:
            wait_until(lambda: self.owed_is(agency, {"human_task"}, case), "what nobody takes to become a task")
        for agency in set(bad) - set(gone):
            self.assertTrue(self.owed_is(agency, {"scheduled"}, case), agency)
        checked = self.service.command("check", "invariants", "--config", self.service.config)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

        agencies.takes_over.clear()
        for agency in gone:
            channel = self.admin.all(f"/v1/agencies/{agency}/endpoints")[0]["id"]
            resumed = self.admin.post(f"/v1/agencies/{agency}/endpoints/{channel}/resumption", {})
            self.assertEqual(resumed.status, 200, resumed)
        for agency in bad:
            wait_until(lambda: self.owed_is(agency, {"delivered"}, case), f"{agency} to be told after all", RECOVERY_S)

    def owed_is(self, agency, states, case=None):
        path = f"/v1/notifications?agency={agency}"
        return all(each["state"] in states for each in self.service.supervisor.all(path)
                   if case is None or each["notification"].startswith(case))

    def test_who_says_yes_without_listening_or_goes_on_talking_has_taken_it(self):
        self.service.start()
        told = sorted({each["agency"] for each in self.service.file(sample(4))["notified"]})
        self.service.agencies.takes_over.update({told[0]: hostile.unread, told[1]: hostile.slow_body})
        case = self.service.file(sample(4))["case"]
        for agency in told[:2]:
            wait_until(lambda: self.owed_is(agency, {"delivered"}, case), f"{agency}'s yes to count")
            self.assertEqual(self.failures(case, agency), {200})

    def test_a_certificate_for_somebody_else_is_not_trusted(self):
        other = WrongName(pathlib.Path(self.folder.name))
        self.addCleanup(other.close)
        self.configure("egress", ca_file=str(other.authority))
        self.service.start()
        agency = "ubnd-03388"
        made = self.admin.post(f"/v1/agencies/{agency}/endpoints", {"url": other.url})
        self.assertEqual(made.status, 201, made)
        pinged = self.admin.post(f"/v1/agencies/{agency}/endpoints/{made.json['id']}/ping", {})
        self.assertEqual((pinged.json["delivered"], pinged.json["failure"]), (False, "tls"))
        self.assertEqual(other.taken, [])

    @unittest.skipIf(NAME_SERVER is None or SANITIZED, "libnss-wrapper is not there, or a sanitizer has to be loaded before it")
    def test_a_name_that_turns_inward_later_is_not_followed(self):
        agency = "ubnd-03388"
        port = self.service.agencies.port
        self.service.agencies.hangs_up = True  # a name is asked for at each new connection
        hosts = pathlib.Path(self.folder.name) / "hosts"
        trap = hostile.Trap("127.0.0.9", port)
        self.addCleanup(trap.close)
        turns = itertools.count(1)

        def now_means(address):
            hosts.write_text(f"{address} commune.test\n")
            turn = next(turns)
            os.utime(hosts, (turn, turn))  # is read again where its time is another one

        now_means("127.0.0.1")
        self.configure("egress", allow_cidrs=["127.0.0.1/32"])
        self.service.settings.update(LD_PRELOAD=str(NAME_SERVER), NSS_WRAPPER_HOSTS=str(hosts))
        self.service.start()
        channels = f"/v1/agencies/{agency}/endpoints"
        former = self.admin.all(channels)[0]["id"]
        made = self.admin.post(channels, {"url": f"http://commune.test:{port}/{agency}"})
        self.assertEqual(made.status, 201, made)
        channel = made.json["id"]
        self.service.agencies.secrets[agency] = made.json["secret"]
        self.assertTrue(self.admin.post(f"{channels}/{channel}/ping", {}).json["delivered"])
        self.assertEqual(self.admin.post(f"{channels}/{former}/suspension", {"reason": "thay kênh"}).status, 200)

        now_means("127.0.0.9")
        pinged = self.admin.post(f"{channels}/{channel}/ping", {}).json
        self.assertEqual((pinged["delivered"], pinged["failure"]), (False, "egress_denied"))
        case = self.service.file(sample(4))["case"]
        wait_until(lambda: self.failures(case, agency), "a try at the name that turned inward")
        self.assertEqual(self.failures(case, agency), {"egress_denied"})
        self.assertTrue(self.owed_is(agency, {"scheduled"}, case))

        now_means("127.0.0.1")
        wait_until(lambda: self.owed_is(agency, {"delivered"}, case), "the agency to be told after all", RECOVERY_S)
        self.assertEqual(trap.caught, 0)

    def configure(self, part, **settings):
        file = self.service.folder / "lachan.json"
        document = json.loads(file.read_text())
        document[part].update(settings)
        file.write_text(json.dumps(document))


if __name__ == "__main__":
    unittest.main()
