#!/usr/bin/env python3
"""Serves the repositories below a folder by `git http-backend`, as a web server does: a request's headers become
variables, and an answer ends when nobody holds its pipes any more. Prints its port and serves until its input ends.

    git_backend.py FOLDER HOME
"""

import http.server
import os
import subprocess
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        body = b""
        while length := int(self.rfile.readline().strip(), 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return self.answer(body)

    def answer(self, body):
        path, _, query = self.path.partition("?")
        headers = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in self.headers.items()}
        environment = headers | {
            "PATH": os.environ["PATH"],
            "HOME": sys.argv[2],
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROJECT_ROOT": sys.argv[1],
            "GIT_HTTP_EXPORT_ALL": "1",
            "GATEWAY_INTERFACE": "CGI/1.1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_USER": "ana",
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

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
