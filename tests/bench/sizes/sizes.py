"""What things cost when 10,000, 100,000 and 1,000,000 cases are stored: they should grow with what is asked for, not with
what is stored.

    sizes.py [--smoke] [--sizes 10000,100000,1000000] [--open PERCENT] [--rounds N] [--seconds S] [--json FILE]

A service for each size, all there at once, measured in turn: the smallest is the baseline of the others. Cases are looked up
all over what is stored; half of the searches find something. Databases up to 100,000 cases are put back as they were filled
before each round, so that what the rounds take in does not add up.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "intake"), str(HERE.parents[1])]
import figures  # noqa: E402
import servers  # noqa: E402

TEMPLATES = 64
CONNECTIONS = 32
MOST = 2_000_000
ASKED = 40  # how often the slower questions are asked in a round
PUT_BACK = 100_000  # cases up to which a copy of the database is cheap
CHECKED = 100_000  # cases that `check invariants` has a target for
DEARER = ["find_us", "duties_of_case_us", "due_none_us", "due_100_us", "next_instant_us", "list_ms", "list_of_commune_ms",
          "duties_ms", "intake_cpu_us"]
SLOWER = ["lookups_per_second", "searches_by_phone_per_second", "searches_by_name_per_second", "intake_per_second"]


def milliseconds(ask, times=ASKED):
    took = []
    for _ in range(times):
        begun = time.monotonic()
        reply = ask()
        took.append((time.monotonic() - begun) * 1000)
        if reply.status != 200:
            raise RuntimeError(f"{reply}")
    return statistics.median(took)


def letters(number):
    """As bench_fill writes a number in a child's name."""
    text = ""
    while number > 0:
        text, number = text + chr(ord("a") + number % 26), number // 26
    return text


def lines(path, words):
    path.write_text("\n".join(words) + "\n")
    return path


