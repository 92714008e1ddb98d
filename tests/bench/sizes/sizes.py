"""What things cost when 10,000, 100,000 and 1,000,000 cases are stored: they should grow with what is asked for, not with
what is stored.

    sizes.py [--smoke] [--sizes 10000,100000,1000000] [--open PERCENT] [--seconds S] [--json FILE]
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "intake"))
import servers  # noqa: E402

TEMPLATES = 64
CONNECTIONS = 32
MOST = 2_000_000
ASKED = 40  # how often the slower questions are asked


def fill(lachan, size, open_percent):
    begun = time.monotonic()
    subprocess.run([servers.TOOLS / "bench_fill", "--database", lachan.database, "--cases", str(size), "--open", str(open_percent)],
                   check=True)
    return time.monotonic() - begun


def asked_of_the_store(lachan):
    return json.loads(subprocess.run([servers.TOOLS / "bench_fill", "--database", lachan.database, "--measure"],
                                     check=True, capture_output=True, text=True).stdout)


def milliseconds(ask, times=ASKED):
    took = []
    for _ in range(times):
        begun = time.monotonic()
        reply = ask()
        took.append((time.monotonic() - begun) * 1000)
        if reply.status != 200:
            raise RuntimeError(f"{reply}")
    return statistics.median(took)


def checked(lachan):
    """Seconds that `check invariants` takes, the program's own start included."""
    begun = time.monotonic()
    done = lachan.service.command("check", "invariants", "--config", lachan.service.config)
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return time.monotonic() - begun


def codes(lachan):
    """Codes of cases from all over the province and the years."""
    found = []
    for area in servers.communes():
        found += [item["case"] for item in lachan.service.supervisor.get(f"/v1/cases?area={area}&limit=50").json["items"]]
    return found


def lookups(lachan, options):
    token = lachan.service.token("supervisor", servers.harness.PROVINCE)
    wire = f"GET /v1/cases/{{{{area}}}} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    request = lachan.service.folder / "lookup.http"
    request.write_text(wire)
    places = servers.communes
    try:
        known = codes(lachan)
        servers.communes = lambda: known  # the hole {{area}} is filled with codes
        found = servers.load(lachan, CONNECTIONS, options.seconds, options.warmup, MOST, request)
    finally:
        servers.communes = places
    if set(found["statuses"]) != {"200"}:
        raise RuntimeError(f"look-ups failed: {found['statuses']}")
    return found


def measure(lachan, size, options):
    line = {"cases": size, "filled_s": round(fill(lachan, size, options.open), 1),
            "bytes_per_case": round(lachan.database.stat().st_size / size)}
    line |= asked_of_the_store(lachan)
    line["check_invariants_s"] = round(checked(lachan), 2)
    line["start_s"] = round(lachan.start(), 2)
    line["rss_after_start_mib"] = round(servers.memory_mib(lachan.pid)[0], 1)
    supervisor = lachan.service.supervisor
    line["list_ms"] = milliseconds(lambda: supervisor.get("/v1/cases?limit=50"))
    line["list_of_commune_ms"] = milliseconds(lambda: supervisor.get(f"/v1/cases?area={servers.communes()[0]}&limit=50"))
    line["duties_ms"] = milliseconds(lambda: supervisor.get("/v1/duties?limit=50"))
    line["search_ms"] = milliseconds(lambda: supervisor.post("/v1/cases/search", {"phone": "0912345678"}))
    found = lookups(lachan, options)
    line |= {"lookups_per_second": found["per_second"], "lookup_p99_ms": found["p99_ms"]}
    found = servers.load(lachan, CONNECTIONS, options.seconds, options.warmup, MOST)
    line |= {"intake_per_second": found["per_second"], "intake_p99_ms": found["p99_ms"], "intake_cpu_us": found["cpu_us"]}
    line["peak_rss_mib"] = round(servers.memory_mib(lachan.pid)[1], 1)
    lachan.stop()
    return line


def growth(lines):
    """From the smallest size to the largest: how many times dearer."""
    first, last = lines[0], lines[-1]
    dear = ["find_us", "duties_of_case_us", "due_none_us", "due_100_us", "next_instant_us", "list_ms", "list_of_commune_ms",
            "duties_ms", "search_ms", "intake_cpu_us"]
    ratios = {name: round(last[name] / first[name], 2) for name in dear}
    ratios |= {name: round(first[name] / last[name], 2) for name in ("lookups_per_second", "intake_per_second")}
    return ratios


def main():
    parser = argparse.ArgumentParser(description="Costs by the number of stored cases.")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--open", type=int, default=5, help="percent of the cases that are open")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--warmup", type=float, default=1)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if options.smoke:
        options.sizes, options.seconds, options.warmup = "600,1200", 0.3, 0.1
    lines = []
    lachan = servers.Lachan()
    try:
        servers.load(lachan, 1, 60, 0, TEMPLATES)
        lachan.stop()
        for size in map(int, options.sizes.split(",")):
            lines.append(measure(lachan, size, options))
            print(json.dumps(lines[-1]), flush=True)
    finally:
        lachan.close()
    print("grows with what is stored, first size to last:", json.dumps(growth(lines)))
    if options.json:
        options.json.write_text(json.dumps({"machine": servers.machine(), "sizes": lines, "growth": growth(lines)}, indent=1))


if __name__ == "__main__":
    main()
