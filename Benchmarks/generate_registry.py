#!/usr/bin/env python3
"""Makes a synthetic registry of any size through `git fast-import`: the same arguments give the same object ids.

    Benchmarks/generate_registry.py FOLDER --tags 100000

The artifacts are the same at every size, only their histories are longer: of 100 tags about 40 register a version, 2
take one back, and the others put versions into stages and out again. One artifact in 40 is deprecated in the end. Each
version has a commit of its own; all of them are one line of commits. Refs are packed.

fast-import itself would write a loose file per ref (measured: 12 s for 100,000, with the packing). So the stream
announces a `done` and ends without it: fast-import then keeps the finished pack, exports the marks and touches no ref,
and the sorted `packed-refs` is written here from the marks.
"""

import argparse
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Iterator

EPOCH = 1_600_000_000
PEOPLE = [b"Ana Ruiz <ana@example.com>", "Jörg Berg <joerg@example.org>".encode(), b"CI bot <ci@example.com>"]
ZONES = [b"+0000", b"+0000", b"+0100", b"+0200", b"-0500", b"+0530"]
TEAMS = ["fraud", "churn", "rank", "vision", "speech", "price", "search", "risk", "text", "demand"]
STAGES = ["dev", "staging", "prod", "shadow"]
NOTES = ["", "", "Passed the offline evaluation.", "Retrained on last week's data, see the metrics.", "Hotfix"]
BLOB = 4 << 20
# Of the files, one commit in so many changes one: they are not what is measured.
COMMITS_A_FILE = 100


def artifact_name(number: int) -> str:
    """`fraud-model-0` … and, for every tenth, a name in a folder: `models/demand:model-9` (`=` in tags)."""
    team = TEAMS[number % len(TEAMS)]
    return f"models/{team}=model-{number}" if number % 10 == 9 else f"{team}-model-{number}"


def version_name(number: int) -> str:
    return f"v{number // 200}.{number // 10 % 20}.{number % 10}"


@dataclass
class Artifact:
    """What an artifact's next event depends on. Versions are counted from 0."""

    name: str
    counter: int = 0
    commits: list[int] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)
    staged: dict[str, int] = field(default_factory=dict)


@dataclass
class Event:
    """A tag. `commit` counts the versions of the whole registry from 0, since each has a commit of its own."""

    tag: str
    message: str
    commit: int
    is_new_commit: bool = False


def registration(draw: random.Random, artifact: Artifact, commit: int) -> Event:
    number = len(artifact.commits)
    artifact.commits.append(commit)
    shown, version = artifact.name.replace("=", ":"), version_name(number)
    message = f"Registering artifact {shown} version {version}"
    if note := draw.choice(NOTES):
        message += f"\n\n{note}"
    if draw.random() < 0.3:
        path = shown.partition(":")[2] or shown
        message += (
            f"\n\nArtifact-Path: models/{path}.bin\nArtifact-Type: model\n"
            f"Artifact-Digest: sha256:{draw.getrandbits(256):064x}\n"
            f"Artifact-Size: {draw.randrange(10**9)}\nMetric: auc={draw.random():.4f}\nMetric: loss={draw.random():.4f}")
    return Event(f"{artifact.name}@{version}", message, commit, is_new_commit=True)


def withdrawal(draw: random.Random, artifact: Artifact) -> Event | None:
    """Takes back one of the last versions, but for the last one and those that are in a stage."""
    last = len(artifact.commits) - 1
    kept = artifact.withdrawn | set(artifact.staged.values())
    numbers = [number for number in range(max(0, last - 5), last) if number not in kept]
    if not numbers:
        return None
    number = draw.choice(numbers)
    artifact.withdrawn.add(number)
    version = version_name(number)
    message = f"Deregistering artifact {artifact.name.replace('=', ':')} version {version}"
    return Event(f"{artifact.name}@{version}!", message, artifact.commits[number])


def stage_event(draw: random.Random, artifact: Artifact) -> Event:
    stage = draw.choice(STAGES)
    shown = artifact.name.replace("=", ":")
    artifact.counter += 1
    if stage in artifact.staged and draw.random() < 0.15:
        number = artifact.staged.pop(stage)
        message = f"Unassigning stage '{stage}' to artifact '{shown}' version '{version_name(number)}'"
        return Event(f"{artifact.name}#{stage}!#{artifact.counter}", message, artifact.commits[number])
    last = len(artifact.commits) - 1
    number = draw.choice([one for one in range(max(0, last - 4), last + 1) if one not in artifact.withdrawn])
    artifact.staged[stage] = number
    message = f"Assigning stage {stage} to artifact {shown} version {version_name(number)}"
    return Event(f"{artifact.name}#{stage}#{artifact.counter}", message, artifact.commits[number])


