"""The demonstration behind deploy/run: a service, stand-ins for every agency, and twelve sample reports.

    demo.py start --binary FILE --dir DIR [--port N] [--operations-port N] [--receiver-port N] [--keep]
    demo.py stop  --dir DIR

`start` ends once every agency that had to be told got a signed message it could verify (exit 0), or says which did not
(exit 1); both programs keep running until `stop`. Standard library only.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request

REPORTS = pathlib.Path(__file__).resolve().parent.parent / "config" / "demo" / "reports"
MARK = "lachan-demo"  # its presence says that a folder is ours to remove
START_WAIT_S = 30
TOLD_WAIT_S = 90
STOP_WAIT_S = 15  # longer than the service may drain
RECEIVER = "tong-dai-111"
FORCES = {"law": "luật", "target": "mục tiêu"}
URGENCIES = {"emergency": "KHẨN CẤP", "urgent": "gấp", "normal": "thường"}


class Trouble(Exception):
    """Something the person at the terminal has to know; no traceback needed."""


# --- ports, processes, files -------------------------------------------------------------------------------------


def free_port(wanted, insisted):
    """`wanted` where nobody listens there; otherwise any free port, or trouble where the user insisted on it."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return probe.getsockname()[1]
            except OSError:
                if insisted:
                    raise Trouble(f"port {wanted} is taken by another program")
    raise Trouble("no free port on 127.0.0.1")


def start_program(folder, name, command, **environment):
    """Starts a program that outlives us, its output in files of `folder`, and waits for its first line: where it listens."""
    out = folder / f"{name}.out"
    with open(out, "wb") as stdout, open(folder / f"{name}.log", "ab") as stderr:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                                   start_new_session=True, env={**os.environ, **environment})
    (folder / f"{name}.pid").write_text(f"{process.pid}\n")
    give_up = time.monotonic() + START_WAIT_S
    while time.monotonic() < give_up:
        first, newline, _ = out.read_text().partition("\n")
        if newline:
            return json.loads(first)["listening"]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise Trouble(f"{name} did not start; see {folder / name}.log")


def is_ours(pid, folder):
    """Whether the process is still the one we started: its command line names our folder."""
    try:
        return str(folder) in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False


def stop(folder):
    """Stops what an earlier start left running; says how many programs that were."""
    stopped = 0
    for pid_file in sorted(folder.glob("*.pid"), reverse=True):  # the service before the stand-ins it talks to
        pid = int(pid_file.read_text())
        if is_ours(pid, folder):
            os.kill(pid, signal.SIGTERM)
            stopped += 1
            give_up = time.monotonic() + STOP_WAIT_S
            while is_ours(pid, folder) and time.monotonic() < give_up:
                time.sleep(0.05)
            if is_ours(pid, folder):
                os.kill(pid, signal.SIGKILL)
        pid_file.unlink()
    return stopped


def prepare(folder, binary, receiver_port, keep):
    """An initialised data folder; answers what `lachan init` printed. `keep` takes the one of an earlier run."""
    made = folder / "init.json"
    if keep and made.exists():
        return json.loads(made.read_text())
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise Trouble(f"{folder} holds something that is not an earlier demonstration; choose another --dir")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, mode=0o700)
    (folder / MARK).touch()
    command = [binary, "init", folder / "service", "--demo", f"http://127.0.0.1:{receiver_port}", "--json"]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    made.touch(mode=0o600)
    made.write_bytes(printed)
    return json.loads(printed)


# --- the API ------------------------------------------------------------------------------------------------------


class Api:
    """The service as one caller sees it."""

    def __init__(self, base, token):
        self.base = base
        self.token = token

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method, data=body)
        request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as refusal:
            raise Trouble(f"{method} {path}: {refusal.code} {refusal.read().decode(errors='replace')}")

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body):
        return self.call("POST", path, body)


def token_of(made, role, agency):
    for key in made["keys"]:
        if key["role"] == role and key["agency"] == agency:
            return key["token"]
    raise Trouble(f"no {role} key of {agency} in the demonstration")


def verified(folder):
    """(case, agency) of every message whose signature a stand-in found right."""
    result = set()
    for line in (folder / "receive.out").read_text().splitlines():
        event = json.loads(line) if line.endswith("}") else {}
        if str(event.get("verdict", "")).startswith("verified"):
            result.add((event["case"], event["agency"]))
    return result


def wait_until_told(api, folder, filings):
    """Waits until every notified agency verified a message and each case's first duty is accepted, at most TOLD_WAIT_S."""
    owed = {(f["case"], n["agency"]) for f in filings for n in f["notified"]}
    give_up = time.monotonic() + TOLD_WAIT_S
    while True:
        told = verified(folder)
        duties = {f["case"]: api.get(f"/v1/cases/{f['case']}/duties?limit=200")["items"] for f in filings}
        settled = owed <= told and all(first_duty(duties[f["case"]])["state"] != "open" for f in filings)
        if settled or time.monotonic() > give_up:
            return owed, told, duties
        time.sleep(0.25)


