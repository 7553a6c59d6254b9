"""Rows R1 to R4: several writers at once, in one clone and in two."""

import os
import subprocess

from bench import Bench, error_code
from hermetic import git
from history import tags_of


def r1_two_clones(bench: Bench):
    """Two clones register the same 200 versions at one remote: one winner each; the loser hears who, and what is free."""
    count = bench.count(200)
    first = bench.repository(commits=count)
    remote = bench.remote(first)
    clones = [first, bench.clone(remote)]
    commits = git(first, "rev-list", "main").split()
    problems = []
    for number in range(count):
        version = f"v1.0.{number}"
        calls = bench.together([
            lambda gate, clone=clone, person=person: bench.start(
                clone, "register", "m", commits[number], "--version", version, "--push", "--json", person=person, gate=gate)
            for person, clone in enumerate(clones)
        ])
        if sorted(call.code for call in calls) != [0, 3]:
            problems.append(f"{version}: {[str(call) for call in calls]}")
            continue
        loser = next(call for call in calls if call.code == 3)
        holder = ["Ana Ruiz", "Ben Otto"][1 - clones.index(loser.path)]
        words = loser.errors.decode()
        if holder not in words or f"v1.0.{number + 1}" not in words:
            problems.append(f"{version}: the loser does not hear of {holder} and the next version: {words}")
    found = bench.history.problems(remote, clones)
    winners = len(tags_of(remote))
    return count, problems + found + ([] if winners == count else [f"{winners} winners of {count}"])


def r2_one_clone(bench: Bench):
    """16 processes and 2 of plain git make the same tag in one clone, 500 rounds: one is told that it did."""
    count = bench.count(500)
    clone = bench.repository(commits=count)
    commits = git(clone, "rev-list", "main").split()
    others, problems = {}, []
    plain = ["/bin/sh", "-c", 'read -r _ < "$0"; exec git tag -a -m other "$1" "$2"']
    environment = dict(
        os.environ, GIT_COMMITTER_NAME="Plain", GIT_COMMITTER_EMAIL="plain@example.com", GIT_COMMITTER_DATE="@1700009999 +0000")
    for number in range(count):
        version, racers = f"v1.0.{number}", []

        def git_racer(gate, version=version, number=number, racers=racers):
            racers.append(subprocess.Popen(
                [*plain, str(gate), f"m@{version}", commits[number]], cwd=clone, env=environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            return Waiting(racers[-1])
        ours = [
            lambda gate, version=version, number=number: bench.start(
                clone, "register", "m", commits[number], "--version", version, "--json", gate=gate)
            for _ in range(16)
        ]
        bench.random.shuffle(ours)
        calls = bench.together([git_racer, git_racer, *ours])
        winners = [call for call in calls if call.code == 0]
        if len(winners) != 1 or {call.code for call in calls[2:]} - {0, 3}:
            problems.append(f"{version}: {[str(call) for call in calls[2:] if call.code != 3]}, {len(winners)} winners")
        if any(racer.returncode == 0 for racer in racers):
            others[f"m@{version}"] = git(clone, "rev-parse", f"refs/tags/m@{version}").strip()
    return count, problems + bench.history.problems(None, [clone], others=others)


class Waiting:
    """A call of another program, which the history does not hold."""

    def __init__(self, process: subprocess.Popen):
        self.process = process

    def finish(self):
        self.code = self.process.wait(timeout=300)
        return self


def r3_bumps(bench: Bench):
    """16 processes bump 25 versions each, in one clone and then over two at one remote: every success is another one."""
    rounds = bench.count(25)
    problems, made = [], 0
    for isShared in (False, True):
        first = bench.repository(commits=16 * rounds + 1)
        commits = git(first, "rev-list", "main").split()
        remote = bench.remote(first) if isShared else None
        options = ["--push"] if isShared else []
        # A bump needs a version to start from, in the second clone too.
        calls = [bench.model(first, "register", "m", commits.pop(), "--json", *options)]
        clones = [first, bench.clone(remote)] if remote else [first]
        for _ in range(rounds):
            calls += bench.together([
                lambda gate, clone=clones[number % len(clones)], commit=commits.pop(), number=number: bench.start(
                    clone, "register", "m", commit, "--bump-" + ["patch", "minor"][number % 3 == 0], "--json", *options,
                    person=number % 2, gate=gate)
                for number in range(16)
            ])
        won = sum(call.code == 0 for call in calls)
        made += won
        problems += [str(call) for call in calls if call.code not in (0, 3)]
        if not isShared and won != len(calls):
            problems += [f"refused: {call}" for call in calls if call.code]
        held = tags_of(remote or first)
        if won != len(held):
            problems.append(f"{won} successes, {len(held)} tags")
        problems += bench.history.problems(remote, clones)
        print(f"  R3 {'over two clones' if isShared else 'in one clone'}: {won} of {len(calls)} got a version", flush=True)
    return made, problems


def r4_counters(bench: Bench):
    """8 processes assign 100 times each, over two clones at one remote: none is lost, no counter is given out twice."""
    rounds = bench.count(100)
    first = bench.repository(commits=8)
    commits = git(first, "rev-list", "main").split()
    remote = bench.remote(first)
    for number, commit in enumerate(commits):
        bench.model(first, "register", "m", commit, "--version", f"v{number}.0.0", "--push", "--json")
    clones = [first, bench.clone(remote)]
    calls = []
    for turn in range(rounds):
        if turn % 10 == 9:
            # As gc would, which is off here: hundreds of loose refs make each git slow.
            for path in (remote, *clones):
                git(path, "pack-refs", "--all")
        calls += bench.together([
            lambda gate, number=number: bench.start(
                clones[number % 2], "assign", f"m@v{number}.0.0", "--stage", "prod", "--force", "--push", "--json",
                person=number % 2, gate=gate)
            for number in range(8)
        ])
    won = [call for call in calls if call.code == 0]
    problems = [str(call) for call in calls if call.code not in (0, 3)]
    counters = {name: int(name.split("#")[2]) for call in won for name in call.created if "#" in name}
    if len(set(counters.values())) != len(won):
        problems.append(f"{len(won)} assignments have {len(set(counters.values()))} counters")
    # Increasing: whoever began after another one had ended has the greater counter.
    spans = [(call, counters[name]) for call in won for name in call.created if "#" in name]
    spans.sort(key=lambda span: span[1])
    latest = max(spans[0][0].start, 0)
    for call, counter in spans:
        if call.end < latest:
            problems.append(f"counter {counter} ended before a smaller one began: {call}")
        latest = max(latest, call.start)
    codes = {code: sum(error_code(call) == code for call in calls) for code in {error_code(call) for call in calls} if code}
    print(f"  R4: {len(won)} of {len(calls)} assigned, refused: {codes}", flush=True)
    return len(calls), problems + bench.history.problems(remote, clones)


ROWS = {"R1": r1_two_clones, "R2": r2_one_clone, "R3": r3_bumps, "R4": r4_counters}
