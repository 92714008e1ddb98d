"""How soon agencies hear of a report, on an idle system, and how much receivers that misbehave cost those that do not.

    delivery_bench.py [--smoke] [--rounds N] [--reports N] [--json FILE]

The running program with real sockets and a real disk. Idle: beside the floor program, which writes the same rows for a report,
and a sender that posts one message to the same receiver when it has answered. Times run from before the report is sent, so
they hold taking it in and its syncs; what is asked for (from the commit to the first try) is less, and read from the record.

Misbehaving: four of the receivers that are told of a report live in a process of their own. In one service they answer, in
one they drip, hang, reset and fail, and in one they get nothing. The others do the same work in all three, in this process.
"""

import argparse
import http.client
import json
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "intake"), str(HERE.parents[1] / "journeys")]

import figures  # noqa: E402
import hostile  # noqa: E402
import run  # noqa: E402
import servers  # noqa: E402
from harness import Agencies, Service, sample  # noqa: E402

PAUSE_S = 0.1
SCRIPTS = [hostile.slow_head, hostile.hang, hostile.reset, hostile.broken]
QUIET, WORKING, TROUBLED = "get nothing", "answer", "misbehave"


class TimedAgencies(Agencies):
    """Notes when each message came."""

    def __init__(self):
        super().__init__()
        self.came = {}

    def _take(self, message):
        self.came.setdefault((message.case, message.agency), time.monotonic())
        return super()._take(message)


def one(service, among):
    """Sends a report; seconds until each of the agencies was told."""
    begun = time.monotonic()
    filing = service.file(sample(4), Idempotency_Key=str(uuid.uuid4()))
    owed = {each["agency"] for each in filing["notified"]} & among
    came = service.agencies.came
    service.agencies.wait_for(lambda _: all((filing["case"], agency) in came for agency in owed), "all to be told")
    return [came[filing["case"], agency] - begun for agency in owed]


def told_of(service):
    return sorted({each["agency"] for each in service.file(sample(4))["notified"]})


class FloorAndPost:
    """The floor program, and one message posted when it has answered: what telling somebody of a report costs at the least."""

    def __init__(self, shape, receiver):
        self.floor = servers.Floor(shape)
        self.receiver = receiver
        self.message = json.dumps({"type": "vn.lachan.case.opened.v1", "data": {"case": "none"}, "padding": "x" * 350}).encode()
        self.calls = {port: http.client.HTTPConnection("127.0.0.1", port) for port in (self.floor.port, receiver.port)}

    def _post(self, port, path, body):
        self.calls[port].request("POST", path, body, {"Content-Type": "application/json"})
        answer = self.calls[port].getresponse()
        answer.read()
        return answer.status

    def one(self):
        """Seconds until the receiver was told."""
        case = str(uuid.uuid4())
        begun = time.monotonic()
        if self._post(self.floor.port, "/v1/reports", json.dumps(sample(4)).encode()) != 201:
            raise RuntimeError("the floor did not take the report")
        self._post(self.receiver.port, "/bare", self.message.replace(b'"none"', json.dumps(case).encode()))
        return self.receiver.came[case, "bare"] - begun

    def close(self):
        for call in self.calls.values():
            call.close()
        self.floor.close()


def idle(options, shape):
    waits, bare = [], []
    with Service(TimedAgencies()) as service:
        among = set(told_of(service))
        one(service, among)
        floor = FloorAndPost(shape, service.agencies)
        floor.one()
        since = int(time.time() * 1000)
        try:
            for turn in range(options.rounds):
                for lachan in (turn % 2 == 0, turn % 2 != 0):
                    (waits if lachan else bare).append([])
                    for _ in range(options.reports):
                        time.sleep(PAUSE_S)  # what came of the tries is written meanwhile: the system is idle again
                        if lachan:
                            waits[-1] += one(service, among)
                        else:
                            bare[-1].append(floor.one())
            tries = servers.first_tries_ms(service.folder / "data" / "lachan.sqlite3", since)
        finally:
            floor.close()

    def middle(rounds, share):
        return round(1000 * statistics.median(servers.percentile(each, share) for each in rounds), 2)
    found = {"rounds": options.rounds, "reports_in_a_round": options.reports,
             "report_to_message_ms": {"p50": middle(waits, 0.5), "p99": middle(waits, 0.99)},
             "floor_and_post_ms": {"p50": middle(bare, 0.5), "p99": middle(bare, 0.99)},
             "of_floor_p50": round(statistics.median(servers.percentile(a, 0.5) / servers.percentile(b, 0.5)
                                                     for a, b in zip(waits, bare)), 2),
             "messages": len(tries[servers.EVERY]),
             "commit_to_first_try": {name: servers.p50_p99(each) for name, each in tries.items()}}
    told, floor_ms = found["report_to_message_ms"], found["floor_and_post_ms"]
    print(f"idle, {options.rounds} alternating rounds of {options.reports} reports one by one, medians: from before the report is "
          f"sent until an agency has its first message p50 {told['p50']:.1f} ms, p99 {told['p99']:.1f} ms; floor program and a post p50 "
          f"{floor_ms['p50']:.1f} ms, p99 {floor_ms['p99']:.1f} ms; ratio {found['of_floor_p50']:.2f}")
    for name, waits in found["commit_to_first_try"].items():
        print(f"    from the commit of its cause (its sync included) to the first try, {name}: p50 {waits['p50_ms']} ms, "
              f"p99 {waits['p99_ms']} ms")
    return found


