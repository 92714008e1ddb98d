"""One case looked up, beside a bare Beast server that answers a fixed document of the same size.

    lookup.py [--smoke] [--rounds N] [--seconds S] [--json FILE]

`case` is GET /v1/cases/{case} with a token, `status` POST /v1/status with a receipt and none.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile

import servers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import figures  # noqa: E402

CONNECTIONS = 32
MOST = 2_000_000


def request(method, path, headers, body=""):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "Content-Length: {{length}}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class Question:
    """A request, the answer to it, and a server that knows nothing but this answer."""

    def __init__(self, name, wire, answer, folder):
        self.name = name
        self.request = folder / f"{name}.http"
        self.request.write_bytes(wire)
        self.document = folder / f"{name}.json"
        self.document.write_bytes(answer)


def questions(lachan, folder):
    filing = lachan.service.file(servers.harness.sample(3))
    case = filing["case"]
    bearer = "Authorization: Bearer {{token}}"
    yield Question("case", request("GET", f"/v1/cases/{case}", [bearer]),
                   lachan.service.operator.get(f"/v1/cases/{case}").text.encode(), folder)
    body = json.dumps({"receipt": filing["receipt"]})
    yield Question("status", request("POST", "/v1/status", ["Content-Type: application/json"], body),
                   lachan.service.anybody.post("/v1/status", json.loads(body)).text.encode(), folder)


def measure(server, question, options, seed):
    found = servers.load(server, CONNECTIONS, options.seconds, options.warmup, MOST, question.request, seed)
    refused = {status: times for status, times in found["statuses"].items() if status != "200"}
    if refused:
        raise RuntimeError(f"{question.name}: not every question was answered: {refused}")
    return found


def rounds(lachan, question, options):
    """Alternating runs of both servers: (lachan's, the other's)."""
    bare = servers.FixedDocument(question.document)
    try:
        pairs = []
        for turn in range(options.rounds):
            order = [lachan, bare] if turn % 2 == 0 else [bare, lachan]
            found = {server: measure(server, question, options, turn + 1) for server in order}
            pairs.append((found[lachan], found[bare]))
        return pairs
    finally:
        bare.close()


def line_of(question, pairs):
    def middle(place, name):
        return statistics.median(pair[place][name] for pair in pairs)
    return {"question": question.name, "bytes": question.document.stat().st_size, "rounds": len(pairs),
            "per_second": middle(0, "per_second"), "bare_per_second": middle(1, "per_second"),
            "p99_ms": middle(0, "p99_ms"), "cpu_us": middle(0, "cpu_us"), "bare_cpu_us": middle(1, "cpu_us"),
            "of_bare": round(statistics.median(a["per_second"] / b["per_second"] for a, b in pairs), 3)}


def main():
    parser = argparse.ArgumentParser(description="One case looked up, beside a fixed document.")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--warmup", type=float, default=0.5)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if options.smoke:
        options.rounds, options.seconds, options.warmup = 1, 0.2, 0.1
    lines = []
    with tempfile.TemporaryDirectory(prefix="lachan-bench-") as folder:
        lachan = servers.Lachan()
        try:
            for question in questions(lachan, pathlib.Path(folder)):
                lines.append(line_of(question, rounds(lachan, question, options)))
        finally:
            lachan.close()
    for line in lines:
        print(f"{line['question']:<7} {line['bytes']:>6} bytes: {line['per_second']:>7.0f}/s, CPU {line['cpu_us']:.0f} us; bare server "
              f"{line['bare_per_second']:.0f}/s, CPU {line['bare_cpu_us']:.0f} us; {line['of_bare']:.2f} of its throughput")
    targets = figures.Targets()
    names = {"case": "GET of one case", "status": "status query of one case"}
    for line in lines:
        targets.at_least(0.50, line["of_bare"],
                         f"{names[line['question']]}: throughput beside a bare server's with the same document")
    if options.json:
        options.json.write_text(json.dumps({"rounds": options.rounds, "seconds": options.seconds, "lookup": lines,
                                            "targets": targets.kept}, indent=1))


if __name__ == "__main__":
    main()
