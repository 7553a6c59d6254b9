"""Holds `git model watch` to its word: the hooks of each pushed tag run once, whatever becomes of the watch.

    GIT_MODEL=… .build/interop-venv/bin/python Tests/Interop/reactions.py [--runs 100] [--kills 20] [--seed 7]

Over `git http-backend` and over file://: three clones of one bare remote push tags at once, by plain git, the real GTO and
git-model. Meanwhile `watch` is killed with SIGKILL again and again and started anew. The hook gets the artifact, and
appends one line for each of its runs. Ends with status 1 where an event ran twice or never, or with other bytes.
"""

import argparse
import contextlib
import hashlib
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from delivery_servers import GitHandler, serve
from hermetic import enter, git

TOOLS = ("git", "gto", "git-model")
# How long after the last push all hooks must have run. A killed watch leaves hooks behind that are waited for.
DRAIN_LIMIT_SECONDS = 120
# How long nothing more may run after that.
QUIET_SECONDS = 3
HOOK = """#!/bin/sh
sum=$(sha256sum < "$MODEL_DOWNLOAD") || exit 1
echo "$MODEL_REF $MODEL_COMMIT $MODEL_ATTEMPT ${sum%% *}" >> "$RAN"
"""
RULES = """hooks:
- name: deploy
  on: [registered, assigned]
  run: ci/deploy.sh
  download: true
  env: [RAN]
"""


class Pusher(threading.Thread):
    """One clone, in which one tool makes events and pushes each: a version of a new commit, or a stage of it."""

    def __init__(self, tool: str, folder: Path, url: str, count: int, seed: int):
        super().__init__(daemon=True)
        self.tool, self.folder, self.count = tool, folder, count
        self.random = random.Random(f"{seed} {tool}")
        self.pushed: list[str] = []
        self.failure: BaseException | None = None
        git(folder.parent, "clone", "-q", url, folder.name)
        git(folder, "checkout", "-q", "-b", f"work/{tool}")

    def run(self) -> None:
        try:
            version = stage = 0
            stages = {"prod": 0, "dev": 0}
            while len(self.pushed) < self.count:
                # A version is assigned to a stage once.
                free = [name for name, now in stages.items() if now != version]
                if not free or self.random.random() < 0.5:
                    version += 1
                    (self.folder / f"models/{self.tool}.bin").write_bytes(self.random.randbytes(2000))
                    git(self.folder, "commit", "-q", "-a", "-m", f"model {version}")
                    git(self.folder, "push", "-q", "origin", "HEAD")
                    self.push(f"{self.tool}@v{version}.0.0", version, None)
                else:
                    stage += 1
                    name = self.random.choice(free)
                    stages[name] = version
                    self.push(f"{self.tool}#{name}#{stage}", version, stage)
                time.sleep(self.random.random() * 0.2)
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            self.failure = error

    def push(self, tag: str, version: int, stage: int | None) -> None:
        """Makes the tag by the clone's tool, and pushes it."""
        words = ["assign", self.tool, "--version", f"v{version}.0.0", "--stage", tag.split("#")[1]] if stage else [
            "register", self.tool, "--version", f"v{version}.0.0"]
        if self.tool == "git":
            git(self.folder, "tag", "-a", "-m", "an event", tag)
        else:
            program = os.environ["GIT_MODEL"] if self.tool == "git-model" else str(Path(sys.executable).parent / "gto")
            subprocess.run([program, *words], cwd=self.folder, check=True, capture_output=True, text=True)
        git(self.folder, "push", "-q", "origin", f"refs/tags/{tag}")
        self.pushed.append(f"refs/tags/{tag}")


class Watch:
    """The watch, which is killed and started anew."""

    def __init__(self, url: str, folder: Path):
        self.command = [os.environ["GIT_MODEL"], "watch", "-r", url, "--interval", "1s", "--jobs", "2"]
        self.folder = folder
        self.log = (folder / "watch.log").open("ab")
        self.process: subprocess.Popen | None = None

    def once(self, *options: str) -> None:
        subprocess.run([*self.command, "--once", *options], cwd=self.folder, stdout=self.log, stderr=self.log, check=True)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


def make_remote(folder: Path) -> Path:
    """A bare remote with the hook, and an artifact for each tool."""
    remote, work = folder / "remote.git", folder / "work"
    git(folder, "init", "-q", "--bare", "-b", "main", str(remote))
    for key, value in (("uploadpack.allowFilter", "true"), ("uploadpack.allowAnySHA1InWant", "true"),
                       ("http.receivepack", "true")):
        git(remote, "config", key, value)
    git(folder, "clone", "-q", str(remote), "work")
    git(work, "checkout", "-q", "-B", "main")
    (work / "ci").mkdir()
    (work / "models").mkdir()
    (work / "ci/deploy.sh").write_text(HOOK)
    (work / "ci/deploy.sh").chmod(0o755)
    (work / ".registry.yaml").write_text(RULES)
    (work / "dvc.yaml").write_text(
        "artifacts:\n" + "".join(f"  {tool}:\n    path: models/{tool}.bin\n    type: model\n" for tool in TOOLS))
    for tool in TOOLS:
        (work / f"models/{tool}.bin").write_text("nothing yet\n")
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "the registry")
    git(work, "push", "-q", "origin", "main")
    return remote


