"""Rows R14 and R15: tags that somebody moves or deletes at the remote."""

import json
from pathlib import Path

from bench import Bench, error_code
from hermetic import git
from history import tags_of


def published(bench: Bench, count: int):
    """A clone and its remote with so many versions, and another clone."""
    first = bench.repository(commits=count)
    remote = bench.remote(first)
    for number, commit in enumerate(git(first, "rev-list", "main").split()):
        bench.model(first, "register", f"m{number}", commit, "--json")
    bench.model(first, "push", "--atomic", "--json")
    other = bench.clone(remote)
    bench.model(first, "fetch", "--json")
    return first, remote, other


def r14_moved(bench: Bench):
    """Tags are moved at the remote: `fetch` names each with both ids and ends with 5; what is here stays, and news come.
    Whoever reads the registry afterwards is told too."""
    count = bench.count(50, 3)
    first, remote, other = published(bench, count)
    before, problems = tags_of(first), []
    for number in range(count):
        name = f"m{number}@v0.0.1"
        git(other, "tag", "-f", "-a", "-m", "moved", name, "main")
        git(other, "push", "-q", "--force", "origin", f"refs/tags/{name}")
        bench.model(other, "register", f"new{number}", "--push", "--json")
        call = bench.model(first, "fetch", "--json")
        told = {tag["tag"]: tag for tag in json.loads(call.output)["moved"]} if call.output else {}
        now = tags_of(remote)[name]
        tag = told.get(name, {})
        if call.code != 5 or error_code(call) != "tag-moved" or len(told) != number + 1 or not tag.get("first_seen"):
            problems.append(f"{name}: {sorted(told)} are told: {call}")
        if (tag.get("here"), tag.get("there")) != (before[name], now):
            problems.append(f"{name}: {tag} instead of {before[name]} and {now}")
        held = tags_of(first)
        if held[name] != before[name] or f"new{number}@v0.0.1" not in held:
            problems.append(f"{name}: it was taken over, or what is new did not come")
        problems += untold(bench, first, {"moved-tag": {tag: (before[tag], tags_of(remote)[tag]) for tag in told}})
    return count, problems


def untold(bench: Bench, clone: Path, wanted: dict):
    """What `doctor` does not name with its ids, and whether `show` is silent."""
    problems = []
    call = bench.model(clone, "doctor", "--json")
    findings = {(one["code"], one["subject"]): one["message"] for one in json.loads(call.output)["findings"]}
    for code, tags in wanted.items():
        for tag, ids in tags.items():
            message = findings.get((code, tag), "")
            if call.code != 5 or not all(id in message for id in ids):
                problems.append(f"doctor says of {tag}: {message or call}")
    call = bench.model(clone, "show")
    told = call.errors.count(b"warning: tag ")
    if call.code != 0 or told != min(3, sum(len(tags) for tags in wanted.values())):
        problems.append(f"show warns of {told} tags: {call}")
    return problems


def r15_withdrawn(bench: Bench):
    """Tags are deleted at the remote: `fetch` names each as withdrawn, again and again, and keeps it; so do `doctor` and
    `show`."""
    count = bench.count(50, 3)
    first, remote, _ = published(bench, count)
    before, problems = tags_of(first), []
    for number in range(count):
        name = f"m{number}@v0.0.1"
        git(remote, "update-ref", "-d", f"refs/tags/{name}")
        call = bench.model(first, "fetch", "--json")
        told = {tag["tag"]: tag["id"] for tag in json.loads(call.output)["withdrawn"]} if call.output else {}
        if call.code != 5 or told.get(name) != before[name] or len(told) != number + 1:
            problems.append(f"{name}: {sorted(told)} are told: {call}")
        if tags_of(first) != before:
            problems.append(f"{name}: it is gone here too")
        problems += untold(bench, first, {"withdrawn-tag": {tag: (before[tag],) for tag in told}})
    return count, problems


ROWS = {"R14": r14_moved, "R15": r15_withdrawn}
