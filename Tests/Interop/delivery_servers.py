"""The servers that bytes come from: plain files, `git http-backend`, moto, giftless, sshd and rclone."""

import base64
import contextlib
import functools
import http.server
import json
import os
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from delivery_row import TOOLS_PATH, Failed, need
from delivery_tokens import signed_token

START_LIMIT_SECONDS = 60


class QuietServer(http.server.ThreadingHTTPServer):
    """Says nothing of clients that go away."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass


class FileHandler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word on stderr, to everybody or to one user and password."""

    def __init__(self, *arguments, login: str | None = None, **options):
        self.expected = login and "Basic " + base64.b64encode(login.encode()).decode()
        super().__init__(*arguments, **options)

    def log_message(self, *_: object) -> None:
        pass

    def send_head(self):
        if self.expected and self.headers.get("Authorization") != self.expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="store"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        return super().send_head()


class GitHandler(http.server.BaseHTTPRequestHandler):
    """Serves all repositories below a folder by `git http-backend`, and their LFS questions by another server."""

    root: Path
    lfs_server: str | None = None

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "/info/lfs/" in path:
            return self.forward(path, body)
        environment = dict(
            os.environ, GIT_PROJECT_ROOT=str(self.root), GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path, QUERY_STRING=query,
            REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get("Content-Type", ""),
            CONTENT_LENGTH=str(len(body)), HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
            GIT_PROTOCOL=self.headers.get("Git-Protocol", ""), REMOTE_ADDR="127.0.0.1",
        )
        answer = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = answer.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n") if line]
        self.answer(next((int(value.split()[0]) for key, value in fields if key == "Status"), 200), fields, content)

    do_POST = do_GET

    def forward(self, path: str, body: bytes) -> None:
        request = urllib.request.Request(f"{self.lfs_server}{path}", data=body, method=self.command)
        for key in ("Authorization", "Accept", "Content-Type"):
            if key in self.headers:
                request.add_header(key, self.headers[key])
        try:
            with urllib.request.urlopen(request, timeout=START_LIMIT_SECONDS) as answer:
                self.answer(answer.status, list(answer.headers.items()), answer.read())
        except urllib.error.HTTPError as answer:
            self.answer(answer.code, list(answer.headers.items()), answer.read())

    def answer(self, status: int, fields: list, content: bytes) -> None:
        self.send_response(status)
        for key, value in fields:
            if key.lower() not in ("status", "content-length", "connection", "date", "server"):
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def serve(stack: contextlib.ExitStack, handler, tls: ssl.SSLContext | None = None) -> str:
    """Starts a server in this process; it ends with the stack."""
    server = QuietServer(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"


def serve_folder(
    stack: contextlib.ExitStack, folder: Path, *, login: str | None = None, tls: ssl.SSLContext | None = None
) -> str:
    return serve(stack, functools.partial(FileHandler, directory=str(folder), login=login), tls)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(
    stack: contextlib.ExitStack, name: str, arguments: list[str], port: int, folder: Path, **variables: str
) -> None:
    """Starts a program that listens at a port, and waits until it does."""
    with open(folder / f"{name}.log", "wb") as log:
        server = subprocess.Popen(
            arguments, env={**os.environ, "PATH": TOOLS_PATH, **variables}, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise Failed(f"{name} does not answer: {(folder / f'{name}.log').read_text(errors='replace')[-500:]}")


class Servers:
    """The servers that rows share, each started when the first row asks for it."""

    def __init__(self, root: Path, stack: contextlib.ExitStack):
        self.root = root
        self.stack = stack
        self.lock = threading.RLock()
        self.started: dict[str, object] = {}

    def once(self, name: str, begin):
        with self.lock:
            if name not in self.started:
                self.started[name] = begin()
            return self.started[name]

    @property
    def git(self) -> str:
        """`git http-backend` for all rows."""
        return self.once("git", self.start_git)

    def start_git(self) -> str:
        handler = type("Handler", (GitHandler,), {"root": self.root})
        self.git_handler = handler
        return serve(self.stack, handler)

    @property
    def s3(self) -> str:
        """moto, which lets everybody in but minds whether an object is public."""
        return self.once("s3", lambda: self.start_s3("moto"))

    @property
    def guarded_s3(self) -> tuple[str, dict]:
        """moto, which checks every signature; its address and the keys that it knows."""
        return self.once("guarded-s3", self.start_guarded_s3)

    def start_s3(self, name: str) -> str:
        port = free_port()
        start(self.stack, name, [need("moto_server"), "-H", "127.0.0.1", "-p", str(port)], port, self.root)
        return f"http://127.0.0.1:{port}"

    def start_guarded_s3(self) -> tuple[str, dict]:
        endpoint = self.start_s3("guarded-moto")
        # boto3 comes along with moto.
        python = Path(need("moto_server")).parent / "python"
        made = subprocess.run(
            [python, Path(__file__).with_name("s3_accounts.py"), endpoint], capture_output=True, check=False)
        if made.returncode != 0:
            raise Failed(f"s3_accounts.py: {made.stderr.decode()}")
        send(f"{endpoint}/moto-api/reset-auth", "POST", b"0")
        return endpoint, json.loads(made.stdout)

    @property
    def lfs(self) -> tuple[str, str]:
        """giftless, a server of Git LFS; its address and a token that it takes."""
        return self.once("lfs", self.start_lfs)

    def start_lfs(self) -> tuple[str, str]:
        port, key = free_port(), "a key of 32 bytes for these tests"
        options = {"private_key": key, "algorithm": "HS256"}
        configuration = {
            "AUTH_PROVIDERS": [{"factory": "giftless.auth.jwt:factory", "options": options}],
            "TRANSFER_ADAPTERS": {"basic": {
                "factory": "giftless.transfer.basic_streaming:factory",
                "options": {
                    "storage_class": "giftless.storage.local_storage:LocalStorage",
                    "storage_options": {"path": str(self.root / "lfs-storage")},
                },
            }},
        }
        flask = str(Path(need("moto_server")).parent / "flask")
        start(
            self.stack, "giftless", [flask, "--app", "giftless.wsgi_entrypoint", "run", "--port", str(port)], port,
            self.root, GIFTLESS_CONFIG_STR=json.dumps(configuration))
        address = f"http://127.0.0.1:{port}"
        GitHandler.lfs_server = address
        return address, signed_token(key, {"sub": "ana", "scopes": "obj:*"})


def send(url: str, method: str, body: bytes = b"", **headers: str) -> bytes:
    # Said to be a form, which is what Python says otherwise, moto takes a body for one.
    headers = {"Content-Type": "application/octet-stream", **headers}
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=START_LIMIT_SECONDS) as answer:
        return answer.read()
