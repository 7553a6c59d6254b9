"""Rows R5, R6, R16 and R17: locks that others hold or left behind, tags that are not ours, refs in the way."""

import json
import os
import subprocess
import threading
import time

from bench import Bench, error_code
from hermetic import git
from history import tags_of


def r5_lock_waits(bench: Bench):
    """A ref's lock that is held for 50 ms is waited for; one held for 5 s ends the call in under 1.5 s, path and age told."""
    count = bench.count(100)
    template = bench.repository()

    def once(number):
        isShort = number % 2 == 0
        path = bench.copy(template)
        lock = path / ".git/refs/tags/m@v0.0.1.lock"
        lock.touch()
        running = bench.start(path, "register", "m", "--json")
        if isShort:
            threading.Timer(0.05, lock.unlink).start()
        call = running.finish()
        if isShort:
            return None if call.code == 0 else f"lock of 50 ms: {call}"
        words = call.errors.decode()
        isTold = str(lock.name) in words and " s old)" in words and "hints" in words
        if call.code != 3 or error_code(call) != "ref-locked" or not isTold:
            return f"lock of 5 s: {call}"
        if not lock.exists() or tags_of(path):
            return f"lock of 5 s: {sorted(tags_of(path))}, the lock is there: {lock.exists()}"
        # The row's bar is for the wait. A machine that does other things too adds to it.
        return None if call.end - call.start < 1.5 + idle(bench, path) else f"lock of 5 s: {call.end - call.start:.2f} s"
    return 2 * count, bench.parallel(once, range(2 * count), jobs=4)


def idle(bench: Bench, path) -> float:
    """How long a call takes that waits for nobody."""
    call = bench.model(path, "show", "--json")
    return call.end - call.start


def r6_stale_locks(bench: Bench):
    """20 locks that a crash left: `doctor` lists each with its age, and removes none unasked."""
    path = bench.repository()
    bench.model(path, "register", "m", "--json")
    count = 20
    locks = [path / ".git" / f"refs/tags/m@v1.0.{number}.lock" for number in range(count - 2)]
    locks += [path / ".git/packed-refs.lock", path / ".git/refs/tags/m#prod#1.lock"]
    for lock in locks:
        lock.touch()
        os.utime(lock, (time.time() - 3600, time.time() - 3600))
    young = path / ".git/refs/tags/m@v2.0.0.lock"
    young.touch()
    call = bench.model(path, "doctor", "--json")
    listed = {finding["subject"] for finding in json.loads(call.output)["findings"] if finding["code"] == "stale-lock"}
    problems = [f"{lock.name} is not listed" for lock in locks if not any(name.endswith(lock.name) for name in listed)]
    problems += [f"{lock.name} was removed unasked" for lock in [*locks, young] if not lock.exists()]
    problems += ["a lock of this moment is listed"] if any(name.endswith(young.name) for name in listed) else []
    bench.model(path, "doctor", "--remove-stale-locks", "--json")
    problems += [f"{lock.name} was not removed" for lock in locks if lock.exists()]
    problems += [] if young.exists() else ["a lock of this moment was removed"]
    return count, problems


def r16_odd_tags(bench: Bench):
    """200 odd tags among 1,000: `doctor` lists those that look like the registry's, and the state is the clean one."""
    total = bench.count(1000, 100)
    path = bench.repository(commits=total // 5)
    commits = git(path, "rev-list", "--reverse", "main").split()
    lines = []
    for number in range(total):
        commit = commits[number // 5]
        name = f"m{number % 7}@v0.0.{number // 5}" if number % 5 == 0 else f"m{number // 5 % 7}#s{number % 5}#{number}"
        text = f"event {number}"
        lines.append(f"tag {name}\nfrom {commit}\ntagger Ana Ruiz <ana@example.com> {1_700_010_000 + number} +0000\n"
                     f"data {len(text)}\n{text}\n")
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input="".join(lines).encode(), check=True)
    clean = bench.model(path, "show", "--json").output, bench.model(path, "history", "--json").output
    tag, blob = git(path, "rev-parse", "refs/tags/m0@v0.0.0").strip(), git(path, "hash-object", "-w", ".git/description").strip()
    tree = git(path, "rev-parse", "HEAD^{tree}").strip()
    updates, listed = [], []
    for number in range(total // 5):
        name, target = [
            (f"m1@v9.0.{number}", commits[0]), (f"m2#prod#9{number}", tag), (f"m3@v8.0.{number}", blob),
            (f"m4#dev#9{number}", tree), (f"release-{number}", commits[0]), (f"m5@1.0.{number}", commits[0]),
            (f"m6@v7.{number}", tag),
        ][number % 7]
        updates.append(f"create refs/tags/{name} {target}\n")
        if number % 7 < 4:
            listed.append(name)
    subprocess.run(["git", "-C", str(path), "update-ref", "--stdin"], input="".join(updates).encode(), check=True)
    odd = bench.model(path, "show", "--json").output, bench.model(path, "history", "--json").output
    problems = [] if odd == clean else ["the odd tags change the state"]
    report = bench.model(path, "doctor").output.decode()
    problems += [f"doctor does not list {name}" for name in listed if name not in report]
    return total // 5, problems


def r17_blocked(bench: Bench):
    """A ref that is a folder of another one's name: exit 3, and the ref in the way is named. Names that differ in case live."""
    template = bench.repository()

    def once(number):
        path = bench.copy(template)
        kind = number % 3
        if kind == 0:
            git(path, "tag", f"m{number}@v0.0.1/below")
            blocker, call = f"m{number}@v0.0.1/below", bench.model(path, "register", f"m{number}", "--json")
        elif kind == 1:
            git(path, "tag", f"m{number}#prod#1/x/y")
            git(path, "pack-refs", "--all")
            bench.model(path, "register", f"m{number}", "--json")
            blocker, call = f"m{number}#prod#1/x/y", bench.model(path, "assign", f"m{number}@v0.0.1", "--stage", "prod", "--json")
        else:
            calls = [bench.model(path, "register", name, "--json") for name in (f"m{number}", f"M{number}")]
            return None if [call.code for call in calls] == [0, 0] and len(tags_of(path)) == 2 else str(calls[1])
        return None if call.code == 3 and blocker in call.errors.decode() else f"{blocker}: {call}"
    return 30, bench.parallel(once, range(30))


ROWS = {"R5": r5_lock_waits, "R6": r6_stale_locks, "R16": r16_odd_tags, "R17": r17_blocked}
