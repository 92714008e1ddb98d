"""Intake beside its floor and beside Fastify, in alternating runs.

    run.py [--smoke] [--all] [--rounds N] [--seconds S] [--connections 1,32,64,256] [--programs floor,lachan,…] [--json FILE]

Prints a table of medians and of the medians of the ratios within a round: only those compare across machines.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile

import fastify
import servers
import shape

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import figures  # noqa: E402

PROGRAMS = {
    "floor": "one thread of HTTP and simdjson, one that writes the same rows as lachan by group commit, nothing else",
    "lachan": "everything on, messages written to the outbox; none is sent: every endpoint seems to be in use till 2100",
    "lachan+webhooks": "lachan, and each message is sent to a receiver on this machine while reports come in",
    "plain floor": "the floor with the 15 rows that one would write by hand for a report",
    "fastify": "Fastify and better-sqlite3 that write the same rows, one transaction a report",
}
USUAL = ["floor", "lachan", "fastify"]
CROWDED = (32, 64, 256)  # connections that the targets name
SAMPLES = 64  # reports that the shape is taken from
MOST = 400_000  # requests in one run, whatever the machine can do


def sampled_shape(folder):
    """Takes a few reports in and reads from the database what they became."""
    lachan = servers.Lachan()
    try:
        measured = servers.load(lachan, 1, 30, 0, SAMPLES)
        lachan.stop()
        made, facts = shape.shape_of(lachan.database)
        facts["reports"] = len(made["reports"])
    finally:
        lachan.close()
    path = folder / "shape.json"
    shape.write(made, path)
    facts["answer_bytes"] = measured["answer_bytes"]
    return path, facts


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.shape, self.facts = sampled_shape(folder)
        self.plain = folder / "plain.json"
        shape.write(shape.plain_shape(), self.plain)

    def start(self, program):
        if program == "floor":
            return servers.Floor(self.shape)
        if program == "plain floor":
            return servers.Floor(self.plain)
        if program == "fastify":
            return servers.Fastify(self.shape, fastify.installed(servers.BUILD / "tests" / "bench_fastify"))
        return servers.Lachan(webhooks=program == "lachan+webhooks")

    def measure(self, program, connections, seed):
        server = self.start(program)
        try:
            found = servers.load(server, connections, self.options.seconds, self.options.warmup, MOST, seed=seed)
        finally:
            server.close()
        refused = {status: times for status, times in found["statuses"].items() if status != "201"}
        if refused:
            raise RuntimeError(f"{program}: not every report was taken: {refused}")
        return found

    def run(self):
        runs = {}
        for turn in range(self.options.rounds):
            for connections in self.options.connections:
                order = self.options.programs if turn % 2 == 0 else self.options.programs[::-1]
                for program in order:
                    found = self.measure(program, connections, turn + 1)
                    runs.setdefault((program, connections), []).append(found)
        return runs


def median(runs, name):
    return statistics.median(run[name] for run in runs)


def ratio(mine, theirs, name):
    return statistics.median(a[name] / b[name] for a, b in zip(mine, theirs))


def summary(runs):
    """One line for a program and a number of connections, with its ratios to the floor of the same round."""
    lines = []
    for (program, connections), found in runs.items():
        line = {"program": program, "connections": connections, "rounds": len(found)}
        for name in ("per_second", "p50_ms", "p99_ms", "cpu_us", "peak_rss_kib"):
            line[name] = round(median(found, name), 3)
        floor = runs.get(("floor", connections))
        if floor and program != "floor":
            line["of_floor"] = {name: round(ratio(found, floor, name), 3) for name in ("per_second", "p99_ms", "cpu_us")}
        node = runs.get(("fastify", connections))
        if node and program == "lachan":
            line["of_fastify"] = {"per_second": round(ratio(found, node, "per_second"), 3)}
        lines.append(line)
    return sorted(lines, key=lambda line: (line["connections"], list(PROGRAMS).index(line["program"])))


def print_table(lines):
    print(f"{'conn':>4} {'program':<16} {'reports/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>7} {'RSS MiB':>7}   of the floor")
    for line in lines:
        of = line.get("of_floor")
        compared = f"{of['per_second']:.2f} x throughput, {of['p99_ms']:.2f} x p99, {of['cpu_us']:.2f} x CPU" if of else ""
        print(f"{line['connections']:>4} {line['program']:<16} {line['per_second']:>9.0f} {line['p50_ms']:>8.2f} "
              f"{line['p99_ms']:>8.2f} {line['cpu_us']:>7.0f} {line['peak_rss_kib'] / 1024:>7.0f}   {compared}")


def print_programs(programs):
    for name in programs:
        print(f"    {name + ':':<17} {PROGRAMS[name]}")


def judge(lines):
    targets = figures.Targets()
    for line in lines:
        if line["program"] != "lachan" or "of_floor" not in line:
            continue
        connections, of = line["connections"], line["of_floor"]
        at = f"at {connections} connection{'s' if connections > 1 else ''}"
        if connections == 1:
            targets.at_least(0.75, of["per_second"], f"intake throughput beside the floor's, {at}")
        if connections in CROWDED:
            targets.at_least(0.70, of["per_second"], f"intake throughput beside the floor's, {at}")
            targets.at_most(1.5, of["p99_ms"], f"intake p99 beside the floor's, {at}")
            targets.at_most(1.6, of["cpu_us"], f"CPU a report beside the floor's, {at}")
        if connections in CROWDED and "of_fastify" in line:
            targets.at_least(4, line["of_fastify"]["per_second"], f"intake throughput beside Fastify's, {at}")
    return targets.kept


def options_of(words=None):
    parser = argparse.ArgumentParser(description="Intake beside its floor.")
    parser.add_argument("--smoke", action="store_true", help="a few reports each, only to see that everything runs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--warmup", type=float, default=1)
    parser.add_argument("--connections", default="1,32,64,256")
    parser.add_argument("--programs", default=",".join(USUAL))
    parser.add_argument("--all", action="store_true", help="lachan+webhooks and the plain floor as well")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args(words)
    if options.smoke:
        options.rounds, options.seconds, options.warmup, options.connections = 1, 0.3, 0.1, "2"
    options.connections = [int(number) for number in options.connections.split(",")]
    programs = list(PROGRAMS) if options.all else options.programs.split(",")
    options.programs = [name for name in programs if name != "fastify" or fastify.possible()]
    return options


def main():
    options = options_of()
    with tempfile.TemporaryDirectory(prefix="lachan-bench-") as folder:
        bench = Bench(options, pathlib.Path(folder))
        facts = bench.facts
        print(f"a report becomes {facts['rows']:.1f} rows, {facts['value_bytes']:.0f} bytes of values, "
              f"and an answer of {facts['answer_bytes']} bytes")
        for table, each in facts["tables"].items():
            print(f"    {table:<13} {each['rows']:5.1f} rows {each['bytes']:7.0f} bytes")
        lines = summary(bench.run())
    print(f"medians of {options.rounds} alternating rounds of {options.seconds:g} s")
    print_programs(options.programs)
    print_table(lines)
    targets = judge(lines)
    if options.json:
        options.json.write_text(json.dumps({"rounds": options.rounds, "seconds": options.seconds, "report": facts,
                                            "programs": {name: PROGRAMS[name] for name in options.programs},
                                            "intake": lines, "targets": targets}, indent=1))


if __name__ == "__main__":
    main()
