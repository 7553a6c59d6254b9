"""One row of the delivery matrix: a repository made with the real tools, and what its artifact is compared with."""

import contextlib
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hermetic import PROJECT, Clock, child_environment, git

GIT_MODEL = os.environ.get("GIT_MODEL", str(PROJECT / ".build/release/git-model"))
TIME_LIMIT_SECONDS = 120

# Line ends, a NUL, no bytes at all, names with blanks and beyond ASCII, and more than one block of a disk.
FILES = {
    "weights.bin": bytes(range(256)) * 4096,
    "notes/read me.txt": b"one\r\ntwo\r\n",
    "notes/deep/größe.txt": b"\0x",
    "empty": b"",
    "run.sh": b"#!/bin/sh\nexit 0\n",
}

# The peer's own download into a path.
Download = Callable[[Path], None]


class Failed(Exception):
    """The row failed; the text says how."""


def need(program: str) -> str:
    """The path of a program; a row whose tool is not here fails."""
    found = os.environ.get(program.upper().replace("-", "_")) or shutil.which(program, path=TOOLS_PATH)
    if found is None:
        raise Failed(f"{program} is not here: make interop installs it")
    return found


# Where servers are, too: `sshd` is not on everybody's path.
TOOLS_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


@dataclass
class Row:
    """One repository: the folder of its work tree and of all that belongs to it, and the environment of its tools."""

    name: str
    folder: Path
    servers: "object"
    stack: contextlib.ExitStack
    environment: dict[str, str] = field(default_factory=lambda: child_environment(Clock(), 0))
    # Where the artifact is, and what selects it.
    path: str = "models/nn"
    artifact: str = "nn"
    # What both the file and its registration say of bytes that the repository does not keep.
    facts: dict[str, object] = field(default_factory=dict)
    # Further options of `git model download`, and the places that it is run against.
    options: tuple[str, ...] = ()
    places: tuple[str, ...] = ("clone", "file", "http")
    # Further addresses of the repository, and variables that hold for one place only.
    remotes: dict[str, str] = field(default_factory=dict)
    variables: dict[str, dict[str, str | None]] = field(default_factory=dict)
    # Whether the store records which files are executable.
    keeps_modes: bool = False

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/folder")

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def origin(self) -> Path:
        return self.folder / "origin.git"

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def tag(self) -> str:
        return self.artifact.replace(":", "=") + "@v0.0.1"

    @property
    def web_origin(self) -> str:
        """The repository at `git http-backend`."""
        return f"{self.servers.git}/{self.folder.name}/origin.git"

    # Running

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
        result = self.attempt(*arguments, cwd=cwd)
        if result.returncode != 0:
            raise Failed(f"{' '.join(arguments)}: status {result.returncode}: {result.stderr.decode(errors='replace')}")
        return result

    def attempt(
        self, *arguments: str, cwd: Path | None = None, **variables: str | None
    ) -> subprocess.CompletedProcess:
        """Runs a program; a variable that is None is taken out of its environment."""
        changed = {**self.environment, **variables}
        return subprocess.run(
            arguments, cwd=cwd or self.work, env={key: value for key, value in changed.items() if value is not None},
            stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT_SECONDS, check=False,
        )

    # Making

    def create(self) -> None:
        self.work.mkdir(parents=True)
        git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        git(self.origin, "config", "uploadpack.allowFilter", "true")
        git(self.folder, "init", "--quiet", "--initial-branch=main", str(self.work))
        git(self.work, "remote", "add", "origin", self.origin.as_uri())

    def write_model(self, target: Path | None = None, files: dict[str, bytes] = FILES) -> None:
        target = target or self.work / self.path
        if self.is_folder:
            for name, content in files.items():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (target / name).write_bytes(content)
                (target / name).chmod(0o755 if name.endswith(".sh") else 0o644)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files["weights.bin"])

    def commit(self) -> None:
        """Commits all with the artifact's annotation, registers its first version, and pushes both."""
        folder, _, name = self.artifact.rpartition(":")
        path = self.path.removeprefix(f"{folder}/") if folder else self.path
        meta = "".join(f"      {key}: {value}\n" for key, value in self.facts.items())
        text = f"artifacts:\n  {name}:\n    type: model\n    path: {path}\n" + (f"    meta:\n{meta}" if meta else "")
        with open(self.work / folder / "dvc.yaml", "a") as file:
            file.write(text)
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", "model")
        self.run("git", "push", "--quiet", "origin", "main")
        self.run(GIT_MODEL, "register", self.artifact)
        self.run("git", "push", "--quiet", "origin", self.tag)
        git(self.folder, "clone", "--quiet", self.origin.as_uri(), str(self.clone),
            env=dict(self.environment, GIT_LFS_SKIP_SMUDGE="1"))

    # Comparing

    def download(self, place: str, out: Path, *options: str, **variables: str | None) -> subprocess.CompletedProcess:
        where: tuple[str, ...] = ()
        if place != "clone":
            addresses = {"file": self.origin.as_uri(), "http": self.web_origin, **self.remotes}
            where = ("-r", addresses[place])
        selector = f"{self.artifact}@v0.0.1"
        return self.attempt(
            GIT_MODEL, "download", selector, *where, *self.options, *options, "-o", str(out),
            cwd=self.clone if place == "clone" else self.folder, **{**self.variables.get(place, {}), **variables})

    def compare(self, expected: dict, place: str) -> list[str]:
        """The problems of our own download from one place."""
        out = self.folder / f"ours-{place}"
        result = self.download(place, out)
        if result.returncode != 0:
            return [f"{place}: status {result.returncode}: {result.stderr.decode(errors='replace').strip()}"]
        return difference(place, content(out, self.keeps_modes), expected)

    def refuse(
        self, place: str, code: str, *words: str, secrets: tuple[str, ...] = (), **variables: str | None
    ) -> None:
        """Expects an error with a code, some words in its text or hints, no secret, and nothing at the target."""
        out = self.folder / "refused"
        result = self.download(place, out, "--json", **variables)
        text = result.stderr.decode(errors="replace")
        said = result.stdout.decode(errors="replace") + text
        if result.returncode == 0:
            raise Failed(f"{place}: was not refused, with {code}")
        if missing := [word for word in (f'"{code}"', *words) if word not in text]:
            raise Failed(f"{place}: the refusal has no {', '.join(missing)}: {text.strip()}")
        if any(secret in said for secret in secrets):
            raise Failed(f"{place}: the refusal tells a secret")
        if out.exists():
            raise Failed(f"{place}: something stands at the target after the refusal")


def content(path: Path, keeps_modes: bool) -> dict[str, tuple[str, bool]]:
    """Each file with the digest of its bytes and whether it is executable."""
    files = [path] if path.is_file() else [file for file in sorted(path.rglob("*")) if not file.is_dir()]
    if not files:
        raise Failed(f"{path.name} has no files")
    return {
        "" if file == path else str(file.relative_to(path)): (
            hashlib.sha256(file.read_bytes()).hexdigest(), keeps_modes and os.access(file, os.X_OK)
        )
        for file in files
    }


def difference(label: str, ours: dict, theirs: dict) -> list[str]:
    names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    return [f"{label}: differs from the peer's in {', '.join(repr(name) for name in names[:5])}"] if names else []


# The rows by name, each with what makes it: that returns the peer's download, or None where it compared by itself.
ROWS: dict[str, Callable[[Row], Download | None]] = {}


def row(*names: str):
    """Adds rows."""
    def add(make: Callable[[Row], Download | None]):
        ROWS.update((name, make) for name in names)
        return make
    return add
