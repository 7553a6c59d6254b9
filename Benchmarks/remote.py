"""A registry at a URL: 27,500 tags over a gigabyte of models, served by `git http-backend` of this machine."""

import shutil
import subprocess
import sys
from pathlib import Path

import registries
from measure import Case, Runner, Side

SERVER = registries.PROJECT / "Tests" / "Support" / "servers" / "git_backend.py"
TAGS = 27_500
SPEC = "+refs/tags/*:refs/tags/*"
# The objects of the tags and their commits: no trees, no files, no history between them.
ALONE = ["--no-tags", "--depth=1", "--filter=tree:0"]


class Remote:
    """A server, in a process of its own, for the length of a `with`."""

    def __init__(self, runner: Runner, binary: Path):
        self.runner = runner
        self.model = str(binary)
        self.registry = registries.with_models()
        self.root = registries.REGISTRIES / "remote"
        self.copy = self.root / "tags.git"
        self.copied = 0

    def __enter__(self) -> "Remote":
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir()
        for key, value in (("allowFilter", "true"), ("allowAnySHA1InWant", "true")):
            self.runner.call(["git", "config", f"uploadpack.{key}", value], self.registry)
        self.server = subprocess.Popen(
            [sys.executable, "-B", SERVER, self.registry, self.root], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        self.url = f"http://127.0.0.1:{self.server.stdout.readline().strip()}/.git"
        # The address, and so the clone in the cache, is another one each time.
        self.cache = Path(self.runner.environment["XDG_CACHE_HOME"]) / "git-model"
        shutil.rmtree(self.cache, ignore_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stdin.close()
        self.server.wait()
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.cache, ignore_errors=True)

    def cases(self) -> list[Case]:
        show = [self.model, "show", "-r", self.url, "-q"]
        fetch = ["git", "-C", str(self.copy), "fetch", "-q", *ALONE, "origin", SPEC]
        listing = ["git", "ls-remote", "--tags", self.url]
        return [
            Case(
                "`show -r URL`, the first time",
                Side("git-model", show, 5, prepare=self.forget),
                Side("`git fetch` of the tags alone", fetch, 5, prepare=self.make_empty),
                self.root, tags=TAGS, at_most=1.3, check=self.check),
            Case(
                "`show -r URL`, again", Side("git-model", show, 15), Side("`git ls-remote --tags`", listing, 15),
                self.root, tags=TAGS, at_most=2),
        ]

    def forget(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)

    def make_empty(self) -> None:
        # ext4 takes no inode that was deleted in the last minutes, and looks through all of them for each file that git
        # makes: deleting what an earlier run fetched makes git's next fetch take several times as long.
        if self.copy.exists():
            self.copied += 1
            self.copy.rename(self.root / f"copy-{self.copied}")
        self.runner.call(["git", "init", "-q", "--bare", str(self.copy)], self.root)
        self.runner.call(["git", "-C", str(self.copy), "remote", "add", "origin", self.url], self.root)

    def check(self) -> None:
        """What is shown of the URL is what is shown of the folder, and git's copy has the same tags."""
        shown = self.runner.output([self.model, "show", "-r", self.url, "--json"], self.root)
        if shown != self.runner.output([self.model, "show", "-r", str(self.registry), "--json"], self.root):
            sys.exit("bench: the registry at the URL is another one than in its folder")
        if not self.cache.is_dir():
            sys.exit(f"bench: nothing came into {self.cache}: the first time would be measured as the second")
        self.make_empty()
        self.runner.call(["git", "-C", str(self.copy), "fetch", "-q", *ALONE, "origin", SPEC], self.root)
        listed = [self.runner.output(["git", "-C", str(folder), "show-ref", "--tags"], self.root)
                  for folder in (self.copy, self.registry)]
        if listed[0] != listed[1] or listed[0].count("\n") != TAGS:
            sys.exit("bench: the fetch did not bring the tags")
