#!/usr/bin/env python3
"""Checks that git-model and git mean the same, before their times are held against each other.

    Benchmarks/agreement.py show|history GIT_MODEL REPOSITORY [OPTION …]

A program of its own, so that what it reads does not count as memory of the commands that the benchmark starts: see
`memory_text`. `show` folds what git lists, in the way of docs/format.md as far as synthetic registries need it.
"""

import json
import re
import subprocess
import sys
from datetime import datetime

NAME = re.compile(r"(?P<artifact>.*)(?:@(?P<version>v[^!]*)|#(?P<stage>[^#!]+)(?:!?#\d+)|@deprecated)(?P<mark>!?)")
SEPARATOR, END = "\x1f", "\x1e"


def output(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def git_lines(repository: str, *fields: str) -> list[list[str]]:
    form = SEPARATOR.join(f"%({field})" for field in fields) + END
    lines = output("git", "-C", repository, "for-each-ref", f"--format={form}", "refs/tags").split(END + "\n")
    return [line.split(SEPARATOR) for line in lines if line]


def precedence(version: str) -> list[int]:
    return [int(part) for part in version[1:].split(".")]


def folded(repository: str) -> dict[str, dict]:
    """The latest version and the holder of each stage, by artifact."""
    lines = git_lines(repository, "taggerdate:unix", "refname:lstrip=2", "*objectname")
    versions: dict[str, dict[str, str]] = {}
    stages: dict[tuple[str, str], dict[str, int]] = {}
    deprecated = set()
    for order, (_, tag, commit) in enumerate(sorted(lines, key=lambda line: (int(line[0]), line[1]))):
        parts = NAME.fullmatch(tag)
        artifact = parts["artifact"].replace("=", ":")
        if parts["stage"]:
            held = stages.setdefault((artifact, parts["stage"]), {})
            held.pop(commit, None)
            if "!" not in tag:
                held[commit] = order
        elif not parts["version"]:
            deprecated.add(artifact)
        elif parts["mark"]:
            del versions[artifact][commit]
        else:
            versions.setdefault(artifact, {})[commit] = parts["version"]
    state = {
        artifact: {"version": max(held.values(), key=precedence), "stage": {}}
        for artifact, held in versions.items() if artifact not in deprecated
    }
    for (artifact, stage), held in stages.items():
        # A version that was taken back holds nothing any more.
        held = {commit: order for commit, order in held.items() if commit in versions[artifact]}
        if held and artifact in state:
            state[artifact]["stage"][stage] = versions[artifact][max(held, key=held.__getitem__)]
    return state


def check_show(binary: str, repository: str, options: list[str]) -> str:
    shown = json.loads(output(binary, "show", "--json", "-r", repository, *options))
    shown = {
        name: {"version": state["version"], "stage": {key: held for key, held in state["stage"].items() if held}}
        for name, state in shown.items()
    }
    expected = folded(repository)
    for name in sorted(shown.keys() | expected.keys()):
        if shown.get(name) != expected.get(name):
            return f"{name}: git-model says {shown.get(name)}, git's tags say {expected.get(name)}"
    return ""


def check_history(binary: str, repository: str, options: list[str]) -> str:
    events = json.loads(output(binary, "history", "--json", "-r", repository, *options))
    fields = ("ref", "tag_hexsha", "commit", "author", "author_email", "message")
    ours = [
        (datetime.fromisoformat(event["timestamp"]).timestamp(), *(event[field] for field in fields)) for event in events
    ]
    if any(one[0] < other[0] for one, other in zip(ours, ours[1:])):
        return "git-model's history is not the newest first"
    theirs = []
    for date, *fields, message in git_lines(
        repository, "taggerdate:unix", "refname:lstrip=2", "objectname", "*objectname", "taggername",
        "taggeremail:trim", "contents",
    ):
        theirs.append((float(date), *fields, message.strip()))
    differing = set(ours) ^ set(theirs)
    if differing:
        return f"{len(differing)} events differ, one is {min(differing)}"
    return "" if len(ours) == len(theirs) else f"{len(ours)} events of {len(theirs)} tags"


def main() -> None:
    kind, binary, repository, *options = sys.argv[1:]
    problem = {"show": check_show, "history": check_history}[kind](binary, repository, options)
    if problem:
        sys.exit(f"bench: {repository}: {kind}: {problem}")


if __name__ == "__main__":
    main()
