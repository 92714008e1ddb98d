"""Agencies without a system of their own: told by mail and by short message, through a real mail server (Debian's
python3-aiosmtpd, with STARTTLS and a login) and a real HTTP receiver."""

import asyncio
import email
import email.policy
import http.server
import json
import logging
import ssl
import sys
import threading
import unittest

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's packages, whichever python runs this
from aiosmtpd.smtp import SMTP, AuthResult  # noqa: E402

from harness import Service, certificate, sample, wait_until  # noqa: E402

logging.disable(logging.WARNING)  # the mail library warns of its own future

AGENCY = "ubnd-03388"
MAILBOX = "ubnd.doanket@laichau.example.vn"
PHONE = "+84912000111"
PASSWORD = "a-long-password"
GATEWAY_KEY = "Bearer key-of-the-provider"


class MailServer:
    """Takes mail after STARTTLS and a login, unless `answer(envelope)` says otherwise."""

    def __init__(self, tls):
        self.mails = []
        self.answer = lambda envelope: "250 2.0.0 taken"
        server = self

        class Handler:
            async def handle_DATA(self, _server, session, envelope):
                said = server.answer(envelope)
                if said.startswith("250"):
                    server.mails.append((envelope, session.ssl is not None, session.authenticated))
                return said

        def speak():
            return SMTP(Handler(), hostname="mail.test", tls_context=tls, require_starttls=True, auth_required=True,
                        authenticator=lambda _s, _session, _envelope, _how, login: AuthResult(
                            success=login.password == PASSWORD.encode()), loop=self._loop)

        self._loop = asyncio.new_event_loop()
        listening = self._loop.run_until_complete(self._loop.create_server(speak, "127.0.0.1", 0))
        self.port = listening.sockets[0].getsockname()[1]
        self._listening = listening
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def text_of(self, index):
        envelope, _, _ = self.mails[index]
        return email.message_from_bytes(envelope.content, policy=email.policy.default)

    def close(self):
        self._loop.call_soon_threadsafe(self._listening.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Provider:
    """A provider of short messages: keeps what it was asked to send."""

    def __init__(self):
        self.asked = []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                provider.asked.append((self.path, dict(self.headers.items()), json.loads(body)))
                answer = b'{"CodeResult":"100"}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Channels(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        chain, key = certificate(self.service._folder, "mail.test")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(chain, key)
        self.mail = MailServer(tls)
        self.addCleanup(self.mail.close)
        self.provider = Provider()
        self.addCleanup(self.provider.close)
        self.configure(chain)

    def configure(self, chain):
        folder = self.service.folder
        for name, secret in (("mail-password", PASSWORD + "\n"), ("sms-headers", f"Authorization: {GATEWAY_KEY}\n")):
            path = folder / "secrets" / name
            path.write_text(secret)
            path.chmod(0o600)
        document = json.loads((folder / "lachan.json").read_text())
        document["egress"]["ca_file"] = str(chain)
        document["mail"] = {"server": f"smtp://127.0.0.1:{self.mail.port}", "from": "lachan@laichau.example.vn",
                            "user": "lachan", "password_file": "secrets/mail-password"}
        document["gateways"] = {"sms": {"url": f"http://127.0.0.1:{self.provider.port}/send",
                                        "body_template": '{"to":"{{to}}","text":"{{text_ascii}}","ref":"{{id}}"}',
                                        "headers_file": "secrets/sms-headers", "success_marker": '"100"'}}
        (folder / "lachan.json").write_text(json.dumps(document))

    @property
    def admin(self):
        return self.service.caller("admin", "so-y-te-12")

    @property
    def channels(self):
        return f"/v1/agencies/{AGENCY}/endpoints"

    def register(self, **channel):
        reply = self.admin.post(self.channels, channel)
        self.assertEqual(reply.status, 201, reply)
        return reply.json["id"]

    def put_first(self, channel):
        others = [each["id"] for each in self.admin.all(self.channels) if each["id"] != channel]
        reply = self.admin.call("PUT", f"{self.channels}/order", {"endpoints": [channel, *others]})
        self.assertEqual(reply.status, 200, reply)

    def owed(self, case):
        return [each for each in self.service.supervisor.all(f"/v1/cases/{case}/notifications") if each["agency"] == AGENCY]

    def delivered_by(self, case, channel):
        owed = self.owed(case)
        return owed and all(each["state"] == "delivered" and each["endpoint"] == channel for each in owed)

    def test_a_mail_says_the_case_and_where_to_look_and_nothing_else(self):
        self.service.start()
        channel = self.register(kind="email", address=MAILBOX)
        self.put_first(channel)
        report = {**sample(4), "narrative": "lời kể không được gửi đi"}
        case = self.service.file(report)["case"]
        wait_until(lambda: self.delivered_by(case, channel), "the agency to be told by mail")
        envelope, encrypted, logged_in = self.mail.mails[0]
        self.assertEqual(envelope.rcpt_tos, [MAILBOX])
        self.assertEqual(envelope.mail_from, "lachan@laichau.example.vn")
        self.assertTrue(encrypted)
        self.assertTrue(logged_in)
        mail = self.mail.text_of(0)
        body = mail.get_content()
        link = f"{self.service.listening['api']}/cases/{case}"
        self.assertIn(case, mail["subject"])
        self.assertIn(link, body)
        secret = [report["narrative"], *(child["name"] for child in report["children"] if child.get("name"))]
        for text in secret:
            self.assertNotIn(text, body + mail["subject"])
        said = body.replace(link, "").replace(case, "").replace("[KHẨN]", "")
        self.assertEqual(" ".join(said.split()),
                         "Kính gửi quý cơ quan, Vụ việc có việc cần xử lý. Xem và phản hồi tại: "
                         "Thư tự động của Lá chắn, vui lòng không trả lời thư này.")

    def test_a_short_message_goes_through_the_provider_of_its_channel(self):
        self.service.start()
        channel = self.register(kind="gateway", address=PHONE)
        self.assertEqual(self.admin.all(self.channels)[-1]["provider"], "sms")
        self.put_first(channel)
        case = self.service.file(sample(4))["case"]
        wait_until(lambda: self.delivered_by(case, channel), "the agency to be told by short message")
        path, headers, body = self.provider.asked[0]
        self.assertEqual((path, body["to"]), ("/send", PHONE))
        self.assertEqual({name.lower(): value for name, value in headers.items()}["authorization"], GATEWAY_KEY)
        self.assertIn(case, body["text"])
        self.assertIn(f"/cases/{case}", body["text"])

    def test_the_next_channel_in_the_agencys_order_takes_over(self):
        agencies = self.service.agencies
        agencies.answer = lambda message: 410 if message.agency == AGENCY else 204
        self.service.start()
        mail = self.register(kind="email", address=MAILBOX)
        self.register(kind="gateway", address=PHONE)
        case = self.service.file(sample(4))["case"]
        wait_until(lambda: self.delivered_by(case, mail), "the mail to take over from a system that is gone")
        self.assertEqual(self.provider.asked, [])

    def test_a_mail_server_that_says_not_now_is_asked_again(self):
        refused = []

        def not_now_once(envelope):
            if refused:
                return "250 2.0.0 taken"
            refused.append(envelope)
            return "451 4.3.0 come again"

        self.mail.answer = not_now_once
        self.service.start()
        channel = self.register(kind="email", address=MAILBOX)
        self.put_first(channel)
        case = self.service.file(sample(4))["case"]
        wait_until(lambda: self.delivered_by(case, channel), "the mail to be taken the second time")
        outcomes = [(attempt["outcome"], attempt["status"]) for attempt in self.owed(case)[0]["attempts"]]
        self.assertEqual(outcomes[:2], [("retry", 451), ("delivered", 250)])

    def test_a_mail_server_that_says_never_raises_an_alarm(self):
        self.mail.answer = lambda envelope: "550 5.1.1 no such mailbox"
        self.service.start()
        self.put_first(self.register(kind="email", address=MAILBOX))
        case = self.service.file(sample(4))["case"]
        wait_until(lambda: any(event["kind"] == "notification.refused"
                               for event in self.service.supervisor.all(f"/v1/cases/{case}/events")), "the alarm")
        attempt = wait_until(lambda: self.owed(case)[0]["attempts"], "the try")[0]
        self.assertEqual((attempt["outcome"], attempt["status"]), ("slow_retry", 550))

    def test_a_channel_that_cannot_work_is_not_registered(self):
        self.service.start()
        for channel, fault in (({"kind": "email", "address": "not a mailbox"}, "/address format"),
                               ({"kind": "gateway", "address": "+84 912 000 111"}, "/address format"),
                               ({"kind": "gateway", "address": PHONE, "provider": "zalo"}, "/provider unknown_word"),
                               ({"kind": "email", "address": MAILBOX, "provider": "sms"}, "/provider not_for_kind"),
                               ({"kind": "webhook", "url": "http://10.0.0.1/"}, "/url")):
            reply = self.admin.post(self.channels, channel)
            self.assertEqual(reply.status, 422, reply)
            self.assertTrue(any(f"{each['pointer']} {each['code']}".startswith(fault) for each in reply.json["errors"]), reply)

    def test_a_configuration_that_cannot_work_is_refused_with_its_places(self):
        folder = self.service.folder
        (folder / "secrets" / "mail-password").chmod(0o644)
        document = json.loads((folder / "lachan.json").read_text())
        document["gateways"]["sms"]["body_template"] = '{"to":"{{too}}"}'
        document["gateways"]["zalo"] = {"url": "https://zalo.example.vn/", "body_template": "x", "headers_file": "missing"}
        (folder / "lachan.json").write_text(json.dumps(document))
        checked = self.service.command("check-config", "--config", self.service.config)
        self.assertEqual(checked.returncode, 2, checked)
        for place in ("/mail/password_file", "/gateways/sms/body_template", "/gateways/zalo/headers_file"):
            self.assertIn(place, checked.stderr)
        self.assertNotIn(PASSWORD, checked.stderr + checked.stdout)


if __name__ == "__main__":
    unittest.main()