class Stored:
    """A service with so many cases, and what was measured with it."""

    def __init__(self, size, options):
        self.size = size
        self.options = options
        self.rounds = []
        self.lachan = servers.Lachan()
        self.service = self.lachan.service
        self.copy = self.service.folder.parent / "filled"
        servers.load(self.lachan, 1, 60, 0, TEMPLATES)
        self.lachan.stop()
        begun = time.monotonic()
        self._fill("--cases", size, "--open", options.open)
        self.filled_s = time.monotonic() - begun
        self.bytes_per_case = self.lachan.database.stat().st_size / size
        self.codes = self.service.folder / "codes"
        self._fill("--codes", self.codes)
        # Half of what is searched for is there; numbers of phones that begin with 08 were given to nobody.
        self.phones = lines(self.service.folder / "phones",
                            [f"{start}{number:08}" for number in self._some() for start in ("09", "08")])
        self.names = lines(self.service.folder / "names",
                           [f"Giàng {middle} {letters(number // 4)}" for number in self._some()
                            for middle in ("A", "Thị Không")])
        self.commune = servers.read(self.lachan.database, "SELECT area FROM case_file GROUP BY area ORDER BY count(*) DESC LIMIT 1")[0][0]
        if size <= PUT_BACK:
            shutil.copytree(self.service.folder / "data", self.copy)

    def _some(self):
        """Numbers of filled cases from one end to the other, 50,000 at most."""
        return range(TEMPLATES + 4, self.size, max(1, self.size // 50_000))

    def _fill(self, *words):
        done = subprocess.run([servers.TOOLS / "bench_fill", "--service", self.service.folder, *map(str, words)], check=True,
                              capture_output=True, text=True)
        return done.stdout

    def _checked(self):
        """Seconds that `check invariants` takes, the program's own start included."""
        begun = time.monotonic()
        done = self.service.command("check", "invariants", "--config", self.service.config)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return time.monotonic() - begun

    def _put_back(self):
        if self.copy.exists():
            shutil.rmtree(self.service.folder / "data")
            shutil.copytree(self.copy, self.service.folder / "data")

    def _asked(self, name, role, head, body, picks):
        """The load generator's figures for one kind of question, `{{pick}}` filled from a file."""
        token = self.service.token(*role)
        request = self.service.folder / f"{name}.http"
        more = "Content-Type: application/json\r\nContent-Length: {{length}}\r\n" if body else ""
        request.write_text(f"{head} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{more}\r\n{body}")
        found = servers.load(self.lachan, CONNECTIONS, self.options.seconds, self.options.warmup, MOST, request, picks=picks,
                             seed=len(self.rounds) + 1)
        if set(found["statuses"]) != {"200"}:
            raise RuntimeError(f"{name}: {found['statuses']}")
        return found

    def measure(self):
        self._put_back()
        os.sync()  # nobody's rounds are to wait for what was copied before them
        supervisor = ("supervisor", servers.harness.PROVINCE)
        line = json.loads(self._fill("--measure", "yes"))
        line["check_invariants_s"] = self._checked()
        line["start_s"] = self.lachan.start()
        line["rss_after_start_mib"] = servers.memory_mib(self.lachan.pid)[0]
        caller = self.service.supervisor
        line["list_ms"] = milliseconds(lambda: caller.get("/v1/cases?limit=50"))
        line["list_of_commune_ms"] = milliseconds(lambda: caller.get(f"/v1/cases?area={self.commune}&limit=50"))
        line["duties_ms"] = milliseconds(lambda: caller.get("/v1/duties?limit=50"))
        found = self._asked("lookup", supervisor, "GET /v1/cases/{{pick}}", "", self.codes)
        line |= {"lookups_per_second": found["per_second"], "lookup_p99_ms": found["p99_ms"]}
        for what, picks in (("phone", self.phones), ("name", self.names)):
            found = self._asked(f"search-{what}", supervisor, "POST /v1/cases/search", f'{{"{what}":"{{{{pick}}}}"}}', picks)
            line |= {f"searches_by_{what}_per_second": found["per_second"], f"search_by_{what}_p99_ms": found["p99_ms"]}
        found = servers.load(self.lachan, CONNECTIONS, self.options.seconds, self.options.warmup, MOST,
                             seed=len(self.rounds) + 1)
        if set(found["statuses"]) != {"201"}:
            raise RuntimeError(f"intake: {found['statuses']}")
        line |= {"intake_per_second": found["per_second"], "intake_p99_ms": found["p99_ms"], "intake_cpu_us": found["cpu_us"]}
        line["peak_rss_mib"] = servers.memory_mib(self.lachan.pid)[1]
        self.lachan.stop()
        self.rounds.append(line)

    def summary(self):
        middle = {name: round(statistics.median(line[name] for line in self.rounds), 3)
                  for name in self.rounds[0] if name != "cases"}
        return {"cases": self.size, "filled_s": round(self.filled_s, 1), "bytes_per_case": round(self.bytes_per_case), **middle}

    def has_what_is_searched(self):
        """Whether the planted phones and names are found, and the others are not."""
        self._put_back()
        self.lachan.start()
        for what, file in (("phone", self.phones), ("name", self.names)):
            for place, text in enumerate(file.read_text().splitlines()[:8]):
                reply = self.service.supervisor.post("/v1/cases/search", {what: text})
                if reply.status != 200 or bool(reply.json["items"]) != (place % 2 == 0):
                    raise RuntimeError(f"search by {what}: {text} {reply}")
        self.lachan.stop()

    def close(self):
        self.lachan.close()


def growth(first, last):
    """From the smallest size to the largest: how many times dearer, the median of the ratios within a round."""
    pairs = list(zip(first.rounds, last.rounds))
    ratios = {name: statistics.median(b[name] / a[name] for a, b in pairs) for name in DEARER}
    ratios |= {name: statistics.median(a[name] / b[name] for a, b in pairs) for name in SLOWER}
    return {name: round(ratio, 2) for name, ratio in ratios.items()}


def judge(stored, grown):
    targets = figures.Targets()
    what = f"times dearer with {stored[-1].size} cases than with {stored[0].size}"
    for name in DEARER + SLOWER:
        targets.at_most(1.5, grown[name], f"{name}: {what}")
    for each in stored:
        line = each.summary()
        if each.size == CHECKED:
            targets.at_most(1, line["check_invariants_s"], f"s for check invariants of {each.size} cases")
        if each is stored[-1]:
            targets.at_most(1, line["start_s"], f"s to start with {each.size} cases")
            targets.at_most(150, line["peak_rss_mib"], f"MiB under load with {each.size} cases")
    return targets.kept


def options_of():
    parser = argparse.ArgumentParser(description="Costs by the number of stored cases.")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--open", type=int, default=5, help="percent of the cases that are open")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--warmup", type=float, default=0.5)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if options.smoke:
        options.sizes, options.rounds, options.seconds, options.warmup = "600,1200", 1, 0.2, 0.1
    return options


def main():
    options = options_of()
    stored = []
    try:
        for size in map(int, options.sizes.split(",")):
            stored.append(Stored(size, options))
            stored[-1].has_what_is_searched()
            print(f"{size} cases filled in {stored[-1].filled_s:.0f} s, {stored[-1].bytes_per_case:.0f} bytes a case", flush=True)
        for turn in range(options.rounds):
            for each in stored if turn % 2 == 0 else stored[::-1]:
                each.measure()
        print(f"medians of {options.rounds} alternating rounds")
        for each in stored:
            print(json.dumps(each.summary()))
        grown = growth(stored[0], stored[-1])
        targets = judge(stored, grown)
        if options.json:
            options.json.write_text(json.dumps({"rounds": options.rounds, "sizes": [each.summary() for each in stored],
                                                "growth": grown, "targets": targets}, indent=1))
    finally:
        for each in stored:
            each.close()


if __name__ == "__main__":
    main()
