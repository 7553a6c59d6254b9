"""The readings that both tools must answer alike, and the comparison of one answer with the other."""

import json
import random
import re
import shlex
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import differences
from comparison import (
    Difference,
    json_difference,
    key_order_difference,
    lines_difference,
    table_difference,
)
from differences import Skipped, Tally
from hermetic import Clock
from repositories import Facts
from tools import Outcome

# What GTO prints, with status 0, for something that it does not know.
_NOTHING = {"", "[]", "null", "Nothing found in the current workspace"}

_OPTIONS = [
    ["--ro"],
    ["-d"],
    ["--vs", "-1"],
    ["--vs", "0"],
    ["--vs", "2"],
    ["--av", "1"],
    ["--av", "0"],
    ["--av", "2", "--vs", "-1"],
    ["--sort", "semver"],
    ["--sort", "semver", "--vs", "-1"],
    ["--ro", "-d", "--vs", "3"],
]


@dataclass(frozen=True)
class Reading:
    """One reading command. `form` says how answers are compared: json, lines, table or text."""

    arguments: list[str]
    form: str
    artifact: str | None = None


class Extent(Enum):
    """How much is read: a sample on the way, most of it at the end of a random history, all of a real registry."""

    SAMPLE = 1
    END = 2
    EVERYTHING = 3


def readings(facts: Facts, random: random.Random, extent: Extent) -> list[Reading]:
    """The readings of one repository."""
    main = [
        Reading(["show", "--json"], "json"),
        Reading(["history", "--json"], "json"),
        Reading(["stages", "--json"], "json"),
    ]
    rest = [
        Reading(["history", "--asc", "--json"], "json"),
        Reading(["history", "--plain"], "table"),
        Reading(["stages", "--allowed", "--json"], "json"),
        Reading(["stages", "--used", "--json"], "json"),
        Reading(["stages"], "lines"),
        Reading(["show", "--plain"], "table"),
        Reading(["show", "--name"], "lines"),
        Reading(["show", "--version"], "lines"),
        Reading(["show", "no-such-artifact", "--json"], "json", "no-such-artifact"),
        Reading(["check-ref", "no-such-tag", "--json"], "json"),
        Reading(["check-ref", "HEAD"], "text"),
        *[Reading(["show", "--json", *options], "json") for options in _OPTIONS],
    ]
    for artifact in sorted(set(facts.by_artifact) | facts.annotated):
        main += [
            Reading(["show", artifact, "--json"], "json", artifact),
            Reading(["show", f"{artifact}@latest", "--json"], "json", artifact),
        ]
        rest += _of_artifact(artifact, facts)
    tags = sorted(facts.tags)
    checks = [Reading(["check-ref", tag, "--json"], "json") for tag in tags]
    forms = [reading for tag in tags for reading in _of_tag(tag)]

    def some(of: list[Reading], count: int) -> list[Reading]:
        return random.sample(of, min(count, len(of)))

    if extent is Extent.SAMPLE:
        return main + some(rest, 10) + some(checks, 6) + some(forms, 4)
    return main + rest + checks + (forms if extent is Extent.EVERYTHING else some(forms, 40))


def _of_artifact(artifact: str, facts: Facts) -> list[Reading]:
    versions = sorted(facts.ever_registered(artifact))
    stages = sorted({tag.stage for tag in facts.by_artifact.get(artifact, []) if tag.stage})
    shortcuts = ["@greatest", "@v9.8.7", "#no-stage", *[f"@{v}" for v in versions], *[f"#{s}" for s in stages]]
    return [
        *[Reading(["show", artifact, "--json", *options], "json", artifact) for options in _OPTIONS],
        *[Reading(["show", artifact + shortcut, "--json"], "json", artifact) for shortcut in shortcuts],
        *[Reading(["show", artifact + s, "--vs", "-1", "--json"], "json", artifact) for s in shortcuts[3:]],
        *[Reading(["show", artifact + s, "--version"], "lines", artifact) for s in ("@latest", *shortcuts[3:])],
        *[Reading(["show", f"{artifact}@latest", flag], "lines", artifact) for flag in ("--ref", "--stage")],
        *[Reading(["show", artifact, flag], "lines", artifact) for flag in ("--version", "--ref", "--stage")],
        Reading(["show", artifact, "--name"], "lines", artifact),
        Reading(["show", artifact, "--plain"], "table", artifact),
        Reading(["history", artifact, "--json"], "json"),
        Reading(["history", artifact, "--asc", "--plain"], "table"),
    ]


