"""The documented differences between the tools, and nothing else that may differ.

Numbers are those of the table in docs/gto.md. A rule applies only where its condition holds in the repository
at hand; each use is counted and printed, so that a rule that hides too much is seen.
"""

import argparse
import re
from collections import Counter
from dataclasses import dataclass

from comparison import json_difference
from repositories import Facts, Tag, semantic_order
from tools import Outcome

DOCUMENTED = {
    4: "a version number that was used is passed over; a commit is registered again under a counter",
    5: "a version registered twice is shown in the table",
    6: "a stage on a deregistered version is refused without --force",
    7: "an unregistered commit is one version, and unassigning it works",
    8: "tags alone decide whether an artifact is active",
    9: "deprecating or deregistering again takes the counter form",
    10: "a refused command leaves no tag behind",
    15: "unknown artifacts, versions and refs end with status 2",
    20: "--av N shows the newest N stages",
    21: "stages outside the allowed ones are shown too",
    23: "the table of all artifacts shows versions whole, not their first 7 characters",
    24: "artifacts of HEAD's dvc.yaml are listed",
}

_SHA = re.compile(r"^[0-9a-f]{40}$")


class Tally(Counter):
    """How often each documented difference was met."""

    def lines(self) -> list[str]:
        return [f"  #{number:<3} {self[number]:6}  {DOCUMENTED[number]}" for number in sorted(self)]


# --- writing ---------------------------------------------------------------------------------------------------------


class _Quiet(argparse.ArgumentParser):
    def error(self, message):
        raise ValueError(message)