class Elsewhere:
    """Receivers in a process of their own: this file, run with --receivers and what each agency's does."""

    def __init__(self, scripts):
        words = [f"{agency}={script}" for agency, script in scripts.items()]
        self.process = subprocess.Popen([sys.executable, HERE, "--receivers", *words], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def serve_receivers(words):
    """`hang` and so on are of hostile.py; `answer` takes the message."""
    threading.stack_size(512 * 1024)
    agencies = Agencies()
    for agency, script in (word.split("=") for word in words):
        if script != "answer":
            agencies.takes_over[agency] = getattr(hostile, script)
    print(agencies.port, flush=True)
    threading.Event().wait()


class Healthy:
    """A service whose healthy agencies are here, and the four others elsewhere, or called by nobody."""

    def __init__(self, four, elsewhere):
        self.service = Service(TimedAgencies())
        with sqlite3.connect(self.service.folder / "data" / "lachan.sqlite3") as database:
            for agency in four if elsewhere else []:
                database.execute("UPDATE endpoint SET address = ? WHERE agency = ?", (f"{elsewhere.url}/{agency}", agency))
        database.close()
        self.service.start()
        if elsewhere is None:
            told_of(self.service)  # leases are taken back at the start: by now that is over
            self._hold(four)

    def _hold(self, four):
        with sqlite3.connect(self.service.folder / "data" / "lachan.sqlite3", timeout=servers.START_LIMIT_S) as database:
            for agency in four:
                database.execute("UPDATE endpoint SET leased_until_ms = ?, next_at_ms = ? WHERE agency = ?",
                                 (servers.FAR_MS, servers.FAR_MS // 4, agency))
        database.close()

    def close(self):
        self.service.close()


def beside_hostile(options):
    with Service(TimedAgencies()) as service:
        told = told_of(service)
    bad = {agency: script.__name__ for agency, script in zip(told, SCRIPTS)}
    good = set(told) - set(bad)
    elsewhere = {QUIET: None, WORKING: Elsewhere({agency: "answer" for agency in bad}), TROUBLED: Elsewhere(bad)}
    services, medians = {}, {name: [] for name in elsewhere}
    try:
        services = {name: Healthy(bad, receivers) for name, receivers in elsewhere.items()}
        for each in services.values():
            one(each.service, good)
        for turn in range(options.rounds):
            names = list(services)
            for name in names[turn % 3:] + names[:turn % 3]:
                waits = [wait for _ in range(options.reports) for wait in one(services[name].service, good)]
                medians[name].append(statistics.median(waits) * 1000)
    finally:
        for each in [*services.values(), *filter(None, elsewhere.values())]:
            each.close()
    found = {"rounds": options.rounds, "reports_in_a_round": options.reports, "receivers": len(told), "misbehaving": len(bad),
             "median_ms": {name: round(statistics.median(each), 2) for name, each in medians.items()}}
    for name in (QUIET, WORKING):
        found[f"of_those_that_{name.replace(' ', '_')}"] = round(
            statistics.median(a / b for a, b in zip(medians[TROUBLED], medians[name])), 3)
    print(f"{len(bad)} of {len(told)} receivers misbehave, {options.rounds} alternating rounds of {options.reports} reports: medians "
          f"until the other {len(good)} are told, where the {len(bad)} " +
          ", ".join(f"{name} {found['median_ms'][name]:.1f} ms" for name in medians))
    return found


def options_of():
    parser = argparse.ArgumentParser(description="How soon agencies hear of a report.")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--reports", type=int, default=30, help="in a round")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if options.smoke:
        options.rounds, options.reports = 1, 2
    return options


def main():
    options = options_of()
    threading.stack_size(512 * 1024)
    with tempfile.TemporaryDirectory(prefix="lachan-bench-") as folder:
        shape, _ = run.sampled_shape(pathlib.Path(folder))
        results = {"idle": idle(options, shape)}
    results["misbehaving"] = beside_hostile(options)
    targets = figures.Targets()
    for name, waits in results["idle"]["commit_to_first_try"].items():
        targets.at_most(2, waits["p50_ms"], f"ms from commit to first try, median of {name}, idle")
        targets.at_most(50, waits["p99_ms"], f"ms from commit to first try, p99 of {name}, idle")
    for name in (QUIET, WORKING):
        targets.at_most(1.2, results["misbehaving"][f"of_those_that_{name.replace(' ', '_')}"],
                        f"median of the healthy where others misbehave, beside where these {name}")
    if options.json:
        options.json.write_text(json.dumps({**results, "targets": targets.kept}, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--receivers"]:
        serve_receivers(sys.argv[2:])
    else:
        main()