def _of_tag(tag: str) -> list[Reading]:
    flags = ("--name", "--version", "--stage", "--event")
    return [
        Reading(["parse-tag", tag], "json"),
        Reading(["parse-tag", tag, "--key", "name"], "json"),
        Reading(["check-ref", f"refs/tags/{tag}", "--json"], "json"),
        Reading(["check-ref", tag], "text"),
        *[Reading(["check-ref", tag, flag], "lines") for flag in flags],
    ]


def compare(reading: Reading, gto: Outcome, ours: Outcome, facts: Facts, tally: Tally) -> Difference | None:
    """The first difference between two answers that no documented difference explains."""
    if reading.artifact and "--name" in reading.arguments and not gto.stdout.strip() and ours.status == 64:
        # GTO refuses `show NAME --name` as well, but only where it would have a line to print.
        return None
    try:
        differences.check_comparable(reading.arguments, reading.artifact, reading.form == "json", facts)
    except Skipped as skipped:
        tally[skipped.number] += 1
        # Whatever GTO answers here, ours must be an answer too, not a crash.
        is_answer = ours.status in (0, 2) or not gto.succeeded
        return None if is_answer else Difference("status", gto.status, f"{ours.status}: {ours.stderr}")
    if gto.status == 0 and gto.stdout.strip() in _NOTHING and ours.status == 2:
        tally[15] += 1
        return None if ours.stdout.strip() in _NOTHING else Difference("stdout", gto.stdout, ours.stdout)
    if "Multiple registrations are not supported" in gto.stderr and ours.succeeded:
        tally[5] += 1
        return None
    if gto.succeeded != ours.succeeded:
        return Difference("status", f"{gto.status}: {gto.stderr.strip()}", f"{ours.status}: {ours.stderr.strip()}")
    if not gto.succeeded:
        return None
    if reading.form in ("lines", "table"):
        return _compare_text(reading, gto.stdout, ours.stdout, facts, tally)
    if reading.form == "text":
        return lines_difference(_without_emoji(gto.stdout), _without_emoji(ours.stdout))
    return _compare_json(reading, gto.stdout, ours.stdout, facts, tally)


def _compare_text(reading: Reading, gto: str, ours: str, facts: Facts, tally: Tally) -> Difference | None:
    is_registry = reading.arguments[0] == "show" and reading.artifact is None
    if is_registry:
        ours = differences.leave_out_lines(gto, ours, facts, tally)
    if reading.form == "lines":
        return lines_difference(gto, ours)
    difference = table_difference(gto, ours)
    if difference and is_registry:
        difference = table_difference(gto, ours, is_cut=True)
        tally[23] += difference is None
    return difference


def _compare_json(reading: Reading, gto: str, ours: str, facts: Facts, tally: Tally) -> Difference | None:
    if not gto.strip():
        return None if not ours.strip() else Difference("stdout", gto, ours)
    try:
        answer = json.loads(ours)
    except ValueError as error:
        return Difference(f"not JSON ({error})", gto, ours)
    expected = json.loads(gto)
    difference = _difference(reading, expected, answer)
    if difference:
        left, right = differences.leave_out(reading.arguments, reading.artifact, expected, answer, facts, tally)
        difference = _difference(reading, left, right)
    return difference


def _difference(reading: Reading, gto, ours) -> Difference | None:
    difference = json_difference(gto, ours)
    if difference is None and reading.arguments[0] == "show" and isinstance(gto, dict):
        difference = key_order_difference(gto, ours)
    return difference


def _without_emoji(text: str) -> str:
    return "\n".join(re.sub(r"^[^\w\"-]+\s", "", line) for line in text.splitlines())


@dataclass(frozen=True)
class Disagreement(Exception):
    """A difference that nothing documents, with the command that shows it."""

    command: list[str]
    difference: Difference

    def __str__(self) -> str:
        return f"{shlex.join(self.command)}: {self.difference}"


def hold_against_each_other(
    gto, ours, repository: Path, facts: Facts, random: random.Random, tally: Tally, extent: Extent
) -> int:
    """Lets both tools answer the readings; raises the first Disagreement, else returns how many were compared."""
    clock = Clock()
    chosen = readings(facts, random, extent)
    gto.reading(object())
    try:
        for reading in chosen:
            left = gto.run(repository, reading.arguments, clock)
            if reading is chosen[0] and not left.succeeded:
                # Two tools that both cannot read would agree on everything.
                raise Disagreement(reading.arguments, Difference("GTO cannot read this registry", left.stderr, ""))
            right = ours.run(repository, reading.arguments, clock)
            difference = compare(reading, left, right, facts, tally)
            if difference:
                raise Disagreement(reading.arguments, difference)
    finally:
        gto.reading(None)
    return len(chosen)
