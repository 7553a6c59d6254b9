#!/usr/bin/env python3
"""Makes a synthetic registry of any size through `git fast-import`: the same arguments give the same object ids.

    Benchmarks/generate_registry.py FOLDER --tags 2750

Each artifact has 100 versions and 175 stage events (275 tags), so 2,750 tags are 10 artifacts. Versions of ten
artifacts share a train of 100 commits; no artifact has two versions on a commit. Refs are packed.

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
from pathlib import Path
from typing import BinaryIO, Iterator

EPOCH = 1_600_000_000
PEOPLE = [b"Ana Ruiz <ana@example.com>", "Jörg Berg <joerg@example.org>".encode(), b"CI bot <ci@example.com>"]
TEAMS = ["fraud", "churn", "rank", "vision", "speech", "price", "search", "risk", "text", "demand"]
STAGES = ["dev", "staging", "prod", "shadow"]
NOTES = [b"", b"", b"Passed the offline evaluation.", b"Retrained on last week's data, see the metrics.", b"Hotfix"]


def artifact_name(number: int) -> str:
    """`fraud-model-0` … and, for every tenth, a name in a folder: `models/fraud:model-9` (`=` in tags)."""
    team = TEAMS[number % len(TEAMS)]
    return f"models/{team}=model-{number}" if number % 10 == 9 else f"{team}-model-{number}"


def version_name(number: int) -> str:
    return f"v{number // 20}.{number % 20}.0"


def tag_events(draw: random.Random, name: str, versions: int, count: int) -> Iterator[tuple[str, int, bytes]]:
    """`count` events of one artifact in order of time: tag name, number of the version, message."""
    kinds = [True] * (versions - 1) + [False] * (count - versions)
    draw.shuffle(kinds)
    registered = 0
    counter = 0
    staged: dict[str, int] = {}
    shown = name.replace("=", ":")
    for is_registration in [True, *kinds]:
        if is_registration:
            version = version_name(registered)
            message = f"Registering artifact {shown} version {version}".encode()
            note = draw.choice(NOTES)
            yield f"{name}@{version}", registered, message + (b"\n\n" + note if note else b"")
            registered += 1
            continue
        counter += 1
        stage = draw.choice(STAGES)
        if stage in staged and draw.random() < 0.15:
            number = staged.pop(stage)
            version = version_name(number)
            message = f"Unassigning stage '{stage}' to artifact '{shown}' version '{version}'"
            yield f"{name}#{stage}!#{counter}", number, message.encode()
        else:
            number = draw.randrange(max(0, registered - 5), registered)
            staged[stage] = number
            message = f"Assigning stage {stage} to artifact {shown} version {version_name(number)}"
            yield f"{name}#{stage}#{counter}", number, message.encode()


def write_commits(out: BinaryIO, count: int, draw: random.Random) -> None:
    for number in range(count):
        seconds = EPOCH + number
        message = f"Train run {number}".encode()
        content = f"seed: {draw.randrange(10**9)}\nlr: {draw.random():.6f}\n".encode()
        out.write(b"commit refs/heads/main\nmark :%d\n" % (number + 1))
        out.write(b"author %s %d +0000\ncommitter %s %d +0000\n" % (PEOPLE[0], seconds, PEOPLE[0], seconds))
        out.write(b"data %d\n%s\n" % (len(message), message))
        if number:
            out.write(b"from :%d\n" % number)
        out.write(b"M 100644 inline params.yaml\ndata %d\n%s\n" % (len(content), content))


def generate(folder: Path, tags: int, versions: int, per_artifact: int, seed: int) -> None:
    """Makes the repository in `folder`, which must not exist."""
    artifacts = max(1, tags // per_artifact)
    commits = versions * ((artifacts + 9) // 10)
    draw = random.Random(seed)
    run = ["git", "-C", str(folder)]
    folder.mkdir(parents=True)
    subprocess.run([*run, "init", "-q", "-b", "main"], check=True)
    for key, value in {"user.name": "Bench", "user.email": "bench@example.com", "gc.auto": "0"}.items():
        subprocess.run([*run, "config", key, value], check=True)

    marks = folder / ".git" / "generated-marks"
    log = folder / ".git" / "generated-log"
    command = [*run, "-c", "core.compression=1", "fast-import", "--quiet", "--done", f"--export-marks={marks}"]
    names: list[str] = []
    targets: list[int] = []
    with open(log, "wb") as errors, subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors) as importer:
        out = importer.stdin
        write_commits(out, commits, draw)
        for artifact in range(artifacts):
            # The last artifact takes what the division leaves over.
            count = per_artifact if artifact < artifacts - 1 else tags - per_artifact * (artifacts - 1)
            first = versions * (artifact // 10)
            seconds = EPOCH + commits + draw.randrange(86_400)
            for name, number, message in tag_events(draw, artifact_name(artifact), min(versions, count), count):
                seconds += draw.randrange(1, 7200)
                names.append(name)
                targets.append(first + number + 1)
                out.write(b"tag %s\nmark :%d\nfrom :%d\n" % (name.encode(), commits + len(names), targets[-1]))
                out.write(b"tagger %s %d +0000\n" % (PEOPLE[seconds % 3], seconds))
                out.write(b"data %d\n%s\n" % (len(message), message))
        out.close()
        importer.wait()

    ids = [""] * (commits + len(names) + 1)
    with open(marks, encoding="ascii") as lines:
        for line in lines:
            mark, identifier = line.split()
            ids[int(mark[1:])] = identifier
    if not all(ids[1:]):
        sys.exit(f"fast-import did not make all objects: {log.read_text()}")
    order = sorted(range(len(names)), key=names.__getitem__)
    with open(folder / ".git" / "packed-refs", "w", encoding="utf-8") as refs:
        refs.write("# pack-refs with: peeled fully-peeled sorted \n")
        refs.write(f"{ids[commits]} refs/heads/main\n")
        refs.writelines(f"{ids[commits + 1 + i]} refs/tags/{names[i]}\n^{ids[targets[i]]}\n" for i in order)
    for leftover in [marks, log, *(folder / ".git").glob("fast_import_crash_*")]:
        leftover.unlink()
    subprocess.run([*run, "checkout", "-q", "main"], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tags", type=int, default=2750)
    parser.add_argument("--versions", type=int, default=100, help="per artifact")
    parser.add_argument("--per-artifact", type=int, default=275, help="tags per artifact, registrations included")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replace", action="store_true", help="remove FOLDER first")
    options = parser.parse_args()
    if options.replace:
        shutil.rmtree(options.folder, ignore_errors=True)
    if options.folder.exists():
        sys.exit(f"{options.folder} exists; --replace removes it first")
    started = time.monotonic()
    generate(options.folder, options.tags, options.versions, options.per_artifact, options.seed)
    print(f"{options.tags} tags in {options.folder} ({time.monotonic() - started:.1f} s)")


if __name__ == "__main__":
    main()
