"""The tags that the pipelines are run for: events of a registry whose texts are hostile, and tags with hostile names."""

import json
import os
from pathlib import Path

from hermetic import git

# What would happen to a value that is run as a command: a file appears.
TOUCH = "$(touch${IFS}pwned)"
# Tags that Git accepts and that start the pipelines, and that are not the registry's.
FOREIGN = [
    f"x{TOUCH}@v1.0.0",
    "x`touch${IFS}pwned`#prod#1",
    "x';touch${IFS}pwned;'@v1.0.0",
    'x";touch${IFS}pwned;"@v1.0.0',
    "x|touch${IFS}pwned#a",
    "-x@v1.0.0",
    "${{github.token}}@v1.0.0",
    "%0aname=x@v1.0.0",
    "docs#v1.5",
]
DESCRIPTION = (
    f"{TOUCH} `touch pwned` \"'; touch pwned; ' ${{{{ github.token }}}}\nEND_OF_DESCRIPTION\nname=evil\n"
    "name<<END\nevil\nEND"
)
MODEL_PATH = "models/$(touch pwned) 'x\";touch pwned.json"
PEOPLE = {"GIT_COMMITTER_NAME": 'A";touch pwned;$(touch pwned)', "GIT_COMMITTER_EMAIL": "a@example.com`touch-pwned`"}
# What hooks call GTO's words.
HOOK_WORDS = {
    "registration": "registered",
    "deregistration": "deregistered",
    "assignment": "assigned",
    "unassignment": "unassigned",
    "deprecation": "deprecated",
}
HOOK = """#!/bin/sh
printf '%s\\n' "$MODEL_EVENT" "$MODEL_NAME" "$MODEL_VERSION" "$MODEL_STAGE" "$MODEL_PATH" "$MODEL_REF" >> "$HOME/hook"
"""


def make_remote(root: Path) -> tuple[str, dict[str, dict], bytes]:
    """The bare remote with all tags; what `check-ref` says of the registry's in JSON; the model's bytes."""
    team, remote = root / "team", root / "remote.git"
    git(root, "init", "-q", "--bare", str(remote))
    git(root, "init", "-q", str(team))
    git(team, "remote", "add", "origin", f"file://{remote}")
    people = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", **PEOPLE}
    os.environ.update(people)
    model = b'{"weights": [1, 2]}\n'
    (team / MODEL_PATH).parent.mkdir()
    (team / MODEL_PATH).write_bytes(model)
    (team / "hook.sh").write_text(HOOK)
    (team / "hook.sh").chmod(0o755)
    events = "registered, deregistered, assigned, unassigned, deprecated"
    (team / ".registry.yaml").write_text(f"hooks:\n  - name: tell\n    on: [{events}]\n    run: hook.sh\n")
    artifact = {"path": MODEL_PATH, "type": "model", "desc": DESCRIPTION}
    # GitLab takes 5 KiB of variables.
    lengthy = dict(artifact, desc="é" * 9000)
    with (team / "dvc.yaml").open("w") as file:
        json.dump({"artifacts": {"churn": artifact, "a--force/b_c": lengthy, "bare": {"type": "model"}}}, file)
    git(team, "add", ".")
    git(team, "commit", "-qm", "x")
    for command in (
        "register churn",
        "assign churn@v0.0.1 --stage prod/eu--west",
        "register a--force/b_c --version v1.0.0-rc.1",
        "register bare",
        "deprecate churn#prod/eu--west",
        "deprecate bare@v0.0.1",
        "deprecate bare",
    ):
        git(team, "model", *command.split())
    registrys = [tag for tag in git(team, "tag").split("\n") if tag]
    said = {tag: json.loads(git(team, "model", "check-ref", tag, "--json")) for tag in registrys}
    if missing := set(HOOK_WORDS) - {event["event"] for event in said.values()}:
        raise RuntimeError(f"no tag is for {missing}")
    for tag in FOREIGN:
        git(team, "update-ref", f"refs/tags/{tag}", f"refs/tags/{registrys[0]}")
    git(team, "push", "-q", "origin", "HEAD", "refs/tags/*:refs/tags/*")
    # The jobs do not depend on the identity of whoever made the tags.
    for name in people:
        del os.environ[name]
    return f"file://{remote}", said, model
