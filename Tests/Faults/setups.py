"""Rows E2 and E3: repositories that cannot be read, and those of every shape that can."""

import json
from pathlib import Path

from bench import Bench
from hermetic import git
from history import tags_of

COMMANDS = [
    ["show", "--json"], ["history", "--json"], ["stages"], ["describe", "model"], ["check-ref", "refs/tags/model@v0.0.1"],
    ["doctor"], ["download", "model"], ["register", "model"], ["assign", "model@v0.0.1", "--stage", "dev"], ["fetch"], ["push"],
]


def e2_extensions(bench: Bench):
    """SHA-256 ids, reftable, an extension that nobody knows: status 1, and the extension is named, whatever the command."""
    sha256 = bench.folder / "sha256"
    git(bench.folder, "init", "-q", "--object-format=sha256", str(sha256))
    git(sha256, "commit", "-q", "--allow-empty", "-m", "first")
    repositories = {"objectformat": sha256}
    # Not every git can make a reftable; what it writes into the configuration is enough to be refused.
    for name, value in [("refstorage", "reftable"), ("fromthefuture", "yes")]:
        path = bench.repository()
        git(path, "config", f"extensions.{name}", value)
        git(path, "config", "core.repositoryFormatVersion", "1")
        repositories[name] = path
    problems = []
    for name, path in repositories.items():
        for words in COMMANDS:
            call = bench.model(path, *words)
            text = call.errors.decode()
            if call.code != 1 or f"extensions.{name}" not in text.lower() or "hint" not in text or call.output:
                problems.append(f"{name}: {call}")
    return len(repositories) * len(COMMANDS), problems


def e3_shapes(bench: Bench):
    """Nine shapes of a repository and six commands: each answers as in a plain clone."""
    origin = bench.repository(commits=3, name="origin")
    (origin / "deep/folder").mkdir(parents=True)
    (origin / "model.bin").write_bytes(b"weights")
    (origin / "deep/folder/note").write_text("note\n")
    git(origin, "add", ".")
    git(origin, "commit", "-q", "-m", "model")
    bench.model(origin, "annotate", "model", "--path", "model.bin", "--type", "model", "--json")
    git(origin, "add", ".")
    git(origin, "commit", "-q", "-m", "annotation")
    bench.model(origin, "assign", "model", "--stage", "prod", "--json")
    git(origin, "commit", "-q", "--allow-empty", "-m", "later")
    url = f"file://{origin}"

    def clone(name: str, *options: str, url: str = str(origin)) -> Path:
        git(bench.folder, "-c", "protocol.file.allow=always", "clone", "-q", *options, url, str(bench.folder / name))
        return bench.folder / name
    plain = clone("plain")
    main = clone("main")
    git(main, "worktree", "add", "-q", "--detach", str(bench.folder / "worktree"), "HEAD")
    outer = bench.repository(name="outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(origin), "inner")
    shallow = clone("shallow", "--depth=1", "--no-single-branch", url=url)
    git(shallow, "fetch", "-q", "--tags", "--depth=1", "origin")
    separate = clone("separate", f"--separate-git-dir={bench.folder / 'separate.git'}")
    sparse = clone("sparse", "--filter=blob:none", "--sparse", url=url)
    away = bench.folder / "away"
    away.mkdir()
    # Where the command is run, and with which variables.
    shapes = {
        "plain": (plain, {}), "worktree": (bench.folder / "worktree", {}), "submodule": (outer / "inner", {}),
        "bare": (clone("bare.git", "--bare"), {}), "alternates": (clone("alternates", "--shared"), {}),
        "shallow": (shallow, {}), "GIT_DIR": (away, {"GIT_DIR": str(clone("elsewhere") / ".git")}),
        "subfolder": (clone("sub") / "deep/folder", {}), "separate git folder": (separate, {}),
        "sparse and without blobs": (sparse, {}),
    }
    problems, expected = [], {}
    for shape, (path, variables) in shapes.items():
        for words in (
                ["show", "--json"], ["history", "--json"], ["check-ref", "refs/tags/model@v0.0.1", "--json"],
                ["download", "model#prod", "--json", "-o", str(bench.folder / f"out-{len(expected)}-{shape.replace(' ', '-')}")],
                ["register", "other", "--json"], ["assign", "model@v0.0.1", "--stage", "dev", "--json"]):
            call = bench.model(path, *words, **variables)
            answer = essence(words[0], call)
            if call.code != 0 or answer != expected.setdefault(words[0], answer):
                problems.append(f"{shape}: {call} {call.output[:300]}")
        root = variables.get("GIT_DIR", path)
        held = set(tags_of(Path(root)))
        if held != {"model@v0.0.1", "model#prod#1", "other@v0.0.1", "model#dev#2"}:
            problems.append(f"{shape}: {sorted(held)}")
        delivered = list(bench.folder.glob(f"out-*-{shape.replace(' ', '-')}"))
        if [file.read_bytes() for file in delivered] != [b"weights"]:
            problems.append(f"{shape}: {delivered} came")
    return len(shapes) * 6, problems


def essence(word: str, call):
    """What of an answer must be the same everywhere: not the moment, and not the place."""
    if call.code != 0:
        return None
    answer = json.loads(call.output)
    if word in ("register", "assign"):
        return [tag["tag"] for tag in answer["created"]]
    return sorted(answer.get("files", [])) if word == "download" and isinstance(answer.get("files"), list) and all(
        isinstance(one, str) for one in answer["files"]) else None if word == "download" else answer


ROWS = {"E2": e2_extensions, "E3": e3_shapes}
