"""Holds `git-model download` against what the tool that keeps the bytes delivers itself.

    GIT_MODEL=… DVC=… MOTO_SERVER=… python3 Tests/Interop/delivery.py [ROW …]

One repository a row, made with the real tools: where the bytes are kept, and whether the artifact is a file or a folder.
Each is downloaded from a local clone and from a URL, and compared file by file with the peer's own download: names,
bytes, executable bits. A row whose tool is not here is skipped with a notice. Ends with status 1 where a row failed.
"""

import contextlib
import functools
import hashlib
import http.server
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from hermetic import PROJECT, Clock, child_environment, enter, git

GIT_MODEL = os.environ.get("GIT_MODEL", str(PROJECT / ".build/release/git-model"))
DVC = os.environ.get("DVC") or shutil.which("dvc")
MOTO_SERVER = os.environ.get("MOTO_SERVER") or shutil.which("moto_server")
TIME_LIMIT_SECONDS = 120

# Line ends, a NUL, no bytes at all, names with blanks and beyond ASCII, and more than one block of a disk.
FILES = {
    "weights.bin": bytes(range(256)) * 4096,
    "notes/read me.txt": b"one\r\ntwo\r\n",
    "notes/deep/größe.txt": b"\0x",
    "empty": b"",
    "run.sh": b"#!/bin/sh\nexit 0\n",
}


class Failed(Exception):
    """The row failed; the text says how."""


class Skipped(Exception):
    """A tool is not here."""


