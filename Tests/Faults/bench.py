"""A folder for the repositories of one row, the program under test, and what it was called with."""

import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Interop"))

from hermetic import git  # noqa: E402
from history import Call, History  # noqa: E402

PEOPLE = [("Ana Ruiz", "ana@example.com"), ("Ben Otto", "ben@example.org")]


class Skipped(Exception):
    """A row that cannot be run on this machine, and why."""


class Bench:
    """One row's repositories, its random numbers and its history."""

    def __init__(self, folder: Path, program: Path, share: int, seed: int, disk: Path | None = None):
        # `disk`: another folder, which is on a disk for sure.
        self.disk = disk or folder
        self.folder, self.program, self.share, self.seed = folder, program, share, seed
        self.random, self.history = random.Random(seed), History()
        self.numbers, self.gates = itertools.count(), itertools.count()

    def count(self, full: int, least: int = 2) -> int:
        """The number of runs: the row's own, or the share of it that was asked for."""
        return max(min(full, least), full // self.share)

    def dice(self, number: int) -> random.Random:
        """Random numbers of one run: the same ones again, in whatever order threads come to their runs."""
        return random.Random(f"{self.seed} {number}")

    def repository(self, commits: int = 1, name: str | None = None) -> Path:
        """A repository with so many empty commits on main."""
        path = self.folder / (name or f"repository-{next(self.numbers)}")
        path.mkdir()
        git(path, "init", "-q", "-b", "main")
        # One process for all of them.
        lines = [
            f"commit refs/heads/main\ncommitter Ana Ruiz <ana@example.com> {1_700_000_000 + number} +0000\n"
            f"data {len(str(number))}\n{number}\n" for number in range(commits)
        ]
        subprocess.run(
            ["git", "-C", str(path), "fast-import", "--quiet"], input="\n".join(lines).encode(), check=True,
            capture_output=True)
        git(path, "reset", "-q", "--hard")
        git(path, "config", "gc.auto", "0")
        return path

    def remote(self, of: Path) -> Path:
        """A bare repository that `of` calls origin."""
        path = self.folder / f"remote-{next(self.numbers)}.git"
        git(self.folder, "clone", "-q", "--bare", str(of), str(path))
        git(of, "remote", "add", "origin", str(path))
        return path

    def clone(self, remote: Path) -> Path:
        path = self.folder / f"clone-{next(self.numbers)}"
        git(self.folder, "clone", "-q", str(remote), str(path))
        git(path, "config", "gc.auto", "0")
        return path

    def copy(self, path: Path) -> Path:
        """A copy of a folder, as it stands."""
        other = self.folder / f"copy-{next(self.numbers)}"
        subprocess.run(["cp", "-r", str(path), str(other)], check=True)
        return other

    def start(self, path: Path, *arguments: str, person: int = 0, gate: Path | None = None, before: list[str] = (),
              **variables: str) -> "Running":
        """Starts the program; with a gate it waits there until `open_gate`."""
        name, email = PEOPLE[person]
        environment = dict(
            os.environ, GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL=email, GIT_COMMITTER_NAME=name, GIT_COMMITTER_EMAIL=email)
        environment.update(variables)
        command = [*before, str(self.program), *arguments]
        return Running(self, path, list(arguments), command, environment, gate)

    def model(self, path: Path, *arguments: str, **options) -> Call:
        """Runs the program to its end."""
        return self.start(path, *arguments, **options).finish()

    def gate(self) -> Path:
        path = self.folder / f"gate-{next(self.gates)}"
        os.mkfifo(path)
        return path

    def together(self, starts: list) -> list[Call]:
        """Starts calls that begin at once: each start gets the gate. They end in any order."""
        gate = self.gate()
        running = [start(gate) for start in starts]
        # The readers' end is held open here too, so that the lines stay until each has taken one.
        handle = os.open(gate, os.O_RDWR)
        os.write(handle, b"\n" * len(running))
        calls = [one.finish() for one in running]
        os.close(handle)
        gate.unlink()
        return calls

    @staticmethod
    def parallel(work, items, jobs: int = 4) -> list[str]:
        """Does something for each item, several at once; the problems that it returned."""
        with ThreadPoolExecutor(jobs) as pool:
            return [problem for problem in pool.map(work, items) if problem]


class Running:
    """A call under way."""

    def __init__(self, bench: Bench, path: Path, arguments: list[str], command: list[str], environment: dict, gate):
        self.bench, self.path, self.arguments, self.start = bench, path, arguments, time.monotonic()
        if gate:
            command = ["/bin/sh", "-c", 'read -r _ < "$0"; exec "$@"', str(gate), *command]
        self.process = subprocess.Popen(
            command, cwd=path, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self) -> Call:
        output, errors = self.process.communicate(timeout=300)
        call = Call(
            self.path, self.arguments, self.start, time.monotonic(), self.process.returncode, output, errors,
            threading.get_ident())
        self.bench.history.record(call)
        return call


def error_code(call: Call) -> str | None:
    """The code of the error that a call with --json reported."""
    try:
        return json.loads(call.errors[call.errors.index(b"{"):])["error"]["code"]
    except (ValueError, KeyError):
        return None
