"""Receivers that do everything a receiver should not: each a function that gets the request's handler, its body unread."""

import socket
import struct
import threading
import time

LONG_S = 30  # longer than any try may last; ends early when the sender hangs up


def _until_gone(handler, limit=LONG_S):
    """Waits until the sender closes the connection."""
    handler.connection.settimeout(limit)
    try:
        while handler.connection.recv(4096):
            pass
    except OSError:
        pass


def _answer(handler, status, body=b"", **headers):
    handler.rfile.read(int(handler.headers["content-length"]))
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def slow_head(handler):
    """Answers one byte at a time, and is never done."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\n" + b"x-slow: " + b"y" * 1000:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass


def slow_body(handler):
    """Says 200, and drips a body that never ends."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        for _ in range(LONG_S * 10):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass


def hang(handler):
    """Takes everything and says nothing."""
    _until_gone(handler)


def reset(handler):
    """Breaks the connection off."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def unread(handler):
    """Says 200 before it has read anything of the message."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def garbage(handler):
    """Speaks something else."""
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n\0\0\0")


def moved(handler, to="http://127.0.0.1:1/trap"):
    """Points at a service of the sender's own machine."""
    _answer(handler, 301, Location=to)


def busy(handler):
    """Asks to be left alone for three hundred years."""
    _answer(handler, 429, Retry_After="9999999999")


def gone(handler):
    _answer(handler, 410)


def broken(handler):
    _answer(handler, 500, b"x" * 100_000)


class Trap:
    """A port where nobody may ever come."""

    def __init__(self, address="127.0.0.1", port=0):
        self._socket = socket.create_server((address, port))
        self.port = self._socket.getsockname()[1]
        self.caught = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        try:
            while True:
                self._socket.accept()[0].close()
                self.caught += 1
        except OSError:
            pass

    def close(self):
        self._socket.close()