@dataclass
class Row:
    """One repository: the folder of its work tree and of all that belongs to it, and the environment of its tools."""

    folder: Path
    is_folder: bool
    stack: contextlib.ExitStack
    environment: dict[str, str] = field(default_factory=lambda: child_environment(Clock(), 0))
    path: str = "models/nn"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def origin(self) -> Path:
        return self.folder / "origin.git"

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
        result = self.attempt(*arguments, cwd=cwd)
        if result.returncode != 0:
            raise Failed(f"{' '.join(arguments)}: status {result.returncode}: {result.stderr.decode(errors='replace')}")
        return result

    def attempt(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
        return subprocess.run(
            arguments, cwd=cwd or self.work, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=TIME_LIMIT_SECONDS, check=False,
        )

    def write_model(self) -> None:
        target = self.work / self.path
        if self.is_folder:
            for name, content in FILES.items():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (target / name).write_bytes(content)
            (target / "run.sh").chmod(0o755)
        else:
            target.parent.mkdir(parents=True)
            target.write_bytes(FILES["weights.bin"])

    def commit(self) -> None:
        (self.work / "artifacts.yaml").write_text(f"nn:\n  type: model\n  path: {self.path}\n")
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", "model")
        self.run("git", "push", "--quiet", "origin", "main")
        self.run(GIT_MODEL, "register", "nn")
        self.run("git", "push", "--quiet", "origin", "nn@v0.0.1")


# How each row is made; what is returned is the peer's own download into a path.


def kept_in_git(row: Row):
    row.write_model()
    row.commit()

    def download(out: Path) -> None:
        if row.is_folder:
            out.mkdir()
            tar = row.run("git", "archive", f"nn@v0.0.1:{row.path}").stdout
            subprocess.run(["tar", "-x", "-C", str(out)], input=tar, check=True)
        else:
            out.write_bytes(row.run("git", "show", f"nn@v0.0.1:{row.path}").stdout)

    return download


def kept_in_lfs(row: Row):
    if shutil.which("git-lfs") is None:
        raise Skipped("git-lfs is not here")
    row.run("git", "lfs", "install", "--local")
    row.run("git", "lfs", "track", "models/**")
    row.write_model()
    row.commit()

    def download(out: Path) -> None:
        clone = out.parent / "lfs-clone"
        row.run("git", "-c", "filter.lfs.smudge=", "-c", "filter.lfs.required=false", "clone", "--quiet",
                "--branch", "nn@v0.0.1", row.origin.as_uri(), str(clone), cwd=row.folder)
        row.run("git", "lfs", "install", "--local", cwd=clone)
        row.run("git", "lfs", "pull", cwd=clone)
        (clone / row.path).rename(out)

    return download


def kept_in_dvc(row: Row, url: str, options: dict[str, str], pull_url: str | None = None):
    """A remote that `dvc push` fills at `url`; readers use `pull_url` where that differs."""
    row.run(DVC, "init", "--quiet")
    row.run(DVC, "remote", "add", "--quiet", "--default", "store", url)
    for key, value in options.items():
        row.run(DVC, "remote", "modify", "--quiet", "store", key, value)
    row.write_model()
    row.run(DVC, "add", "--quiet", row.path)
    row.run(DVC, "push", "--quiet")
    if pull_url:
        row.run(DVC, "remote", "modify", "--quiet", "store", "url", pull_url)
    row.commit()

    def download(out: Path) -> None:
        # A clone has no cache, so that the bytes come from the remote.
        row.run(DVC, "get", "--quiet", "--rev", "nn@v0.0.1", "--out", str(out), row.origin.as_uri(), row.path)

    return download


def kept_in_dvc_folder(row: Row):
    return kept_in_dvc(row, str(row.folder / "store"), {})


def kept_in_dvc_http(row: Row):
    store = row.folder / "store"
    store.mkdir()
    return kept_in_dvc(row, str(store), {}, pull_url=serve(store, row.stack))


def kept_in_dvc_s3(row: Row):
    if MOTO_SERVER is None:
        raise Skipped("moto_server is not here")
    row.environment.update(AWS_ACCESS_KEY_ID="id", AWS_SECRET_ACCESS_KEY="key", AWS_EC2_METADATA_DISABLED="true")
    endpoint = serve_s3(row)
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/bucket", method="PUT")).close()
    return kept_in_dvc(row, "s3://bucket/store", {"endpointurl": endpoint, "region": "us-east-1"})


def kept_at_url(row: Row):
    if row.is_folder:
        raise Skipped("an address is one file")
    store = row.folder / "store"
    store.mkdir()
    (store / "nn").write_bytes(FILES["weights.bin"])
    row.path = serve(store, row.stack) + "/nn"
    row.commit()

    def download(out: Path) -> None:
        with urllib.request.urlopen(row.path) as answer:
            out.write_bytes(answer.read())

    return download


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word on stderr."""

    def log_message(self, *_: object) -> None:
        pass


def serve(folder: Path, stack: contextlib.ExitStack) -> str:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return f"http://127.0.0.1:{server.server_port}"


def serve_s3(row: Row) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [MOTO_SERVER, "-H", "127.0.0.1", "-p", str(port)], env=row.environment, cwd=row.folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    row.stack.callback(server.wait)
    row.stack.callback(server.terminate)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    raise Failed("moto_server does not answer")


KEEPERS = {
    "git": kept_in_git,
    "lfs": kept_in_lfs,
    "dvc-folder": kept_in_dvc_folder,
    "dvc-http": kept_in_dvc_http,
    "dvc-s3": kept_in_dvc_s3,
    "url": kept_at_url,
}


def content(path: Path, with_modes: bool) -> dict[str, tuple[str, bool]]:
    """Each file with the digest of its bytes and whether it is executable."""
    files = [path] if path.is_file() else [file for file in sorted(path.rglob("*")) if not file.is_dir()]
    if not files:
        raise Failed(f"{path.name} has no files")
    return {
        "" if file == path else str(file.relative_to(path)): (
            hashlib.sha256(file.read_bytes()).hexdigest(), with_modes and os.access(file, os.X_OK)
        )
        for file in files
    }


def compare(row: Row, keeper: str) -> None:
    (row.work).mkdir(parents=True)
    git(row.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(row.origin))
    git(row.folder, "init", "--quiet", "--initial-branch=main", str(row.work))
    git(row.work, "remote", "add", "origin", row.origin.as_uri())
    if keeper.startswith("dvc") and DVC is None:
        raise Skipped("dvc is not here")
    download = KEEPERS[keeper](row)
    peer = row.folder / "peer"
    download(peer)
    # Inside a folder DVC does not record which files are executable.
    expected = content(peer, with_modes=keeper in ("git", "lfs"))
    git(row.folder, "clone", "--quiet", row.origin.as_uri(), str(row.folder / "clone"), env=dict(
        os.environ, GIT_LFS_SKIP_SMUDGE="1"))
    problems = []
    for place, options in (("clone", ()), ("url", ("-r", row.origin.as_uri()))):
        out = row.folder / f"ours-{place}"
        cwd = row.folder / "clone" if place == "clone" else row.folder
        result = row.attempt(GIT_MODEL, "download", "nn@v0.0.1", *options, "-o", str(out), cwd=cwd)
        if result.returncode != 0:
            problems.append(f"{place}: status {result.returncode}: {result.stderr.decode(errors='replace').strip()}")
        elif content(out, with_modes=keeper in ("git", "lfs")) != expected:
            problems.append(f"{place}: differs from the peer's")
    if problems:
        raise Failed("\n    ".join(problems))


def main() -> int:
    rows = [f"{keeper}/{kind}" for keeper in KEEPERS for kind in ("file", "folder")]
    wanted = sys.argv[1:] or rows
    if unknown := set(wanted) - set(rows):
        sys.exit(f"no such row: {', '.join(sorted(unknown))}; the rows are {', '.join(rows)}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="delivery-") as root:
        home = Path(root) / "home"
        home.mkdir()
        enter(str(home))
        os.environ["DVC_NO_ANALYTICS"] = "1"
        for name in wanted:
            keeper, kind = name.split("/")
            with contextlib.ExitStack() as stack:
                try:
                    row = Row(Path(root) / name.replace("/", "-"), kind == "folder", stack)
                    row.folder.mkdir()
                    compare(row, keeper)
                    print(f"passed   {name}")
                except Skipped as reason:
                    print(f"skipped  {name}: {reason}")
                except (Failed, RuntimeError, subprocess.TimeoutExpired) as problem:
                    failed += 1
                    print(f"FAILED   {name}\n    {problem}")
    print(f"{failed} of {len(wanted)} rows failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
