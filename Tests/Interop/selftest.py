"""The harness tested without git-model: GTO against itself, and against itself with a fault built in.

`python selftest.py` runs every tool below: `gto` and `documented` must agree with GTO everywhere, and each fault must be
found.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from differences import COMMANDS, bumped
from hermetic import Clock, git
from repositories import read_facts, semantic_order
from tools import Outcome


class Itself:
    """GTO in the place of git-model."""

    name = "git-model"

    def __init__(self, gto):
        self.gto = gto

    def reading(self, token: object) -> None:
        """GTO's own series of readings is opened by the harness."""

    def run(self, repository: Path, arguments: list[str], clock: Clock, person: int = 0) -> Outcome:
        return self.gto.run(repository, arguments, clock, person)


class Documented(Itself):
    """GTO with the documented differences put on top: what the rules of differences.py must let pass."""

    def run(self, repository, arguments, clock, person=0):
        if arguments[0] in ("show", "check-ref"):
            outcome = self.gto.run(repository, arguments, clock, person)
            if outcome.succeeded and outcome.stdout.strip() in ("", "[]"):
                return Outcome(2, "", "not found")
            return self._one_row(outcome) if outcome.succeeded and "--json" in arguments else outcome
        try:
            command = COMMANDS.parse_intermixed_args(arguments)
        except ValueError:
            return self.gto.run(repository, arguments, clock, person)
        before = git(repository, "for-each-ref", "refs/tags", "--format=%(refname)").split("\n")
        refusal = self._refusal(repository, arguments, command)
        if refusal:
            return Outcome(1, "", refusal)
        arguments = self._corrected(repository, arguments, command)
        outcome = self.gto.run(repository, arguments, clock, person)
        if not outcome.succeeded:
            for ref in git(repository, "for-each-ref", "refs/tags", "--format=%(refname)").split("\n"):
                if ref not in before:
                    git(repository, "update-ref", "-d", ref)
        return outcome

    @staticmethod
    def _one_row(outcome: Outcome) -> Outcome:
        """One row for an unregistered commit: the one whose ref is a tag."""
        rows = json.loads(outcome.stdout)
        if not isinstance(rows, list):
            return outcome
        kept = {}
        for row in rows:
            key = (row["commit_hexsha"], row["version"])
            if key not in kept or kept[key]["ref"] == row["commit_hexsha"]:
                kept[key] = row
        return Outcome(0, json.dumps(list(kept.values())), "")

    def _refusal(self, repository, arguments, command) -> str | None:
        if command.verb not in ("assign", "promote") or command.force:
            return None
        facts = read_facts(repository)
        commits = {t.target for t in facts.by_artifact.get(command.artifact, []) if t.version == command.version}
        if command.words or not command.version:
            commits = {_resolve(repository, command.words[0] if command.words else "HEAD")}
        if any(facts.is_deregistered_commit(command.artifact, commit) for commit in commits):
            return "deregistered"
        unregistered = facts.unregistered_commits(command.artifact)
        if any(c in unregistered and command.stage in facts.active_stages(command.artifact, c) for c in commits):
            return "already in stage"
        return None

    def _corrected(self, repository, arguments, command) -> list[str]:
        facts = read_facts(repository)
        ever, active = facts.ever_registered(command.artifact), facts.active_versions(command.artifact)
        tag = command.artifact.replace(":", "=")
        if command.verb == "deprecate" and len(command.words) < 2 and command.simple == "auto":
            taken = f"{tag}@{command.words[0]}!" if command.words else f"{tag}@deprecated"
            return [*arguments, "--simple", "false"] if taken in facts.tags else arguments
        bumps = [command.bump_major, command.bump_minor, command.bump_patch]
        if command.verb != "register" or not ever or sum(bumps) > 1:
            return arguments
        here = facts.version_tags(command.artifact, _resolve(repository, (command.words or ["HEAD"])[0]))
        if here:
            is_taken = f"{tag}@{here[0].version}" in facts.tags and command.simple == "auto"
            return [*arguments, "--simple", "false"] if is_taken else arguments
        if command.version:
            return arguments
        candidate = bumped(max(active, key=semantic_order), command) if active else None if any(bumps) else "v0.0.1"
        if candidate is not None and candidate not in ever:
            return arguments
        kept = [word for word in arguments if not word.startswith("--bump") and word not in ("--version", "")]
        return [*kept, "--version", bumped(max(ever, key=semantic_order), command)]


