"""A TLS server between the handler and the real API server that spoils chosen answers, and counts the requests."""

import base64
import collections
import http.client
import socket
import ssl
import struct
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Certificates:
    """A certificate authority made with openssl; `good` and `expired` are PEM files with key and certificate."""

    def __init__(self, folder) -> None:
        self._folder = folder
        self._openssl("req", "-x509", *NEW_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=lab")
        self.good = self._issue("good", "-days", "2")
        self.expired = self._issue("expired", "-startdate", "20200101000000Z", "-enddate", "20200102000000Z")
        self.authority = base64.b64encode((folder / "ca.pem").read_bytes()).decode()

    def _issue(self, name, *validity):
        self._openssl("req", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=api")
        (self._folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
        (self._folder / "index").write_text("")
        (self._folder / "serial").write_text("01" if name == "good" else "02")
        (self._folder / "ca.cnf").write_text(CA_CONFIGURATION)
        ca = (
            "ca",
            "-batch",
            "-config",
            "ca.cnf",
            "-cert",
            "ca.pem",
            "-keyfile",
            "ca.key",
            "-notext",
            "-extfile",
            "san",
        )
        self._openssl(*ca, "-in", f"{name}.csr", "-out", f"{name}.crt", *validity)
        path = self._folder / f"{name}.pem"
        path.write_text((self._folder / f"{name}.key").read_text() + (self._folder / f"{name}.crt").read_text())
        return path

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self._folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
CA_CONFIGURATION = """[ca]
default_ca = lab
[lab]
new_certs_dir = .
database = index
serial = serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""


class FaultServer:
    """Forward requests to `upstream`; `spoil` queues answers of its own for the next requests."""

    def __init__(self, certificate, upstream, ca_file) -> None:
        self.requests: list[tuple[str, str]] = []
        self._faults: collections.deque = collections.deque()
        self._lock = threading.Lock()
        self.always = None
        where, tls = urlsplit(upstream), ssl.create_default_context(cafile=str(ca_file))
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self):
                self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                server.requests.append((self.command, self.path))
                fault = server.next_fault(self.command)
                if fault:
                    fault(self)
                else:
                    self.answer_from_upstream()

            def answer_from_upstream(self):
                """Pass the request on, and the answer back."""
                answer(self, *self.carry_out())

            def carry_out(self):
                """Send the request to the real API server; give status, body and headers of its answer."""
                upward = http.client.HTTPSConnection(where.hostname, where.port, context=tls, timeout=30)
                upward.request(self.command, self.path, self.body or None, dict(self.headers))
                reply = upward.getresponse()
                body = reply.read()
                upward.close()
                return reply.status, body, {"Content-Type": reply.headers["Content-Type"]}

            do_GET = do_PATCH = _any  # noqa: N815  the names that http.server calls

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args):
                pass  # the handler hung up on purpose

        self._server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.endpoint = f"https://127.0.0.1:{self._server.server_port}"

    def spoil(self, *faults, method=""):
        """Answer the next requests (of `method`) with `faults`, one each."""
        self._faults.extend((method, fault) for fault in faults)

    def next_fault(self, method):
        with self._lock:
            if self._faults and self._faults[0][0] in ("", method):
                return self._faults.popleft()[1]
        return self.always

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


def answer(handler, status, body=b"", headers=None):
    """Send a whole answer."""
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def refusal(status, message="the server is unwell", **headers):
    """Give a fault: an HTTP status with a text."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: answer(handler, status, message.encode(), named)


def page(handler):
    """Answer 200 with a page of a proxy."""
    answer(handler, 200, b"<html>Welcome to the guest network \xff</html>", {"Content-Type": "text/html"})


def short(handler):
    """Begin an answer, then close the connection."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"kind":')
    handler.wfile.flush()
    handler.close_connection = True


def cut(handler):
    """Begin an answer, then reset the connection."""
    short(handler)
    reset(handler)


def lost(handler):
    """Carry the request out, then reset the connection instead of answering."""
    handler.carry_out()
    reset(handler)


def reset(handler):
    """Reset the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def endless(handler):
    """Send an answer that never ends, a blank every 50 ms."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        handler.wfile.write(b"1\r\n \r\n")
        time.sleep(0.05)


def huge(handler):
    """Send an answer that is larger than any that the handler asks for."""
    answer(handler, 200, b" " * (17 << 20))


def silent(handler):
    """Take the request and say nothing."""
    time.sleep(60)
