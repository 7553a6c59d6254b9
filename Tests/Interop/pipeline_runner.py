"""What GitHub and the other CI products do with a pipeline, as far as ours uses it.

Values are put into texts and files are read back exactly as the products do it, so that a value that would become part
of a script there becomes part of one here.
"""

import os
import re
import subprocess
from pathlib import Path

from hermetic import git

# No step may take longer on these small repositories.
TIME_LIMIT_SECONDS = 60
# The limits of GitLab for a dotenv report.
DOTENV_BYTES, DOTENV_VARIABLES = 5 * 1024, 20


class StepFailed(Exception):
    """A step that ended with another status than 0."""


def shell(arguments: list[str], script: str, folder: Path, variables: dict[str, str]) -> None:
    """Runs a script from a file, as the products do."""
    path = Path(variables["HOME"]) / "script.sh"
    path.write_text(script)
    result = subprocess.run(
        [*arguments, str(path)],
        cwd=folder,
        env=dict(os.environ, CI="true", **variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )
    if result.returncode != 0:
        raise StepFailed(f"status {result.returncode}: {result.stdout.decode(errors='replace')[-600:]}")


def checkout(remote: str, tag: str, folder: Path, lightweight: bool) -> None:
    """A shallow checkout of a tag; actions/checkout makes the tag a lightweight one, whatever it is at the remote."""
    ref = f"refs/tags/{tag}"
    git(folder.parent, "init", "-q", str(folder))
    git(folder, "remote", "add", "origin", remote)
    source = git(folder, "ls-remote", "origin", f"{ref}^{{}}").split()[0] if lightweight else ref
    git(folder, "fetch", "-q", "--no-tags", "--depth=1", "origin", f"+{source}:{ref}")
    git(folder, "checkout", "-q", "--detach", ref)


# Expressions --------------------------------------------------------------------------------------------------------


def evaluate(expression: str, contexts: dict) -> object:
    """An expression of GitHub: literals, names of contexts, `==`, `!=`, `&&`, `||` and parentheses."""

    def value(name: str) -> str:
        found = contexts
        for part in name.split("."):
            found = found.get(part, "") if isinstance(found, dict) else ""
        return repr(found if isinstance(found, str) else "")

    tokens = re.findall(r"'(?:[^']|'')*'|==|!=|&&|\|\||[()]|[A-Za-z_][\w.-]*|\S", expression)
    words = {"&&": "and", "||": "or", "==": "==", "!=": "!=", "(": "(", ")": ")"}
    python = []
    for token in tokens:
        if token.startswith("'"):
            python.append(repr(token[1:-1].replace("''", "'")))
        elif token in words:
            python.append(words[token])
        elif re.fullmatch(r"[A-Za-z_][\w.-]*", token):
            python.append(value(token))
        else:
            raise ValueError(f"{token!r} in {expression!r} is not understood")
    return eval(" ".join(python), {"__builtins__": {}})  # pylint: disable=eval-used


def expanded(text: str, contexts: dict) -> str:
    """The text with `${{ … }}` replaced, which is all that stands between a hostile value and a script."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda match: str(evaluate(match[1], contexts)), str(text))


def read_outputs(text: str) -> dict[str, str]:
    """The file `$GITHUB_OUTPUT`, read as the runner does."""
    outputs = {}
    lines = iter(text.removesuffix("\n").split("\n") if text else [])
    for line in lines:
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            outputs[line[:equals]] = line[equals + 1 :]
        elif heredoc >= 0:
            body = []
            for inner in lines:
                if inner == line[heredoc + 2 :]:
                    break
                body.append(inner)
            else:
                raise StepFailed(f"no end of {line!r} in GITHUB_OUTPUT")
            outputs[line[:heredoc]] = "\n".join(body)
        else:
            raise StepFailed(f"{line!r} in GITHUB_OUTPUT")
    return outputs


def run_github(steps: list[dict], contexts: dict, folder: Path, variables: dict[str, str]) -> dict[str, dict]:
    """Runs the steps of a job or of an action; returns the outputs of those that have an id."""
    contexts = dict(contexts, steps={})
    for number, step in enumerate(steps):
        if "if" in step and not evaluate(step["if"], contexts):
            continue
        if "run" not in step:
            continue
        output = Path(variables["HOME"]) / f"output-{number}"
        output.touch()
        environment = {key: expanded(value, contexts) for key, value in step.get("env", {}).items()}
        arguments = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if "shell" in step else ["bash", "-e"]
        shell(
            arguments,
            expanded(step["run"], contexts),
            folder,
            dict(variables, GITHUB_OUTPUT=str(output), GITHUB_PATH="/dev/null", **environment),
        )
        contexts["steps"][step.get("id", number)] = {"outputs": read_outputs(output.read_text())}
    return contexts["steps"]


def read_dotenv(text: str) -> dict[str, str]:
    """A dotenv report, read as GitLab does."""
    if len(text.encode()) > DOTENV_BYTES:
        raise StepFailed(f"the dotenv report has {len(text.encode())} bytes")
    variables = {}
    for line in text.splitlines():
        match = re.fullmatch(r"(.*?)=(.*)", line)
        if not match or not re.fullmatch(r"[A-Za-z_]\w*", match[1].strip(), re.ASCII):
            raise StepFailed(f"{line!r} in the dotenv report")
        variables[match[1].strip()] = match[2].strip()
    if len(variables) > DOTENV_VARIABLES:
        raise StepFailed(f"the dotenv report has {len(variables)} variables")
    return variables


def glob(pattern: str, name: str) -> bool:
    """Whether a tag filter of GitHub or Bitbucket takes a name: `**` is any text, `*` any without a slash."""
    parts = {"**": ".*", "*": "[^/]*"}
    expression = "".join(parts.get(part, re.escape(part)) for part in re.split(r"(\*\*|\*)", pattern))
    return re.fullmatch(expression, name, re.DOTALL) is not None
