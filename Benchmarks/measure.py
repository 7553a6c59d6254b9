"""Pairs of commands, run in turn: how long each takes, how much memory, and whether a bar is held.

Pairs run interleaved (A B B A …), each in a process of its own, output to /dev/null. Times are medians of wall-clock
time with the fastest and slowest run; CPU is the median of what the process used of all cores; memory is its largest
resident set. A bar is missed when the ratio of the medians and the ratio of the fastest runs both miss it, twice in a
row.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

# By this factor no noise misses a bar: no second look is taken.
FAR = 1.5


@dataclass(frozen=True)
class Side:
    """One of the two commands of a case; where it differs from run to run, what makes it of the run's number, from 0.

    `prepare` runs before each run and `undo` after it, unmeasured: commands, or functions. Where the command `writes`
    much, all that earlier runs wrote is brought to the disk first: not every command does so itself, and the next would
    wait for it.
    """

    label: str
    command: list[str] | Callable[[int], list[str]]
    runs: int
    undo: list[str] | Callable[[], None] | None = None
    writes: bool = False
    prepare: list[str] | Callable[[], None] | None = None
    # Where it is not the case's.
    folder: Path | None = None

    def words(self, run: int) -> list[str]:
        return self.command if isinstance(self.command, list) else self.command(run)


@dataclass(frozen=True)
class Case:
    """A pair of commands in one folder. `at_most` bounds ours / other, `at_least` bounds other / ours, `mebibytes` our
    memory. `check` ends the benchmark where the two do not mean the same; `after` does so when they were measured, and
    takes away what they left."""

    name: str
    ours: Side
    other: Side
    folder: Path
    at_most: float | None = None
    at_least: float | None = None
    mebibytes: int | None = None
    tags: int | None = None
    is_quick: bool = False
    check: Callable[[], None] | None = None
    after: Callable[[], None] | None = None


@dataclass
class Measured:
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    memory_kib: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        return f"{time_text(self.median)} ({time_text(min(self.seconds))} – {time_text(max(self.seconds))})"


def time_text(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def memory_text(kib: int) -> str:
    """Megabytes; Linux counts this process's own set into the child's before exec, so less cannot be told apart."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"< {own / 1024:.0f}" if kib <= own else f"{kib / 1024:.0f}"


class Runner:
    """Runs commands in one environment. A slow command runs until it took `budget` seconds, but `fewest` times."""

    def __init__(self, environment: dict[str, str], budget: float, fewest: int = 3):
        self.environment = environment
        self.budget = budget
        self.fewest = fewest
        self.devnull = os.open(os.devnull, os.O_RDWR)
        self.number = 0

    def run(self, side: Side, folder: Path, measured: Measured, must_succeed: bool = True) -> None:
        """One run of one side: wall-clock time and peak memory of the process itself."""
        folder = side.folder or folder
        command = side.words(self.number)
        self.number += 1
        if side.prepare:
            self.call(side.prepare, folder)
        os.chdir(folder)
        if side.writes:
            os.sync()
        actions = [(os.POSIX_SPAWN_DUP2, self.devnull, fd) for fd in (0, 1, 2)]
        started = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, self.environment, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        measured.seconds.append(time.perf_counter() - started)
        measured.cpu_seconds.append(usage.ru_utime + usage.ru_stime)
        measured.memory_kib = max(measured.memory_kib, usage.ru_maxrss)
        if must_succeed and os.waitstatus_to_exitcode(status) != 0:
            shown = subprocess.run(command, cwd=folder, env=self.environment, capture_output=True, check=False)
            sys.exit(f"bench: {' '.join(command)} failed: {shown.stderr.decode(errors='replace')}")
        if side.undo:
            self.call(side.undo, folder)

    def call(self, command: list[str] | Callable[[], None], folder: Path) -> None:
        if not isinstance(command, list):
            return command()
        subprocess.run(command, cwd=folder, env=self.environment, stdout=subprocess.DEVNULL, check=True)

    def output(self, command: list[str], folder: Path) -> str:
        return subprocess.run(
            command, cwd=folder, env=self.environment, stdout=subprocess.PIPE, text=True, check=True).stdout

    def measure(self, case: Case) -> tuple[Measured, Measured]:
        ours, other = Measured(), Measured()
        self.number = 0
        self.run(case.ours, case.folder, Measured())  # Warms the page cache, for both.
        if case.other.writes:
            self.run(case.other, case.folder, Measured())
        pair = [(case.ours, ours), (case.other, other)]
        for number in range(max(case.ours.runs, case.other.runs)):
            for side, measured in pair:
                if number < side.runs and (number < self.fewest or sum(measured.seconds) < self.budget):
                    self.run(side, case.folder, measured)
            pair.reverse()
        if case.after:
            case.after()
        return ours, other


def miss_factor(case: Case, ours: Measured, other: Measured) -> float:
    """By what factor the bar is missed, by the medians and by the fastest runs; 1 or less where it is held."""
    ratios = [ours.median / other.median, min(ours.seconds) / min(other.seconds)]
    factors = [0.0]
    if case.at_most is not None:
        factors.append(min(ratios) / case.at_most)
    if case.at_least is not None:
        factors.append(min(ratios) * case.at_least)
    if case.mebibytes is not None:
        factors.append(ours.memory_kib / 1024 / case.mebibytes)
    return max(factors)


def ratio(case: Case, ours: Measured, other: Measured) -> str:
    times = ours.median / other.median
    if case.at_least is not None or (case.at_most is None and times < 0.1):
        return f"{1 / times:,.1f} × faster"
    return f"{times:,.0f} × the time" if times >= 100 else f"{times:.3g} × the time"


def bar(case: Case) -> str:
    bars = []
    if case.at_most is not None:
        bars.append(f"≤ {case.at_most:g} × the time")
    if case.at_least is not None:
        bars.append(f"≥ {case.at_least:g} × faster")
    if case.mebibytes is not None:
        bars.append(f"≤ {case.mebibytes} MiB")
    return ", ".join(bars)