def events(draw: random.Random, artifacts: int, tags: int) -> Iterator[Event]:
    """The whole history in order of time."""
    every = [Artifact(artifact_name(number)) for number in range(min(artifacts, tags))]
    live, commits = list(every), 0
    deprecated = every[39::40]
    for number in range(tags):
        if number >= max(tags * 4 // 5, len(every)) and deprecated:
            artifact = deprecated.pop()
            live.remove(artifact)
            name = artifact.name.replace("=", ":")
            yield Event(f"{artifact.name}@deprecated", f"Deprecating artifact '{name}'", artifact.commits[-1])
            continue
        artifact = every[number] if number < len(every) else live[int(draw.random() * len(live))]
        kind = draw.random() if artifact.commits else 0
        event = withdrawal(draw, artifact) if 0.40 <= kind < 0.42 else None
        if event is None:
            event = registration(draw, artifact, commits) if kind < 0.40 else stage_event(draw, artifact)
        commits += event.is_new_commit
        yield event


class Stream:
    """What fast-import reads. Objects are numbered in the order in which they are written."""

    def __init__(self, out: BinaryIO, seed: int, blobs: int, commits_a_blob: int):
        self.out = out
        self.draw = random.Random(seed)
        self.blobs = blobs
        self.commits_a_blob = commits_a_blob
        self.marks = 0
        self.commits: list[int] = []

    def commit(self, seconds: int) -> None:
        self.marks += 1
        number = len(self.commits)
        self.commits.append(self.marks)
        message = b"Train run %d" % number
        self.out.write(
            b"commit refs/heads/main\nmark :%d\nauthor %s %d +0000\ncommitter %s %d +0000\ndata %d\n%s\n"
            % (self.marks, PEOPLE[0], seconds, PEOPLE[0], seconds, len(message), message))
        if number % COMMITS_A_FILE == 0:
            self.file(b"params.yaml", b"seed: %d\nlr: %.6f\n" % (self.draw.randrange(10**9), self.draw.random()))
        if self.blobs and number % self.commits_a_blob == 0:
            self.blobs -= 1
            self.file(b"models/model.bin", self.draw.randbytes(BLOB))

    def file(self, path: bytes, content: bytes) -> None:
        self.out.write(b"M 100644 inline %s\ndata %d\n" % (path, len(content)))
        self.out.write(content)
        self.out.write(b"\n")

    def tag(self, event: Event, seconds: int) -> None:
        self.marks += 1
        message = event.message.encode()
        self.out.write(
            b"tag %s\nmark :%d\nfrom :%d\ntagger %s %d %s\ndata %d\n%s\n" % (
                event.tag.encode(), self.marks, self.commits[event.commit], PEOPLE[seconds % 3], seconds,
                ZONES[seconds % len(ZONES)], len(message), message))


def generate(folder: Path, tags: int, artifacts: int, seed: int, megabytes: int) -> None:
    """Makes the repository in `folder`, which must not exist."""
    draw = random.Random(seed)
    run = ["git", "-C", str(folder)]
    folder.mkdir(parents=True)
    subprocess.run([*run, "init", "-q", "-b", "main"], check=True)
    for key, value in {"user.name": "Bench", "user.email": "bench@example.com", "gc.auto": "0"}.items():
        subprocess.run([*run, "config", key, value], check=True)

    marks = folder / ".git" / "generated-marks"
    log = folder / ".git" / "generated-log"
    # Without the threshold fast-import looks for what a model has in common with the one before it (a minute for 1 GB).
    settings = ["-c", f"core.compression={0 if megabytes else 1}", "-c", "core.bigFileThreshold=1m"]
    command = [*run, *settings, "fast-import", "--quiet", "--done", f"--export-marks={marks}"]
    refs: list[tuple[str, int, int]] = []
    blobs = megabytes * (1 << 20) // BLOB
    with open(log, "wb") as errors, subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors) as importer:
        stream = Stream(importer.stdin, seed, blobs, max(1, tags * 35 // 100 // max(1, blobs)))
        seconds = EPOCH
        for event in events(draw, artifacts, tags):
            seconds += 1 + int(draw.random() * 300)
            if event.is_new_commit:
                stream.commit(seconds - 1)
            stream.tag(event, seconds)
            refs.append((event.tag, stream.marks, stream.commits[event.commit]))
        importer.stdin.close()
        importer.wait()

    ids = [""] * (stream.marks + 1)
    with open(marks, encoding="ascii") as lines:
        for line in lines:
            mark, identifier = line.split()
            ids[int(mark[1:])] = identifier
    if not all(ids[1:]):
        sys.exit(f"fast-import did not make all objects: {log.read_text()}")
    refs.sort()
    with open(folder / ".git" / "packed-refs", "w", encoding="utf-8") as file:
        file.write("# pack-refs with: peeled fully-peeled sorted \n")
        file.write(f"{ids[stream.commits[-1]]} refs/heads/main\n")
        file.writelines(f"{ids[tag]} refs/tags/{name}\n^{ids[commit]}\n" for name, tag, commit in refs)
    for leftover in [marks, log, *(folder / ".git").glob("fast_import_crash_*")]:
        leftover.unlink()
    subprocess.run([*run, "checkout", "-q", "main"], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tags", type=int, default=3000)
    parser.add_argument("--artifacts", type=int, default=300)
    parser.add_argument("--megabytes", type=int, default=0, help="of models in the commits, which nothing compresses")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replace", action="store_true", help="remove FOLDER first")
    options = parser.parse_args()
    if options.replace:
        shutil.rmtree(options.folder, ignore_errors=True)
    if options.folder.exists():
        sys.exit(f"{options.folder} exists; --replace removes it first")
    started = time.monotonic()
    generate(options.folder, options.tags, options.artifacts, options.seed, options.megabytes)
    print(f"{options.tags:,} tags in {options.folder} ({time.monotonic() - started:.1f} s)")


if __name__ == "__main__":
    main()
