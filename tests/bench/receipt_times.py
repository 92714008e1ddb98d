"""Whether the time of an answer tells a receipt that is somebody's from one that is nobody's: the running program over
loopback, asked for both in turn on one connection.

    receipt_times.py [--smoke] [--asked N] [--json FILE]

Prints both medians, and what two tests make of the two samples: Mann-Whitney (is one shifted?) and Kolmogorov-Smirnov (do
they differ anywhere?). A p far from 0 says that they cannot be told apart.
"""

import argparse
import json
import math
import pathlib
import random
import socket
import statistics
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "journeys"))

from harness import Service, sample  # noqa: E402

REPORTS = 200  # filed first, so that each hit is another one
WARM_UP = 50


class Asking:
    """One connection, kept open, over which receipts are asked for."""

    def __init__(self, url):
        at = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((at.hostname, at.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host = at.netloc

    def ask(self, receipt):
        """The status, and how many microseconds the answer took."""
        body = json.dumps({"receipt": receipt}).encode()
        head = f"POST /v1/status HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        begun = time.perf_counter_ns()
        self.socket.sendall(head.encode() + body)
        answer = self.socket.recv(65536)
        took = (time.perf_counter_ns() - begun) / 1000
        while not complete(answer):
            answer += self.socket.recv(65536)
        return int(answer[9:12]), took


def complete(answer):
    head, end, body = answer.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    return bool(end) and len(body) >= length


def mann_whitney(one, other):
    """The part of pairs in which `one` is the longer, and the two-sided p of the normal approximation."""
    merged = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks, at = 0.0, 0
    while at < len(merged):
        end = at
        while end < len(merged) and merged[end][0] == merged[at][0]:
            end += 1
        ranks += (at + end + 1) / 2 * sum(1 for _, whose in merged[at:end] if whose == 0)
        at = end
    n, m = len(one), len(other)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return u / (n * m), math.erfc(abs(z) / math.sqrt(2))


def kolmogorov_smirnov(one, other):
    """The greatest distance of the two distributions, and its asymptotic p."""
    n, m = len(one), len(other)
    merged = sorted([(value, 1 / n) for value in one] + [(value, -1 / m) for value in other])
    distance, height = 0.0, 0.0
    for place, (value, step) in enumerate(merged):
        height += step
        if place + 1 == len(merged) or merged[place + 1][0] != value:
            distance = max(distance, abs(height))
    x = distance * math.sqrt(n * m / (n + m))
    p = 1.0 if x < 0.2 else 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return distance, min(1.0, max(0.0, p))


def nobodys(chance, asking):
    """A receipt with a sound check digit that no report has: the last digit is found by asking."""
    while True:
        stem = f"{chance.randrange(10 ** 15):015}"
        for digit in "0123456789":
            status, _ = asking.ask(stem + digit)
            if status == 404:
                return stem + digit


def measure(asked):
    chance = random.Random(11)
    with Service(LACHAN_LIMITS_STATUS_PER_MINUTE="1000000") as service:
        asking = Asking(service.listening["api"])
        known = [service.file(sample(4))["receipt"] for _ in range(min(REPORTS, asked))]
        unknown = [nobodys(chance, asking) for _ in range(min(REPORTS, asked))]
        for _ in range(WARM_UP):
            asking.ask(chance.choice(known))
            asking.ask(chance.choice(unknown))
        times = {200: [], 404: []}
        for turn in range(asked):
            pair = [(200, known[turn % len(known)]), (404, unknown[turn % len(unknown)])]
            chance.shuffle(pair)  # so that who comes second is no difference between them
            for expected, receipt in pair:
                status, took = asking.ask(receipt)
                if status != expected:
                    raise RuntimeError(f"{status} where {expected} was expected")
                times[status].append(took)
    return times[200], times[404]


def main():
    parser = argparse.ArgumentParser(description="Hits and misses of receipts, told apart by time?")
    parser.add_argument("--smoke", action="store_true", help="a few, only to see that everything runs")
    parser.add_argument("--asked", type=int, default=2000, help="of each kind")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    hits, misses = measure(20 if options.smoke else options.asked)
    longer, shifted = mann_whitney(hits, misses)
    distance, differ = kolmogorov_smirnov(hits, misses)
    found = {"asked_each": len(hits), "hit_median_us": statistics.median(hits), "miss_median_us": statistics.median(misses),
             "hit_longer": longer, "mann_whitney_p": shifted, "ks_distance": distance, "ks_p": differ}
    print(f"{len(hits)} hits and {len(misses)} misses in turn: medians {found['hit_median_us']:.1f} and "
          f"{found['miss_median_us']:.1f} us; a hit is the longer in {100 * longer:.1f} % of pairs "
          f"(Mann-Whitney p {shifted:.2f}); Kolmogorov-Smirnov distance {distance:.3f} (p {differ:.2f})")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
