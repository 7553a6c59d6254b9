#!/usr/bin/env python3
"""Measures git-model side by side with git, GTO and others, and prints a Markdown table of ratios (`make bench`).

A whole run writes the table to docs/performance.md. The exit status is 1 where a bar is missed; see measure.py for how
it is measured, and what missing means.

A new line is a new `Case`: in scale.py where it is about the number of tags, in remote.py where it is about a URL.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import hostile
import large
import performance
import pushes
from deliveries import MEBIBYTE, Deliveries
from measure import FAR, Case, Measured, Runner, Side, bar, memory_text, miss_factor, ratio, time_text
from registries import BUILD, REGISTRIES, for_gto, of_size
from remote import Remote
from scale import LARGE, SIZES, Scale

ALL_FIELDS = (
    "--format=%(refname) %(objectname) %(*objectname) %(taggername) %(taggeremail) %(taggerdate:unix) %(contents)"
)


class Bench:
    def __init__(self, binary: Path, gto: Path | None, is_quick: bool):
        self.binary = binary
        self.gto = gto
        self.is_quick = is_quick
        # `git model` is found by git on the PATH, as after an installation.
        self.environment = {
            "PATH": f"{binary.parent}:{os.environ['PATH']}",
            "HOME": str(REGISTRIES),
            "XDG_CACHE_HOME": str(REGISTRIES / "cache"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        }
        self.runner = Runner(self.environment, *((4, 2) if is_quick else (30, 3)))

    def cases(self) -> list[Case]:
        small = for_gto()
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
                    f"`{' '.join(words)}`",
                    Side("git-model", [model, *words], 20),
                    Side("`git for-each-ref`, all fields", ["git", "for-each-ref", "refs/tags", ALL_FIELDS], 20),
                    small,
                    tags=2750,
                    is_quick=words == ["show"],
                )
            )
        if self.gto:
            cases += self._against_gto(small, few)
        return self.chosen(cases)

    def chosen(self, cases: list[Case]) -> list[Case]:
        return [case for case in cases if case.is_quick or not self.is_quick]

    def reaction(self) -> Case:
        """One event of a large registry, whose hook does nothing: at most 100 ms beside the hook's own time."""
        folder = of_size(LARGE)
        hooks = folder / ".registry.yaml"
        tag = subprocess.run(
            ["git", "-C", folder, "for-each-ref", "--format=%(refname)", "--count=1", "refs/tags/churn-model-1#prod#*"],
            check=True, capture_output=True, text=True).stdout.strip()
        return Case(
            "`trigger` of one event (bar: 100 ms)",
            Side("git-model", [str(self.binary), "trigger", tag, "--again", "--allow", "-q"], 20),
            Side("`git for-each-ref`, names", ["git", "for-each-ref", "refs/tags", "--format=%(refname)"], 20),
            folder,
            tags=LARGE,
            check=lambda: hooks.write_text("hooks:\n- {name: nothing, on: assigned, run: ['true']}\n"),
            after=hooks.unlink,
        )

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
                f"`{' '.join(words)}`",
                Side("git-model", [model, *words], 10),
                Side("GTO", [gto, *words], few),
                small,
                tags=2750,
                at_least=100 if words == ["show"] else None,
                is_quick=words == ["show"],
            )
            for words in readings
        ]
        cases.append(
            Case(
                "`register`",
                Side("git-model", [model, "register", "new-model"], 10, undo),
                Side("GTO", [gto, "register", "new-model"], few, undo),
                small,
                tags=2750,
            )
        )
        return cases

    def report_hostile(self, say: Callable[[str], None]) -> None:
        """What content costs that was made to cost much: the slowest and the largest run of each kind."""
        folder = REGISTRIES / "hostile"
        hostile.make_repository(folder, self.environment)
        for words in (["show"], ["history"], ["doctor"]):
            measured = Measured()
            self.runner.run(Side("", [str(self.binary), *words], 1), folder, measured, must_succeed=False)
            say(f"tag message of 100 MB, `{words[0]}`: {measured}, {memory_text(measured.memory_kib)} MB")
        subprocess.run(["git", "update-ref", "-d", "refs/tags/m@v1.0.0"], cwd=folder, check=True)
        measured = Measured()
        for text in hostile.yaml_files():
            (folder / ".registry.yaml").write_bytes(text)
            self.runner.run(Side("", [str(self.binary), "show"], 1), folder, measured, must_succeed=False)
        say(f"{hostile.FILES} hostile YAML files, `show`: {measured}, {memory_text(measured.memory_kib)} MB")

    def report_pushes(self, say: Callable[[str], None]) -> list[str]:
        """What checking a push costs; the bar is for the slowest of 50, which is their 99th percentile."""
        made = pushes.Pushes(of_size(pushes.TAGS), REGISTRIES / "pushes", self.binary, self.environment)
        checked, unchecked = made.measure()
        say(
            f"push of 3 tags to {pushes.TAGS:,} tags, `pre-receive`: {Measured(checked)}, "
            f"without it {Measured(unchecked)}; bar: the slowest < {time_text(pushes.BAR)}")
        return [f"the slowest push takes {time_text(checked[-1])}"] if checked[-1] >= pushes.BAR else []

    def report_large(self, say: Callable[[str], None]) -> None:
        """What a file costs that is larger than memory should ever be."""
        if not large.has_room(REGISTRIES):
            say(f"a file of {large.SIZE >> 30} GiB: left out, there is no room for it in {REGISTRIES}")
            return
        with large.Registry(REGISTRIES / "large", self.binary, self.environment) as registry:
            for jobs in ("1", "8"):
                measured = Measured()
                command = [str(self.binary), "download", "large", "-o", "file", "--force", "--jobs", jobs]
                self.runner.run(Side("", command, 1, undo=["rm", "file"]), registry.folder, measured)
                say(f"{large.SIZE >> 30} GiB over HTTP, --jobs {jobs}: {measured}, {memory_text(measured.memory_kib)} MB")

