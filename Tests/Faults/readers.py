"""Rows R7 and R8: `git pack-refs` and `git gc` beside readers and writers."""

import json
import os
import shutil
import subprocess
import threading
import time

from bench import Bench
from hermetic import git
from history import tags_of

TAGS = 300


def r7_lists_while_packing(bench: Bench):
    """10,000 lists while refs are packed and unpacked and gc runs: none is short."""
    count = bench.count(10_000, 50)
    path = bench.repository(commits=TAGS)
    commits = git(path, "rev-list", "main").split()
    lines = [
        f"tag m@v1.0.{number}\nfrom {commits[number]}\ntagger Ana Ruiz <ana@example.com> {1_700_010_000 + number} +0000\n"
        "data 1\nx\n" for number in range(TAGS)
    ]
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input="".join(lines).encode(), check=True)
    held, done, packs = tags_of(path), threading.Event(), []

    def pack():
        while not done.is_set():
            # What a writer of git does: a file beside it, then the rename. The value stays, only its place changes.
            for name in bench.random.sample(sorted(held), 60):
                file = path / ".git/refs/tags" / name
                beside = file.with_name(f"{name}.lock")
                file.parent.mkdir(parents=True, exist_ok=True)
                try:
                    with open(beside, "x", encoding="ascii") as lock:
                        lock.write(held[name] + "\n")
                    os.rename(beside, file)
                except FileNotFoundError:
                    continue
            packs.append(git(path, "pack-refs", "--all", "--prune"))
            if len(packs) % 20 == 0:
                git(path, "gc", "--quiet")
            # The lists are to have most of the machine.
            time.sleep(bench.random.choice([0, 0.01, 0.05]))
    # Every list is to be this one, to the byte.
    whole = bench.model(path, "history", "--json").output
    problems = [] if len(json.loads(whole)) == TAGS else [f"{len(json.loads(whole))} of {TAGS} tags before anything is packed"]
    packer = threading.Thread(target=pack)
    packer.start()

    def once(number):
        result = subprocess.run(
            [str(bench.program), "history", "--json"], cwd=path, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if result.returncode == 0 and result.stdout == whole:
            return None
        listed = result.stdout.count(b'"ref":')
        return f"list {number}: status {result.returncode}, {listed} of {TAGS} tags {result.stderr.decode()}"
    problems += bench.parallel(once, range(count), jobs=2)
    done.set()
    packer.join()
    print(f"  R7: refs were packed {len(packs)} times", flush=True)
    return count, problems + bench.history.problems(None, [path], initial=held)


def r8_gc_between(bench: Bench):
    """`git gc --prune=now` while a tag is made, each file call of which is slowed down: it is there, or it failed cleanly."""
    count = bench.count(200)
    template = bench.repository()
    strace = shutil.which("strace")
    print("  R8: " + ("each rename is held up by strace" if strace else "no strace here: plain overlaps"), flush=True)
    codes = []

    def once(number):
        path = bench.copy(template)
        calls = ["rename", "rename,link", "openat"][number % 3]
        delay = bench.random.randrange(20_000, 120_000) if calls != "openat" else bench.random.randrange(500, 3_000)
        before = [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
                  f"inject={calls}:delay_exit={delay}"] if strace else []
        running = bench.start(path, "register", "m", "--json", before=before)
        prunes = 0
        while running.process.poll() is None:
            prune = subprocess.run(["git", "-C", str(path), "gc", "--quiet", "--prune=now"], capture_output=True, check=False)
            prunes += prune.returncode == 0
        call = running.finish()
        codes.append(call.code)
        held = tags_of(path)
        check = subprocess.run(
            ["git", "-C", str(path), "fsck", "--strict", "--no-dangling", "--no-progress"], capture_output=True, check=False)
        if check.returncode or check.stdout or check.stderr:
            return f"{path.name} ({calls}, {prunes} prunes): fsck {check.stdout + check.stderr}: {call}"
        if (call.code == 0) != bool(held) or call.code not in (0, 1, 3):
            return f"{path.name} ({calls}, {prunes} prunes): {held} after {call}"
        return None if call.code == 0 or b'"hints": [' in call.errors else f"{call}"
    problems = bench.parallel(once, range(count), jobs=2)
    print(f"  R8: {codes.count(0)} made, {len(codes) - codes.count(0)} refused", flush=True)
    return count, problems


ROWS = {"R7": r7_lists_while_packing, "R8": r8_gc_between}
