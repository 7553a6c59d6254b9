"""Rows C3 and C5: a disk that is full, a repository that cannot be written or belongs to somebody else."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench import Bench, Skipped
from hermetic import git
from history import tags_of
from scenes import Assign, Download, Fetch, Push, Register, check_objects

NOBODY = 65534
# Set in the user namespace in which the row is tried again.
INSIDE = "FAULTS_INSIDE_NAMESPACE"

READING = [
    ["show"], ["show", "--json"], ["show", "m"], ["history"], ["history", "--json"], ["stages"], ["describe", "m"],
    ["check-ref", "refs/tags/m@v0.0.1"], ["doctor"],
]
WRITING = [
    ["register", "n"], ["assign", "m@v0.0.1", "--stage", "dev"], ["deprecate", "m@v0.0.1"], ["annotate", "n", "--path", "x"],
]


def c3_full(bench: Bench):
    """A file system of 2 MiB with 0 to 64 KiB left, by 4 KiB, and five commands: status 1 and "no space", or done."""
    if not can_mount(bench.folder):
        return in_namespace(bench, "C3")
    steps = range(0, 65, 4) if bench.share == 1 else range(0, 65, 32)
    problems, codes = [], {}
    for kind in (Register, Assign, Push, Fetch, Download):
        with small_disk(bench.folder / f"disk-{kind.__name__}") as disk:
            # The templates of hooks would fill it.
            with variables(GIT_TEMPLATE_DIR=""):
                scene = kind(bench, folder=disk)
            for free in steps:
                scene.prepare()
                filler = fill(disk, free)
                call = scene.call()
                found, wrong = scene.states()
                codes[call.code] = codes.get(call.code, 0) + 1
                what = f"{kind.__name__} with {free} KiB"
                problems += [f"{what}: {one}" for one in wrong]
                if call.code == 0 and found != {"after"} or call.code != 0 and "part" in found and scene.is_whole:
                    problems.append(f"{what}: {found}, {call}")
                words = call.errors.decode(errors="replace").lower()
                # Of the remote's ref git only says that it could not be written.
                if call.code not in (0, 4 if scene.remote else 1, 1) or call.code and not any(
                        word in words for word in ["no space", *(["couldn't write"] if kind is Push else [])]):
                    problems.append(f"{what}: {call}")
                if free == 0 and call.code == 0:
                    problems.append(f"{what}: done without space")
                filler.unlink()
                again = scene.complete() if call.code else call
                if again.code != 0 or scene.states()[0] != {"after"}:
                    problems.append(f"{what}, again with space: {scene.states()[0]}, {again}")
                for path in scene.places:
                    problems += [f"{what}: {one}" for one in check_objects(path)]
                shutil.rmtree(scene.room / "out" / scene.name, ignore_errors=True)
    print(f"  C3: statuses {codes}", flush=True)
    return 5 * len(steps), problems


def can_mount(folder: Path) -> bool:
    try:
        with small_disk(folder / "try"):
            return True
    except subprocess.CalledProcessError:
        return False


@contextlib.contextmanager
def small_disk(path: Path):
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(path)], check=True, capture_output=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", str(path)], check=False, capture_output=True)


@contextlib.contextmanager
def variables(**values: str):
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def fill(disk: Path, free: int) -> Path:
    """Writes a file that leaves so many KiB."""
    status = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(b"x" * max(0, status.f_bavail * status.f_frsize - 1024 * free))
    return filler


def in_namespace(bench: Bench, row: str):
    """Runs a row again where this process counts as root, if the machine lets it."""
    if os.environ.get(INSIDE) or subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode != 0:
        raise Skipped("neither mount nor unshare -rm works here")
    here = dict(
        os.environ, GIT_MODEL=str(bench.program), SHARE=str(bench.share), SEED=str(bench.seed), TMPDIR=str(bench.folder),
        **{INSIDE: "1"})
    script = str(Path(__file__).with_name("faults.py"))
    result = subprocess.run(["unshare", "-rm", sys.executable, script, row], env=here, capture_output=True, check=False)
    words = result.stdout.decode() + result.stderr.decode()
    if "SKIPPED" in words:
        raise Skipped("mount works neither here nor in a user namespace")
    return 1, [] if result.returncode == 0 else [words]


def c5_guarded(bench: Bench):
    """A repository of another user, and one on a read-only file system: who may read reads, who writes hears why not."""
    if os.geteuid() != 0:
        raise Skipped("only root can give files to another user and mount read-only")
    problems = []
    path = bench.repository()
    bench.model(path, "assign", "m", "--stage", "prod", "--json")
    bench.folder.chmod(0o755)
    home = bench.folder / "nobody"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    expected = {tuple(words): bench.model(path, *words) for words in READING}
    before = tags_of(path)

    def judge(where: Path, what: str, **options) -> None:
        for words in READING:
            call = bench.model(where, *words, **options)
            wanted = expected[tuple(words)]
            # The report of doctor names the folder.
            if call.code != wanted.code or words[0] != "doctor" and call.output != wanted.output:
                problems.append(f"{what}: {call}")
        for words in WRITING:
            call = bench.model(where, *words, "--json", **options)
            text = call.errors.decode()
            if call.code != 1 or not any(word in text.lower() for word in ("read-only", "permission denied")) or "hints" not in text:
                problems.append(f"{what}: {call}")
    # Another user's: refused until the command of the hint is given.
    person = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / ".gitconfig")}
    advice = f"git config --global --add safe.directory {path}"
    for words in READING + WRITING:
        call = bench.model(path, *words, before=person, **own)
        if call.code != 1 or advice not in call.errors.decode():
            problems.append(f"another user's: {call}")
    subprocess.run([*person, "/bin/sh", "-c", advice], env=os.environ | own, check=True)
    judge(path, "another user's, allowed", before=person, **own)
    # Read-only.
    beside = bench.folder / "read-only"
    beside.mkdir()
    if subprocess.run(["mount", "--bind", str(path), str(beside)], capture_output=True, check=False).returncode != 0:
        raise Skipped("mount --bind does not work here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(beside)], check=True, capture_output=True)
        judge(beside, "read-only")
    finally:
        subprocess.run(["umount", str(beside)], check=False, capture_output=True)
    if tags_of(path) != before or git(path, "status", "--porcelain"):
        problems.append("something was written")
    return 2 * (len(READING) + len(WRITING)), problems


ROWS = {"C3": c3_full, "C5": c5_guarded}
