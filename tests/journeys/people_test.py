"""People at the running program: the first administrator, a colleague, a lost authenticator, and a key that is renewed."""

import base64
import hashlib
import hmac
import http.client
import json
import struct
import time
import unittest

from harness import PROVINCE, WAIT_LIMIT_S, Caller, Reply, Service, wait_until

GOOD, USAGE = 0, 2
PASSWORD = "con trâu đi trước cái cày"
STEP_S = 30


def code_of(secret, step):
    """RFC 6238, as an authenticator on a telephone does it."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 0x0F
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Authenticator:
    """Shows no code twice. The service takes those of the step before and after as well, so two need no waiting."""

    def __init__(self, secret):
        self.secret = secret
        self.last = 0

    def code(self):
        def step():
            present = int(time.time()) // STEP_S
            return next((each for each in (present, present + 1) if each > self.last), None)
        self.last = wait_until(step, "a code that was not used", limit=WAIT_LIMIT_S * 2)
        return code_of(self.secret, self.last)


class Browser:
    """Keeps cookies, and sends what a page of ours sends along."""

    def __init__(self, base):
        self.address = Caller(base).address
        self.cookies = {}
        self.csrf = None

    def call(self, method, path, body=None):
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.csrf:
            headers["Lachan-CSRF"] = self.csrf
        connection = http.client.HTTPConnection(self.address, timeout=WAIT_LIMIT_S)
        try:
            connection.request(method, path, json.dumps(body).encode() if body is not None else None, headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    cookie, _, rest = value.partition("=")
                    self.cookies[cookie] = rest.split(";")[0]
            reply = Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()
        if reply.json and "csrf_token" in reply.json:
            self.csrf = reply.json["csrf_token"]
        return reply

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body):
        return self.call("POST", path, body)

    def accept(self, token, login, password=PASSWORD):
        """Exchanges a one-time token for an account; answers the authenticator that has its key now."""
        seen = self.post("/v1/session/first", {"token": token, "login": login})
        if seen.status != 200:
            raise AssertionError(f"the token is not taken: {seen}")
        authenticator = Authenticator(seen.json["totp"]["secret"])
        made = self.post("/v1/session/first",
                         {"token": token, "login": login, "password": password, "totp": authenticator.code()})
        if made.status != 201:
            raise AssertionError(f"the account is not made: {made}")
        return authenticator

    def sign_in(self, login, password, code):
        return self.post("/v1/session", {"login": login, "password": password, "totp": code})


class People(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        cls.service.start()
        cls.admin = cls.browser()
        cls.admin.accept(cls.service.made["first_administrator"]["token"], "quan.tri")

    @classmethod
    def browser(cls):
        return Browser(cls.service.listening["api"])

    def command(self, *words, **more):
        return self.service.command(*words, "--config", self.service.config, **more)

    def invite(self, role, agency):
        invited = self.admin.post("/v1/accounts", {"role": role, "agency": agency})
        self.assertEqual(invited.status, 201, invited)
        return invited.json["token"]

    def test_the_first_administrator_comes_from_the_token_of_init_and_only_once(self):
        me = self.admin.get("/v1/me").json
        self.assertEqual((me["role"], me["agency"]["agency"]), ("admin", PROVINCE))
        again = self.browser().post("/v1/session/first", {"token": self.service.made["first_administrator"]["token"]})
        self.assertEqual(again.status, 401, again)

    def test_a_colleague_signs_in_works_and_leaves(self):
        person = self.browser()
        authenticator = person.accept(self.invite("operator", "tong-dai-111"), "lo.van.an")
        other = self.browser()
        self.assertEqual(other.sign_in("lo.van.an", PASSWORD, authenticator.code()).status, 201)
        report = {"channel": "hotline_111", "area": "03388", "narrative": "Trẻ khóc."}
        filed = other.post("/v1/reports", report)
        self.assertEqual(filed.status, 201, filed)
        forged = self.browser()
        forged.cookies = dict(other.cookies)
        self.assertEqual(forged.post("/v1/reports", report).status, 403)
        self.assertEqual(other.call("DELETE", "/v1/session").status, 204)
        self.assertEqual(other.get("/v1/me").status, 401)
        events = self.service.supervisor.all(f"/v1/cases/{filed.json['case']}/events")
        self.assertTrue(any(event["actor"].startswith("user:") for event in events), events)
        self.assertNotIn("lo.van", json.dumps(events))

    def test_who_lost_the_authenticator_gets_back_in_with_the_administrators_help(self):
        person = self.browser()
        person.accept(self.invite("officer", "ubnd-03388"), "giang.a.pao")
        reset = self.command("user", "reset", "giang.a.pao", "--json")
        self.assertEqual(reset.returncode, GOOD, reset)
        self.assertEqual(person.get("/v1/me").status, 401)
        person.accept(json.loads(reset.stdout)["token"], "", "cái cày theo sau con trâu")
        self.assertEqual(person.get("/v1/me").json["agency"]["agency"], "ubnd-03388")
        self.assertEqual(self.command("user", "disable", "giang.a.pao").returncode, GOOD)
        self.assertEqual(person.get("/v1/me").status, 401)

    def test_an_account_made_on_the_command_line_with_its_password_from_a_file(self):
        file = self.service.folder / "password"
        file.write_text(PASSWORD + "\n")
        create = ("user", "create", "--role", "analyst", "--agency", PROVINCE, "--json")
        made = self.command(*create, "--login", "van.thi.my", "--password-file", file)
        self.assertEqual(made.returncode, GOOD, made)
        self.assertNotIn(PASSWORD, made.stdout + made.stderr)
        secret = json.loads(made.stdout)["otpauth"].split("secret=")[1].split("&")[0]
        person = self.browser()
        self.assertEqual(person.sign_in("van.thi.my", PASSWORD, Authenticator(secret).code()).status, 201)
        self.assertEqual(self.command(*create, "--login", "van.thi.my", "--password-file", file).returncode, USAGE)
        listed = json.loads(self.command("user", "list", "--json").stdout)["items"]
        mine = next(item for item in listed if item["login"] == "van.thi.my")
        self.assertEqual((mine["role"], mine["state"]), ("analyst", "valid"))
        self.assertIsNotNone(mine["signed_in_at"])
        changed = self.command("user", "change", "van.thi.my", "--role", "supervisor")
        self.assertEqual(changed.returncode, GOOD, changed)
        self.assertEqual(person.get("/v1/me").status, 401)

    def test_guessing_is_slowed_counted_and_alarmed(self):
        guesser = self.browser()
        replies = [guesser.sign_in("nobody.here", f"guess {n}", "000000") for n in range(8)]
        self.assertEqual({reply.status for reply in replies}, {401, 429})
        slowed = next(reply for reply in replies if reply.status == 429)
        self.assertGreaterEqual(int(slowed.headers["retry-after"]), 1)
        metrics = self.service.operations.get("/metrics").text
        self.assertIn('lachan_sign_in_attempts_total{outcome="refused"}', metrics)
        self.assertIn('lachan_sign_in_attempts_total{outcome="slowed"}', metrics)
        self.assertNotIn("nobody.here", metrics + self.service.log.read_text())

    def test_names_and_passwords_lie_nowhere_in_the_files(self):
        person = self.browser()
        person.accept(self.invite("officer", "ubnd-03390"), "canary.login", "canary password 7391")
        self.assertEqual(person.sign_in("canary.login", "canary wrong 7391", "000000").status, 401)
        for path in sorted(self.service.folder.rglob("*")) + [self.service.log]:
            if path.is_file():
                self.assertNotIn(b"canary", path.read_bytes(), path)

    def test_a_key_gets_a_new_token_and_the_old_one_its_time(self):
        made = json.loads(self.command("key", "create", "--role", "analyst", "--agency", PROVINCE,
                                       "--id", "renewed", "--json").stdout)
        api = self.service.listening["api"]
        self.assertEqual(Caller(api, made["token"]).get("/v1/me").status, 200)
        renewed = json.loads(self.command("key", "rotate", "renewed", "--overlap", "PT1H", "--json").stdout)
        for token in (made["token"], renewed["token"]):
            self.assertEqual(Caller(api, token).get("/v1/me").json["key"], "renewed")
        again = json.loads(self.command("key", "rotate", "renewed", "--overlap", "PT0S", "--json").stdout)
        self.assertEqual(Caller(api, renewed["token"]).get("/v1/me").status, 401)
        self.assertEqual(Caller(api, again["token"]).get("/v1/me").status, 200)
        self.assertEqual(self.command("key", "rotate", "renewed", "--overlap", "P90D").returncode, USAGE)
        self.assertEqual(self.command("key", "rotate", "nothing").returncode, USAGE)

    def test_the_last_use_of_a_key_is_known_when_the_service_has_stopped(self):
        with Service() as service:
            self.assertEqual(service.operator.get("/v1/me").status, 200)
            self.assertEqual(service.terminate(), 0)
            keys = json.loads(service.command("key", "list", "--config", service.config, "--json").stdout)["items"]
            used = {key["id"] for key in keys if key["last_used_at"]}
            self.assertEqual(used, {"tong-dai-111.operator"})


if __name__ == "__main__":
    unittest.main()
