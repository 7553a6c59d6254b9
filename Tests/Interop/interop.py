"""Holds git-model and the real GTO 1.10.1 against each other (`make interop`).

Two modes, both for every seed:

  same    each operation is done by GTO in one repository and by git-model in its twin; exit status, tag names, targets,
          taggers, times and first message lines must be equal after each, and all readings at the end
  shared  one repository, each operation by a tool drawn at random; every few operations both tools must read the same

The real registries beside the project are read by both tools as well. Documented differences (differences.py) are
counted, and each is held by a scenario of its own (scenarios.py).
"""

import argparse
import dataclasses
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import hermetic
import registries
import scenarios
from comparison import Difference
from differences import Attempt, Tally, explain_writing
from hermetic import BUILD, Clock, git
from operations import Generator, Operation
from readings import Disagreement, Extent, hold_against_each_other
from repositories import (
    Facts,
    Tag,
    commit,
    copy_tags,
    duplicate,
    make_plan,
    make_repository,
    read_facts,
    read_tags,
)
from tools import GTO, ChildTool

FAILURES = BUILD / "interop-failures"
MODES = ("same", "shared")


@dataclass
class Report:
    """What one seed in one mode came to."""

    name: str
    failure: str | None = None
    readings: int = 0
    operations: int = 0
    tally: Tally = field(default_factory=Tally)


