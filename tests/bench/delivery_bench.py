"""How soon agencies hear of a report, on an idle system, and how much receivers that misbehave cost those that do not.

The running program with real sockets and a real disk; python's own receivers stand for the agencies. Times run from
before the report is sent, so they hold taking it in and its sync as well: what is asked for (from the commit to the
first try) is less. --smoke only shows that it runs.
"""

import pathlib
import re
import statistics
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "journeys"))

import hostile  # noqa: E402
from harness import Agencies, Service, sample  # noqa: E402

PAUSE_S = 0.1
SCRIPTS = [hostile.slow_head, hostile.hang, hostile.reset, hostile.broken]


class TimedAgencies(Agencies):
    """Notes when each message came."""

    def __init__(self):
        super().__init__()
        self.came = {}

    def _take(self, message):
        self.came.setdefault((message.case, message.agency), time.monotonic())
        return super()._take(message)


def percentile(values, share):
    return sorted(values)[round(share * (len(values) - 1))] * 1000


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


def first_tries(service):
    """The service's own figures: how many first tries came within each bound of seconds, rising; the last is all."""
    text = service.operations.get("/metrics").text
    found = re.findall(r'lachan_first_attempt_seconds_bucket\{le="([^"]+)"\} (\d+)', text)
    return {float(bound): int(count) for bound, count in found}


def within(before, after, share):
    """The bound, in ms, within which this share of what came between the two looks lies."""
    came = {bound: after[bound] - before[bound] for bound in after}
    return next(bound * 1000 for bound, count in came.items() if count >= share * came[float("inf")])


def idle(reports):
    with Service(TimedAgencies()) as service:
        among = set(told_of(service))
        one(service, among)
        time.sleep(PAUSE_S)
        before = first_tries(service)
        waits = []
        for _ in range(reports):
            waits += one(service, among)
            time.sleep(PAUSE_S)  # what came of the tries is written meanwhile: the system is idle again
        after = first_tries(service)
        bounds = [within(before, after, share) for share in (0.5, 0.99)]
    print(f"idle: {reports} reports one by one, from before the report is sent until an agency has its first message: "
          f"p50 {percentile(waits, 0.5):.1f} ms, p99 {percentile(waits, 0.99):.1f} ms ({len(waits)} agencies told); of all "
          f"messages, which an agency gets one after the other, from the commit to the first try, by the service's own "
          f"figures: p50 within {bounds[0]:.1f} ms, p99 within {bounds[1]:.1f} ms")


def beside_hostile(rounds, reports):
    with Service(TimedAgencies()) as quiet, Service(TimedAgencies()) as troubled:
        told = told_of(troubled)
        told_of(quiet)
        bad = dict(zip(told, SCRIPTS))
        good = set(told) - set(bad)
        troubled.agencies.takes_over.update(bad)
        one(troubled, good)
        ratios = []
        for _ in range(rounds):
            medians = {}
            for name, service in (("quiet", quiet), ("troubled", troubled)):
                medians[name] = statistics.median(wait for _ in range(reports) for wait in one(service, good))
            ratios.append(medians["troubled"] / medians["quiet"])
    print(f"{len(bad)} of {len(told)} receivers misbehave: median until the others are told, beside the same without: "
          f"ratio {statistics.median(ratios):.2f} (median of {rounds} alternating rounds of {reports} reports, "
          f"{min(ratios):.2f} to {max(ratios):.2f}; last medians {medians['troubled'] * 1000:.1f} and "
          f"{medians['quiet'] * 1000:.1f} ms)")


if __name__ == "__main__":
    smoke = "--smoke" in sys.argv[1:]
    threading.stack_size(512 * 1024)
    idle(3 if smoke else 300)
    beside_hostile(1 if smoke else 9, 2 if smoke else 20)