def find_binary() -> Path:
    binary = Path(os.environ.get("GIT_MODEL") or BUILD / "release" / "git-model").resolve()
    if not os.access(binary, os.X_OK):
        sys.exit(f"bench: no release build at {binary}; run `make build` or set GIT_MODEL")
    return binary


def find_dvc() -> Path | None:
    """DVC as $DVC names it, or as `make interop` installed it."""
    path = Path(os.environ.get("DVC") or BUILD / "delivery-venv" / "peers" / "bin" / "dvc")
    return path if os.access(path, os.X_OK) else None


class Run:
    """What one run measures, prints and finds missed."""

    def __init__(self, bench: Bench, only: str):
        self.bench = bench
        self.only = only
        self.lines: list[str] = []
        self.missed: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)
        print(line, flush=True)

    def note(self, line: str) -> None:
        """Something below the table."""
        if self.lines[-1].startswith("|"):
            self.say("")
        self.say(f"- {line}")

    def show(self, case: Case) -> None:
        if self.only not in case.name:
            return
        if case.check:
            case.check()
        ours, other = self.bench.runner.measure(case)
        if 1 < miss_factor(case, ours, other) <= FAR:
            ours, other = self.bench.runner.measure(case)
        if miss_factor(case, ours, other) > 1:
            memory = f", {memory_text(ours.memory_kib)} MB" if case.mebibytes else ""
            tags = f", {case.tags:,} tags" if case.tags else ""
            self.missed.append(
                f"{case.name}{tags}, against {case.other.label}: {ratio(case, ours, other)}{memory}, bar {bar(case)}")
        self.say(performance.row(case, ours, other))

    def scale(self, sizes: tuple[int, ...]) -> None:
        scale = Scale(self.bench.runner, self.bench.binary, self.bench.is_quick)
        for size in sizes:
            for case in self.bench.chosen(scale.cases(size)):
                self.show(case)

    def others(self) -> None:
        """Everything that is not about the number of tags."""
        for case in self.bench.cases():
            self.show(case)
        if not self.bench.is_quick:
            self.show(self.bench.reaction())
            if self.only in "show -r URL":
                with Remote(self.bench.runner, self.bench.binary) as remote:
                    for case in remote.cases():
                        self.show(case)
        self.downloads()
        for name, report in (("pushes", self.pushes), ("hostile", self.hostile), ("large", self.large)):
            if self.only in name and (name == "pushes" or not self.bench.is_quick):
                report()

    def downloads(self) -> None:
        bench = self.bench
        megabytes = 256 if bench.is_quick else 1024
        with Deliveries(REGISTRIES / "delivery", bench.binary, find_dvc(), bench.environment, megabytes) as made:
            for case in made.cases(runs=3 if bench.is_quick else 5):
                self.show(case)
            if self.only not in "history":
                return
            moved, whole = made.measure_history()
            self.note(
                f"download of a 10 MiB model from a URL: {moved / 1e6:.1f} MB moved, "
                f"of a repository of {whole / 1e6:,.0f} MB")
            if moved > 12 * MEBIBYTE:
                self.missed.append(f"download of a 10 MiB model: {moved / 1e6:.1f} MB moved, bar 12 MB")

    def pushes(self) -> None:
        self.missed += self.bench.report_pushes(self.note)

    def hostile(self) -> None:
        self.bench.report_hostile(self.note)

    def large(self) -> None:
        self.bench.report_large(self.note)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the lines with a bar, few runs, a minute or two")
    parser.add_argument("--size", type=int, choices=SIZES, help="only the lines about registries of so many tags")
    parser.add_argument("--only", default="", help="only the cases whose name has this text")
    options = parser.parse_args()

    binary = find_binary()
    gto = BUILD / "interop-venv" / "bin" / "gto"
    REGISTRIES.mkdir(parents=True, exist_ok=True)
    bench = Bench(binary, gto if gto.exists() else None, options.quick)
    run = Run(bench, options.only)
    if not (bench.gto or options.size):
        print("GTO is not installed (`make interop-tools`): its lines are left out")
    run.say(performance.machine(binary))
    run.say("")
    run.say(performance.HEAD)
    if options.size:
        run.scale((options.size,))
    else:
        run.scale(SIZES[:2] if options.quick else SIZES)
        run.others()
    if not (options.size or options.quick or options.only):
        performance.update_page(run.lines)
    for line in run.missed:
        print(f"bar missed: {line}")
    return 1 if run.missed else 0


if __name__ == "__main__":
    sys.exit(main())