class Run:
    """One seed in one mode: its two repositories (the same one in the shared mode), clock and operations so far."""

    def __init__(self, seed: int, mode: str, count: int, gto, ours):
        self.mode = mode
        self.count = count
        self.gto = gto
        self.ours = ours
        # One generator for what happens, one for which readings are sampled: more readings change no history.
        self.random = random.Random(f"{seed} {mode}")
        self.sampling = random.Random(f"{seed} {mode} readings")
        self.clock = Clock()
        self.report = Report(f"seed {seed}, mode {mode}")
        self.history: list[tuple[int, str, Operation]] = []
        self.folder = Path(tempfile.mkdtemp(prefix=f"interop-{seed}-{mode}-"))
        self.plan = make_plan(self.random)
        self.gto_repository = self.folder / "gto"
        make_repository(self.gto_repository, self.plan, self.random)
        self.our_repository = self.gto_repository
        self._known: Facts | None = None
        if mode == "same":
            self.our_repository = self.folder / "git-model"
            duplicate(self.gto_repository, self.our_repository)

    # --- the history -----------------------------------------------------------------------------------------------
    def play(self) -> None:
        generator = Generator(self.random, self.plan)
        for number in range(self.count):
            facts = self._facts()
            operation = generator.next(facts, sorted(facts.commit_seconds))
            self.clock.advance(operation.pause)
            self.report.operations += 1
            if operation.is_git:
                self.history.append((self.clock.seconds, "git", operation))
                self._git(operation)
            elif self.mode == "same":
                self.history.append((self.clock.seconds, "both", operation))
                self._same(operation, facts)
            else:
                tool, name = self.random.choice([(self.gto, "gto"), (self.ours, "git-model")])
                self.history.append((self.clock.seconds, name, operation))
                self._shared(tool, operation)
                if number % 4 == 3:
                    self._read(Extent.SAMPLE)
        self._read(Extent.END)

    def _facts(self) -> Facts:
        """The facts of git-model's repository. Commits and HEAD are read again only after git changed them."""
        if self._known is None:
            self._known = read_facts(self.our_repository)
        return self._known

    def _update(self, tags: dict[str, Tag]) -> None:
        """Takes note of the tags after a command, which changes nothing else."""
        self._known = dataclasses.replace(self._facts(), tags=tags, by_artifact=defaultdict(list))

    def _git(self, operation: Operation) -> None:
        self._known = None
        verb, *words = operation.arguments
        for repository in dict.fromkeys([self.gto_repository, self.our_repository]):
            if verb == "commit":
                # Not a second later than the clock: no commit is younger than a tag on it.
                commit(repository, self.plan, random.Random(operation.seed), self.clock, f"later {operation.seed}")
            elif verb == "checkout":
                git(repository, "checkout", "-q", *words)
            elif verb == "pack":
                git(repository, "pack-refs", "--all")
            elif words[0] not in read_tags(repository):
                # A name below or above an existing tag's is refused by git; then there is no tag in either.
                try:
                    git(repository, "tag", *words)
                except RuntimeError:
                    pass

    def _same(self, operation: Operation, before: Facts) -> None:
        gto = self.gto.run(self.gto_repository, operation.arguments, self.clock, operation.person)
        ours = self.ours.run(self.our_repository, operation.arguments, self.clock, operation.person)
        tags_by_gto, tags_by_ours = read_tags(self.gto_repository), read_tags(self.our_repository)
        attempt = Attempt(
            operation.arguments, self._target(operation), before, gto, ours, tags_by_gto, tags_by_ours
        )
        difference = self._difference_in_writing(attempt)
        if difference:
            number = explain_writing(attempt)
            if number is None:
                raise Disagreement(operation.arguments, difference)
            self.report.tally[number] += 1
            copy_tags(self.our_repository, self.gto_repository)
        self._update(tags_by_ours)
        self._forbid_two_versions(operation)

    def _shared(self, tool, operation: Operation) -> None:
        tool.run(self.our_repository, operation.arguments, self.clock, operation.person)
        self._update(read_tags(self.our_repository))
        self._forbid_two_versions(operation)

    def _target(self, operation: Operation) -> str | None:
        """The commit an operation names by REF, or HEAD."""
        words = operation.arguments[2:3]
        ref = words[0] if words and not words[0].startswith("-") else "HEAD"
        try:
            return git(self.our_repository, "rev-parse", "--verify", "-q", f"{ref}^{{commit}}").strip()
        except RuntimeError:
            return None

    def _forbid_two_versions(self, operation: Operation) -> None:
        found = self._facts().commit_of_two_versions()
        if found:
            raise Disagreement(
                operation.arguments,
                Difference("two versions on one commit", "one version of an artifact on a commit", " ".join(found)),
            )

    @staticmethod
    def _difference_in_writing(attempt: Attempt) -> Difference | None:
        gto, ours = attempt.gto, attempt.ours
        if gto.succeeded != ours.succeeded:
            return Difference(
                "status",
                f"{gto.status}: {(gto.stdout + gto.stderr).strip()}",
                f"{ours.status}: {(ours.stdout + ours.stderr).strip()}",
            )
        left, right = attempt.tags_by_gto, attempt.tags_by_ours
        if left.keys() != right.keys():
            return Difference("tags", sorted(left.keys() - right.keys()), sorted(right.keys() - left.keys()))
        for name, tag in left.items():
            twin = right[name]
            for part in ("target", "tagger", "seconds", "first_line"):
                if getattr(tag, part) != getattr(twin, part):
                    return Difference(f"{part} of {name}", getattr(tag, part), getattr(twin, part))
            # A registration's message goes on with trailers, all others are GTO's to the last line.
            is_equal = twin.message.startswith(tag.message) if tag.action == "register" else twin.message == tag.message
            if not is_equal:
                return Difference(f"message of {name}", tag.message, twin.message)
        for line in gto.stdout.splitlines():
            if line.startswith(("Created git tag", "Deleted git tag")) and line not in ours.stdout.splitlines():
                return Difference("stdout", line, ours.stdout)
        return None

    def _read(self, extent: Extent) -> None:
        # GTO reads what git-model wrote: in the end both look at git-model's repository.
        self._known = None
        facts = self._facts()
        self.report.readings += hold_against_each_other(
            self.gto,
            self.ours,
            self.our_repository,
            facts,
            self.sampling,
            self.report.tally,
            extent,
        )

    # --- the account of a failure ------------------------------------------------------------------------------------
    def describe(self, reason: str, seed: int) -> str:
        kept = FAILURES / f"{seed}-{self.mode}"
        shutil.rmtree(kept, ignore_errors=True)
        FAILURES.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.folder, kept, symlinks=True)
        lines = [f"{self.report.name}, {self.count} operations, failed at {reason}", "    operations:"]
        programs = {"gto": ["gto"], "git-model": ["git model"], "both": ["gto", "git model"], "git": ["git"]}
        for seconds, who, operation in self.history:
            lines += [f"      {operation.shell(program)}  # @{seconds}" for program in programs[who]]
        lines.append(f"    repositories: {kept}")
        lines.append(f"    again: make interop SEED={seed} MODE={self.mode} OPERATIONS={self.count}")
        lines.append(f"    {self.report.name}: {reason}")
        (kept / "account.txt").write_text("\n".join(lines) + "\n")
        return "\n".join(lines)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


_tools: dict = {}


