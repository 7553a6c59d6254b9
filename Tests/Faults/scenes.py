"""The commands that faults are planted into: how each is prepared, and what must be true before and after it."""

import json
import subprocess
from pathlib import Path

from bench import Bench
from hermetic import git
from history import Call, tags_of
from shim import Shim

# What the commands say of a model's bytes; the files of a folder, so that several must arrive.
CONTENT = {"weights.bin": b"weights" * 40_000, "vocab.txt": b"words\n" * 100, "config/net.json": b"{}\n"}


class Scene:
    """One command, again and again in one repository, each time about another artifact."""

    # What it is called with; {name} is the artifact.
    words: list[str] = []
    # The tags that one call makes, in the order in which it does.
    tags: list[str] = []
    # Whether the tags come all or none, unless git itself is killed. What a fetch brings may come one by one.
    is_whole = True
    # What completes it where it cannot be given again, because a part of it is done.
    completion: list[str] = []

    def __init__(self, bench: Bench, variant: int = 0, folder: Path | None = None):
        self.bench = bench
        self.room = (folder or bench.folder) / f"{type(self).__name__}-{next(bench.numbers)}"
        self.room.mkdir()
        self.clone = bench.repository(commits=2, name=str(self.room / "clone"))
        self.remote, self.turn = None, -1
        # Refs that are packed, and a log of all refs, are other file calls.
        if variant % 2:
            git(self.clone, "config", "core.logAllRefUpdates", "always")
            self.bench.model(self.clone, "register", "packed", "--json")
            git(self.clone, "pack-refs", "--all")
        self.build()
        self.given = {name: made for path in self.places for name, made in tags_of(path).items()}
        self.shim = Shim(bench.folder, self.room, f"shim-{self.room.name}")

    def build(self) -> None:
        """Adds what all calls share."""

    def add_remote(self) -> None:
        self.remote = self.room / "remote.git"
        git(self.room, "clone", "-q", "--bare", str(self.clone), str(self.remote))
        git(self.clone, "remote", "add", "origin", str(self.remote))

    @property
    def places(self) -> list[Path]:
        return [path for path in (self.clone, self.remote) if path]

    @property
    def name(self) -> str:
        return f"m{self.turn}"

    def arguments(self, words: list[str]) -> list[str]:
        return [word.format(name=self.name, room=self.room, remote=self.remote) for word in words] + ["--json"]

    @property
    def variables(self) -> dict[str, str]:
        return {"XDG_CACHE_HOME": str(self.room / f"cache-{self.turn}")}

    def prepare(self) -> None:
        """Turns to the next artifact."""
        self.turn += 1
        self.ready()
        self.files = {path: files_of(path) for path in self.places}
        self.before = {path: tags_of(path) for path in self.places}

    def ready(self) -> None:
        """Adds what the next call needs."""

    def call(self, **variables: str) -> Call:
        return self.bench.model(self.clone, *self.arguments(self.words), **(self.variables | variables))

    def complete(self) -> Call:
        """Gives the same command once more, or the one that completes it."""
        call = self.call()
        if call.code == 0 or not self.completion or self.states()[0] == {"after"}:
            return call
        return self.bench.model(self.clone, *self.arguments(self.completion))

    @property
    def planned(self) -> list[str]:
        return [tag.format(name=self.name) for tag in self.tags]

    def states(self) -> tuple[set[str], list[str]]:
        """Whether the command was done, in each place: "before", "after" or "part"; and what is wrong beyond that."""
        found, problems = set(), []
        for path in self.places:
            now = tags_of(path)
            problems += [f"{name} of {path.name} is gone or another" for name in self.before[path]
                         if now.get(name) != self.before[path][name]]
            new = [name for name in now if name not in self.before[path]]
            problems += [f"{name} in {path.name} was not asked for" for name in new if name not in self.planned]
            if self.writes_to(path):
                found.add(self.extent(new))
        return found, problems

    def writes_to(self, path: Path) -> bool:
        return True

    def extent(self, new: list[str]) -> str:
        """Git gives several refs their places one after the other, in the order in which it was told them."""
        if len(new) == len(self.planned):
            return "after"
        return "before" if not new else "part" if set(new) == set(self.planned[:len(new)]) else f"{new} alone"


class Register(Scene):
    words, tags = ["register", "{name}"], ["{name}@v0.0.1"]


class Assign(Scene):
    """Two tags in one act."""

    words, tags = ["assign", "{name}", "--stage", "prod"], ["{name}@v0.0.1", "{name}#prod#1"]


class SignedRegister(Register):
    """Git makes the tag then, not libgit2."""

    words = ["register", "{name}", "--sign"]

    def build(self) -> None:
        key = self.room / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        for name, value in [("gpg.format", "ssh"), ("user.signingKey", str(key))]:
            git(self.clone, "config", name, value)


class Push(Scene):
    words, tags = ["push", "{name}"], ["{name}@v0.0.1", "{name}#prod#1"]

    def build(self) -> None:
        self.add_remote()

    def ready(self) -> None:
        self.bench.model(self.clone, "assign", self.name, "--stage", "prod", "--json")

    def writes_to(self, path: Path) -> bool:
        return path == self.remote


