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

# Rows that this machine could not run.
SKIPPED: list[str] = []


def run(name: str) -> bool:
    """Runs a row and prints a line; whether it held."""
    folder = Path(tempfile.mkdtemp(prefix=f"faults-{name}-"))
    enter(str(folder))
    os.environ.update(GIT_CEILING_DIRECTORIES=str(folder), GIT_AUTHOR_NAME="Ana Ruiz", GIT_AUTHOR_EMAIL="ana@example.com",
                      GIT_COMMITTER_NAME="Ana Ruiz", GIT_COMMITTER_EMAIL="ana@example.com")
    row = bench.Bench(folder, PROGRAM, SHARE, SEED)
    start = time.monotonic()
    try:
        count, problems = ROWS[name](row)
    except bench.Skipped as reason:
        shutil.rmtree(folder, ignore_errors=True)
        print(f"{name:4} SKIPPED, it is not known whether it holds: {reason}", flush=True)
        SKIPPED.append(name)
        return True
    verdict = "held" if not problems else f"FAILED, {len(problems)} problems"
    print(f"{name:4} {count:6} runs, {time.monotonic() - start:6.1f} s: {verdict}", flush=True)
    for problem in problems[:5]:
        print(f"  {str(problem)[:600]}")
    if problems:
        (folder / "problems.txt").write_text("\n".join(str(problem) for problem in problems))
        row.history.save(folder / "calls.jsonl")
        print(f"  its repositories are in {folder}; SEED={SEED} SHARE={SHARE}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return not problems


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
