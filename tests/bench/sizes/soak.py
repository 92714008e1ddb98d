"""A long time under load, with webhooks: memory has to stay flat, and every report has to be taken.

    soak.py [--smoke] [--minutes N] [--connections C] [--json FILE]
"""

import argparse
import json
import pathlib
import statistics
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "intake"), str(HERE.parents[1])]
import figures  # noqa: E402
import servers  # noqa: E402

MOST = 50_000_000


def watch(pid, every, ended, samples):
    while not ended.wait(every):
        samples.append(servers.memory_mib(pid)[0])


def main():
    parser = argparse.ArgumentParser(description="A long time under load.")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    minutes = 0.02 if options.smoke else options.minutes
    ended, samples = threading.Event(), []
    lachan = servers.Lachan(webhooks=True)
    try:
        watcher = threading.Thread(target=watch, args=(lachan.pid, minutes * 60 / 40, ended, samples))
        watcher.start()
        begun = time.monotonic()
        found = servers.load(lachan, options.connections, minutes * 60, 0, MOST)
        ended.set()
        watcher.join()
        lachan.stop()
        size = lachan.database.stat().st_size
    finally:
        ended.set()
        lachan.close()
    if set(found["statuses"]) != {"201"}:
        raise RuntimeError(f"not every report was taken: {found['statuses']}")
    # The first quarter fills caches; from then on nothing should grow: the last tenth beside the tenth after the quarter.
    settled = samples[len(samples) // 4:]
    tenth = max(1, len(samples) // 10)
    early, late = statistics.median(settled[:tenth]), statistics.median(settled[-tenth:])
    result = {"minutes": round((time.monotonic() - begun) / 60, 2), "reports": found["requests"], "per_second": found["per_second"],
              "p99_ms": found["p99_ms"], "rss_mib_after_a_quarter": round(early, 1), "rss_mib_at_the_end": round(late, 1),
              "rss_mib_most": max(samples), "bytes_per_case": round(size / max(found["requests"], 1))}
    print(json.dumps(result))
    targets = figures.Targets()
    targets.at_most(1.05, late / early, "memory at the end beside after a quarter: flat")
    targets.at_most(150, max(samples), "MiB at most")
    if options.json:
        options.json.write_text(json.dumps({"soak": result, "targets": targets.kept}, indent=1))


if __name__ == "__main__":
    main()
