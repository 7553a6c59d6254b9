"""Holds the program to rows of the fault model, each as often as the row says, and each race to the rules of its history.

    GIT_MODEL=... python3 Tests/Faults/faults.py [ROW ...]

SHARE=20 does a twentieth of the runs, SEED=7 the same random choices again. The repositories of a row that failed are
kept, with the calls in `calls.jsonl`. Ends with status 1 where a row failed.
"""

import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

SHARE = int(os.environ.get("SHARE", 1))
SEED = int(os.environ.get("SEED", random.randrange(1 << 32)))
PROGRAM = Path(os.environ["GIT_MODEL"]).resolve()

import bench  # noqa: E402
import clock  # noqa: E402
import crashes  # noqa: E402
import damage  # noqa: E402
import disk  # noqa: E402
import history  # noqa: E402
import index  # noqa: E402
import locks  # noqa: E402
import moves  # noqa: E402
import names  # noqa: E402
import pushes  # noqa: E402
import races  # noqa: E402
import readers  # noqa: E402
import setups  # noqa: E402
from hermetic import enter  # noqa: E402

ROOMS = [races, locks, readers, pushes, moves, crashes, disk, damage, clock, setups, names, index]
ROWS = {name: row for room in ROOMS for name, row in room.ROWS.items()}

# Races lie on the disk: who waits for it loses other ones than who does not, and it gives the inode of a file that is gone
# to the next one. The other rows lie in memory, where a flush is not waited for.
ON_DISK = {"R1", "R2", "R3", "R4", "R7", "R8"}
MEMORY = Path("/dev/shm")
ROOM_NEEDED = 2 << 30

# Rows that this machine could not run.
SKIPPED: list[str] = []


def place_for(name: str) -> str | None:
    """Where a row's repositories lie; `None` for the place of all temporary files."""
    if name in ON_DISK or not os.access(MEMORY, os.W_OK):
        return None
    status = os.statvfs(MEMORY)
    # A container's own is small, and nothing can be run there.
    isUsable = not status.f_flag & os.ST_NOEXEC and status.f_bavail * status.f_frsize >= ROOM_NEEDED
    return str(MEMORY) if isUsable else None


def templates(folder: Path) -> Path:
    """What `git init` copies into each repository: not the 14 samples of hooks."""
    path = folder / "templates"
    (path / "hooks").mkdir(parents=True)
    (path / "info").mkdir()
    (path / "description").write_text("Unnamed repository\n")
    return path


def run(name: str) -> bool:
    """Runs a row and prints a line; whether it held."""
    folder, disk = (Path(tempfile.mkdtemp(prefix=f"faults-{name}-", dir=place)) for place in (place_for(name), None))
    enter(str(folder))
    os.environ.update(
        GIT_TEMPLATE_DIR=str(templates(folder)), GIT_CEILING_DIRECTORIES=str(folder), GIT_AUTHOR_NAME="Ana Ruiz",
        GIT_AUTHOR_EMAIL="ana@example.com", GIT_COMMITTER_NAME="Ana Ruiz", GIT_COMMITTER_EMAIL="ana@example.com")
    row = bench.Bench(folder, PROGRAM, SHARE, SEED, disk)
    start, before = time.monotonic(), os.times()
    try:
        count, problems = ROWS[name](row)
    except bench.Skipped as reason:
        remove(folder, disk)
        print(f"{name:4} SKIPPED, it is not known whether it holds: {reason}", flush=True)
        SKIPPED.append(name)
        return True
    except Exception:  # noqa: BLE001 the other rows are still to be known
        count, problems = 0, [traceback.format_exc()]
    verdict = "held" if not problems else f"FAILED, {len(problems)} problems"
    seconds, after = time.monotonic() - start, os.times()
    # What a row costs is the same on a machine that does other things too; how long it takes is not.
    own, children = (sum(after[place:place + 2]) - sum(before[place:place + 2]) for place in (0, 2))
    print(f"{name:4} {count:6} runs, {seconds:6.1f} s, of a core {own:.0f} s here and {children:.0f} s below: {verdict}", flush=True)
    for problem in problems[:5]:
        print(f"  {str(problem)[:2000]}")
    if problems:
        (folder / "problems.txt").write_text("\n".join(str(problem) for problem in problems))
        row.history.save(folder / "calls.jsonl")
        print(f"  its repositories are in {folder}; SEED={SEED} SHARE={SHARE}")
        if any(disk.iterdir()):
            print(f"  and in {disk}")
        else:
            remove(disk)
    else:
        remove(folder, disk)
    return not problems


def remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    history.PROGRAM.append(PROGRAM)
    wanted = sys.argv[1:] or sorted(ROWS, key=lambda name: ("RCEM".index(name[0]), int(name[1:])))
    unknown = [name for name in wanted if name not in ROWS]
    if unknown:
        print(f"no such row: {' '.join(unknown)}; there are {' '.join(ROWS)}")
        return 64
    failed = [name for name in wanted if not run(name)]
    skipped = f", {len(SKIPPED)} SKIPPED ({' '.join(SKIPPED)})" if SKIPPED else ""
    print(f"faults: {len(wanted) - len(failed) - len(SKIPPED)} of {len(wanted)} rows held{skipped}, seed {SEED}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
