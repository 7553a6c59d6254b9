"""Row C8: whatever the tags are and whatever befell the index, what is printed is what is printed without an index.

ONLY=17 does one history alone and prints its steps.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

from bench import Bench
from handmade import NOBODY, TAGS, Handmade
from hermetic import git

ARTIFACTS = ["m", "nn-2", "models/churn", "sub=y", "a/b=nlp/x_1"]
STAGES = ["prod", "dev", "dev/eu", "x_1"]
LAYOUTS = ["plain"] * 8 + ["subfolder", "symlink", "option", "bare", "worktree", "nobody", "nobody"]
PEOPLE = [b"Ana Ruiz <ana@example.com>", b"J\xc3\xb6rg O'Neill <joerg@example.org>", b"J\xf6rg <joerg@example.org>", b" <>"]
START = 1_700_000_000
ONLY = os.environ.get("ONLY")

REGISTRIES = [
    b"", b"stages: [dev, prod]\n", b"stages: [prod]\ntypes: [model]\n", b"stages: [\n", b"stages: 7\n", b"versions: 1\n",
]
ANNOTATIONS = [
    b"", b"m:\n  type: model\n  path: a.bin\n  labels: [b, a]\n  description: about m\n", b"nn-2:\n  path: x\n", b"m: [\n",
    b"m:\n  type: model\nnew:\n  description: not registered\n",
]
DVC_FILES = [b"artifacts:\n  y:\n    path: y.bin\n    type: model\n", b"artifacts: {}\n", b"artifacts:\n  z: {path: z}\n"]


class Stop(Exception):
    """A difference was found."""


class Scene:
    """One random history: a repository, what happens to it, and the program with and without its index."""

    def __init__(self, bench: Bench, seed: int, number: int, donors: list):
        self.dice = random.Random(f"{seed} {number}")
        self.bench, self.number, self.donors = bench, number, donors
        # On a disk the inode of a file that is gone is another one's at once; in memory it is faster.
        self.base = (bench.disk if number % 4 == 0 else bench.folder) / f"history-{number}"
        self.base.mkdir(mode=0o755)
        self.layout = self.dice.choice(LAYOUTS)
        if self.layout == "nobody" and os.geteuid() != 0:
            self.layout = "plain"
        self.steps, self.seconds, self.copies = [], START, 0
        self.files: dict[str, bytes] = {}
        self.withheld: list[tuple[str, bytes]] = []
        self.earlier: list[dict[str, bytes]] = []
        # What no index serves: a symbolic or damaged ref. And something in the place of the index.
        self.is_odd, self.is_blocked = False, False
        owner = NOBODY if self.layout == "nobody" else None
        self.repository = Handmade(self.base / "repository", is_bare=self.layout == "bare", owner=owner)
        self.commits: list[str] = []
        self.all_tags: list[str] = []
        for _ in range(self.dice.randint(1, 3)):
            self.new_commit()
        self.environment = {key: value for key, value in os.environ.items() if key != "GIT_CEILING_DIRECTORIES"}
        self.home = self.base / "home"
        self.home.mkdir()
        self.environment.update(HOME=str(self.home))
        if self.dice.random() < 0.5:
            self.environment["XDG_CACHE_HOME"] = str(self.home / "cache")
        else:
            self.environment.pop("XDG_CACHE_HOME", None)
        if owner is not None:
            os.chown(self.home, owner, owner)
        self.set_up()

    def set_up(self) -> None:
        root = self.repository.folder
        self.arguments, self.place = [], root
        if self.layout == "subfolder":
            self.place = root / "sub/deep"
        elif self.layout == "symlink":
            self.place = self.base / f"link-{self.copies}"
            self.place.symlink_to(root)
        elif self.layout == "option":
            self.place, self.arguments = self.base, ["-r", str(root)]
        elif self.layout == "worktree":
            self.place = self.base / "worktree"
            if not self.place.exists():
                git(root, "worktree", "add", "-q", "--detach", str(self.place), self.commits[-1])
        self.place.mkdir(parents=True, exist_ok=True)
        self.repository.own()

    @property
    def index(self) -> Path:
        return self.repository.git_folder / "git-model/index.sqlite"

    # The program

    def run(self, *arguments: str, blind: bool = False) -> tuple[int, bytes, bytes]:
        """Runs the program; blind, without libgit2, so that nothing but the index can answer."""
        environment = dict(self.environment, LD_LIBRARY_PATH=str(self.bench.folder / "blind")) if blind else self.environment
        process = subprocess.run(
            [str(self.bench.program), *arguments, *self.arguments], cwd=self.place, env=environment, capture_output=True,
            check=False, stdin=subprocess.DEVNULL, timeout=60, **self.repository.user)
        return process.returncode, process.stdout, process.stderr

    def compare(self, *arguments: str) -> None:
        """Holds one command with the index against the same one without."""
        self.repository.own()
        with_index, without = self.run(*arguments), self.run(*arguments, "--no-index")
        self.steps.append(f"  {' '.join(arguments)}: {without[0]}")
        if with_index != without:
            raise Stop(f"{' '.join(arguments)}: with the index {with_index}, without {without}")
        if without[0] < 0:
            raise Stop(f"{' '.join(arguments)}: signal {-without[0]}")

    def command(self) -> list[str]:
        dice = self.dice
        names = [name.replace("=", ":") for name in ARTIFACTS] + ["missing"]
        name = dice.choice(names)
        selector = dice.choice([
            name, name, f"{name}@latest", f"{name}@greatest", f"{name}@v1.0.0", f"{name}#{dice.choice(STAGES)}",
            f"{name}#{dice.choice(STAGES)}"])
        form = dice.choice([[], [], ["--json"], ["--plain"]])
        match dice.choice(["show"] * 6 + ["history"] * 4 + ["check-ref"] * 4 + ["stages", "describe", "print-state", "doctor"]):
            case "show":
                words = ["show", *dice.choice([[], [selector], [selector]])]
                words += dice.choice([form, form, ["--ref"], ["--version"], ["--name"], ["--stage"]])
                words += dice.choice([[], ["--av", str(dice.choice([-1, 0, 1, 2]))]])
                words += dice.choice([[], ["--vs", str(dice.choice([-1, 0, 1, 2]))]])
                words += dice.choice([[], ["--sort", dice.choice(["timestamp", "semver"])]])
                return words + dice.choice([[], ["-d"], ["--ro"]])
            case "history":
                return ["history", *dice.choice([[], [selector]]), *form, *dice.choice([[], ["--asc"]])]
            case "check-ref":
                tags = self.repository.tags() or [b"m@v1.0.0"]
                tag = os.fsdecode(dice.choice(tags))
                return [
                    "check-ref", dice.choice(["", "", "refs/tags/"]) + tag,
                    *dice.choice([[], ["--json"], ["--name"], ["--version"], ["--event"], ["--stage"]])]
            case "stages":
                return ["stages", *dice.choice([[], ["--used"], ["--allowed"]])]
            case "describe":
                return ["describe", selector, *dice.choice([[], ["--json"]])]
            case word:
                return [word]

    def served(self) -> None:
        """The index must be in use by now, unless something keeps it from that."""
        if self.is_odd or self.is_blocked or self.withheld:
            return
        if not self.is_head_plain():
            return
        # The first one may find the damage as late as when it writes: then the next one makes the file anew.
        self.run("show")
        self.run("show")
        if self.layout in ("bare", "worktree"):
            if self.generation() == 0:
                raise Stop("the index has no head after a command")
            return
        without, blind = self.run("show", "--no-index"), self.run("show", blind=True)
        if blind != without:
            raise Stop(f"the index does not serve: {blind}, without it {without}")

    def is_head_plain(self) -> bool:
        """Whether HEAD can be followed without libgit2: a branch in a `packed-refs` that is not sorted cannot."""
        folder = self.repository.git_folder
        branch, packed = (folder / "HEAD").read_text().removeprefix("ref: ").strip(), folder / "packed-refs"
        if not branch.startswith("refs/") or (folder / branch).exists() or not packed.exists():
            return True
        return b"sorted" in packed.read_bytes().partition(b"\n")[0]

    def generation(self) -> int:
        """How often the index was written, by a copy of it: to look into it would change it."""
        copy = self.base / "copy.sqlite"
        for end in ("", "-wal"):
            if (source := Path(f"{self.index}{end}")).exists():
                shutil.copy(source, f"{copy}{end}")
        with closing(sqlite3.connect(copy)) as connection:
            row = connection.execute("SELECT generation FROM head").fetchone()
        for path in self.base.glob("copy.sqlite*"):
            path.unlink()
        return row[0] if row else 0

    # What happens to the repository

    def new_commit(self) -> None:
        dice = self.dice
        if dice.random() < 0.6:
            self.files["artifacts.yaml"] = dice.choice(ANNOTATIONS)
        if dice.random() < 0.3:
            self.files["sub/dvc.yaml"] = dice.choice(DVC_FILES)
        if dice.random() < 0.3:
            self.files["dvc.yaml"] = dice.choice(DVC_FILES)
        if dice.random() < 0.2:
            self.files[".registry.yaml"] = dice.choice(REGISTRIES)
        for name in [name for name in self.files if dice.random() < 0.1]:
            del self.files[name]
        commit = self.repository.commit(self.files, self.commits[-1:], START - 1000 + len(self.commits))
        self.commits.append(commit)
        self.repository.set_ref(b"refs/heads/main", commit + "\n")

    def registry_file(self) -> None:
        (self.place / ".registry.yaml").write_bytes(self.dice.choice(REGISTRIES))

    def head(self) -> None:
        self.repository.write("HEAD", self.dice.choice([
            self.dice.choice(self.commits).encode() + b"\n", b"ref: refs/heads/main\n", b"ref: refs/heads/new\n",
            b"ref: refs/heads/main\n"]))

    def configuration(self) -> None:
        lines = [b"[some]\n\tkey = %d\n" % self.dice.randrange(10)]
        if self.layout in ("plain", "subfolder", "nobody"):
            # The files are somewhere else then, or nowhere: only libgit2 knows.
            elsewhere = self.base / "elsewhere"
            elsewhere.mkdir(exist_ok=True)
            (elsewhere / ".registry.yaml").write_bytes(b"stages: [elsewhere]\n")
            lines += [b"[core]\n\tworktree = %s\n" % os.fsencode(elsewhere), b"[core]\n\tbare = true\n"]
        line = self.dice.choice(lines)
        self.steps.append(f"  {line}")
        with open(self.repository.git_folder / "config", "ab") as file:
            file.write(line)
        self.is_odd = self.is_odd or line != lines[0]

    def tag_body(self, target: str, kind: str, name: bytes, tagger: bool = True) -> bytes:
        dice = self.dice
        self.seconds += dice.choice([0, 0, 0, 1, 5, 3600, -2, -4000])
        lines = [b"object %s" % target.encode(), b"type %s" % kind.encode(), b"tag %s" % name]
        if tagger:
            zone = dice.choice([b"+0000", b"+0000", b"-0730", b"+1400"])
            lines.append(b"tagger %s %d %s" % (dice.choice(PEOPLE), self.seconds, zone))
        message = dice.choice([b"x", b"About it\n\nauthor: somebody\n", b"", b"\x1b[1m \xff\n", b"Register " + name, b"y" * 20_000])
        return b"\n".join(lines) + b"\n\n" + message + b"\n"

    def name(self) -> bytes:
        dice, artifact = self.dice, self.dice.choice(ARTIFACTS)
        version = f"v{dice.randint(0, 2)}.{dice.randint(0, 2)}.0" + dice.choice(["", "", "", "-rc.1", "+b"])
        stage = dice.choice(STAGES)
        name = dice.choice([
            f"{artifact}@{version}", f"{artifact}@{version}", f"{artifact}@{version}", f"{artifact}@{version}!",
            f"{artifact}#{stage}", f"{artifact}#{stage}", f"{artifact}#{stage}!", f"{artifact}@deprecated"])
        return (name + dice.choice(["", f"#{dice.randint(1, 30)}", f"#{dice.randint(1, 30)}"])).encode()

    def new_tags(self) -> None:
        for _ in range(self.dice.randint(1, 6)):
            name = self.name()
            target = self.dice.choice(self.commits)
            made = self.repository.put("tag", self.tag_body(target, "commit", name))
            self.repository.peeled[made] = target
            self.all_tags.append(made)
            self.repository.set_ref(TAGS + name, made + "\n")

    def moved_tag(self) -> None:
        """A tag's ref leads to another object: to one for the same name, or to some other tag's."""
        tags = self.repository.tags()
        if not tags or not self.all_tags:
            return
        name = self.dice.choice(tags)
        made = self.dice.choice(self.all_tags)
        if self.dice.random() < 0.6:
            target = self.dice.choice(self.commits)
            made = self.repository.put("tag", self.tag_body(target, "commit", name))
            self.repository.peeled[made] = target
        refs = self.repository.packed()
        if TAGS + name in refs and self.dice.random() < 0.5:
            refs[TAGS + name] = made
            self.repository.set_packed(refs)
        else:
            self.repository.set_ref(TAGS + name, made + "\n")

    def deleted_tags(self) -> None:
        tags = self.repository.tags()
        for name in self.dice.sample(tags, min(len(tags), self.dice.randint(1, 3))):
            self.repository.remove_tag(name)

    def odd_tag(self) -> None:
        dice, repository, name = self.dice, self.repository, self.name()
        commit = dice.choice(self.commits)
        kind = dice.choice([
            "lightweight", "nested", "blob", "renamed", "foreign", "no tagger", "malformed", "bytes", "created", "garbage",
            "missing", "inner missing", "damaged", "symbolic", "commit missing"])
        self.steps.append(f"  {kind} {name}")
        inner = repository.put("tag", self.tag_body(commit, "commit", b"inner"))
        match kind:
            case "lightweight":
                value = commit
            case "nested":
                value = repository.put("tag", self.tag_body(inner, "tag", name))
                repository.peeled[value] = commit
            case "blob":
                value = repository.put("tag", self.tag_body(repository.put("blob", b"x"), "blob", name))
            case "renamed":
                value = repository.put("tag", self.tag_body(commit, "commit", self.name()))
            case "foreign":
                value = repository.put("tag", self.tag_body(commit, "commit", b"release-1"))
            case "no tagger":
                value = repository.put("tag", self.tag_body(commit, "commit", name, tagger=False))
            case "malformed":
                name = dice.choice([b"nn-2@v1", b"m#dev#1-2", b"m@1.0.0", b"m#", b"@x", b"v1.0.0", b"m@v1.0.0!x", b"a b@v1.0.0"])
                value = repository.put("tag", self.tag_body(commit, "commit", name))
                # Git allows no ref of that name.
                self.is_odd = self.is_odd or b" " in name
            case "bytes":
                name = dice.choice([
                    b"m\xff@v1.0.0", b"m@v1.0.0\xff", b"\xc3\xa9t\xc3\xa9@v1.0.0", b"\xff\xfe#dev#1", b"m#\xe2\x80\xae",
                    b"m\xff@v1.1.0", b"m\xef\xbf\xbd@v1.0.0", b"e\xcc\x81@v1.0.0", b"\xc3\xa9@v1.0.0"])
                value = repository.put("tag", self.tag_body(commit, "commit", name))
            case "created":
                name = dice.choice(ARTIFACTS).encode() + b"@created"
                value = repository.put("tag", self.tag_body(commit, "commit", name))
            case "garbage":
                value = repository.put("tag", self.tag_body(commit, "commit", name)[:dice.randint(0, 80)])
            case "missing":
                self.withheld.append(("tag", self.tag_body(commit, "commit", name)))
                value = repository.id_of(*self.withheld[-1])
            case "inner missing":
                self.withheld.append(("tag", self.tag_body(commit, "commit", b"lost")))
                value = repository.put("tag", self.tag_body(repository.id_of(*self.withheld[-1]), "tag", name))
            case "commit missing":
                value = repository.put("tag", self.tag_body("12" * 20, "commit", name))
            case "damaged":
                repository.set_ref(TAGS + name, dice.choice(["", "x\n", "0" * 40 + "\n", commit[:30]]))
                self.is_odd = True
                return
            case _:
                tags = [os.fsdecode(tag) for tag in repository.tags()] or ["none"]
                repository.set_ref(TAGS + name, f"ref: refs/tags/{dice.choice(tags)}\n")
                self.is_odd = True
                return
        repository.set_ref(TAGS + name, value + "\n")
        if self.withheld and dice.random() < 0.5:
            self.compare("show")
            self.restored()

    def restored(self) -> None:
        """An object that was missing is there after all, as after a fetch."""
        while self.withheld:
            self.repository.put(*self.withheld.pop())

    def packed_by_git(self) -> None:
        self.repository.git("pack-refs", "--all")

    def header(self) -> bytes:
        """What `packed-refs` says of itself: git's words of today, and those of old."""
        return self.dice.choice([b" peeled fully-peeled sorted "] * 3 + [b" sorted ", b" peeled ", b""])

    def packed_here(self) -> None:
        self.repository.pack(self.header())

    def gc(self) -> None:
        self.repository.git("gc", "-q")

    def repack(self) -> None:
        self.repository.git("repack", "-a", "-d", "-q")

    def fetch(self) -> None:
        self.copies += 1
        other = Handmade(self.base / f"other-{self.copies}", is_bare=True, owner=self.repository.owner)
        mine, self.repository = self.repository, other
        commits, self.commits = self.commits, []
        self.new_commit()
        self.new_tags()
        self.repository, self.commits = mine, commits
        other.own()
        mine.git("fetch", "-q", str(other.folder), "+refs/tags/*:refs/tags/*")

    def touched(self) -> None:
        for name in ("packed-refs", "config"):
            path = self.repository.git_folder / name
            if path.exists():
                seconds = time.time() + self.dice.choice([-100_000, -10, 0, 100_000])
                os.utime(path, (seconds, seconds))

    def replaced_twice(self) -> None:
        """`packed-refs` becomes another file of the same size and time, and again, each after a look at it."""
        self.packed_here()
        path = self.repository.git_folder / "packed-refs"
        for _ in range(2):
            before, refs = path.stat(), self.repository.packed()
            tags = [name for name in refs if name.startswith(TAGS)]
            if len(tags) < 2:
                return
            one, other = self.dice.sample(tags, 2)
            refs[one], refs[other] = refs[other], refs[one]
            self.repository.set_packed(refs, self.header())
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            self.compare("show", "--json")

    def copied(self) -> None:
        if self.layout != "worktree":
            self.clear()
            self.copies += 1
            self.repository.moved(self.base / f"copy-{self.copies}")
            self.set_up()

    def waited(self) -> None:
        """What was packed a while ago is known by its stamp alone."""
        self.compare("show")
        time.sleep(3.1)

    # What befalls the index

    def damage(self) -> None:
        folder = self.index.parent
        self.clear()
        if not self.index.is_file():
            self.compare("show")
        # One that is empty is so damaged that no more can befall it.
        if not self.index.is_file() or not self.index.stat().st_size:
            return
        kinds = [self.flip] * 5 + [self.cut] * 3 + [self.zero] * 2 + [self.lose, self.other_version, self.other_schema]
        kinds += [self.other_values] * 3 + [self.anothers, self.older, self.older, self.garbage, self.obstacle, self.lock]
        kinds += [self.read_only] * 3 if self.layout == "nobody" else []
        kind = self.dice.choice(kinds)
        self.steps.append(f"  damage: {kind.__name__}")
        try:
            kind()
        except sqlite3.Error as error:
            # It was too damaged already for that.
            self.steps.append(f"  {error}")
        if folder.exists() and not self.is_blocked:
            self.repository.own()

    def parts(self) -> list[Path]:
        return [path for path in sorted(self.index.parent.iterdir()) if path.is_file()]

    def part(self) -> Path:
        filled = [path for path in self.parts() if path.stat().st_size]
        return self.dice.choice([self.index, *filled])

    def flip(self) -> None:
        path = self.part()
        content = bytearray(path.read_bytes())
        for _ in range(self.dice.choice([1, 1, 3, 20])):
            position = self.dice.randrange(min(len(content), self.dice.choice([100, 8192, 1 << 30])))
            content[position] ^= 1 << self.dice.randrange(8)
        path.write_bytes(content)

    def cut(self) -> None:
        path = self.part()
        os.truncate(path, self.dice.choice([0, path.stat().st_size // 2, self.dice.randrange(path.stat().st_size)]))

    def zero(self) -> None:
        path = self.part()
        with open(path, "r+b") as file:
            file.seek(self.dice.randrange(path.stat().st_size) & ~8191)
            file.write(bytes(self.dice.choice([512, 8192])))

    def lose(self) -> None:
        self.dice.choice(self.parts()).unlink()

    def change(self, *statements: str) -> None:
        # Closed whatever happens: one that is left to the garbage collector keeps its lock until then.
        with closing(sqlite3.connect(self.index)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def other_version(self) -> None:
        self.change(f"PRAGMA user_version = {self.dice.choice([0, 1, -1, 7])}")

    def other_schema(self) -> None:
        self.change(self.dice.choice([
            "CREATE TABLE more(x)", "DROP TABLE records", "ALTER TABLE current ADD COLUMN x", "CREATE INDEX i ON head(data)",
            "CREATE VIEW v AS SELECT 1", "CREATE TRIGGER t AFTER INSERT ON head BEGIN DELETE FROM records; END"]))

    def other_values(self) -> None:
        self.change(self.dice.choice([
            "UPDATE head SET generation = -1", "UPDATE head SET generation = generation + 1", "DELETE FROM head",
            "UPDATE head SET generation = 'x'", "UPDATE head SET data = NULL WHERE 0", "UPDATE head SET data = zeroblob(100)",
            "DELETE FROM records", "DELETE FROM current", "DELETE FROM files", "UPDATE current SET data = randomblob(200)",
            "UPDATE records SET data = substr(data, 2)", "UPDATE files SET data = x''", "UPDATE records SET key = key + 1000",
            "UPDATE records SET data = (SELECT data FROM current), checksum = (SELECT checksum FROM current)",
            "UPDATE current SET data = (SELECT data FROM current ORDER BY key DESC), checksum = (SELECT checksum FROM current "
            "ORDER BY key DESC)", "UPDATE records SET data = 'text'", "UPDATE files SET checksum = 1.5", "DELETE FROM recent",
            "UPDATE recent SET data = substr(data, 2)", "UPDATE recent SET key = key + 1",
            "UPDATE recent SET data = (SELECT data FROM records), checksum = (SELECT checksum FROM records)"]))

    def snapshot(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.parts()}

    def put_back(self, snapshot: dict[str, bytes]) -> None:
        for name, content in snapshot.items():
            (self.index.parent / name).write_bytes(content)

    def anothers(self) -> None:
        if self.donors:
            self.put_back(self.dice.choice(self.donors))

    def older(self) -> None:
        if self.earlier:
            snapshot = self.dice.choice(self.earlier)
            names = self.dice.choice([list(snapshot), ["index.sqlite"], ["index.sqlite-wal"], ["index.sqlite-shm"]])
            self.put_back({name: snapshot[name] for name in names if name in snapshot})

    def garbage(self) -> None:
        path = Path(f"{self.index}{self.dice.choice(['', '-wal', '-shm', '-journal'])}")
        path.write_bytes(self.dice.choice([b"", b"SQLite format 3\0", b"x" * 5000, bytes(20_000), self.dice.randbytes(40_000)]))

    def obstacle(self) -> None:
        """Something else lies there."""
        path = Path(f"{self.index}{self.dice.choice(['', '', '-wal', '-journal'])}")
        path.unlink(missing_ok=True)
        self.is_blocked = True
        match self.dice.choice(["folder", "link", "pipe", "socket"]):
            case "folder":
                path.mkdir()
            case "link":
                path.symlink_to(self.base / "elsewhere.sqlite")
            case _:
                os.mkfifo(path)

    def read_only(self) -> None:
        self.is_blocked = True
        for path in self.parts():
            if self.dice.random() < 0.5:
                os.chown(path, 0, 0)
        os.chown(self.index.parent, 0, 0)

    def lock(self) -> None:
        """Another connection holds the file during a command."""
        with closing(sqlite3.connect(self.index, isolation_level=None)) as connection:
            if self.dice.random() < 0.5:
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute(self.dice.choice(["BEGIN EXCLUSIVE", "BEGIN IMMEDIATE"]))
            connection.execute("DELETE FROM records")
            if self.repository.owner is not None:
                for path in self.parts():
                    os.chown(path, self.repository.owner, self.repository.owner)
            self.compare(*self.command())
            connection.execute(self.dice.choice(["COMMIT", "ROLLBACK"]))

    def clear(self) -> None:
        """Takes away what keeps an index from being made."""
        if self.is_blocked:
            for path in self.index.parent.iterdir():
                if path.is_dir() and not path.is_symlink():
                    path.rmdir()
                else:
                    path.unlink()
            self.is_blocked = False
            self.repository.own()

    # The whole

    def play(self) -> None:
        ordinary = [self.new_tags] * 6 + [self.moved_tag] * 2 + [self.deleted_tags] * 2 + [self.packed_here] * 2
        steps = ordinary + [self.odd_tag] * 5 + [
            self.new_commit, self.registry_file, self.head, self.configuration, self.restored, self.packed_by_git,
            self.touched, self.replaced_twice, self.copied]
        slow = [self.gc, self.repack, self.fetch]
        harm = self.dice.choice([0, 0.3, 0.8])
        for _ in range(self.dice.randint(4, 7)):
            step = self.dice.choice(ordinary if self.dice.random() < 0.4 else steps)
            if self.dice.random() < 0.03:
                step = self.dice.choice(slow)
            if self.dice.random() < 0.004:
                step = self.waited
            self.steps.append(step.__name__)
            step()
            harmed = self.dice.random() < harm
            if harmed:
                self.damage()
            for _ in range(self.dice.randint(1, 2)):
                self.compare(*self.command())
            if harmed:
                self.served()
            if not self.is_blocked and self.index.is_file():
                self.earlier.append(self.snapshot())
        self.clear()
        self.compare("show", "--json", "-d", "--av", "-1", "--vs", "-1")
        self.compare("history", "--json")
        self.served()
        if self.index.is_file() and len(self.donors) < 50:
            self.donors.append(self.snapshot())


def readers_beside_writers(bench: Bench, reads: int) -> list[str]:
    """Eight readers while tags are made and packed: each sees every tag that was there before it began, none that came
    after it ended, and each as it is without an index."""
    path = bench.repository(commits=1_000, name=str(bench.disk / "beside-writers"))
    commits = git(path, "rev-list", "--reverse", "main").split()
    environment = {key: value for key, value in os.environ.items() if key != "GIT_CEILING_DIRECTORIES"}
    begun, made, lock, done = {}, {}, threading.Lock(), threading.Event()
    seen, problems = [], []

    def program(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(bench.program), *words], cwd=path, env=environment, capture_output=True, check=False,
            stdin=subprocess.DEVNULL)

    def make(name: str, *command: str) -> None:
        begun[name] = time.monotonic()
        result = subprocess.run(command, cwd=path, env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if result.returncode == 0:
            made[name] = time.monotonic()
        else:
            problems.append(f"{command}: {result.returncode} {result.stderr}")

    def write(artifact: str, is_ours: bool) -> None:
        for number, commit in enumerate(commits):
            if done.is_set():
                return
            version = f"v1.{number}.0"
            name = f"{artifact}@{version}"
            if is_ours:
                make(name, str(bench.program), "register", artifact, commit, "--version", version)
            else:
                make(name, "git", "tag", "-a", "-m", "x", name, commit)

    def pack() -> None:
        while not done.is_set():
            subprocess.run(["git", "-C", str(path), "pack-refs", "--all"], capture_output=True, check=False)
            time.sleep(bench.random.choice([0, 0.01, 0.1]))

    def read(number: int) -> None:
        start = time.monotonic()
        words = ["history", "--json"] if number % 3 else ["history", "m", "--json"]
        result = program(*words)
        with lock:
            seen.append((start, time.monotonic(), words, result))

    # There is something to be read from the beginning.
    make("m@v0.1.0", "git", "tag", "-a", "-m", "x", "m@v0.1.0", commits.pop())
    threads = [threading.Thread(target=work) for work in [lambda: write("m", True), lambda: write("n", False), pack]]
    for thread in threads:
        thread.start()
    bench.parallel(read, range(reads), jobs=8)
    done.set()
    for thread in threads:
        thread.join()
    final = {event["ref"]: event for event in json.loads(program("history", "--json", "--no-index").stdout)}
    for start, end, words, result in seen:
        if result.returncode:
            problems.append(f"{words}: {result.returncode} {result.stderr}")
            continue
        events = {event["ref"]: event for event in json.loads(result.stdout)}
        wanted = [name for name in made if "m" not in words or name.startswith("m@")]
        problems += [f"{words}: {name} is not there" for name in wanted if made[name] < start and name not in events]
        problems += [f"{words}: {name} is there already" for name in events if begun[name] > end]
        problems += [f"{words}: {event}, not {final.get(name)}" for name, event in events.items() if event != final.get(name)]
    for words in (["history", "--json"], ["show", "--json"], ["print-state"], ["show", "m", "--json"]):
        with_index, without = program(*words), program(*words, "--no-index")
        if with_index.stdout != without.stdout:
            problems.append(f"{words}: at the end {with_index.stdout}, without the index {without.stdout}")
    print(f"  C8: {reads} reads while {len(made)} tags were made", flush=True)
    return problems


def rewritten(bench: Bench, rounds: int) -> list[str]:
    """Packed refs are replaced while a command finds out what became of those before: what it keeps holds for one of both."""
    path = bench.repository(commits=2 * rounds + 2, name=str(bench.disk / "rewritten"))
    problems = []

    def program(*words: str) -> bytes:
        return subprocess.run(
            [str(bench.program), *words], cwd=path, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout

    for number, commit in enumerate(git(path, "rev-list", "main").split()):
        git(path, "tag", "-a", "-m", "x", f"m@v1.{number}.0", commit)
    git(path, "pack-refs", "--all")
    program("show")
    for number in reversed(range(rounds)):
        git(path, "tag", "-d", f"m@v1.{2 * number}.0")
        command = subprocess.Popen([str(bench.program), "show"], cwd=path, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        time.sleep(bench.random.uniform(0, 0.08))
        git(path, "tag", "-d", f"m@v1.{2 * number + 1}.0")
        if command.wait():
            problems.append(f"rewritten {number}: {command.returncode}")
        if (with_index := program("show", "m", "--json")) != (without := program("show", "m", "--json", "--no-index")):
            problems.append(f"rewritten {number}: {with_index}, without the index {without}")
    return problems


def c8_index(bench: Bench):
    """Histories, each with its damage; then readers beside writers, and refs that are replaced while they are read."""
    count = bench.count(1_000, 10)
    seed = bench.random.getrandbits(32)
    for folder in (bench.folder, bench.disk):
        os.chmod(folder, 0o755)
    # What lies there is found before libgit2, and is none.
    (bench.folder / "blind").mkdir()
    (bench.folder / "blind/libgit2.so.1.5").touch()
    times = []
    donors: list = []

    def once(number):
        start = time.monotonic()
        scene = Scene(bench, seed, number, donors)
        try:
            scene.play()
        except Stop as difference:
            return f"history {number} ({scene.layout}): {difference}\n  " + "\n  ".join(scene.steps)
        finally:
            times.append(time.monotonic() - start)
            if ONLY:
                print("\n".join(scene.steps))
        shutil.rmtree(scene.base)
        return None
    problems = bench.parallel(once, [int(ONLY)] if ONLY else range(count), jobs=3)
    if not ONLY:
        problems += readers_beside_writers(bench, bench.count(1_000, 40))
        problems += rewritten(bench, bench.count(200, 5))
    print(f"  C8: {sum(times) / len(times) * 1000:.0f} ms a history", flush=True)
    return count, problems


ROWS = {"C8": c8_index}
