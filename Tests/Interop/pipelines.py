"""Holds the pipelines that `git model init --ci` writes, and the example action, against the CI products.

    GIT_MODEL=… CHECK_JSONSCHEMA=… python3 Tests/Interop/pipelines.py

Each file is checked against its product's published schema (a Jenkinsfile has none: its parts are counted), and run for
tags that were pushed to a bare remote: events of a registry whose descriptions, paths and people are hostile, and tags
with hostile names that are not the registry's. No value may be run as a command; each event's outputs, model and hook
must arrive exactly. Ends with status 1 where something differs.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hermetic import PROJECT, enter, git
from pipeline_runner import StepFailed, checkout, glob, read_dotenv, run_github, shell
from ruamel.yaml import YAML

FILES = {
    "github": (".github/workflows/git-model.yml", ["vendor.github-workflows"]),
    "gitlab": (".gitlab-ci.yml", ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    "bitbucket": ("bitbucket-pipelines.yml", ["vendor.bitbucket-pipelines"]),
    "jenkins": ("Jenkinsfile", None),
}
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


class Products:
    """The pipelines, and how each product runs one."""

    def __init__(self, folder: Path):
        self.folder, yaml = folder, YAML(typ="safe", pure=True)
        self.text = {product: (folder / path).read_text() for product, (path, _) in FILES.items()}
        self.github, self.gitlab, self.bitbucket = (
            yaml.load(self.text[product]) for product in ("github", "gitlab", "bitbucket")
        )
        self.action = yaml.load((PROJECT / "Examples/github-action/action.yml").read_text())

    def starts(self, product: str, tag: str) -> bool:
        """Whether a pushed tag starts the pipeline."""
        if product == "github":
            # YAML 1.2 leaves the key `on` a text.
            return any(glob(pattern, tag) for pattern in self.github["on"]["push"]["tags"])
        if product == "bitbucket":
            return any(glob(pattern, tag) for pattern in self.bitbucket["pipelines"]["tags"])
        if product == "gitlab":
            rule = re.fullmatch(r"\$CI_COMMIT_TAG =~ /(.*)/", self.gitlab["git-model"]["rules"][0]["if"])
            return rule is not None and re.search(rule[1], tag) is not None
        if product == "jenkins":
            rule = re.search(r"tag pattern: '(.*)', comparator: 'REGEXP'", self.text["jenkins"])
            return rule is not None and re.fullmatch(rule[1], tag) is not None
        return True

    def run(self, product: str, tag: str, folder: Path, home: Path) -> dict[str, str] | None:
        """Runs a pipeline in a checkout; returns the outputs that it gives to later jobs."""
        variables = {"HOME": str(home), "GITHUB_REF": f"refs/tags/{tag}"}
        contexts = {"github": {"ref": f"refs/tags/{tag}", "token": "SECRET"}, "inputs": {"ref": tag}}
        if product == "github":
            return run_github(self.github["jobs"]["react"]["steps"], contexts, folder, variables)["model"]["outputs"]
        if product == "action":
            outputs = run_github(self.action["runs"]["steps"], contexts, folder, variables)["model"]["outputs"]
            if outputs and list(outputs) != list(self.action["outputs"]):
                raise StepFailed(f"the action declares {list(self.action['outputs'])} and gives {list(outputs)}")
            return outputs
        if product == "gitlab":
            script = "\n".join(self.gitlab["git-model"]["script"])
            shell(["bash", "-eo", "pipefail"], script, folder, dict(variables, CI_COMMIT_TAG=tag))
            return read_dotenv((folder / "git-model.env").read_text())
        if product == "bitbucket":
            script = "\n".join(self.bitbucket["definitions"]["steps"][0]["step"]["script"])
            shell(["bash", "-e"], script, folder, dict(variables, BITBUCKET_TAG=tag))
            return None
        git(folder, "fetch", "-q", "--force", "--tags", "origin")
        script = self.text["jenkins"].split("'''")[1]
        shell(["sh", "-xe"], script, folder, dict(variables, TAG_NAME=tag))
        return None


def expected_outputs(product: str, said: dict) -> dict[str, str]:
    """Some of what a product's later jobs must get, taken from `check-ref --json`."""
    description = (said["annotation"] or {}).get("description") or ""
    common = {
        "name": said["artifact"],
        "version": said.get("version") or "",
        "stage": said.get("stage") or "",
        "path": (said["annotation"] or {}).get("path") or "",
        "author": said["author"],
        "author_email": said["author_email"],
    }
    if product == "gitlab":
        shown = description.replace("\n", "\\n")
        common["description"] = shown if len(shown.encode()) <= 1024 else "é" * 510 + "…"
        return {f"MODEL_{key.upper()}": value for key, value in common.items()}
    return dict(common, description=description, event=said["event"], ref=said["ref"])


