"""How fast messages leave: as many as there are to four receivers, beside a bare sender; and how soon after its commit each
has its first try while reports come in at a set rate, beside the same at a tenth of it.

    webhooks.py [--smoke] [--rounds N] [--reports N] [--seconds S] [--rates 1000,750,…] [--json FILE]

The bare sender posts one message, as it came from the service, again and again over one kept-alive connection to each of the
same receivers: no database, no signature, nothing noted. Receivers are programs of their own and answer at once. The second
part takes the first of the rates at which messages keep up: a second after the last report all had their first try.
"""

import argparse
import json
import os
import pathlib
import sqlite3
import statistics
import sys
import tempfile
import time

import servers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import figures  # noqa: E402

RECEIVERS = 4
CONNECTIONS = 32
MOST = 2_000_000
DRAIN_LIMIT_S = 240
KEPT_UP_S = 1
ENOUGH = 0.97  # of the reports that were due; the generator leaves the first out, and the last may be under way
BASELINE = 10  # a tenth of the rate: next to nothing waits for anything else
RATES = "1000,750,500,350,250,175,125,90,60,40,25"


def cpu_us(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1e6 / os.sysconf("SC_CLK_TCK")


def wait_until(condition, limit):
    """Whether it came true within so many seconds."""
    give_up = time.monotonic() + limit
    while not condition():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


class Sinks:
    """Four receivers; in the place of harness.Agencies. All agencies are at the first until `Backlog` says otherwise."""

    def __init__(self):
        self.each = [servers.Sink() for _ in range(RECEIVERS)]
        self.url = self.each[0].url
        self.secrets = {}

    def close(self):
        for sink in self.each:
            sink.close()


def message_as_sent(folder):
    """A file with one webhook as the service sends it, for the bare sender."""
    with servers.harness.Service() as service:
        filing = service.file(servers.harness.sample(4))
        case, owed = filing["case"], len({each["agency"] for each in filing["notified"]})
        service.agencies.wait_for(lambda agencies: len(agencies.taken(case=case)) >= owed, "messages")
        sent = sorted(service.agencies.taken(case=case), key=lambda each: len(each.body))
        message = sent[len(sent) // 2]  # of middling length
    head = [f"POST /{message.agency} HTTP/1.1", *(f"{name}: {value}" for name, value in message.headers.items())]
    path = folder / "message.http"
    path.write_bytes(("\r\n".join(head) + "\r\n\r\n").encode() + message.body)
    return path, len(message.body)


class Backlog:
    """A service whose messages to four agencies are held back, and then sent as fast as it can."""

    def __init__(self, reports):
        self.reports = reports
        self.sinks = Sinks()
        self.lachan = servers.Lachan(receivers=self.sinks)
        self.lachan.stop()

    def fill(self, seed):
        """Takes reports in of one commune, so that the same agencies are told of all; says who the four are."""
        self.lachan.webhooks = False
        self.lachan.start()
        servers.load(self.lachan, CONNECTIONS, DRAIN_LIMIT_S, 0, self.reports, seed=seed, areas=servers.communes()[:1])
        self.lachan.stop()
        owed = servers.read(self.lachan.database, "SELECT endpoint, count(*) FROM notification WHERE state = 0 GROUP BY endpoint "
                                                  "ORDER BY count(*) DESC, endpoint LIMIT ?", RECEIVERS)
        return [endpoint for endpoint, _ in owed]

    def release(self, four):
        """Each of the four endpoints gets a receiver of its own, and is due. The others stay as they are held."""
        with sqlite3.connect(self.lachan.database) as database:
            for endpoint, sink in zip(four, self.sinks.each):
                database.execute("UPDATE endpoint SET address = ?, leased_until_ms = NULL, next_at_ms = ? WHERE endpoint_id = ?",
                                 (sink.url, int(time.time() * 1000), endpoint))
        database.close()

    def deliver(self, seed):
        """Messages a second, and the service's CPU for each."""
        four = self.fill(seed)
        self.release(four)
        marks = ", ".join("?" * len(four))
        before = int(time.time() * 1000)
        self.lachan.webhooks = True
        self.lachan.start()
        waiting = f"SELECT count(*) FROM notification WHERE state = 0 AND endpoint IN ({marks})"
        spent = cpu_us(self.lachan.pid)
        if not wait_until(lambda: servers.read(self.lachan.database, waiting, *four)[0][0] == 0, DRAIN_LIMIT_S):
            raise RuntimeError("the messages do not come to an end")
        spent = cpu_us(self.lachan.pid) - spent
        self.lachan.stop()
        count, first, last = servers.read(
            self.lachan.database, "SELECT count(*), min(attempt.at_ms), max(delivered_ms) FROM notification JOIN attempt "
            f"USING (case_no, ordinal) WHERE at_ms >= ? AND notification.endpoint IN ({marks})", before, *four)[0]
        return {"messages": count, "per_second": count / max(last - first, 1) * 1000, "cpu_us": spent / count}

    def close(self):
        self.lachan.close()


class BareSender:
    """What bench_load is to know of a server, for posting to four of them."""

    token = "none"

    def __init__(self, sinks):
        self.port = ",".join(str(sink.port) for sink in sinks.each)
        self.pid = sinks.each[0].pid


def throughput(options, message):
    backlog = Backlog(options.reports)
    try:
        rounds = []
        for turn in range(options.rounds):
            found = {}
            for name in ("lachan", "bare") if turn % 2 == 0 else ("bare", "lachan"):
                if name == "lachan":
                    found[name] = backlog.deliver(turn + 1)
                else:
                    found[name] = servers.load(BareSender(backlog.sinks), RECEIVERS, options.seconds, 0.2, MOST, message)
            rounds.append(found)
    finally:
        backlog.close()

    def middle(program, name):
        return statistics.median(found[program][name] for found in rounds)
    return {"receivers": RECEIVERS, "rounds": len(rounds), "messages_in_a_round": middle("lachan", "messages"),
            "per_second": round(middle("lachan", "per_second")), "cpu_us": round(middle("lachan", "cpu_us")),
            "bare_per_second": round(middle("bare", "per_second")), "bare_cpu_us": round(middle("bare", "client_cpu_us")),
            "of_bare": round(statistics.median(f["lachan"]["per_second"] / f["bare"]["per_second"] for f in rounds), 3)}


class AtRate:
    """A service that takes reports at a set rate, from all over the province, and tells everybody."""

    def __init__(self, options):
        self.options = options
        self.lachan = servers.Lachan(webhooks=True)

    def _all_tried(self):
        return not servers.read(self.lachan.database, "SELECT 1 FROM notification WHERE state = 0 AND attempts = 0 LIMIT 1")

    def run(self, rate, seed):
        begun = int(time.time() * 1000)
        found = servers.load(self.lachan, CONNECTIONS, self.options.seconds, 0, MOST, seed=seed, rate=rate)
        ended = int(time.time() * 1000)
        kept_up = wait_until(self._all_tried, KEPT_UP_S)
        if not wait_until(self._all_tried, DRAIN_LIMIT_S):
            raise RuntimeError("some messages are never tried")
        waits = servers.first_tries_ms(self.lachan.database, begun, ended)
        busiest = servers.read(self.lachan.database, "SELECT count(*) FROM notification WHERE created_ms BETWEEN ? AND ? "
                                                     "GROUP BY endpoint ORDER BY 1 DESC LIMIT 1", begun, ended)[0][0]
        return {"asked_per_second": rate, "taken_per_second": found["per_second"], "messages": len(waits[servers.EVERY]),
                "busiest_endpoint_per_second": round(busiest * 1000 / (ended - begun)),
                "kept_up": kept_up and found["requests"] >= ENOUGH * rate * self.options.seconds - 2,
                "waits": {name: servers.p50_p99(each) for name, each in waits.items()}}

    def close(self):
        self.lachan.close()


def said_of(run):
    waits = "; ".join(f"{name} p50 {each['p50_ms']:.0f} ms, p99 {each['p99_ms']:.0f} ms" for name, each in run["waits"].items())
    return (f"{run['asked_per_second']:.0f} reports/s asked, {run['taken_per_second']:.0f}/s taken, {run['messages']} messages, "
            f"{run['busiest_endpoint_per_second']}/s for the agency that is told most, one after the other, "
            f"{'kept up' if run['kept_up'] else 'did not keep up'}: {waits}")


def middle_of(runs):
    return {**runs[0], "taken_per_second": statistics.median(run["taken_per_second"] for run in runs),
            "messages": sum(run["messages"] for run in runs),
            "busiest_endpoint_per_second": statistics.median(run["busiest_endpoint_per_second"] for run in runs),
            "kept_up": all(run["kept_up"] for run in runs),
            "waits": {name: {mark: statistics.median(run["waits"][name][mark] for run in runs) for mark in ("p50_ms", "p99_ms")}
                      for name in (servers.EVERY, servers.FIRST)}}


def under_load(options):
    service = AtRate(options)
    try:
        tried = []
        for rate in options.rates:
            tried.append(service.run(rate, len(tried) + 1))
            print(f"    {said_of(tried[-1])}", flush=True)
            if tried[-1]["kept_up"]:
                break
        rate = tried[-1]["asked_per_second"]
        runs = {rate: [], rate / BASELINE: []}
        for turn in range(options.rounds):
            for each in (rate, rate / BASELINE) if turn % 2 == 0 else (rate / BASELINE, rate):
                runs[each].append(service.run(each, 100 + turn))
    finally:
        service.close()
    loaded, quiet = middle_of(runs[rate]), middle_of(runs[rate / BASELINE])
    return {"tried": tried, "rounds": options.rounds, "loaded": loaded, "quiet": quiet}


def judge(load):
    targets = figures.Targets()
    loaded = load["loaded"]
    rate = loaded["asked_per_second"]
    targets.at_least(1000, rate if loaded["kept_up"] else 0, "reports/s at which messages keep up")
    for name, waits in loaded["waits"].items():
        targets.at_most(2, waits["p50_ms"], f"ms from commit to first try, median of {name} at {rate:.0f} reports/s")
        targets.at_most(50, waits["p99_ms"], f"ms from commit to first try, p99 of {name} at {rate:.0f} reports/s")
    return targets.kept


def options_of():
    parser = argparse.ArgumentParser(description="Messages a second, and how soon they leave.")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reports", type=int, default=1500, help="in a backlog")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rates", default=RATES)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if options.smoke:
        options.rounds, options.reports, options.seconds, options.rates = 1, 20, 0.5, "20"
    options.rates = [float(rate) for rate in options.rates.split(",")]
    return options


def main():
    options = options_of()
    with tempfile.TemporaryDirectory(prefix="lachan-bench-") as folder:
        message, size = message_as_sent(pathlib.Path(folder))
        sent = throughput(options, message)
    print(f"a backlog to {RECEIVERS} receivers, bodies of {size} bytes: {sent['per_second']} messages/s, CPU {sent['cpu_us']} us each; "
          f"a bare sender {sent['bare_per_second']}/s, CPU {sent['bare_cpu_us']} us; {sent['of_bare']:.2f} of its throughput "
          f"(medians of {sent['rounds']} alternating rounds)", flush=True)
    print("from the commit of a message's cause (its sync included) to the first try, while reports come in:")
    load = under_load(options)
    print(f"  medians of {load['rounds']} alternating rounds of {options.seconds:g} s:")
    for name in ("loaded", "quiet"):
        print(f"    {said_of(load[name])}")
    targets = judge(load)
    if options.json:
        options.json.write_text(json.dumps({"throughput": {**sent, "body_bytes": size}, "commit_to_first_try": load,
                                            "targets": targets}, indent=1))


if __name__ == "__main__":
    main()
