#!/usr/bin/env python3
"""Measures git-model side by side with git and GTO, and prints a Markdown table of ratios (`make bench`).

Pairs run interleaved (A B B A …), each in a process of its own, output to /dev/null. Times are medians of wall-clock
time with the fastest and slowest run; CPU is the median of what the process used of all cores; memory is its largest
resident set. A bar is missed when the ratio of the medians and the ratio of the fastest runs both miss it, twice in a
row: then the exit status is 1.

A new line is a new `Case` in `cases()`.
"""

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import hostile
import large
import pushes
from deliveries import FOLDER_FILES, MEBIBYTE, Deliveries

PROJECT = Path(__file__).resolve().parents[1]
BUILD = PROJECT / ".build"
REGISTRIES = BUILD / "bench"
ALL_FIELDS = (
    "--format=%(refname) %(objectname) %(*objectname) %(taggername) %(taggeremail) %(taggerdate:unix) %(contents)"
)


@dataclass(frozen=True)
class Side:
    """One of the two commands of a case. `undo` is run after each run, unmeasured. Where it `writes` much, all that
    earlier runs wrote is brought to the disk first: not every command does so itself, and the next would wait for it."""

    label: str
    command: list[str]
    runs: int
    undo: list[str] | None = None
    writes: bool = False


@dataclass(frozen=True)
class Case:
    """A pair of commands in one folder. `at_most` bounds ours / other, `at_least` bounds other / ours."""

    name: str
    ours: Side
    other: Side
    folder: Path
    at_most: float | None = None
    at_least: float | None = None
    is_quick: bool = False