def problems_of_run(
    products: Products, product: str, tag: str, remote: str, said: dict | None, model: bytes, root: Path
) -> list[str]:
    """What is wrong with one product's reaction to one tag."""
    if not products.starts(product, tag):
        return [] if said is None else [f"{product}: {tag!r} does not start the pipeline"]
    place = Path(tempfile.mkdtemp(prefix=f"{product}-", dir=root))
    folder, home = place / "checkout", place / "home"
    home.mkdir()
    problems = []
    try:
        checkout(remote, tag, folder, lightweight=product in ("github", "action"))
        outputs = products.run(product, tag, folder, home)
    except (StepFailed, RuntimeError, subprocess.SubprocessError) as problem:
        return [f"{product}: {tag!r}: {problem}"]
    if any(place.rglob("pwned")):
        problems.append("a value was run as a command")
    hook = (home / "hook").read_text().split("\n") if (home / "hook").exists() else None
    delivered = [path for path in (folder / "delivered").rglob("*") if path.is_file()]
    if said is None:
        if outputs or hook or delivered:
            problems.append("a tag that is not the registry's was reacted to")
    else:
        path = (said["annotation"] or {}).get("path") or ""
        action = HOOK_WORDS[said["event"]]
        event = [action, said["artifact"], said.get("version") or "", said.get("stage") or "", path, said["ref"], ""]
        if product != "action" and hook != event:
            problems.append(f"the hook got {hook}, not {event}")
        comes = product != "action" and path and action in ("registered", "assigned")
        if [file.read_bytes() for file in delivered] != ([model] if comes else []):
            problems.append(f"delivered {delivered}")
        if outputs is not None:
            expected = expected_outputs(product, said)
            got = {key: outputs.get(key) for key in expected}
            problems += [f"{key} is {got[key]!r}, not {expected[key]!r}" for key in expected if got[key] != expected[key]]
    shutil.rmtree(place)
    return [f"{product}: {tag!r}: {problem}" for problem in problems]


def schema_problems(folder: Path, checker: str) -> list[str]:
    """What the products' published schemas say; the parts of the Jenkinsfile."""
    files = [(folder / path, schema) for path, schema in FILES.values() if schema]
    files.append((PROJECT / "Examples/github-action/action.yml", ["vendor.github-actions"]))
    problems = []
    for file, schema in files:
        result = subprocess.run(
            [checker, "--builtin-schema", *schema, str(file)], capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            problems.append(f"{file.name}: {result.stdout}{result.stderr}")
    jenkins = (folder / "Jenkinsfile").read_text()
    code = re.sub(r"'''.*?'''|'[^'\n]*'|//[^\n]*", "", jenkins, flags=re.DOTALL)
    if any(code.count(opened) != code.count(closed) for opened, closed in ("{}", "()", "[]")) or '"' in code:
        problems.append("Jenkinsfile: brackets that do not match, or a text that Groovy expands")
    if [jenkins.count(f"{part} {{") for part in ("pipeline", "stages", "steps", "when")] != [1, 1, 1, 1]:
        problems.append("Jenkinsfile: not one pipeline with stages, steps and when")
    return problems


def main() -> int:
    binary, checker = Path(os.environ["GIT_MODEL"]).resolve(), os.environ["CHECK_JSONSCHEMA"]
    with tempfile.TemporaryDirectory(prefix="pipelines-") as name:
        root = Path(name)
        (root / "home").mkdir()
        (root / "bin").mkdir()
        (root / "bin" / "git-model").symlink_to(binary)
        enter(str(root / "home"))
        os.environ["PATH"] = f"{root / 'bin'}:{os.environ['PATH']}"
        written = root / "written"
        git(root, "init", "-q", str(written))
        for product in FILES:
            git(written, "model", "init", "--ci", product, "--quiet")
        problems = schema_problems(written, checker)
        remote, said, model = make_remote(root)
        products = Products(written)
        work = [(product, tag) for product in [*FILES, "action"] for tag in [*said, *FOREIGN]]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for found in pool.map(
                lambda item: problems_of_run(products, *item, remote, said.get(item[1]), model, root), work
            ):
                problems += found
    for problem in problems:
        print(problem)
    print(f"pipelines: {len(work)} runs, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