def _resolve(repository: Path, ref: str) -> str:
    try:
        return git(repository, "rev-parse", "--verify", "-q", f"{ref}^{{commit}}").strip()
    except RuntimeError:
        return ""


class Faulty(Itself):
    """GTO whose answers pass through one fault."""

    def __init__(self, gto, fault):
        super().__init__(gto)
        self.fault = fault

    def run(self, repository, arguments, clock, person=0):
        return self.fault(super().run, repository, arguments, clock, person)


def _answer(change):
    """A fault in a reading's stdout."""

    def fault(run, repository, arguments, clock, person):
        outcome = run(repository, arguments, clock, person)
        return Outcome(outcome.status, change(arguments, outcome.stdout), outcome.stderr)

    return fault


def _json_answer(verb: str, change):
    def changed(arguments, text):
        if arguments[0] != verb or "--json" not in arguments or not text.strip():
            return text
        return json.dumps(change(json.loads(text)))

    return _answer(changed)


def _latest_by_text(value):
    if isinstance(value, dict):
        for row in value.values():
            row["version"] = row["version"] and row["version"].replace("v0.0.1", "v0.0.10")
    return value


def _swap_ties(value):
    for index in range(len(value) - 1):
        if value[index]["timestamp"] == value[index + 1]["timestamp"]:
            value[index], value[index + 1] = value[index + 1], value[index]
            break
    return value


def _forget_a_key(value):
    if isinstance(value, list) and value:
        value[0].pop("activated_at", None)
    return value


def _wrong_time(run, repository, arguments, clock, person):
    return run(repository, arguments, Clock(clock.seconds + 1), person)


def _wrong_person(run, repository, arguments, clock, person):
    return run(repository, arguments, clock, 0)


def _no_force(run, repository, arguments, clock, person):
    return run(repository, [word for word in arguments if word != "--force"], clock, person)


def _always_counter(run, repository, arguments, clock, person):
    if arguments[0] == "register" and "--simple" not in arguments:
        arguments = [*arguments, "--simple", "false"]
    return run(repository, arguments, clock, person)


def _silent_failure(run, repository, arguments, clock, person):
    outcome = run(repository, arguments, clock, person)
    return Outcome(0, outcome.stdout, outcome.stderr) if outcome.status == 1 else outcome


def _swap_stages(value):
    """The older of two versions in one stage first."""
    if isinstance(value, dict):
        for row in value.values():
            row["stage"] = {k: v and ", ".join(reversed(v.split(", "))) for k, v in row["stage"].items()}
    return value


def _no_delete(run, repository, arguments, clock, person):
    return run(repository, [word for word in arguments if word not in ("-d", "--delete")], clock, person)


FAULTS = {
    "latest": _json_answer("show", _latest_by_text),
    "ties": _json_answer("history", _swap_ties),
    "key": _json_answer("show", _forget_a_key),
    "order": _json_answer("show", lambda v: dict(reversed(v.items())) if isinstance(v, dict) else v),
    "counter-type": _answer(lambda a, t: re.sub(r'"counter": (\d+)', r'"counter": "\1"', t)),
    "time": _wrong_time,
    "person": _wrong_person,
    "force": _no_force,
    "simple": _always_counter,
    "status": _silent_failure,
    "message": _answer(lambda a, t: t.replace("Deregistering", "De-registering")),
    "stage-order": _json_answer("show", _swap_stages),
    "delete": _no_delete,
}


def tool(name: str, gto):
    """The tool of this name in the place of git-model."""
    if name == "gto":
        return Itself(gto)
    if name == "documented":
        return Documented(gto)
    return Faulty(gto, FAULTS[name])


def main() -> int:
    here = Path(__file__).with_name("interop.py")
    failed = 0
    for name in ["gto", "documented", *FAULTS]:
        command = [sys.executable, str(here), "--tool", f"self:{name}", *sys.argv[1:]]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        last = result.stdout.strip().splitlines()[-1:] or [result.stderr]
        is_expected = (result.returncode == 0) == (name in ("gto", "documented"))
        failed += not is_expected
        print(f"{'ok  ' if is_expected else 'FAIL'} {name:14} {last[0]}", flush=True)
    print(f"{2 + len(FAULTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