class RegisterAndPush(Scene):
    words, tags, completion = ["register", "{name}", "--push"], ["{name}@v0.0.1"], ["push", "{name}"]

    def build(self) -> None:
        self.add_remote()


class Fetch(Scene):
    is_whole = False
    words, tags = ["fetch"], ["{name}@v0.0.1", "{name}#prod#1"]

    def build(self) -> None:
        self.add_remote()

    def ready(self) -> None:
        self.bench.model(self.remote, "assign", self.name, "HEAD", "--stage", "prod", "--json")

    def writes_to(self, path: Path) -> bool:
        return path == self.clone

    def extent(self, new: list[str]) -> str:
        # What a fetch brings may come one by one, in any order: the next one brings the rest.
        return "part" if 0 < len(new) < len(self.planned) else super().extent(new)


class Download(Scene):
    # Into a folder that exists, so that the same command means the same thing again.
    words = ["download", "model", "-o", "{room}/out/{name}"]

    @property
    def target(self) -> Path:
        return self.room / "out" / self.name / "model"

    def ready(self) -> None:
        self.target.parent.mkdir(parents=True)

    def build(self) -> None:
        for name, content in CONTENT.items():
            path = self.clone / "model" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        git(self.clone, "add", ".")
        git(self.clone, "commit", "-q", "-m", "model")
        self.bench.model(self.clone, "annotate", "model", "--path", "model", "--type", "model", "--json")
        git(self.clone, "add", ".")
        git(self.clone, "commit", "-q", "-m", "annotation")
        self.bench.model(self.clone, "register", "model", "--json")

    def states(self) -> tuple[set[str], list[str]]:
        _, problems = super().states()
        target = self.target
        if not target.exists():
            return {"before"}, problems
        held = {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}
        if held != CONTENT:
            problems.append(f"{target.name} stands there with {sorted(held)}")
        return {"after"}, problems


class Reread(Scene):
    """A read that brings the index of parsed tags up to date, or builds it: each second one finds none."""

    words = ["show"]

    def ready(self) -> None:
        self.bench.model(self.clone, "assign", self.name, "--stage", "prod", "--json")
        if self.turn % 2:
            for file in self.clone.glob(".git/git-model/*index*"):
                file.unlink()
        self.expected = json.loads(self.bench.model(self.clone, "show", "--no-index", "--json").output)

    def call(self, **variables: str) -> Call:
        self.last = super().call(**variables)
        return self.last

    def states(self) -> tuple[set[str], list[str]]:
        _, problems = super().states()
        if self.last.code != 0:
            return {"before"}, problems
        shown = json.loads(self.last.output)
        return {"after"}, problems + ([] if shown == self.expected else [f"it shows {shown}"])


class ShowRemote(Scene):
    """A read that builds: the clone in the cache that stands for a repository at an address."""

    words = ["show", "-r", "file://{remote}"]

    def build(self) -> None:
        self.bench.model(self.clone, "assign", "known", "--stage", "prod", "--json")
        self.add_remote()
        git(self.clone, "push", "-q", "origin", "--tags")
        self.expected = json.loads(self.bench.model(self.clone, "show", "--json").output)

    def call(self, **variables: str) -> Call:
        self.last = super().call(**variables)
        return self.last

    def states(self) -> tuple[set[str], list[str]]:
        _, problems = super().states()
        if self.last.code != 0:
            return {"before"}, problems
        shown = json.loads(self.last.output)
        return {"after"}, problems + ([] if shown == self.expected else [f"it shows {shown}"])


class UpdateRemote(ShowRemote):
    """The same where the clone is there, and something is new."""

    @property
    def variables(self) -> dict[str, str]:
        return {"XDG_CACHE_HOME": str(self.room / "cache")}

    def build(self) -> None:
        super().build()
        self.call()

    def ready(self) -> None:
        self.bench.model(self.remote, "assign", "known", "--stage", f"s{self.turn}", "--json")
        self.expected = json.loads(self.bench.model(self.remote, "show", "--json").output)


# To add a command, write a scene and name it here.
SCENES = [Register, Assign, Push, RegisterAndPush, Fetch, Download, Reread, ShowRemote, UpdateRemote]


def files_of(path: Path) -> set[str]:
    """The files of a repository, each with the folder that Git keeps them in."""
    root = path / ".git" if (path / ".git").is_dir() else path
    return {str(file) for file in root.rglob("*") if not file.is_dir()}


def check_objects(path: Path) -> list[str]:
    """What `git fsck` has to say."""
    check = subprocess.run(
        ["git", "-C", str(path), "fsck", "--strict", "--no-dangling", "--no-progress"], capture_output=True, check=False)
    words = (check.stdout + check.stderr).decode(errors="replace").strip()
    return [f"git fsck in {path.name}: {check.returncode} {words[:300]}"] if check.returncode or words else []
