"""The programs under measurement, each as something to start, load and stop; and the load generator.

Every program gets a folder of its own and a free port on loopback, and is ended by its own process id.
"""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "journeys"))
import harness  # noqa: E402

BUILD = pathlib.Path(os.environ.get("BENCH_BUILD", ROOT / "build" / "release"))
TOOLS = BUILD / "tests"
REQUEST = pathlib.Path(__file__).with_name("report.http")
FAR_MS = 4_102_444_800_000  # 2100-01-01
START_LIMIT_S = 60


def communes():
    """Codes of the communes in force today: reports come from all over the province."""
    areas = json.loads((ROOT / "config" / "directory" / "areas.json").read_text())["areas"]
    return [each["code"] for each in areas
            if each["level"] == "commune" and each["valid_from"] >= "2025-07-01" and "valid_to" not in each]


class Process:
    """A program that prints its port as its first line."""

    def __init__(self, words, cwd=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lachan-bench-"))
        self.process = subprocess.Popen([str(word).replace("FOLDER", str(self.folder)) for word in words],
                                        stdout=subprocess.PIPE, cwd=cwd, text=True)
        self.port = int(self.process.stdout.readline() or self._failed())
        self.pid = self.process.pid

    def _failed(self):
        self.close()
        raise RuntimeError("a program of the benchmark did not start")

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=START_LIMIT_S)
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Floor(Process):
    token = "none"

    def __init__(self, shape):
        super().__init__([TOOLS / "bench_floor", "--database", "FOLDER/floor.db", "--shape", shape])


class FixedDocument(Process):
    """Answers every request with one document."""
    token = "none"

    def __init__(self, path):
        super().__init__([TOOLS / "bench_floor", "--document", path])


class Fastify(Process):
    token = "none"

    def __init__(self, shape, installed):
        super().__init__(["node", installed / "server.mjs", "FOLDER/fastify.db", shape])


class Sink(FixedDocument):
    """Takes every webhook at once; in the place of harness.Agencies."""

    def __init__(self):
        self._answer = tempfile.NamedTemporaryFile(suffix=".json")
        super().__init__(self._answer.name)
        self.url = f"http://127.0.0.1:{self.port}"
        self.secrets = {}


class Nowhere:
    """Agencies that are never called: see `Lachan`."""
    url = "http://127.0.0.1:65535"

    def close(self):
        pass


class Lachan:
    """The real binary. Without webhooks every endpoint seems to be in use: what is owed is written, nothing is sent."""

    def __init__(self, webhooks=False, receivers=None, **settings):
        """`receivers`: in the place of harness.Agencies."""
        harness.BINARY = str(os.environ.get("BENCH_LACHAN", BUILD / "lachan"))
        # The benchmark comes from one key and one address; limits against a client gone wild are not what is measured.
        settings = {"LACHAN_LIMITS_REQUESTS_PER_SECOND": "100000", "LACHAN_LIMITS_BURST": "1000000",
                    "LACHAN_LIMITS_STATUS_PER_MINUTE": "1000000", "LACHAN_API_MAX_CONNECTIONS_PER_ADDRESS": "900",
                    "LACHAN_LOG_LEVEL": "error", **settings}
        self.service = harness.Service(receivers or (Sink() if webhooks else Nowhere()), **settings)
        self.database = self.service.folder / "data" / "lachan.sqlite3"
        self.token = self.service.token("operator", harness.HOTLINE)
        self.webhooks = webhooks
        self.start()

    def start(self):
        """Seconds until it listened."""
        begun = time.monotonic()
        self.service.start()
        took = time.monotonic() - begun
        self.pid = self.service.process.pid
        self.port = int(self.service.listening["api"].rsplit(":", 1)[1])
        if not self.webhooks:
            self._hold_endpoints()
        return took

    def _hold_endpoints(self):
        """Leases them all for good. At its start the service takes leases back, so that has to be over: its first look at
        the outbox is done once a report is in."""
        self.service.file(harness.sample(1))
        with sqlite3.connect(self.database, timeout=START_LIMIT_S) as database:
            database.execute("UPDATE endpoint SET leased_until_ms = ?, next_at_ms = ?", (FAR_MS, FAR_MS // 4))
        database.close()

    def stop(self):
        """Asks it to end: then all of the log is in the database."""
        self.service.terminate()

    def close(self):
        self.service.close()


def load(server, connections, seconds, warmup, most, request=REQUEST, seed=1, picks=None, rate=0, areas=None):
    """Runs the load generator once; what it measured. `picks`: a file of lines for {{pick}}; `rate`: requests a second;
    `areas`: codes for {{area}}, otherwise all communes."""
    with tempfile.TemporaryDirectory() as folder:
        places = pathlib.Path(folder) / "areas"
        places.write_text("\n".join(areas or communes()) + "\n")
        filled = pathlib.Path(folder) / "request"
        filled.write_bytes(request.read_bytes().replace(b"{{token}}", server.token.encode()))
        words = [TOOLS / "bench_load", "--port", server.port, "--pid", server.pid, "--connections", connections, "--seconds",
                 seconds, "--warmup", warmup, "--max", most, "--request", filled, "--areas", places, "--seed", seed, "--rate", rate]
        words += ["--picks", picks] if picks else []
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                              timeout=seconds + warmup + START_LIMIT_S)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


EVERY, FIRST = "every message", "the first of each report"


def read(database, sql, *values):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=START_LIMIT_S)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def first_tries_ms(database, since, until=FAR_MS):
    """From the commit of a message's cause to its first try, for those of that time. The cause's time is taken in its unit of
    work, so the sync of its own commit is in; an agency gets its messages one after the other."""
    rows = read(database, "SELECT case_no, at_ms - created_ms FROM notification JOIN attempt USING (case_no, ordinal) "
                          "WHERE number = 1 AND created_ms BETWEEN ? AND ?", since, until)
    first = {}
    for case, waited in rows:
        first[case] = min(waited, first.get(case, waited))
    return {EVERY: [waited for _, waited in rows], FIRST: list(first.values())}


def percentile(values, share):
    return sorted(values)[round(share * (len(values) - 1))]


def p50_p99(values):
    return {"p50_ms": percentile(values, 0.5), "p99_ms": percentile(values, 0.99)}


def memory_mib(pid):
    """(now, at most so far) of a process's resident memory."""
    lines = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
