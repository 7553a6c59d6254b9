"""Servers on loopback for the benchmarks: files with ranges as fast as the kernel sends them, and Git repositories."""

import http.server
import os
import re
import socket
import socketserver
import subprocess
import threading
from pathlib import Path


class _ThreadingServer(http.server.ThreadingHTTPServer):
    # Python's own 5 is fewer than the connections that a client opens at once: the others would wait for a second.
    request_queue_size = 128
    daemon_threads = True


class Server:
    """A server in a thread of its own, for the length of a `with`."""

    handler: type[socketserver.BaseRequestHandler]

    def __init__(self, root: Path):
        handler = type("Handler", (self.handler,), {"root": root, "server_state": self})
        self.server = _ThreadingServer(("127.0.0.1", 0), handler)
        self.bytes_sent = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise each body waits 40 ms for the acknowledgement of its headers.
    disable_nagle_algorithm = True
    root: Path
    server_state: Server

    def log_message(self, *_):
        pass


class _FileHandler(socketserver.StreamRequestHandler):
    """Answers by hand: `http.server` takes longer for a small file than its client, and would be what is measured."""

    disable_nagle_algorithm = True
    root: Path
    server_state: Server

    def handle(self) -> None:
        try:
            while self.answer():
                pass
        except OSError:
            pass

    def answer(self) -> bool:
        words = self.rfile.readline().decode("latin-1").split()
        if len(words) != 3:
            return False
        asked = None
        while (line := self.rfile.readline()).strip():
            if line.lower().startswith(b"range:"):
                asked = re.search(rb"bytes=(\d+)-(\d*)", line)
        try:
            file = open(f"{self.root}/{words[1].lstrip('/')}", "rb", buffering=0)
        except OSError:
            self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return True
        with file:
            size = os.fstat(file.fileno()).st_size
            first, last = 0, size - 1
            head = "HTTP/1.1 200 OK\r\n"
            if asked:
                first = int(asked[1])
                last = min(int(asked[2] or last), last)
                head = f"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {first}-{last}/{size}\r\n"
            head += f"Content-Length: {last - first + 1}\r\nAccept-Ranges: bytes\r\n\r\n"
            has_body = words[0] == "GET" and first <= last
            self.connection.sendall(head.encode(), socket.MSG_MORE if has_body else 0)
            while has_body and first <= last:
                first += os.sendfile(self.connection.fileno(), file.fileno(), first, min(last - first + 1, 1 << 20))
        return True


class FileServer(Server):
    """Sends the files of a folder."""

    handler = _FileHandler


class _GitHandler(_Handler):
    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        self.answer(self.read_body())

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while length := int(self.rfile.readline().strip(), 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        environment = os.environ | {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        result = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = result.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.server_state.bytes_sent += len(content)


class GitServer(Server):
    """Serves the bare repositories of a folder by `git http-backend`, and counts the bytes of its answers."""

    handler = _GitHandler
