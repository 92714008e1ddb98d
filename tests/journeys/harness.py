"""What the journeys stand on: a service of their own in a temporary folder, agencies that verify, and callers.

The program is the binary named by JOURNEY_BINARY. Standard library only. Nothing here sleeps for a fixed time: every wait is
for something, with a limit.
"""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("JOURNEY_BINARY", str(ROOT / "build" / "release" / "lachan"))
SAMPLES = ROOT / "config" / "demo" / "reports"

START_LIMIT_S = 60  # a sanitizer build on a busy machine is slow to start
WAIT_LIMIT_S = 60
SIGNATURE_AGE_S = 300  # Standard Webhooks: older or newer than five minutes is not taken

HOTLINE = "tong-dai-111"
PROVINCE = "so-y-te-12"


def sample(number):
    """One of the twelve sample reports, with an id of its own, so that every test opens a case of its own."""
    report = json.loads((SAMPLES / f"{number:02}.json").read_text())
    report["report_id"] = str(uuid.uuid4())
    return report


def certificate(folder, name):
    """A certificate for `name` that is its own authority, and its key."""
    made = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1",
                    "-out", made[0], "-keyout", made[1]], check=True, capture_output=True)
    return made


def wait_until(condition, what, limit=WAIT_LIMIT_S):
    """The first true value of `condition()`; fails, saying what was waited for, when the limit has passed."""
    give_up = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > give_up:
            raise AssertionError(f"waited {limit} s in vain for {what}")
        time.sleep(0.02)


