"""Random operations: what people and CI jobs do to a registry, mostly sensible, sometimes wrong."""

import random
import shlex
from dataclasses import dataclass

from repositories import Facts, Plan

MESSAGES = [
    "Passed the offline evaluation",
    "it's \"good\" enough",
    "Größe: 3 MB, 中文",
    "Subject line\n\nBody of two\nlines.",
    "Release: 2026 #12 @ana",
]


@dataclass(frozen=True)
class Operation:
    """One step of a random history.

    `tool` is a command for both tools; `git` is something that git itself does between commands (`commit`, `checkout`,
    `pack`, `lightweight`), done the same way to every repository.
    """

    kind: str
    arguments: list[str]
    person: int
    pause: int
    # The state of the generator for steps that draw random content (a commit), so that repositories stay equal.
    seed: int = 0

    @property
    def is_git(self) -> bool:
        return self.kind == "git"

    def shell(self, program: str) -> str:
        """The operation as a line of shell; what git did is a comment."""
        return f"# git: {shlex.join(self.arguments)}" if self.is_git else f"{program} {shlex.join(self.arguments)}"


class Generator:
    """Draws operations from the present facts of a repository, so that most of them make sense."""

    def __init__(self, random: random.Random, plan: Plan):
        self.random = random
        self.plan = plan

    def next(self, facts: Facts, commits: list[str]) -> Operation:
        kinds = {
            self._register: 30,
            self._assign: 30,
            self._unassign: 12,
            self._deregister: 8,
            self._deprecate: 6,
            self._commit: 7,
            self._checkout: 3,
            self._pack: 2,
            self._lightweight: 2,
        }
        draw = self.random.choices(list(kinds), list(kinds.values()))[0]
        kind, arguments = draw(facts, commits)
        return Operation(
            kind,
            arguments,
            person=self.random.randrange(3),
            pause=self.random.choice([0, 0, 1, 1, 1, 2, 3]),
            seed=self.random.randrange(2**32),
        )

    # --- parts ---------------------------------------------------------------------------------------------------
    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _artifact(self) -> str:
        return self.random.choice(self.plan.artifacts)

    def _ref(self, facts: Facts, commits: list[str]) -> str:
        choices = ["HEAD", "main", "dev", "HEAD~1", self.random.choice(commits), self.random.choice(commits)]
        choices.append(self.random.choice(commits)[:10])
        annotated = [name for name, tag in facts.tags.items() if tag.target]
        if annotated:
            choices.append(self.random.choice(annotated))
        if self._chance(0.03):
            return "no-such-branch"
        return self.random.choice(choices)

    def _new_version(self) -> str:
        if self._chance(0.05):
            return self.random.choice(["v1", "v01.0.0", "V1.0.0", "v1.2.3.4", "latest"])
        numbers = f"v{self.random.randrange(3)}.{self.random.randrange(4)}.{self.random.randrange(12)}"
        if self._chance(0.15):
            numbers += self.random.choice(["-rc.1", "-rc.2", "-alpha", "-rc.10", "-0a"])
        if self._chance(0.05):
            numbers += "+build.5"
        return numbers

    def _known_version(self, facts: Facts, artifact: str) -> str:
        known = sorted(facts.ever_registered(artifact))
        if known and self._chance(0.93):
            return self.random.choice(known)
        return self._new_version()

    def _stage(self) -> str:
        if self._chance(0.02):
            return self.random.choice(["no good", "-dev", "dev!"])
        return self.random.choice(self.plan.stages)

    def _common(self, simple: float = 0.2, force: float = 0.1) -> list[str]:
        words = []
        if self._chance(0.25):
            words += [self.random.choice(["-m", "--message"]), self.random.choice(MESSAGES)]
        if self._chance(simple):
            words += ["--simple", self.random.choice(["true", "false", "auto"])]
        if self._chance(force):
            words.append("--force")
        return words

    # --- commands ------------------------------------------------------------------------------------------------
    def _register(self, facts: Facts, commits: list[str]):
        words = ["register", self._artifact()]
        if self._chance(0.02):
            words[1] = self.random.choice(["-bad", "a b", "x@y", "a:b:c"])
        if self._chance(0.75):
            words.append(self._ref(facts, commits))
        if self._chance(0.3):
            words += [self.random.choice(["--version", "--ver"]), self._new_version()]
        elif self._chance(0.05):
            words += ["--version", ""]
        if self._chance(0.25 if "--version" not in words else 0.03):
            words.append(self.random.choice(["--bump-major", "--bump-minor", "--bump-patch"]))
        return "tool", words + self._common()

    def _assign(self, facts: Facts, commits: list[str]):
        artifact = self._artifact()
        words = [self.random.choice(["assign", "assign", "assign", "promote"]), artifact, "--stage", self._stage()]
        shape = self.random.random()
        if shape < 0.5:
            words += ["--version", self._known_version(facts, artifact)]
        elif shape < 0.8:
            words.insert(2, self._ref(facts, commits))
            if self._chance(0.2):
                words += ["--version", self._new_version()]
            elif self._chance(0.15):
                words.append(self.random.choice(["--sr", "--skip-registration"]))
        elif self._chance(0.1):
            words.append("--sr")
        return "tool", words + self._common()

    def _unassign(self, facts: Facts, commits: list[str]):
        artifact = self._artifact()
        words = ["deprecate", artifact, self._known_version(facts, artifact), self._stage()]
        staged = [t for t in facts.by_artifact.get(artifact, []) if t.action == "assign"]
        if staged and self._chance(0.7):
            tag = self.random.choice(staged)
            versions = sorted({t.version for t in facts.version_tags(artifact, tag.target)})
            words[2:] = [versions[0] if versions else tag.target, tag.stage]
        if self._chance(0.15):
            words.append(self.random.choice(["-d", "--delete"]))
        return "tool", words + self._common()

    def _deregister(self, facts: Facts, commits: list[str]):
        artifact = self._artifact()
        words = ["deprecate", artifact, self._known_version(facts, artifact)]
        if self._chance(0.15):
            words.append("--delete")
        return "tool", words + self._common()

    def _deprecate(self, facts: Facts, commits: list[str]):
        words = ["deprecate", self._artifact() if self._chance(0.95) else "unknown"]
        if self._chance(0.25):
            words += ["--ref", self._ref(facts, commits)]
        if self._chance(0.08):
            words.append("-d")
        return "tool", words + self._common(force=0.2)

    # --- git itself ----------------------------------------------------------------------------------------------
    def _commit(self, facts: Facts, commits: list[str]):
        return "git", ["commit"]

    def _checkout(self, facts: Facts, commits: list[str]):
        return "git", ["checkout", self.random.choice(["main", "dev"])]

    def _pack(self, facts: Facts, commits: list[str]):
        return "git", ["pack"]

    def _lightweight(self, facts: Facts, commits: list[str]):
        """A lightweight tag: no event, but its name is taken and its counter counts (gto.md 1)."""
        artifact = self._artifact().replace(":", "=")
        stage = self.random.choice(self.plan.stages)
        name = self.random.choice(
            [f"{artifact}#{stage}#{self.random.randrange(1, 60)}", f"{artifact}@v9.9.{self.random.randrange(9)}"]
        )
        return "git", ["lightweight", name, self.random.choice(commits)]