def lines_of(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def hold(transport: str, url: str, folder: Path, remote: Path, options: argparse.Namespace) -> bool:
    """One transport: pushes, kills, and the account."""
    start, chance = time.monotonic(), random.Random(f"{options.seed} {transport}")
    ran = folder / "ran"
    os.environ["RAN"] = str(ran)
    watch = Watch(url, folder)
    # What is there now is history.
    watch.once()
    subprocess.run(
        [os.environ["GIT_MODEL"], "hooks", "allow", "-r", url], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    shares = [options.runs // 3 + (number < options.runs % 3) for number in range(3)]
    pushers = [Pusher(tool, folder / f"clone-{tool}", url, share, options.seed) for tool, share in zip(TOOLS, shares)]
    for pusher in pushers:
        pusher.start()
    kills = 0
    watch.start()
    while kills < options.kills or any(pusher.is_alive() for pusher in pushers):
        time.sleep(chance.uniform(0.05, 1.2))
        if kills < options.kills:
            watch.stop(signal.SIGKILL)
            kills += 1
            watch.start()
    for pusher in pushers:
        if pusher.failure:
            raise pusher.failure
    expected = {tag for pusher in pushers for tag in pusher.pushed}
    deadline = time.monotonic() + DRAIN_LIMIT_SECONDS
    while len({line[0] for line in lines_of(ran)}) < len(expected) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(QUIET_SECONDS)
    status = watch.stop(signal.SIGTERM)

    lines = lines_of(ran)
    counts = Counter(line[0] for line in lines)
    twice = sorted(tag for tag, count in counts.items() if count > 1)
    lost, foreign = sorted(expected - set(counts)), sorted(set(counts) - expected)
    wrong = [line[0] for line in lines if line[3] != checksum(remote, line)]
    faults = twice + lost + foreign + wrong
    if status != 0:
        faults.append(f"watch ended with status {status} on SIGTERM")
    told = (folder / "watch.log").read_text(errors="replace")
    print(
        f"{transport}: {len(expected)} events from 3 clones, watch killed {kills} times: {len(lines)} runs, "
        f"{len(twice)} twice, {len(lost)} lost, {len(wrong)} with other bytes, "
        f"{told.count('was cut short')} cut short; {time.monotonic() - start:.0f} s, seed {options.seed}")
    for fault in faults[:20]:
        print(f"  {fault}")
    if faults:
        print("  " + "\n  ".join(told.splitlines()[-60:]))
    return not faults


def checksum(remote: Path, line: list[str]) -> str:
    """The SHA-256 of the bytes that the event is about."""
    tool = line[0].removeprefix("refs/tags/").replace("#", "@").split("@")[0]
    command = ["git", "-C", str(remote), "cat-file", "blob", f"{line[1]}:models/{tool}.bin"]
    return hashlib.sha256(subprocess.run(command, check=True, capture_output=True).stdout).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100, help="events over each transport")
    parser.add_argument("--kills", type=int, help="how often watch is killed (default: a fifth of the events)")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    options = parser.parse_args()
    if options.kills is None:
        options.kills = options.runs // 5
    program = os.path.abspath(os.environ["GIT_MODEL"])
    folder = Path(tempfile.mkdtemp(prefix="git-model-reactions."))
    is_right = True
    with contextlib.ExitStack() as stack:
        for transport in ("http", "file"):
            place = folder / transport
            (place / "home").mkdir(parents=True)
            enter(str(place / "home"))
            os.environ.update(
                GIT_MODEL=program, GIT_AUTHOR_NAME="Ana Ruiz", GIT_AUTHOR_EMAIL="ana@example.com",
                GIT_COMMITTER_NAME="Ana Ruiz", GIT_COMMITTER_EMAIL="ana@example.com")
            remote = make_remote(place)
            url = f"file://{remote}"
            if transport == "http":
                url = serve(stack, type("Handler", (GitHandler,), {"root": place})) + "/remote.git"
            is_right = hold(transport, url, place, remote, options) and is_right
    if is_right:
        shutil.rmtree(folder)
    else:
        print(f"the repositories are in {folder}; again: make reactions RUNS={options.runs} SEED={options.seed}")
        print(f"  {shlex.join(sys.argv)}")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
