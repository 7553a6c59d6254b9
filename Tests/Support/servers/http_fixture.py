#!/usr/bin/env python3
"""A web server that behaves and misbehaves on request. Prints its port and serves until its input ends.

    http_fixture.py [--address 127.0.0.1] [--tls CERTIFICATE KEY]

Content is the same for each size: byte i is (i * 7 + i // 251) % 256. Counters are kept per path with its query.
A path may begin with a component of its own, such as /~7, which is left out, so that tests can share a server.

    /bytes/N                the content, with ETag; no ranges
    /range/N                the content, with ETag and ranges (If-Range too)
    /zeros/N                N zero bytes, also of many GiB, with ranges
    /cut/N/at/K             the same, but each answer ends after at most K bytes (ETag, ranges)
    /cut/N/at/K/once        the same, but only the first answer ends early; the second has the rest
    /bare/N/at/K/once       as /cut, without ranges
    /changing/N/at/K        as /cut, with another ETag each time
    /unknown/N/at/K         as /cut, in chunks: the length is not said
    /short/N                says N bytes and sends N - 1, always, without ranges
    /endless                bytes without an end or a length
    /huge                   says it has a terabyte, and sends it
    /stall/N                says 2 N bytes, sends N and nothing more
    /stall/N/once           the same, but the next answer has the rest (ETag, ranges)
    /silent                 takes the request and says nothing
    /slow/N                 the content, a byte each 10 ms
    /redirect?to=URL&status=S   leads there (302 unless said otherwise)
    /loop                   leads to itself
    /status/S               the status with a body that names it
    /status/S/times/M?retry=R   the status M times with Retry-After R, then "done"; a POST's too
    /drop/times/M           closes the connection without an answer M times, then "done"
    /gzip/N                 the content, compressed
    /echo                   method, path, headers and body as JSON
    /headless/S/N           as /range/N, and the status S for HEAD
    /count?of=PATH          how often PATH was asked for, with its query
    /auth/basic, /auth/digest   "done" for ana and "pass word:ü", 401 otherwise
    /lfs/S/objects/batch    Git LFS's batch API: all objects are at /status/S, by an address and a header with secrets
    /lfs/ROUTE/objects/batch    the same, and they are at a route of several components; at /bytes/1 without one
    /bigheaders/N           N fields; /longheader/N one field of N bytes; /longstatus/N a status line of N bytes
    /nothttp                bytes that are not HTTP
    /wrongrange/N           206 with the wrong part; /norange/N 206 without Content-Range
"""
import argparse
import base64
import gzip
import hashlib
import http.server
import json
import ssl
import sys
import threading
import time
import urllib.parse
import urllib.request

SECRET = "s3cr3t-of-the-server"
USER, PASSWORD, REALM, NONCE = "ana", "pass word:ü", "fixture", "f00d"
counts = {}
counts_lock = threading.Lock()


