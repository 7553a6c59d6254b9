"""What must be true of a history of calls, whatever their order was: the six rules of the fault model.

1. A tag's name belongs to one tag id for ever.
2. What was answered with exit 0 is in the final state at the remote, or in the clone where there is none.
3. What was answered with 2 to 5 or 64 left nothing, here or there.
4. What broke off (killed, or "outcome unknown") is in whole or out whole.
5. Every clone, in whatever order it fetched the tags, names the same holders of the stages, and they are those that a
   second reader of the tags finds.
6. `git fsck --strict --no-dangling` has nothing to say.
"""

import json
import random
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from hermetic import git

CONFLICTS = {2, 3, 4, 5, 64}


@dataclass
class Call:
    """One call: when, what, how it ended and what it said."""

    path: Path
    arguments: list[str]
    start: float
    end: float
    code: int
    output: bytes
    errors: bytes
    thread: int = 0

    @property
    def created(self) -> dict[str, str]:
        """The tags that it says it made, with their ids."""
        if self.code != 0 or "--json" not in self.arguments:
            return {}
        answer = json.loads(self.output)
        return {tag["tag"]: tag["tag_hexsha"] for tag in answer.get("created", [])} if isinstance(answer, dict) else {}

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows what became of it."""
        return self.code < 0 or self.code == 1 and b"outcome-unknown" in self.errors

    def __str__(self) -> str:
        words = self.errors.decode(errors="replace").strip()[-1000:]
        return f"{self.path.name}$ {' '.join(self.arguments)} -> {self.code} ({self.end - self.start:.2f} s) {words}"


class History:
    """The calls of one row."""

    def __init__(self):
        self.calls, self.lock = [], threading.Lock()

    def record(self, call: Call) -> None:
        with self.lock:
            self.calls.append(call)

    def save(self, path: Path) -> None:
        """Writes the calls, a JSON object each, for whoever looks into a failure."""
        with open(path, "w", encoding="utf-8") as file:
            for call in sorted(self.calls, key=lambda call: call.start):
                entry = {
                    "repository": str(call.path), "arguments": call.arguments, "start": call.start, "end": call.end,
                    "exit": call.code, "created": call.created, "errors": call.errors.decode(errors="replace"),
                }
                file.write(json.dumps(entry) + "\n")

    def problems(
        self, remote: Path | None, clones: list[Path], *, initial: dict[str, str] | None = None,
        others: dict[str, str] | None = None, seed: int = 0,
    ) -> list[str]:
        """Which rules are broken.

        `initial` are the tags that were there before; `others` those that somebody else than the program made.
        """
        where = [path for path in [remote, *clones] if path]
        calls = [call for call in self.calls if call.path in where]
        explained = dict(initial or {}) | (others or {})
        found = []
        # 1
        for call in calls:
            for name, made in call.created.items():
                if explained.setdefault(name, made) != made:
                    found.append(f"rule 1: {name} was given out as {explained[name]} and as {made}")
                elif sum(name in other.created for other in calls) > 1:
                    found.append(f"rule 1: {name} was given out twice")
        # 2
        final = {path: tags_of(path) for path in where}
        for call in calls:
            home = final[remote or call.path]
            found += [f"rule 2: {name} is lost: {call}" for name, made in call.created.items() if home.get(name) != made]
        # 3 and 4
        unknown = [call for call in calls if call.is_unknown]
        for path, held in final.items():
            for name, made in held.items():
                if name in explained:
                    if explained[name] != made:
                        found.append(f"rule 1: {name} is {made} in {path.name}, and was made as {explained[name]}")
                elif not any(artifact_of(name) in call.arguments[1] for call in unknown):
                    found.append(f"rule 3: {name} is in {path.name}, and nobody made it")
        # 5
        found += self.state_problems(remote or clones[0], seed)
        # 6
        for path in where:
            check = subprocess.run(
                ["git", "-C", str(path), "fsck", "--strict", "--no-dangling", "--no-progress"], capture_output=True,
                check=False)
            words = (check.stdout + check.stderr).decode(errors="replace").strip()
            if check.returncode != 0 or words:
                found.append(f"rule 6: git fsck in {path.name}: {check.returncode} {words[:300]}")
        return found

    @staticmethod
    def state_problems(source: Path, seed: int) -> list[str]:
        """Rule 5: fetches the tags in three orders, loose and packed, and reads each clone's state."""
        names = list(tags_of(source))
        if not names:
            return []
        readings, found = [], []
        for turn in range(3):
            clone = source.parent / f"order-{turn}-{source.name}"
            shutil.rmtree(clone, ignore_errors=True)
            git(source.parent, "clone", "-q", "--bare", "--no-tags", str(source), str(clone))
            order = sorted(names)
            random.Random(seed + turn).shuffle(order)
            size = max(1, len(order) // 4)
            for position in range(0, len(order), size):
                specs = "".join(f"refs/tags/{name}:refs/tags/{name}\n" for name in order[position:position + size])
                subprocess.run(
                    ["git", "-C", str(clone), "fetch", "-q", "--no-tags", "--stdin", "origin"], input=specs.encode(),
                    check=True, capture_output=True)
            if turn == 1:
                git(clone, "pack-refs", "--all")
            readings.append((clone, holders_of(clone)))
        expected = fold(source)
        for clone, reading in readings:
            if reading != expected:
                wrong = {key for key in reading | expected if reading.get(key) != expected.get(key)}
                key = min(wrong)
                found.append(f"rule 5: {key} is {reading.get(key)} in {clone.name}, not {expected.get(key)}")
            else:
                shutil.rmtree(clone)
        return found


PROGRAM: list[Path] = []


def tags_of(path: Path) -> dict[str, str]:
    """The tags of a repository with their ids, as git lists them."""
    lines = git(path, "for-each-ref", "--format=%(refname:strip=2)%00%(objectname)", "refs/tags").splitlines()
    return dict(line.split("\0") for line in lines)


def artifact_of(name: str) -> str:
    return name.replace("@", "#").split("#")[0]


def holders_of(path: Path) -> dict[tuple[str, str], str]:
    """Who holds each stage, as the program says."""
    result = subprocess.run(
        [str(PROGRAM[0]), "show", "--json"], cwd=path, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    return {
        (name, stage): holder for name, artifact in json.loads(result.stdout).items()
        for stage, holder in artifact["stage"].items() if holder
    }


def fold(path: Path) -> dict[tuple[str, str], str]:
    """Who holds each stage, by the tags alone: the last assignment, by the tagger's second and then by name."""
    form = "%(taggerdate:unix)%00%(refname:strip=2)%00%(*objectname)"
    rows = [line.split("\0") for line in git(path, "for-each-ref", f"--format={form}", "refs/tags").splitlines()]
    versions, holders = {}, {}
    for _, name, commit in sorted(rows, key=lambda row: (int(row[0] or 0), row[1])):
        if "@v" in name:
            versions[artifact_of(name), commit] = name.split("@")[1]
    for _, name, commit in sorted(rows, key=lambda row: (int(row[0] or 0), row[1])):
        parts = name.split("#")
        if len(parts) == 3 and "@" not in name:
            holders[parts[0], parts[1]] = versions.get((parts[0], commit), commit)
    return holders
