"""What the output of every benchmark has: where and with what it was measured, and which targets are met.

    figures.py head                      prints machine, versions and commit
    figures.py stamp FILE COMMAND…       adds them, and the command, to a file of results
"""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FASTIFY_LOCK = pathlib.Path(__file__).with_name("intake") / "fastify" / "package-lock.json"


class Targets:
    """Says of each target whether it is met, and keeps it for the file."""

    def __init__(self):
        self.kept = []

    def at_least(self, bound, value, what):
        self._judge(">=", bound, value, value >= bound, what)

    def at_most(self, bound, value, what):
        self._judge("<=", bound, value, value <= bound, what)

    def _judge(self, sign, bound, value, met, what):
        self.kept.append({"what": what, "target": f"{sign} {bound:g}", "value": round(value, 3), "met": met})
        print(f"target {sign} {bound:g} {'met' if met else 'MISSED'}: {value:.3g}, {what}", flush=True)


def said(*words):
    """The first line that a command prints."""
    try:
        return subprocess.run(words, capture_output=True, text=True, cwd=ROOT).stdout.strip().splitlines()[0]
    except (OSError, IndexError):
        return "unknown"


def disk():
    """The file system that the databases of the benchmarks lie on."""
    return " ".join(said("findmnt", "-no", "FSTYPE,SOURCE", "-T", os.environ.get("TMPDIR", "/tmp")).split())


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    kib = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {"cpu": model, "cores": os.cpu_count(), "memory_gib": round(kib / 2**20, 1), "disk": disk(),
            "kernel": said("uname", "-sr"), "load_average": os.getloadavg()[0]}


def boost():
    try:
        found = re.search(r'BOOST_LIB_VERSION "([0-9_]+)"', pathlib.Path("/usr/include/boost/version.hpp").read_text())
    except OSError:
        return "unknown"
    return found[1].replace("_", ".") if found else "unknown"


def versions():
    """Of what the programs are built with, and of the programs they are compared with."""
    found = {"compiler": said("clang++-19", "--version"), "boost": boost()}
    found |= {name: said("pkg-config", "--modversion", package)
              for name, package in (("sqlite", "sqlite3"), ("openssl", "openssl"), ("libsodium", "libsodium"),
                                    ("simdjson", "simdjson"))}
    locked = json.loads(FASTIFY_LOCK.read_text())["packages"]
    found |= {"python": sys.version.split()[0], "node": said("node", "--version")}
    found |= {name: locked[f"node_modules/{name}"]["version"] for name in ("fastify", "better-sqlite3")}
    return found


def commit():
    return said("git", "describe", "--always", "--dirty")


def stamp(path, command):
    """`path` holds an object of JSON."""
    results = json.loads(path.read_text())
    stamped = {"command": command, "commit": commit(), "machine": machine(), "versions": versions(), **results}
    path.write_text(json.dumps(stamped, indent=1, ensure_ascii=False) + "\n")


def print_head():
    where = machine()
    print(f"machine: {where['cores']} x {where['cpu']}, {where['memory_gib']} GiB, disk {where['disk']}, {where['kernel']}, "
          f"load {where['load_average']:.2f}")
    print("versions: " + ", ".join(f"{name} {version}" for name, version in versions().items()))
    print(f"commit: {commit()}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["stamp"] and len(sys.argv) > 3:
        stamp(pathlib.Path(sys.argv[2]), " ".join(sys.argv[3:]))
    elif sys.argv[1:] == ["head"]:
        print_head()
    else:
        sys.exit(__doc__)
