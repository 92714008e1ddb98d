"""Prints what llvm-cov found, room by room, and writes the lines that no test passed. Exit 1 below the target."""

import collections
import json
import pathlib
import re
import sys

TARGET = 95.0  # percent of lines and of branches of all rooms together
FLOORS = {"base": 0, "domain": 0, "directory": 1, "deadlines": 1, "policy": 1, "casework": 2}
MISSED = re.compile(r"^ *(\d+)\| +0\|(.*\S.*)$")


def room_of(path):
    parts = pathlib.Path(path).parts
    return next(part for part in parts if part in FLOORS and parts[parts.index(part) - 1] in ("service", "lachan"))


def share(count):
    return 100.0 * count["covered"] / count["count"] if count["count"] else 100.0


def add(total, part):
    for kind in ("lines", "branches"):
        for key in ("covered", "count"):
            total[kind][key] += part[kind][key]


def sums(summary):
    rooms = collections.defaultdict(lambda: {kind: collections.Counter() for kind in ("lines", "branches")})
    for file in summary["data"][0]["files"]:
        add(rooms[room_of(file["filename"])], file["summary"])
        add(rooms["all"], file["summary"])
    return rooms


def missed(annotated):
    file = ""
    for line in annotated:
        if line.startswith("/") and line.rstrip().endswith(":"):
            file = line.rstrip().rstrip(":").split("/", 1)[1]
        elif found := MISSED.match(line.rstrip()):
            yield f"/{file}:{found[1]}: {found[2].strip()}\n"


def main():
    summary, annotated, out = sys.argv[1:]
    rooms = sums(json.loads(pathlib.Path(summary).read_text()))
    print(f"{'floor':<6}{'room':<12}{'lines':>18}{'branches':>20}")
    for room in [*FLOORS, "all"]:
        lines, branches = rooms[room]["lines"], rooms[room]["branches"]
        print(
            f"{FLOORS.get(room, ''):<6}{room:<12}"
            f"{lines['covered']:>6} of {lines['count']:<6}{share(lines):5.1f}%"
            f"{branches['covered']:>7} of {branches['count']:<6}{share(branches):5.1f}%"
        )
    with open(annotated) as text, open(out, "w") as listed:
        listed.writelines(missed(text))
    if min(share(rooms["all"]["lines"]), share(rooms["all"]["branches"])) < TARGET:
        sys.exit(f"below {TARGET:.0f} %")


if __name__ == "__main__":
    main()