# --- what is printed ----------------------------------------------------------------------------------------------


def first_duty(duties):
    """What has to happen first, beyond the paperwork of whoever took the report in."""
    others = [duty for duty in duties if duty["holder"]["agency"] != RECEIVER]
    return min(others or duties, key=lambda duty: (duty["due_at"], duty["id"]))


def due(duty):
    moment = datetime.datetime.fromisoformat(duty["due_at"])
    at_once = duty["force"] == "law" and duty["due_force"] == "target"  # the law says "immediately"; the instant is ours
    return f"{moment:%d/%m %H:%M} ({'luật: ngay' if at_once else FORCES[duty['due_force']]})"


def table(rows):
    rows = [[unicodedata.normalize("NFC", cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines.insert(2, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def rows_of(filings, owed, told, duties):
    yield ["", "Vụ việc", "Mức", "Nhiệm vụ đầu tiên", "Đơn vị giữ", "Hạn", "Đã báo", "Đã nhận"]
    yield ["", "case", "urgency", "first duty", "holder", "due", "told", "accepted"]
    for number, filing in enumerate(filings, 1):
        case = filing["case"]
        first = first_duty(duties[case])
        agencies = {agency for of, agency in owed if of == case}
        reached = {agency for of, agency in told if of == case and agency in agencies}
        taken = sum(duty["state"] != "open" for duty in duties[case])
        yield [f"{number:02}", case, URGENCIES.get(filing["urgency"], filing["urgency"]), first["kind"],
               first["holder"]["name"], due(first), f"{len(reached)}/{len(agencies)}", f"{taken}/{len(duties[case])}"]


def where_next(api, operations, folder, made, case):
    return f"""
due: by law (luật) or by a target of our own (mục tiêu); told: agencies that verified our signature / agencies to be told;
accepted: duties accepted / duties of the case.

API         {api.base}/v1       description {api.base}/v1/openapi.json
operations  {operations}/readyz?verbose  {operations}/metrics
keys        {folder}/init.json     (one for each role and agency)
logs        {folder}/serve.log, and what the agencies were told: {folder}/receive.out

  TOKEN=$(python3 -c 'import json; print(next(k["token"] for k in json.load(open("{folder}/init.json"))["keys"]
          if k["id"] == "so-y-te-12.supervisor"))')
  curl -s -H "Authorization: Bearer $TOKEN" {api.base}/v1/cases/{case}
  curl -s -H "Authorization: Bearer $TOKEN" {api.base}/v1/cases/{case}/duties
"""


def start(options):
    folder = options.dir
    stop(folder)
    receiver_port = free_port(options.receiver_port or 9900, bool(options.receiver_port))
    made = prepare(folder, options.binary, receiver_port, options.keep)
    stand_ins = made["endpoints"][0]["url"].rsplit("/", 1)[0].removeprefix("http://")
    port = free_port(options.port or 8080, bool(options.port))
    operations_port = free_port(options.operations_port or 9464, bool(options.operations_port))

    listening = start_program(folder, "serve", [options.binary, "serve", "--config", made["config"]],
                              LACHAN_API_LISTEN=f"127.0.0.1:{port}",
                              LACHAN_OPERATIONS_LISTEN=f"127.0.0.1:{operations_port}")
    start_program(folder, "receive", [options.binary, "receive", "--listen", stand_ins, "--endpoints",
                                      folder / "init.json", "--api", listening["api"], "--accept", "--json"])
    print(f"==> service {listening['api']}, agency stand-ins http://{stand_ins}")

    operator = Api(listening["api"], token_of(made, "operator", RECEIVER))
    filings = [operator.post("/v1/reports", report.read_bytes()) for report in sorted(REPORTS.glob("*.json"))]
    print(f"==> {len(filings)} reports taken in; waiting until the agencies know")
    supervisor = Api(listening["api"], token_of(made, "supervisor", "so-y-te-12"))
    owed, told, duties = wait_until_told(supervisor, folder, filings)

    print()
    print(table(list(rows_of(filings, owed, told, duties))))
    print(where_next(supervisor, listening["operations"], folder, made, filings[0]["case"]))
    missing = sorted(owed - told)
    if missing:
        raise Trouble("not told: " + ", ".join(f"{agency} of {case}" for case, agency in missing))
    waiting = [f["case"] for f in filings if first_duty(duties[f["case"]])["state"] == "open"]
    if waiting:
        raise Trouble("first duty not accepted: " + ", ".join(waiting))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["start", "stop"])
    parser.add_argument("--dir", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--binary", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--port", type=int)
    parser.add_argument("--operations-port", type=int)
    parser.add_argument("--receiver-port", type=int)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    try:
        if options.command == "stop":
            print(f"==> {stop(options.dir)} programs stopped")
        else:
            start(options)
    except Trouble as trouble:
        print(f"demo: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