def content(size):
    return bytes((i * 7 + i // 251) % 256 for i in range(size))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "fixture"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.route()

    def do_HEAD(self):
        self.route()

    def do_POST(self):
        self.route()

    def route(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # What begins with ~ only keeps the counters of the tests apart.
        self.prefix = self.path[: self.path.index("/", 1)] if self.path.startswith("/~") else ""
        address = urllib.parse.urlsplit(self.path[len(self.prefix) :])
        self.query = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
        name, *self.rest = address.path.strip("/").split("/")
        with counts_lock:
            self.number = counts[self.path] = counts.get(self.path, 0) + 1
        try:
            getattr(self, "route_" + name, self.unknown_route)()
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    def send(self, body, status=200, length=None, **headers):
        """Sends an answer; with a length that is not the body's, the connection ends after it."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        if length is not None and length != len(body):
            self.close_connection = True

    def part(self, size, tag='"one"'):
        """The content from where a range asks for it, and the status and headers that go with it."""
        whole = content(size)
        asked = self.headers.get("Range")
        if asked is None or self.headers.get("If-Range", tag) != tag:
            return whole, 200, {"ETag": tag, "Accept_Ranges": "bytes"}
        first, last = asked.removeprefix("bytes=").split("-")
        first, last = int(first), min(int(last or size), size - 1)
        if first > last:
            return b"", 416, {"ETag": tag, "Content_Range": f"bytes */{size}"}
        return whole[first : last + 1], 206, {"ETag": tag, "Content_Range": f"bytes {first}-{last}/{size}"}

    def cut(self, size, at, tag='"one"'):
        body, status, headers = self.part(size, tag)
        self.send(body[:at], status, len(body), **headers)

    def unknown_route(self):
        self.send(b"there is no such route", 404)

    def route_bytes(self):
        self.send(content(int(self.rest[0])), ETag='"one"')

    def route_range(self):
        body, status, headers = self.part(int(self.rest[0]))
        self.send(body, status, **headers)

    def route_zeros(self):
        size = int(self.rest[0])
        first, last = (self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")
        first, last = int(first), min(int(last or size), size - 1)
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Length", str(last + 1 - first))
        self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        rest = last + 1 - first if self.command == "GET" else 0
        piece = bytes(1 << 20)
        while rest > 0:
            rest -= self.wfile.write(piece[: min(rest, len(piece))])

    def route_lfs(self):
        """The batch API of Git LFS: leads to another route, or to a status by an address and a header with secrets."""
        asked = json.loads(self.body or b"{}").get("objects", [])
        host = f"http://127.0.0.1:{self.server.server_address[1]}"
        route = self.rest[:-2]
        action = {"href": f"{host}{self.prefix}/{'/'.join(route or ['bytes', '1'])}"}
        if len(route) == 1:
            action["href"] = f"{host}/status/{route[0]}?X-Amz-Signature={SECRET}"
            action["header"] = {"Authorization": f"Bearer {SECRET}"}
        objects = [{"oid": one["oid"], "size": one["size"], "actions": {"download": action}} for one in asked]
        self.send(json.dumps({"transfer": "basic", "objects": objects}).encode())

    def route_cut(self):
        size, at = int(self.rest[0]), int(self.rest[2])
        self.cut(size, size if "once" in self.rest and self.number > 1 else at)

    def route_bare(self):
        size, at = int(self.rest[0]), int(self.rest[2])
        body = content(size)
        self.send(body if "once" in self.rest and self.number > 1 else body[:at], 200, size)

    def route_changing(self):
        size, at = int(self.rest[0]), int(self.rest[2])
        self.cut(size, at, f'"{self.number}"')

    def route_unknown(self):
        size, at = int(self.rest[0]), int(self.rest[2])
        body, status, headers = self.part(size)
        if status == 416:
            return self.send(b"", status, **headers)
        self.send_response(status)
        self.send_header("Transfer-Encoding", "chunked")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        piece = body[:at]
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.close_connection = True

    def route_short(self):
        size = int(self.rest[0])
        self.send(content(size)[:-1], 200, size)

    def route_endless(self):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        while True:
            self.wfile.write(b"x" * 65536)

    def route_huge(self):
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        self.close_connection = True
        while True:
            self.wfile.write(b"x" * 65536)

    def route_stall(self):
        size = int(self.rest[0])
        body, status, headers = self.part(2 * size)
        if "once" in self.rest and self.number > 1:
            return self.send(body, status, **headers)
        self.send(body[:size], status, len(body), **headers)
        self.wfile.flush()
        self.wait_for_end()

    def route_silent(self):
        self.close_connection = True
        self.wait_for_end()

    def wait_for_end(self):
        """Waits until the other side closes the connection."""
        try:
            self.rfile.read(1)
        except OSError:
            pass

    def route_slow(self):
        size = int(self.rest[0])
        self.send(b"", 200, size)
        for byte in content(size):
            self.wfile.write(bytes([byte]))
            time.sleep(0.01)

    def route_redirect(self):
        self.send(b"elsewhere", int(self.query.get("status", 302)), Location=self.query["to"])

    def route_loop(self):
        self.send(b"", 302, Location=self.prefix + "/loop")

    def route_status(self):
        status = int(self.rest[0])
        if len(self.rest) > 1 and self.number > int(self.rest[2]):
            return self.send(b"done")
        headers = {"Retry_After": self.query["retry"]} if "retry" in self.query else {}
        self.send(b"" if status in (204, 304) else b"status %d " % status * 1000, status, **headers)

    def route_drop(self):
        if self.number > int(self.rest[1]):
            return self.send(b"done")
        self.close_connection = True

    def route_gzip(self):
        self.send(gzip.compress(content(int(self.rest[0]))), Content_Encoding="gzip")

    def route_echo(self):
        said = {
            "method": self.command,
            "path": self.path[len(self.prefix) :],
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.body.decode("latin-1"),
        }
        self.send(json.dumps(said).encode())

    def route_headless(self):
        if self.command == "HEAD":
            return self.send(b"", int(self.rest[0]))
        body, status, headers = self.part(int(self.rest[1]))
        self.send(body, status, **headers)

    def route_count(self):
        self.send(str(counts.get(self.query["of"], 0)).encode())

    def route_auth(self):
        said = self.headers.get("Authorization", "")
        if self.rest[0] == "basic":
            right = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if said == right:
                return self.send(b"done")
            return self.send(b"", 401, WWW_Authenticate=f'Basic realm="{REALM}"')
        if said.startswith("Digest ") and self.is_right_digest(said[7:]):
            return self.send(b"done")
        self.send(b"who?", 401, WWW_Authenticate=f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm=MD5')

    def is_right_digest(self, said):
        fields = urllib.request.parse_keqv_list(urllib.request.parse_http_list(said))

        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()

        first = md5(f"{USER}:{REALM}:{PASSWORD}")
        second = md5(f"{self.command}:{self.path}")
        middle = f"{NONCE}:{fields.get('nc')}:{fields.get('cnonce')}:{fields.get('qop')}"
        return fields.get("uri") == self.path and fields.get("response") == md5(f"{first}:{middle}:{second}")

    def route_bigheaders(self):
        self.send(b"x", **{f"X-{i}": "y" for i in range(int(self.rest[0]))})

    def route_longheader(self):
        self.send(b"x", X_Long="y" * int(self.rest[0]))

    def route_longstatus(self):
        self.wfile.write(b"HTTP/1.1 200 " + b"y" * int(self.rest[0]) + b"\r\nContent-Length: 1\r\n\r\nx")

    def route_nothttp(self):
        self.close_connection = True
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 10)

    def route_wrongrange(self):
        size = int(self.rest[0])
        self.send(content(size), 206, Content_Range=f"bytes 0-{size - 1}/{size}")

    def route_norange(self):
        self.send(content(int(self.rest[0])), 206)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"))
    arguments = parser.parse_args()
    server = Server((arguments.address, arguments.port), Handler)
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)
        # The greeting is made by the thread of the connection, not by the one that accepts.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
