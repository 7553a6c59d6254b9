"""Rows C1, C2 and C4: kills, lost power and failing calls, at each file call of a command and its children."""

import errno
import json
import os
import re
import time
from pathlib import Path

from bench import Bench
from hermetic import git
from history import tags_of
from scenes import (
    CONTENT, SCENES, Assign, Download, Register, RegisterAndPush, Scene, SignedRegister, check_objects, files_of)
from shim import FAIL_ON, FAIL_ONCE, KILL_ALL, KILL_ONE

# What `git prune` and `git gc` remove of what a crash left; they do so by themselves after two weeks.
GARBAGE = re.compile(r"/objects/([0-9a-f]{2}/)?tmp_|/objects/pack/tmp_|/objects/tmp_objdir-")
# What belongs into a repository.
KNOWN = re.compile(
    r"/(objects/[0-9a-f]{2}/[0-9a-f]{38}|objects/pack/pack-[0-9a-f]{40}\.(pack|idx|rev)|(refs|logs)/.*(?<!\.lock)"
    r"|git-model/(write\.lock|index\.sqlite(-wal|-shm|-journal)?|(remotes|pushes)/[0-9a-f]+(\.[0-9a-z]+\.tmp)?))$")


def r_kills(bench: Bench):
    """C1: kill -9 at each file call that changes something: one process, or all of them from there on."""
    return stepped(bench, bench.count(500, 40), [(KILL_ALL, 0), (KILL_ONE, 0)], after_kill)


def r_errors(bench: Bench):
    """C4: each file call fails once, or all do from there on."""
    kinds = [(FAIL_ONCE, errno.EIO), (FAIL_ON, errno.ENOSPC), (FAIL_ON, errno.EROFS)]
    return stepped(bench, bench.count(600, 9), kinds, after_error)


