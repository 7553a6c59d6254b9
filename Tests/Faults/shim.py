"""Faults at the Nth file call of a command and all its children: kills and errors, by a library that stands before libc.

One way that works on every machine with a C compiler, instead of strace, which containers and CI machines may forbid.
The environment of our `git` children is closed, so they get the library from a `git` that is first on the PATH.
"""

import errno
import os
import shlex
import shutil
import struct
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
LAYOUT = struct.Struct("=6I4096s4096s")
KILL_ONE, KILL_ALL, FAIL_ONCE, FAIL_ON = 1, 2, 3, 4
LOCK = threading.Lock()


def library(folder: Path) -> Path:
    """The library, compiled once in a folder."""
    path = folder / "shim.so"
    with LOCK:
        if not path.exists():
            # Swift brings clang, so one of them is where the program was built.
            compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), "cc")
            subprocess.run(
                [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-o", str(path), str(SOURCE), "-ldl"], check=True)
    return path


@dataclass
class Call:
    """A file call that was written down."""

    process: int
    name: str
    path: str
    other: str


class Shim:
    """A plan for calls below `watched`; `variables` are what a command needs to follow it."""

    def __init__(self, folder: Path, watched: Path, name: str):
        self.plan, self.log, self.watched = folder / f"{name}.plan", folder / f"{name}.calls", watched
        self.set(0)
        programs = folder / f"{name}.bin"
        programs.mkdir(exist_ok=True)
        wrapper, git = programs / "git", shutil.which("git")
        words = [f"LD_PRELOAD={library(folder)}", f"FAULTS_PLAN={self.plan}", git]
        wrapper.write_text(f'#!/bin/sh\nexec env {shlex.join(words)} "$@"\n')
        wrapper.chmod(0o755)
        self.variables = {
            "LD_PRELOAD": str(library(folder)), "FAULTS_PLAN": str(self.plan),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        }

    def set(self, target: int, action: int = 0, error: int = errno.EIO, log: bool = False) -> None:
        """Says what happens at which call, from 1; the count starts again."""
        self.log.unlink(missing_ok=True)
        words = LAYOUT.pack(0, target, action, error, 0, log, os.fsencode(self.watched) + b"/", os.fsencode(self.log))
        beside = self.plan.with_suffix(".new")
        beside.write_bytes(words)
        # Another file: a process of the run before may still have the old one mapped.
        beside.rename(self.plan)

    @property
    def count(self) -> int:
        """How many calls there were since `set`."""
        return LAYOUT.unpack(self.plan.read_bytes())[0]

    @property
    def fired(self) -> int:
        """How often the fault was done since `set`."""
        return LAYOUT.unpack(self.plan.read_bytes())[4]

    @property
    def calls(self) -> list[Call]:
        """The calls since `set`, where they were written down."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return [Call(int(line.split(" ")[0]), *line.split(" ", 1)[1].split("\t")) for line in lines]