def _start_process(tool: str, home: str) -> None:
    hermetic.enter(home)
    _tools["gto"] = GTO()
    _tools["ours"] = _our_tool(tool, _tools["gto"])


def _our_tool(tool: str, gto):
    if tool.startswith("self:"):
        import selftest

        return selftest.tool(tool.removeprefix("self:"), gto)
    return ChildTool(Path(tool))


def _play(job: tuple[int, str, int]) -> Report:
    seed, mode, count = job
    run = Run(seed, mode, count, _tools["gto"], _tools["ours"])
    try:
        run.play()
    except Disagreement as disagreement:
        run.report.failure = run.describe(str(disagreement), seed)
    except Exception:  # A fault of the harness must name its seed as well.
        run.report.failure = run.describe(traceback.format_exc(), seed)
    finally:
        run.close()
    return run.report


def _read_registry(bundle: Path) -> Report:
    report = Report(f"registry {bundle.stem}")
    try:
        report.readings = registries.compare(bundle, _tools["gto"], _tools["ours"], report.tally)
    except Disagreement as disagreement:
        report.failure = f"{report.name}: {disagreement}"
    except Exception:
        report.failure = f"{report.name}: {traceback.format_exc()}"
    return report


def _play_scenario(name: str) -> Report:
    report = Report(f"scenario {name}")
    try:
        scenarios.play(name, _tools["gto"], _tools["ours"])
    except scenarios.Broken as broken:
        report.failure = f"{report.name}: {broken}"
    except Exception:
        report.failure = f"{report.name}: {traceback.format_exc()}"
    return report


def _call(job) -> Report:
    function, argument = job
    return function(argument)


def find_binary() -> str:
    """The git-model to test: $GIT_MODEL, else the release build, else the debug build."""
    candidates = [os.environ["GIT_MODEL"]] if os.environ.get("GIT_MODEL") else []
    candidates += [str(BUILD / kind / "git-model") for kind in ("release", "debug")]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return str(Path(candidate).resolve())
    sys.exit(f"interop: no git-model at {', '.join(candidates)}; run `make build` or set GIT_MODEL")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=50, help="how many seeds, counted from --first-seed")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seed", type=int, help="this seed only")
    parser.add_argument("--operations", type=int, default=40)
    parser.add_argument("--mode", choices=MODES, help="this mode only")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--registries", type=Path, default=hermetic.PROJECT.parent / "shared" / "registries")
    parser.add_argument("--scenarios", action="store_true", help="play the scenarios also with a tool of selftest.py")
    parser.add_argument("--tool", help="the git-model to test, or self:NAME of selftest.py")
    options = parser.parse_args()

    tool = options.tool or find_binary()
    seeds = range(options.first_seed, options.first_seed + options.seeds) if options.seed is None else [options.seed]
    modes = [options.mode] if options.mode else MODES
    jobs = [(_play, (seed, mode, options.operations)) for seed in seeds for mode in modes]
    if options.seed is None:
        bundles = sorted(options.registries.glob("*.bundle"))
        if not bundles:
            print(f"interop: no real registries at {options.registries}, skipped")
        jobs = [(_read_registry, bundle) for bundle in bundles] + jobs
        if not tool.startswith("self:") or options.scenarios:
            jobs = [(_play_scenario, name) for name in scenarios.SCENARIOS] + jobs

    started = time.monotonic()
    print(f"interop: {tool} against GTO 1.10.1, {len(jobs)} cases", flush=True)
    reports = []
    # One case, one fresh interpreter would cost 0.6 s of imports; 25 cases for each bound what GTO leaks.
    with (
        tempfile.TemporaryDirectory(prefix="interop-home-") as home,
        multiprocessing.get_context("spawn").Pool(
            max(1, min(options.processes, len(jobs))), _start_process, (tool, home), maxtasksperchild=25
        ) as pool,
    ):
        for report in pool.imap_unordered(_call, jobs):
            reports.append(report)
            if report.failure:
                print(report.failure, flush=True)
    tally = sum((report.tally for report in reports), Tally())
    operations, readings = sum(r.operations for r in reports), sum(r.readings for r in reports)
    print(f"{operations} operations and {readings} readings in {time.monotonic() - started:.0f} s")
    if tally:
        print("documented differences met (docs/gto.md):")
        print("\n".join(Tally(tally).lines()))
    failed = sum(1 for report in reports if report.failure)
    print(f"{len(reports) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