def _parser() -> _Quiet:
    parser = _Quiet(allow_abbrev=False, add_help=False)
    parser.add_argument("verb")
    parser.add_argument("artifact")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--version", "--ver")
    parser.add_argument("--stage")
    parser.add_argument("--ref")
    parser.add_argument("--simple", default="auto")
    parser.add_argument("-m", "--message")
    for flag in ("--bump-major", "--bump-minor", "--bump-patch", "--force"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--sr", "--skip-registration", dest="skip_registration", action="store_true")
    parser.add_argument("-d", "--delete", dest="delete", action="store_true")
    return parser


COMMANDS = _parser()


@dataclass(frozen=True)
class Attempt:
    """One command given to both tools on equal repositories: its words, what was there, and what each did."""

    arguments: list[str]
    target: str | None
    before: Facts
    gto: Outcome
    ours: Outcome
    tags_by_gto: dict[str, Tag]
    tags_by_ours: dict[str, Tag]

    @property
    def command(self) -> argparse.Namespace | None:
        try:
            return COMMANDS.parse_intermixed_args(self.arguments)
        except ValueError:
            return None

    def new(self, tags: dict[str, Tag]) -> list[Tag]:
        return [tag for name, tag in tags.items() if name not in self.before.tags]

    @property
    def ours_changed_nothing(self) -> bool:
        return self.tags_by_ours.keys() == self.before.tags.keys()

    @property
    def is_refused_by_ours_only(self) -> bool:
        return self.gto.succeeded and not self.ours.succeeded and self.ours_changed_nothing


def explain_writing(attempt: Attempt) -> int | None:
    """The number of the documented difference that explains why the tools did not do the same; None if none does."""
    if not attempt.gto.succeeded and not attempt.ours.succeeded:
        return 10 if attempt.ours_changed_nothing else None
    command = attempt.command
    if command is None:
        return None
    verb = "assign" if command.verb == "promote" else command.verb
    if verb == "register" and _is_next_version(attempt, command):
        return 4
    if verb == "assign":
        if attempt.is_refused_by_ours_only and not command.force and _is_deregistered(attempt, command):
            return 6
        if attempt.is_refused_by_ours_only and not command.force and _is_unregistered_in_stage(attempt, command):
            return 7
        if not command.skip_registration and _is_next_version(attempt, command):
            return 4
    if verb == "deprecate":
        if len(command.words) == 2 and _SHA.match(command.words[0]):
            return 7 if attempt.ours.succeeded and not attempt.gto.succeeded else None
        if len(command.words) < 2 and _is_counter_form(attempt, command):
            return 9
        if not command.words:
            if attempt.before.is_revived_by_a_commit(command.artifact) or _is_commit_newest(attempt, command):
                return 8
    return None


def _is_next_version(attempt: Attempt, command: argparse.Namespace) -> bool:
    """#4: GTO counts on from the greatest active version, and meets tags of versions that were taken back."""
    facts, artifact = attempt.before, command.artifact
    ever, active = facts.ever_registered(artifact), facts.active_versions(artifact)
    registered = [tag for tag in attempt.new(attempt.tags_by_ours) if tag.action == "register"]
    if not attempt.ours.succeeded or not ever or len(registered) != 1:
        return False
    version = registered[0].version
    here = {tag.version for tag in facts.version_tags(artifact, attempt.target or "")}
    if here:
        # The commit keeps its version: a second one would make the registry unreadable to GTO.
        return version in here and registered[0].counter is not None and "already exists" in attempt.gto.stderr
    if command.version:
        return False
    if active:
        candidate = bumped(max(active, key=semantic_order), command)
    else:
        # GTO starts again with v0.0.1, and refuses to raise a part of it.
        candidate = None if command.bump_major or command.bump_minor or command.bump_patch else "v0.0.1"
    is_used = candidate is None or candidate in ever
    return is_used and version == bumped(max(ever, key=semantic_order), command)


def bumped(version: str, command: argparse.Namespace) -> str:
    major, minor, patch = semantic_order(version)[0]
    if command.bump_major:
        return f"v{major + 1}.0.0"
    return f"v{major}.{minor + 1}.0" if command.bump_minor else f"v{major}.{minor}.{patch + 1}"


def _assigned_commits(attempt: Attempt, command: argparse.Namespace) -> set[str]:
    if command.words or not command.version:
        return {attempt.target} if attempt.target else set()
    tags = attempt.before.by_artifact.get(command.artifact, [])
    return {tag.target for tag in tags if tag.version == command.version}


def _is_deregistered(attempt: Attempt, command: argparse.Namespace) -> bool:
    commits = _assigned_commits(attempt, command)
    return any(attempt.before.is_deregistered_commit(command.artifact, commit) for commit in commits)


def _is_unregistered_in_stage(attempt: Attempt, command: argparse.Namespace) -> bool:
    commits = attempt.before.unregistered_commits(command.artifact)
    return attempt.target in commits and command.stage in attempt.before.active_stages(command.artifact, attempt.target)


def _is_counter_form(attempt: Attempt, command: argparse.Namespace) -> bool:
    ending = f"{command.words[0]}!" if command.words else "deprecated"
    simple = f"{command.artifact.replace(':', '=')}@{ending}"
    added = attempt.new(attempt.tags_by_ours)
    return (
        simple in attempt.before.tags
        and attempt.ours.succeeded
        and "already exists" in attempt.gto.stderr
        and len(added) == 1
        and added[0].name == f"{simple}#{1 + attempt.before.greatest_counter(command.artifact)}"
    )


def _is_commit_newest(attempt: Attempt, command: argparse.Namespace) -> bool:
    """#8 again: without --ref GTO deprecates at the newest event, and a commit later than all tags is one."""
    facts = attempt.before
    tags = facts.by_artifact.get(command.artifact, [])
    if command.ref or not tags or not (attempt.gto.succeeded and attempt.ours.succeeded):
        return False
    newest = max(tag.seconds for tag in tags)
    commits = {tag.target for tag in tags} | ({facts.head} if command.artifact in facts.annotated else set())
    return any(facts.commit_seconds.get(commit, 0) >= newest for commit in commits)


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Skipped(Exception):
    """The reading cannot be compared here, for the documented reason `number`."""

    number: int


def check_comparable(arguments: list[str], artifact: str | None, as_json: bool, facts: Facts) -> None:
    """Raises Skipped where a documented difference leaves nothing to compare in this reading."""
    artifacts = [artifact] if artifact else list(facts.by_artifact)
    if "--av" in arguments:
        limit = int(arguments[arguments.index("--av") + 1])
        if limit > 0 and any(facts.most_stages_of_a_version(name) > limit for name in artifacts):
            raise Skipped(20)
    if arguments[0] == "stages" and not as_json and any(facts.doubtful_stages(name) for name in facts.by_artifact):
        raise Skipped(7)
    if arguments[0] != "show":
        return
    if artifact and facts.is_revived_by_a_commit(artifact):
        raise Skipped(8)
    if artifact and not as_json and facts.unregistered_commits(artifact):
        raise Skipped(7)
    if artifact and any(arguments[1].endswith(f"#{stage}") for stage in facts.doubtful_stages(artifact)):
        raise Skipped(7)
    if not as_json:
        if any(facts.is_revived_by_a_commit(name) for name in artifacts):
            raise Skipped(8)
        if any(facts.doubtful_stages(name) for name in artifacts):
            raise Skipped(7)
        if not artifact and facts.has_stages_outside_the_allowed:
            raise Skipped(21)


def leave_out(arguments: list[str], artifact: str | None, gto, ours, facts: Facts, tally: Tally):
    """The two JSON answers without the values that a documented difference touches."""
    if arguments[0] == "stages" and isinstance(gto, list) and isinstance(ours, list):
        doubtful = {stage for name in facts.by_artifact for stage in facts.doubtful_stages(name)}
        if facts.allowed_stages is None or "--used" in arguments:
            if doubtful:
                tally[7] += 1
            return [s for s in gto if s not in doubtful], [s for s in ours if s not in doubtful]
    if arguments[0] == "show" and not artifact and isinstance(gto, dict) and isinstance(ours, dict):
        return _leave_out_of_registry(gto, ours, facts, tally)
    if arguments[0] == "show" and artifact and isinstance(gto, list) and isinstance(ours, list):
        return _leave_out_of_artifact(arguments, artifact, gto, ours, facts, tally)
    return gto, ours


def leave_out_lines(gto: str, ours: str, facts: Facts, tally: Tally) -> str:
    """Our table or list of all artifacts without those that only dvc.yaml names (#24)."""

    def names(text: str) -> list[str]:
        return [line.split()[0].lstrip("*") if line.split() else "" for line in text.splitlines()]

    added = facts.dvc_artifacts - set(names(gto))
    kept = [line for line, name in zip(ours.splitlines(), names(ours)) if name not in added]
    if len(kept) < len(ours.splitlines()):
        tally[24] += 1
    return "\n".join(kept)


def _leave_out_of_registry(gto: dict, ours: dict, facts: Facts, tally: Tally):
    doubtful_anywhere = {stage for name in facts.by_artifact for stage in facts.doubtful_stages(name)}
    left = {}
    for name, row in gto.items():
        if facts.is_revived_by_a_commit(name):
            tally[8] += 1
            continue
        doubtful = facts.doubtful_stages(name)
        shown = ours.get(name, {}).get("stage", {})
        absent = {stage for stage in doubtful_anywhere if stage not in shown}
        if doubtful or absent:
            tally[7] += 1
        left[name] = dict(row, stage={k: v for k, v in row["stage"].items() if k not in doubtful | absent})
    return left, {name: row for name, row in ours.items() if not facts.is_revived_by_a_commit(name)}


def _leave_out_of_artifact(arguments: list[str], artifact: str, gto: list, ours: list, facts: Facts, tally: Tally):
    """GTO lists an unregistered commit at least twice (#7). One of its rows must be ours where the commit has one
    assignment; all are left out where it has more, or where a shortcut cuts GTO's list."""
    unregistered = facts.unregistered_commits(artifact)
    if not unregistered:
        return gto, ours
    tally[7] += 1
    doubtful = facts.doubtful_stages(artifact)
    is_cut = arguments[1].endswith(("@latest", "@greatest"))
    plain = {c for c, tags in unregistered.items() if len(tags) == 1 and tags[0].action == "assign" and not is_cut}

    def without(rows: list) -> list:
        kept = [row for row in rows if not _SHA.match(row["version"]) or row["commit_hexsha"] in plain]
        return [dict(row, stages=[s for s in row["stages"] if s["stage"] not in doubtful]) for row in kept]

    right, rows, left = without(ours), without(gto), []
    for row in rows:
        if not _SHA.match(row["version"]):
            left.append(row)
        elif all(row["version"] != other["version"] for other in left):
            mine = next((r for r in right if r["version"] == row["version"]), {})
            same = [r for r in rows if r["version"] == row["version"]]
            left.append(next((r for r in same if json_difference(r, mine) is None), row))
    return left, right