@dataclass
class Measured:
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    memory_kib: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        return f"{_time(self.median)} ({_time(min(self.seconds))} – {_time(max(self.seconds))})"


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _memory(kib: int) -> str:
    """Megabytes; Linux counts this process's own set into the child's before exec, so less cannot be told apart."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"< {own / 1024:.0f}" if kib <= own else f"{kib / 1024:.0f}"


class Bench:
    def __init__(self, binary: Path, gto: Path | None, is_quick: bool):
        self.binary = binary
        self.gto = gto
        self.is_quick = is_quick
        # `git model` is found by git on the PATH, as after an installation.
        self.environment = {
            "PATH": f"{binary.parent}:{os.environ['PATH']}",
            "HOME": str(REGISTRIES),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        }
        self.devnull = os.open(os.devnull, os.O_RDWR)

    def cases(self) -> list[Case]:
        small = REGISTRIES / "2750"
        many, few = (100, 1) if self.is_quick else (200, 3)
        model = str(self.binary)
        cases = [
            Case(
                "start-up: `git model --version`",
                Side("git-model", ["git", "model", "--version"], many),
                Side("`git --version`", ["git", "--version"], many),
                small,
                at_most=5,
                is_quick=True,
            ),
            Case(
                "start-up: `git-model --version`",
                Side("git-model", [model, "--version"], many),
                Side("`git --version`", ["git", "--version"], many),
                small,
                is_quick=True,
            ),
        ]
        for words in (["show"], ["show", "fraud-model-0"], ["history", "--json"]):
            cases.append(
                Case(
                    f"`{' '.join(words)}`, 2,750 tags",
                    Side("git-model", [model, *words], 20),
                    Side("`git for-each-ref`, all fields", ["git", "for-each-ref", "refs/tags", ALL_FIELDS], 20),
                    small,
                    is_quick=words == ["show"],
                )
            )
        if self.gto:
            cases += self._against_gto(small, few)
        return [case for case in cases if case.is_quick or not self.is_quick]

    def _against_gto(self, small: Path, few: int) -> list[Case]:
        model, gto = str(self.binary), str(self.gto)
        undo = ["git", "tag", "-d", "new-model@v0.0.1"]
        readings = [
            ["show"],
            ["show", "fraud-model-0"],
            ["history", "--json"],
            ["check-ref", "fraud-model-0@v0.0.0", "--json"],
        ]
        cases = [
            Case(
                f"`{' '.join(words)}`, 2,750 tags",
                Side("git-model", [model, *words], 10),
                Side("GTO", [gto, *words], few),
                small,
                at_least=100 if words == ["show"] else None,
                is_quick=words == ["show"],
            )
            for words in readings
        ]
        cases.append(
            Case(
                "`register`, 2,750 tags",
                Side("git-model", [model, "register", "new-model"], 10, undo),
                Side("GTO", [gto, "register", "new-model"], few, undo),
                small,
            )
        )
        return cases

    def delivery_cases(self, made: Deliveries) -> list[Case]:
        """Downloads, each held against the tool that people use now. What came is taken away after each run, unmeasured:
        a file is removed, a folder of many files only at the end. ext4 does not use the inodes of removed files again at
        once, and searches past all of them for each new file, which may take longer than all else."""
        model, out = str(self.binary), made.root / "out"
        remove = ["rm", "-rf", str(out / "ours"), str(out / "theirs")]
        put_aside = ["sh", "-c", f"mv '{out}'/ours '{out}'/theirs \"$(mktemp -d '{out}/aside.XXXXXX')\" 2> /dev/null; true"]
        runs = 3 if self.is_quick else 5
        address = f"{made.files.address}/model.bin"
        size = f"{made.megabytes} MiB" if made.megabytes < 1024 else f"{made.megabytes // 1024} GiB"

        def ours(repository: str, name: str, runs: int, undo: list[str], writes: bool = False) -> Side:
            command = [model, "download", name, "-q", "-r", str(made.root / repository), "-o", str(out / "ours")]
            return Side("git-model", command, runs, undo, writes)

        cases = [
            Case(
                f"download {size} over HTTP",
                ours("address", "model", runs, remove),
                Side(
                    "`curl -o`, `sha256sum`",
                    ["sh", "-c", f"curl -so '{out}/theirs' '{address}' && sha256sum '{out}/theirs'"], runs, remove),
                out,
                at_most=1.3,
                is_quick=True,
            )
        ]
        for kind, least in (("http", 3), ("local", 5)):
            if made.dvc:
                repository = f"dvc-{kind}"
                cases.append(
                    Case(
                        f"download {FOLDER_FILES:,} files from DVC, {kind} remote",
                        ours(repository, "data", 7, put_aside, writes=True),
                        Side(
                            "`dvc get`",
                            [str(made.dvc), "get", "-q", str(made.root / repository), "data", "-o", str(out / "theirs")],
                            7, put_aside, writes=True),
                        out,
                        at_least=least,
                        is_quick=True,
                    )
                )
        return cases

    def report_hostile(self) -> None:
        """What content costs that was made to cost much: the slowest and the largest run of each kind."""
        folder = REGISTRIES / "hostile"
        hostile.make_repository(folder, self.environment)
        for words in (["show"], ["history"], ["doctor"]):
            measured = Measured()
            self.run(Side("", [str(self.binary), *words], 1), folder, measured, must_succeed=False)
            print(f"tag message of 100 MB, `{words[0]}`: {measured}, {_memory(measured.memory_kib)} MB")
        subprocess.run(["git", "update-ref", "-d", "refs/tags/m@v1.0.0"], cwd=folder, check=True)
        measured = Measured()
        for text in hostile.yaml_files():
            (folder / ".registry.yaml").write_bytes(text)
            self.run(Side("", [str(self.binary), "show"], 1), folder, measured, must_succeed=False)
        print(f"{hostile.FILES} hostile YAML files, `show`: {measured}, {_memory(measured.memory_kib)} MB")

    def report_pushes(self) -> list[str]:
        """What checking a push costs; the bar is for the slowest of 50, which is their 99th percentile."""
        make_registry(str(pushes.TAGS), pushes.TAGS)
        made = pushes.Pushes(REGISTRIES / str(pushes.TAGS), REGISTRIES / "pushes", self.binary, self.environment)
        checked, unchecked = made.measure()
        print(
            f"push of 3 tags to {pushes.TAGS:,} tags, `pre-receive`: {Measured(checked)}, "
            f"without it {Measured(unchecked)}; bar: the slowest < {_time(pushes.BAR)}")
        return [f"the slowest push takes {_time(checked[-1])}"] if checked[-1] >= pushes.BAR else []

    def report_large(self) -> None:
        """What a file costs that is larger than memory should ever be."""
        if not large.has_room(REGISTRIES):
            print(f"a file of {large.SIZE >> 30} GiB: left out, there is no room for it in {REGISTRIES}")
            return
        with large.Registry(REGISTRIES / "large", self.binary, self.environment) as registry:
            for jobs in ("1", "8"):
                measured = Measured()
                command = [str(self.binary), "download", "large", "-o", "file", "--force", "--jobs", jobs]
                self.run(Side("", command, 1, undo=["rm", "file"]), registry.folder, measured)
                print(f"{large.SIZE >> 30} GiB over HTTP, --jobs {jobs}: {measured}, {_memory(measured.memory_kib)} MB")

    def run(self, side: Side, folder: Path, measured: Measured, must_succeed: bool = True) -> None:
        """One run of one side: wall-clock time and peak memory of the process itself."""
        os.chdir(folder)
        if side.writes:
            os.sync()
        actions = [(os.POSIX_SPAWN_DUP2, self.devnull, fd) for fd in (0, 1, 2)]
        started = time.perf_counter()
        pid = os.posix_spawnp(side.command[0], side.command, self.environment, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        measured.seconds.append(time.perf_counter() - started)
        measured.cpu_seconds.append(usage.ru_utime + usage.ru_stime)
        measured.memory_kib = max(measured.memory_kib, usage.ru_maxrss)
        if must_succeed and os.waitstatus_to_exitcode(status) != 0:
            shown = subprocess.run(side.command, cwd=folder, env=self.environment, capture_output=True, check=False)
            sys.exit(f"bench: {' '.join(side.command)} failed: {shown.stderr.decode(errors='replace')}")
        if side.undo:
            subprocess.run(side.undo, cwd=folder, env=self.environment, stdout=subprocess.DEVNULL, check=True)

    def measure(self, case: Case) -> tuple[Measured, Measured]:
        ours, other = Measured(), Measured()
        self.run(case.ours, case.folder, Measured())  # Warms the page cache, for both.
        if case.other.writes:
            self.run(case.other, case.folder, Measured())
        pair = [(case.ours, ours), (case.other, other)]
        for number in range(max(case.ours.runs, case.other.runs)):
            for side, measured in pair:
                if number < side.runs:
                    self.run(side, case.folder, measured)
            pair.reverse()
        return ours, other


def misses_bar(case: Case, ours: Measured, other: Measured) -> bool:
    """Whether the bar is missed by more than noise: by the medians and by the fastest runs."""
    ratios = [ours.median / other.median, min(ours.seconds) / min(other.seconds)]
    if case.at_most is not None:
        return min(ratios) > case.at_most
    if case.at_least is not None:
        return max(1 / ratio for ratio in ratios) < case.at_least
    return False


def ratio(ours: Measured, other: Measured) -> str:
    if ours.median > other.median:
        return f"{ours.median / other.median:.1f} × slower"
    return f"{other.median / ours.median:,.1f} × faster"


def bar(case: Case) -> str:
    if case.at_most is not None:
        return f"≤ {case.at_most:g} × the time"
    return f"≥ {case.at_least:g} × faster" if case.at_least is not None else ""


def make_registry(name: str, tags: int) -> None:
    if not (REGISTRIES / name / ".git" / "packed-refs").exists():
        generator = Path(__file__).with_name("generate_registry.py")
        folder = REGISTRIES / name
        subprocess.run([sys.executable, generator, folder, "--tags", str(tags), "--replace"], check=True)


def find_binary() -> Path:
    binary = Path(os.environ.get("GIT_MODEL") or BUILD / "release" / "git-model").resolve()
    if not os.access(binary, os.X_OK):
        sys.exit(f"bench: no release build at {binary}; run `make build` or set GIT_MODEL")
    return binary


def find_dvc() -> Path | None:
    """DVC as $DVC names it, or as `make interop` installed it."""
    path = Path(os.environ.get("DVC") or BUILD / "delivery-venv" / "peers" / "bin" / "dvc")
    return path if os.access(path, os.X_OK) else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the lines with a bar, few runs, under a minute")
    parser.add_argument("--only", default="", help="only the cases whose name has this text")
    options = parser.parse_args()

    binary = find_binary()
    gto = BUILD / "interop-venv" / "bin" / "gto"
    REGISTRIES.mkdir(parents=True, exist_ok=True)
    make_registry("2750", 2750)
    bench = Bench(binary, gto if gto.exists() else None, options.quick)
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, {platform.system()} {platform.release()}")
    if not bench.gto:
        print("GTO is not installed (`make interop-tools`): its lines are left out")
    print("\n| what | git-model | the other | ratio | bar | CPU | memory, MB |\n|---|---|---|---|---|---|---|")
    missed = []

    def show(case: Case) -> None:
        if options.only not in case.name:
            return
        ours, other = bench.measure(case)
        if misses_bar(case, ours, other):
            ours, other = bench.measure(case)
            if misses_bar(case, ours, other):
                missed.append(f"{case.name} against {case.other.label}: {ratio(ours, other)}, bar {bar(case)}")
        memory = f"{_memory(ours.memory_kib)} / {_memory(other.memory_kib)}"
        cpu = " / ".join(_time(statistics.median(side.cpu_seconds)) for side in (ours, other))
        cells = [case.name, str(ours), f"{case.other.label} {other}", ratio(ours, other), bar(case), cpu, memory]
        print(f"| {' | '.join(cells)} |", flush=True)

    for case in bench.cases():
        show(case)
    with Deliveries(REGISTRIES / "delivery", binary, find_dvc(), bench.environment, 256 if options.quick else 1024) as made:
        for case in bench.delivery_cases(made):
            show(case)
        if options.only in "history":
            moved, whole = made.measure_history()
            print(f"\ndownload of a 10 MiB model from a URL: {moved / 1e6:.1f} MB moved, of a repository of {whole / 1e6:,.0f} MB")
            if moved > 12 * MEBIBYTE:
                missed.append(f"download of a 10 MiB model: {moved / 1e6:.1f} MB moved, bar 12 MB")
    if options.only in "pushes":
        print()
        missed += bench.report_pushes()
    if not options.quick and options.only in "hostile":
        print()
        bench.report_hostile()
    if not options.quick and options.only in "large":
        print()
        bench.report_large()
    for line in missed:
        print(f"bar missed: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
