"""Peers that mean harm, on the wire: floods of connections, heads and bodies, dripping, half-closing, smuggling. Each is
answered or cut off, nothing grows beyond its bound, and whoever asks properly meanwhile gets a proper answer."""

import contextlib
import pathlib
import re
import resource
import socket
import threading
import time
import unittest
import urllib.parse

from harness import HOTLINE, Service, wait_until

PEERS = 10_000
ADDRESSES = 40  # of loopback, which the flood comes from: 250 connections each
OTHERS_ADDRESS = "127.0.1.1"  # the one who asks properly
GIB = 1 << 30
# What 900 connections with all they may hold can take (head and read buffers, one body of 256 KiB) beside the rest.
MOST_RSS_KIB = 600 * 1024


class HostileHttp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(LACHAN_API_MAX_CONNECTIONS="900", LACHAN_API_HEADER_TIMEOUT_SECONDS="5",
                              LACHAN_API_BODY_TIMEOUT_SECONDS="5", LACHAN_API_IDLE_TIMEOUT_SECONDS="5")
        cls.addClassCleanup(cls.service.close)
        cls.service.start()
        host, port = urllib.parse.urlsplit(cls.service.listening["api"]).netloc.split(":")
        cls.address = (host, int(port))
        cls.bearer = f"Authorization: Bearer {cls.service.token('operator', HOTLINE)}\r\n"

    def tearDown(self):
        wait_until(lambda: self.ask("127.0.1.2").startswith(b"HTTP/1.1 200"), "a proper answer after the attack")
        self.assertLess(self.peak_kib(), MOST_RSS_KIB)
        self.assertNotIn("http.handler_failed", self.service.log.read_text())

    def peak_kib(self):
        status = pathlib.Path(f"/proc/{self.service.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(self.address, timeout=60, source_address=(source, 0))

    def ask(self, source):
        """One proper question on a connection of its own."""
        with self.connect(source) as connection:
            connection.sendall(f"GET /v1/cases?limit=1 HTTP/1.1\r\nHost: x\r\n{self.bearer}Connection: close\r\n\r\n".encode())
            return self.rest(connection)

    @staticmethod
    def rest(connection):
        answer = b""
        with contextlib.suppress(ConnectionError):
            while chunk := connection.recv(1 << 16):
                answer += chunk
        return answer

    @staticmethod
    def statuses(answer):
        return [int(status) for status in re.findall(rb"(?:^|\n|\})HTTP/1\.1 (\d+)", answer)]

    def send(self, *parts, ends=False):
        """What comes back until the other side closes; `ends`: we stop sending first."""
        with self.connect() as connection:
            with contextlib.suppress(ConnectionError):
                for part in parts:
                    connection.sendall(part)
                if ends:
                    connection.shutdown(socket.SHUT_WR)
            return self.rest(connection)

    @contextlib.contextmanager
    def someone_asks_meanwhile(self):
        """Asks again and again from another address while the block runs; every answer has to be a proper one."""
        ended, answers, waits = threading.Event(), [], []

        def ask():
            while not ended.is_set():
                begun = time.monotonic()
                answers.append(self.ask(OTHERS_ADDRESS)[:12])
                waits.append(time.monotonic() - begun)

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            yield
        finally:
            wait_until(lambda: answers, "an answer to somebody else")
            ended.set()
            thread.join()
        self.assertEqual(set(answers), {b"HTTP/1.1 200"})
        print(f"{self.id().rsplit('.', 1)[-1]}: {len(answers)} others answered, the slowest after {max(waits) * 1000:.0f} ms; "
              f"peak RSS {self.peak_kib() // 1024} MiB")

    def test_ten_thousand_idle_connections(self):
        self.flood(lambda connection: None)

    def test_ten_thousand_connections_that_drip(self):
        def drip(connection):
            with contextlib.suppress(OSError):
                connection.send(b"P")
        self.flood(drip, rounds=3)

    def flood(self, touch, rounds=1):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        peers = min(PEERS, hard - 200)
        connections = []
        try:
            with self.someone_asks_meanwhile():
                for i in range(peers):
                    # Some are turned away before they are through: that is an answer too.
                    with contextlib.suppress(ConnectionError):
                        connections.append(self.connect(f"127.0.2.{1 + i % ADDRESSES}"))
                        touch(connections[-1])
                for _ in range(rounds - 1):
                    for connection in connections:
                        touch(connection)
        finally:
            for connection in connections:
                connection.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def test_a_gibibyte_announced(self):
        head = f"POST /v1/reports HTTP/1.1\r\nHost: x\r\n{self.bearer}Content-Type: application/json\r\nContent-Length: {GIB}\r\n\r\n"
        with self.someone_asks_meanwhile():
            self.assertEqual(self.statuses(self.send(head.encode(), *self.a_gibibyte())), [413])

    def test_a_gibibyte_in_chunks(self):
        head = f"POST /v1/reports HTTP/1.1\r\nHost: x\r\n{self.bearer}Content-Type: application/json\r\n" \
               "Transfer-Encoding: chunked\r\n\r\n"
        with self.someone_asks_meanwhile():
            answer = self.send(head.encode(), *(b"100000\r\n" + part + b"\r\n" for part in self.a_gibibyte()))
            self.assertIn(self.statuses(answer), ([413], []))  # a peer that does not stop may miss the answer

    @staticmethod
    def a_gibibyte():
        part = b"x" * (1 << 20)
        for _ in range(GIB // len(part)):
            yield part

    def test_floods_of_headers(self):
        many = "".join(f"X-{i}: {i}\r\n" for i in range(100_000))
        for flood in (many, "X: " + "y" * (1 << 24) + "\r\n", "Cookie: a\r\n" * 200_000, ":" * (1 << 20), "\r\n" * 3 + "X:\r\n" * 100_000):
            with self.someone_asks_meanwhile():
                answer = self.send(f"GET / HTTP/1.1\r\nHost: x\r\n{flood}".encode(), b"\r\n")
                self.assertLessEqual(set(self.statuses(answer)), {431, 400, 404})

    def test_a_thousand_requests_at_once_on_one_connection(self):
        one = b"GET /problems/not-found HTTP/1.1\r\nHost: x\r\n\r\n"
        last = b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        with self.someone_asks_meanwhile():
            with self.connect() as connection:
                sender = threading.Thread(target=lambda: connection.sendall(one * 1000 + last))
                sender.start()
                statuses = self.statuses(self.rest(connection))
                sender.join()
        self.assertEqual(len(statuses), 1001)
        self.assertTrue({status for status in statuses} <= {200, 404, 429}, set(statuses))

    def test_a_peer_that_never_reads_its_answers(self):
        request = b"GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 2000
        with self.someone_asks_meanwhile(), contextlib.ExitStack() as stack:
            for _ in range(20):
                connection = stack.enter_context(self.connect("127.0.3.1"))
                connection.settimeout(0.5)
                with contextlib.suppress(OSError):
                    connection.sendall(request)

    def test_peers_that_stop_sending(self):
        report = b'{"channel":"school","area":"03388","category":["violence"],"narrative":"x"}'
        head = f"POST /v1/reports HTTP/1.1\r\nHost: x\r\n{self.bearer}Content-Type: application/json\r\n".encode()
        whole = head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(report) + report
        self.assertEqual(self.statuses(self.send(whole, ends=True)), [201])
        for cut in (1, 10, len(head), len(whole) - len(report), len(whole) - 1):
            with self.subTest(cut=cut):
                self.assertIn(self.statuses(self.send(whole[:cut], ends=True)), ([400], []))

    def test_messages_that_two_readers_could_read_differently(self):
        smuggled = b"GET /v1/cases HTTP/1.1\r\nHost: x\r\n\r\n"
        body = b"0\r\n\r\n" + smuggled
        for lines in (b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 5",
                      b"Content-Length: 5\r\nContent-Length: 6", b"Content-Length: 5, 6", b"Content-Length: +5", b"Content-Length: 0x5",
                      b"Content-Length : 5", b"Content-Length:\t5\r\n\t6", b"Transfer-Encoding: xchunked",
                      b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: identity, chunked", b"Transfer-Encoding : chunked",
                      b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x", b"Transfer-Encoding:\x0bchunked", b"Transfer-Encoding: \"chunked\"",
                      b"X: y\r\n Transfer-Encoding: chunked", b"X: y\nTransfer-Encoding: chunked\r\nContent-Length: 5",
                      b"X: y\rTransfer-Encoding: chunked", b"Content-Length: 5\0", b"Content-Length: -5", b"Content-Length: 18446744073709551621",
                      b"Transfer-Encoding: chunked\r\nHost: y"):
            with self.subTest(lines=lines):
                answer = self.send(b"POST /v1/status HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + lines + b"\r\n\r\n" + body,
                                   ends=True)
                statuses = self.statuses(answer)
                self.assertNotIn(401, statuses, answer)  # what the hidden request would get
                self.assertTrue(all(status < 500 for status in statuses), answer)

    def test_chunks_that_are_none(self):
        head = f"POST /v1/reports HTTP/1.1\r\nHost: x\r\n{self.bearer}Content-Type: application/json\r\n" \
               "Transfer-Encoding: chunked\r\n\r\n".encode()
        for chunks in (b"-1\r\nx\r\n", b"ffffffffffffffff\r\nx", b"10000000000000000\r\nx", b"0x5\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n",
                       b"5;" + b"a" * 100_000 + b"\r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n", b"\r\n\r\n", b"5\r\nhelloo\r\n0\r\n\r\n",
                       b"0\r\n" + b"Trailer: x\r\n" * 10_000 + b"\r\n", b"1\r\nx\r\n" * 300_000):
            with self.subTest(chunks=chunks[:30]):
                statuses = self.statuses(self.send(head, chunks, ends=True))
                self.assertTrue(all(400 <= status < 500 for status in statuses), statuses)


if __name__ == "__main__":
    unittest.main()
