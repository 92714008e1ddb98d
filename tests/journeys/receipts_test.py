"""What the holder of a receipt can do: have it proved offline, push, and be hidden among ten thousand guesses."""

import http.client
import json
import random
import unittest
import urllib.parse

from harness import Service, sample

GOOD, FINDING, USAGE = 0, 1, 2
GUESSES = 10_000
ASKED_A_MINUTE = 60  # `limits.status_per_minute`


class Receipts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        cls.service.start()
        cls.filing = cls.service.file(sample(4))

    def test_a_proof_is_verified_without_the_service_and_every_byte_counts(self):
        proof = self.service.anybody.post("/v1/status/proof", {"receipt": self.filing["receipt"]}).json
        key = self.service.anybody.get("/v1/status/key").json["public_key"]
        printed = self.service.command("receipt", "key", "--config", self.service.config)
        self.assertEqual((printed.returncode, printed.stdout.strip()), (GOOD, key), printed)
        file = self.service.folder / "proof.json"

        def verify(document, key=key):
            file.write_text(document if isinstance(document, str) else json.dumps(document))
            return self.service.command("receipt", "verify", file, "--key", key, "--json")

        good = verify(proof)
        self.assertEqual(good.returncode, GOOD, good)
        statement = json.loads(good.stdout)["statement"]
        self.assertEqual(statement["report"], self.filing["report"])
        for name in ("type", "service", "received_at", "recorded_at", "fingerprint", "signed_at"):
            self.assertTrue(statement[name], name)
        for hidden in (self.filing["receipt"], self.filing["case"], "Trẻ H", "0213"):
            self.assertNotIn(hidden, proof["statement"])
        text = proof["statement"]
        for place in range(0, len(text), 5):
            changed = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1:]
            self.assertEqual(verify({**proof, "statement": changed}).returncode, FINDING, place)
        self.assertEqual(verify({**proof, "signature": "AAAA" + proof["signature"][4:]}).returncode, FINDING)
        self.assertEqual(verify(json.dumps(proof)[:-9]).returncode, FINDING)
        self.assertEqual(verify(proof, "A" * 43 + "=").returncode, FINDING)
        self.assertEqual(verify(proof, "no key").returncode, USAGE)
        key_file = self.service.folder / "public.key"
        key_file.write_text(key + "\n")
        self.assertEqual(verify(proof, key_file).returncode, GOOD)
        # A certificate of erasure is signed by the same key, and is no receipt.
        case = self.service.file(sample(4))["case"]
        erased = self.service.command("subject", "erase", case, "--ground", "thử", "--json", "--config", self.service.config)
        self.assertEqual(verify(json.loads(erased.stdout)["certificate"]).returncode, FINDING)


class Guessing(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        self.service.start()

    def metric(self, name):
        lines = self.service.operations.get("/metrics").text.splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{") and 'secret="receipt"' in line)

    def test_ten_thousand_guesses_are_slowed_and_alarmed(self):
        filing = self.service.file(sample(4))
        chance = random.Random(7)
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.service.listening["api"]).netloc, timeout=60)
        statuses = []
        for _ in range(GUESSES):
            guess = f"{chance.randrange(10 ** 16):016}"
            connection.request("POST", "/v1/status", json.dumps({"receipt": guess}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
            if answer.status == 429:
                self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        connection.close()

        self.assertNotIn(200, statuses)
        looked_at = sum(status != 429 for status in statuses)
        minutes = 5  # far more than ten thousand requests take; each brings the allowance back once
        self.assertLess(looked_at, ASKED_A_MINUTE * minutes)
        self.assertEqual(self.metric("lachan_guesses_total"), GUESSES)
        self.assertGreaterEqual(self.metric("lachan_guessing_alarms_total"), 1)
        log = self.service.log.read_text()
        self.assertIn("secrets.guessed", log)
        self.assertNotIn("127.0.0.1", "".join(line for line in log.splitlines() if "guessed" in line))
        # Agencies are not slowed by it, and the reporter who waits is heard again.
        self.assertEqual(self.service.supervisor.get(f"/v1/cases/{filing['case']}").status, 200)


if __name__ == "__main__":
    unittest.main()