class Reply:
    """One answer: `status`, `headers` (by lower-case name), `text`, and `json` where there is any."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.text = body.decode()
        self.json = json.loads(self.text) if "json" in self.headers.get("content-type", "") and body else None

    def __repr__(self):
        return f"{self.status} {self.headers} {self.text[:2000]}"


class Caller:
    """The API as one holder of a key (or of none) uses it. Each call is a connection of its own."""

    def __init__(self, base, token=None):
        self.address = urllib.parse.urlsplit(base).netloc
        self.token = token

    def call(self, method, path, body=None, **headers):
        """`headers`: names with `_` for `-`. A body that is not bytes is sent as JSON."""
        connection = http.client.HTTPConnection(self.address, timeout=WAIT_LIMIT_S)
        try:
            wanted = {name.replace("_", "-"): value for name, value in headers.items()}
            if self.token:
                wanted.setdefault("Authorization", f"Bearer {self.token}")
            if body is not None:
                wanted.setdefault("Content-Type", "application/json")
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, body, wanted)
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.call("POST", path, body, **headers)

    def all(self, path):
        """Every item of a list, page after page."""
        items, cursor = [], None
        while True:
            join = "&" if "?" in path else "?"
            page = self.get(path + (f"{join}cursor={urllib.parse.quote(cursor)}" if cursor else ""))
            if page.status != 200:
                raise AssertionError(f"GET {path}: {page}")
            items += page.json["items"]
            cursor = page.json.get("next_cursor")
            if not cursor:
                return items


class Message:
    """One webhook as an agency got it; `event` is its CloudEvent."""

    def __init__(self, agency, headers, body, genuine):
        self.agency = agency
        self.id = headers.get("webhook-id", "")
        self.headers = headers
        self.body = body
        self.genuine = genuine
        self.event = json.loads(body)

    @property
    def type(self):
        return self.event["type"].removeprefix("vn.lachan.").removesuffix(".v1")

    @property
    def case(self):
        return self.event["data"]["case"]

    @property
    def duty(self):
        return self.event["data"].get("duty")


class Agencies:
    """Every agency's receiver in one listener: /<agency id>. Verifies as Standard Webhooks say, keeps what came, and
    answers 204 unless `answer(message)` says otherwise."""

    def __init__(self, port=0):
        self.secrets = {}
        self.messages = []
        self.answer = lambda message: 204
        self.hangs_up = False  # after each answer
        self.takes_over = {}  # by agency: called with the request's handler instead of reading it
        self._arrived = threading.Condition()
        agencies = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                agency = self.path.removeprefix("/")
                if agency in agencies.takes_over:
                    self.close_connection = True
                    agencies.takes_over[agency](self)
                    return
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = agencies._take(Message(agency, headers, body, agencies.is_genuine(agency, headers, body)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                if agencies.hangs_up:
                    self.send_header("Connection", "close")  # which ends the connection here as well
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a service that was killed leaves connections behind

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def is_genuine(self, agency, headers, body):
        """Whether one of the signatures was made with the agency's secret over exactly this body, and lately."""
        secret = self.secrets.get(agency)
        stamp = headers.get("webhook-timestamp", "")
        if secret is None or not stamp.isdigit() or abs(time.time() - int(stamp)) > SIGNATURE_AGE_S:
            return False
        signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
        mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(mac).decode()
        return any(hmac.compare_digest(expected, offered) for offered in headers.get("webhook-signature", "").split())

    def _take(self, message):
        with self._arrived:
            status = self.answer(message)
            message.status = status
            self.messages.append(message)
            self._arrived.notify_all()
        return status

    def taken(self, case=None, agency=None, type=None):
        """Messages we answered with success."""
        with self._arrived:
            return [m for m in self.messages if m.status // 100 == 2 and (case is None or m.case == case)
                    and (agency is None or m.agency == agency) and (type is None or m.type == type)]

    def wait_for(self, condition, what, limit=WAIT_LIMIT_S):
        """Waits for messages until `condition(self)` holds."""
        give_up = time.monotonic() + limit
        while not condition(self):
            with self._arrived:
                if not self._arrived.wait(timeout=min(1.0, max(0.0, give_up - time.monotonic()))) \
                        and time.monotonic() >= give_up:
                    raise AssertionError(f"waited {limit} s in vain for {what}")

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Service:
    """A service of the test's own: a folder that `lachan init` made, and the program running on it."""

    def __init__(self, agencies=None, **settings):
        """`settings`: environment for the program, e.g. LACHAN_API_LISTEN."""
        self.agencies = agencies or Agencies()
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="lachan-journey-"))
        self.folder = self._folder / "service"
        self.log = self._folder / "serve.log"
        self.settings = {"LACHAN_API_LISTEN": "127.0.0.1:0", "LACHAN_OPERATIONS_LISTEN": "127.0.0.1:0", **settings}
        self.process = None
        made = self.command("init", self.folder, "--demo", self.agencies.url, "--json")
        if made.returncode != 0:
            raise AssertionError(f"init: {made.stderr}")
        self.made = json.loads(made.stdout)
        self.config = self.made["config"]
        self.agencies.secrets = {each["agency"]: each["secret"] for each in self.made["endpoints"]}
        self._tokens = {(each["role"], each["agency"]): each["token"] for each in self.made["keys"]}

    def command(self, *words, input=None):
        """Runs one command of the program to its end."""
        return subprocess.run([BINARY, *map(str, words)], input=input, capture_output=True, text=True,
                              env={**os.environ, **self.settings}, timeout=WAIT_LIMIT_S * 5)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([BINARY, "serve", "--config", self.config], stdout=subprocess.PIPE, stderr=log,
                                            env={**os.environ, **self.settings})
        first = []
        reader = threading.Thread(target=lambda: first.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(START_LIMIT_S)
        if not first or not first[0]:
            raise AssertionError(f"the service did not start:\n{self.log.read_text()[-4000:]}")
        self.listening = json.loads(first[0])["listening"]
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def terminate(self):
        """Asks it to stop, as systemd would; answers the exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=WAIT_LIMIT_S)
        self.process.stdout.close()
        return status

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.agencies.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def token(self, role, agency):
        return self._tokens[(role, agency)]

    def caller(self, role, agency):
        return Caller(self.listening["api"], self.token(role, agency))

    @property
    def operator(self):
        return self.caller("operator", HOTLINE)

    @property
    def supervisor(self):
        """Of the province: sees every case."""
        return self.caller("supervisor", PROVINCE)

    @property
    def anybody(self):
        return Caller(self.listening["api"])

    @property
    def operations(self):
        return Caller(self.listening["operations"])

    def file(self, report, **headers):
        """Takes a report in, as the hotline; answers the filing. Fails unless it was taken."""
        reply = self.operator.post("/v1/reports", report, **headers)
        if reply.status != 201:
            raise AssertionError(f"report not taken: {reply}")
        return reply.json