def stepped(bench: Bench, count: int, kinds: list[tuple[int, int]], after) -> tuple[int, list[str]]:
    """Runs each command with the fault at call 1, 2 and so on, until it ends without; then variants of the same.

    A slice takes steps that are so long that every command has its points, each command with one kind of fault.
    """
    lanes = [(scene, *kind) for scene in SCENES for kind in kinds]
    if bench.share > 1:
        lanes = [(scene, *kinds[number % len(kinds)]) for number, scene in enumerate(SCENES)]
    share = max(1, -(-count // len(lanes)))
    done = []

    def lane(number: int) -> list[str]:
        kind, action, error = lanes[number]
        points, variant, problems = 0, 0, []
        while points < share:
            scene = kind(bench, variant)
            scene.prepare()
            scene.shim.set(0)
            call = scene.call(**scene.shim.variables)
            if call.code != 0:
                return [f"{kind.__name__} without a fault: {call}"]
            total = scene.shim.count
            # The last step is the call after the last one: nothing is hit, and it ends well.
            wanted = min(total, share - points)
            for target in [1 + position * total // wanted for position in range(wanted)] + [total + 40]:
                scene.prepare()
                scene.shim.set(target, action, error)
                call = scene.call(**scene.shim.variables)
                fired = scene.shim.fired
                points += fired > 0
                found = after(scene, call, fired)
                problems += [f"{kind.__name__} {variant}, call {target} of {total}, {label(action, error)}: {one}" for one in found]
            problems += bench.history.problems(scene.remote, [scene.clone], initial=scene.given, seed=number)
            for path in scene.places:
                git(path, "prune", "--expire=now")
                problems += [f"git prune leaves {one}" for one in files_of(path) if GARBAGE.search(one)]
            variant += 1
        done.append(points)
        return problems
    problems = [problem for found in bench.parallel(lane, range(len(lanes)), jobs=2) for problem in found]
    return sum(done), problems


def label(action: int, error: int) -> str:
    name = {KILL_ALL: "all killed", KILL_ONE: "one killed", FAIL_ONCE: "fails once", FAIL_ON: "fails from there on"}[action]
    return f"{name} {errno.errorcode.get(error, '')}".strip()


def after_kill(scene: Scene, call, fired: int) -> list[str]:
    """What must be true after a kill, and that the same command then ends well or names what to clear."""
    found, problems = scene.states()
    for path in scene.places:
        problems += check_objects(path)
    if not fired:
        return problems + ([] if call.code == 0 and found == {"after"} else [f"nothing was killed: {found}, {call}"])
    if call.code == 0 and found != {"after"}:
        problems.append(f"answered as done: {found}, {call}")
    if call.code > 0 and not is_explained(call):
        problems.append(f"no explanation: {call}")
    return problems + recover(scene, call)


def after_error(scene: Scene, call, fired: int) -> list[str]:
    """What must be true after a call failed: status 1 and a reason, nothing half done, and the command then ends well."""
    found, problems = scene.states()
    for path in scene.places:
        problems += check_objects(path)
    if not fired:
        return problems + ([] if call.code == 0 and found == {"after"} else [f"nothing failed: {found}, {call}"])
    if call.code == 0:
        problems += [] if found == {"after"} else [f"answered as done: {found}, {call}"]
    elif call.code not in ((1, 3, 4) if scene.remote else (1, 3)) or not is_explained(call):
        problems.append(f"no explanation: {call}")
    elif "part" in found and scene.is_whole and not call.is_unknown and not scene.remote:
        # Of what a server's disk does to its refs only the server could tell; git says "refused" of all.
        problems.append(f"a part is left: {call}")
    # Given again, what is done is another command.
    return problems + (recover(scene, call) if call.code else [])


def is_explained(call) -> bool:
    """Whether there is an error object with a sentence and an advice."""
    try:
        error = json.loads(call.errors[call.errors.index(b"{"):])["error"]
    except (ValueError, KeyError):
        return False
    return error["exit_status"] == call.code and bool(error["message"])


def recover(scene: Scene, call) -> list[str]:
    """Gives the same command again: it ends well, or names the lock that `doctor` lists and clears when told to."""
    problems, locks = [], []
    for path in scene.places:
        for file in sorted(files_of(path) - scene.files[path]):
            if file.endswith(".lock") and not KNOWN.search(file):
                locks.append(Path(file))
            elif not KNOWN.search(file) and not GARBAGE.search(file):
                problems.append(f"left behind: {file}")
    again = scene.call()
    # The first message may have said it: the tag that could not be taken back.
    isNamed = any(lock.name in again.errors.decode() for lock in locks) or b"to delete it: git tag -d" in call.errors
    if again.code != 0 and scene.states()[0] != {"after"} and not isNamed:
        problems.append(f"again: {scene.states()[0]}, {again}")
    for lock in locks:
        if lock.exists():
            os.utime(lock, (time.time() - 3600, time.time() - 3600))
    for path in scene.places if any(lock.exists() for lock in locks) else []:
        listed = scene.bench.model(path, "doctor", "--json").output.decode()
        problems += [f"doctor does not list {lock}" for lock in locks
                     if lock.is_relative_to(path) and lock.exists() and lock.name not in listed]
        scene.bench.model(path, "doctor", "--remove-stale-locks", "--json")
    problems += [f"not cleared: {lock}" for lock in locks if lock.exists()]
    last = scene.complete() if again.code else again
    found, wrong = scene.states()
    problems += wrong + ([] if found == {"after"} else [f"at last: {found}, {last}"])
    problems += [f"left behind: {file}" for file in scene.clone.glob(".git/git-model/pushes/*[0-9a-f]") if not scene.completion]
    problems += [f"left behind: {file}" for file in scene.room.glob("out/*/.*")]
    return problems


def r_power(bench: Bench):
    """C2: what is answered as done is on the disk: files are flushed before they get their names, folders after."""
    count = bench.count(20, 5)
    scenes = [kind(bench, variant) for variant in range(2) for kind in (Register, Assign, RegisterAndPush, SignedRegister, Download)]
    problems, flushed = [], 0
    for number in range(count):
        scene = scenes[number % len(scenes)]
        scene.prepare()
        scene.shim.set(0, log=True)
        call = scene.call(**scene.shim.variables)
        calls = [(one.name, os.path.normpath(one.path), os.path.normpath(one.other)) for one in scene.shim.calls]
        if call.code != 0:
            problems.append(f"{call}")
        for name in scene.planned:
            made = tags_of(scene.clone).get(name, "none")
            for file in (f"refs/tags/{name}", f"objects/{made[:2]}/{made[2:]}"):
                problems += not_flushed(calls, scene.clone / ".git" / file, f"{type(scene).__name__}: {name}")
                flushed += 1
        if isinstance(scene, Download):
            problems += not_flushed(calls, scene.target, "Download", list(CONTENT))
            flushed += 1 + len(CONTENT)
    print(f"  C2: {flushed} files and folders", flush=True)
    return count, problems


def not_flushed(calls: list[tuple], target: Path, what: str, files: list[str] = ()) -> list[str]:
    """What was not flushed of a file, or of the files of a folder, when it got its name, and of the folder it is in."""
    named = [place for place, (name, _, other) in enumerate(calls) if name in ("rename", "link") and other == str(target)]
    if not named:
        return [f"{what}: nothing was named {target}"]
    given = named[-1]
    source = calls[given][1]

    def is_flushed(path: str, part: list[tuple]) -> bool:
        return any(name == "syncfs" or name == "fsync" and one == path for name, one, _ in part)
    problems = []
    for path in [source, *(f"{source}/{file}" for file in files)]:
        written = max((place for place, call in enumerate(calls[:given]) if call[0] == "write" and call[1] == path), default=0)
        if not is_flushed(path, calls[written:given]):
            problems.append(f"{what}: {path} is not flushed before it is named {target.name}")
    if not is_flushed(str(target.parent), calls[given:]):
        problems.append(f"{what}: {target.parent} is not flushed after {target.name} got its name there")
    return problems


ROWS = {"C1": r_kills, "C2": r_power, "C4": r_errors}
