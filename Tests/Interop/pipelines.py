"""Holds the pipelines that `git model init --ci` writes, and the example action, against the CI products.

    GIT_MODEL=… CHECK_JSONSCHEMA=… python3 Tests/Interop/pipelines.py

Each file is checked against its product's published schema (a Jenkinsfile has none: its parts are counted), and run for
tags that were pushed to a bare remote: events of a registry whose descriptions, paths and people are hostile, and tags
with hostile names that are not the registry's. No value may be run as a command; each event's outputs, model and hook
must arrive exactly. Ends with status 1 where something differs.
"""

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
from pipeline_tags import FOREIGN, HOOK_WORDS, make_remote
from ruamel.yaml import YAML

FILES = {
    "github": (".github/workflows/git-model.yml", ["vendor.github-workflows"]),
    "gitlab": (".gitlab-ci.yml", ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    "bitbucket": ("bitbucket-pipelines.yml", ["vendor.bitbucket-pipelines"]),
    "jenkins": ("Jenkinsfile", None),
}


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
    problems, outputs, ended = [], None, True
    try:
        checkout(remote, tag, folder, lightweight=product in ("github", "action"))
        outputs = products.run(product, tag, folder, home)
    except (StepFailed, RuntimeError, subprocess.SubprocessError) as problem:
        ended = False
        problems.append(str(problem))
    if any(place.rglob("pwned")):
        problems.append("a value was run as a command")
    hook = (home / "hook").read_text().split("\n") if (home / "hook").exists() else None
    delivered = [path for path in (folder / "delivered").rglob("*") if path.is_file()]
    if ended and said is None:
        if outputs or hook or delivered:
            problems.append("a tag that is not the registry's was reacted to")
    elif ended:
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
        if problems:
            # What has another shape than the schema's cannot be run.
            sys.exit("\n".join(problems))
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
