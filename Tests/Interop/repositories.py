"""Sample repositories with an ordinary history, and the facts about their tags that the rules of comparison need."""

import re
import random
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from hermetic import EPOCH, Clock, child_environment, git

# One line of git for-each-ref per tag, fields apart by \x1f, records by \x1e.
_TAG_FORMAT = "%1f".join(
    [
        "%(refname:strip=2)",
        "%(objecttype)",
        "%(*objectname)",
        "%(taggername)",
        "%(taggeremail)",
        "%(taggerdate:unix)",
        "%(contents)",
    ]
)

_VERSION = r"v\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_TAG_NAME = re.compile(
    rf"^(?P<artifact>[^@#]+)(?:@(?P<version>{_VERSION})(?P<off>!?)|#(?P<stage>[^#!]+)(?P<out>!?)|@(?P<gone>deprecated))"
    r"(?:#(?P<counter>\d+))?$"
)


@dataclass(frozen=True)
class Tag:
    """One tag of a repository as git tells it, with the registry's reading of its name."""

    name: str
    target: str
    tagger: str
    seconds: int
    message: str
    action: str | None = None
    artifact: str | None = None
    version: str | None = None
    stage: str | None = None
    counter: int | None = None

    @property
    def first_line(self) -> str:
        return self.message.split("\n", 1)[0]


def read_tag_name(name: str) -> dict:
    """The parts of a registry tag's name; empty for any other tag."""
    match = _TAG_NAME.match(name)
    if not match:
        return {}
    if match["gone"]:
        action = "deprecate"
    elif match["version"]:
        action = "deregister" if match["off"] else "register"
    else:
        action = "unassign" if match["out"] else "assign"
    return {
        "action": action,
        "artifact": match["artifact"].replace("=", ":"),
        "version": match["version"],
        "stage": match["stage"],
        "counter": int(match["counter"]) if match["counter"] else None,
    }


def read_tags(repository: Path) -> dict[str, Tag]:
    """All tags by name. Lightweight ones have no target, tagger or message."""
    output = git(repository, "for-each-ref", "refs/tags", f"--format={_TAG_FORMAT}%1e")
    tags = {}
    for record in output.split("\x1e"):
        fields = record.lstrip("\n").split("\x1f")
        if len(fields) != 7:
            continue
        name, kind, target, person, email, seconds, message = fields
        if kind == "tag":
            parts = read_tag_name(name)
            tags[name] = Tag(name, target, f"{person} {email}", int(seconds or 0), message.strip(), **parts)
        else:
            tags[name] = Tag(name, "", "", 0, "")
    return tags


def semantic_order(version: str) -> tuple:
    """The SemVer precedence of `vX.Y.Z…` as a sort key."""
    core, _, _build = version[1:].partition("+")
    numbers, _, pre = core.partition("-")
    release = tuple(int(n) for n in numbers.split("."))
    if not pre:
        return release, (1,)
    fields = [(0, int(f), "") if f.isdigit() else (1, 0, f) for f in pre.split(".")]
    return release, (0, *fields)


@dataclass
class Facts:
    """What is true of a repository's tags; each rule of differences.py looks here and nowhere else."""

    tags: dict[str, Tag]
    commit_seconds: dict[str, int]
    head: str
    annotated: set[str]
    allowed_stages: list[str] | None
    dvc_artifacts: set[str] = field(default_factory=set)
    by_artifact: dict[str, list[Tag]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for tag in self.tags.values():
            if tag.artifact and tag.target:
                self.by_artifact[tag.artifact].append(tag)

    # --- versions ------------------------------------------------------------------------------------------------
    def ever_registered(self, artifact: str) -> set[str]:
        return {t.version for t in self.by_artifact.get(artifact, []) if t.version}

    def greatest_counter(self, artifact: str) -> int:
        """The greatest counter of all tags with this artifact's name, lightweight ones included."""
        parts = map(read_tag_name, self.tags)
        return max((p["counter"] or 0 for p in parts if p and p["artifact"] == artifact), default=0)

    def _last(self, tags: list[Tag], ending: str) -> bool:
        """Whether the newest of these tags is not the ending action; in a tie the ending wins (gto.md 3.4)."""
        newest = max(t.seconds for t in tags)
        return not any(t.action == ending for t in tags if t.seconds == newest)

    def version_tags(self, artifact: str, commit: str) -> list[Tag]:
        return [t for t in self.by_artifact.get(artifact, []) if t.version and t.target == commit]

    def active_versions(self, artifact: str) -> set[str]:
        commits = {t.target for t in self.by_artifact.get(artifact, []) if t.version}
        active = set()
        for commit in commits:
            tags = self.version_tags(artifact, commit)
            if self._last(tags, "deregister"):
                active.update(t.version for t in tags if t.action == "register")
        return active

    def is_deregistered_commit(self, artifact: str, commit: str) -> bool:
        tags = self.version_tags(artifact, commit)
        return bool(tags) and not self._last(tags, "deregister")

    def registered_twice(self, artifact: str) -> bool:
        seen = set()
        for tag in self.by_artifact.get(artifact, []):
            if tag.action == "register":
                if (tag.version, tag.target) in seen:
                    return True
                seen.add((tag.version, tag.target))
        return False

    def commit_of_two_versions(self) -> tuple[str, str] | None:
        """An artifact and commit with two different versions, which GTO cannot read."""
        versions = defaultdict(set)
        for artifact, tags in self.by_artifact.items():
            for tag in tags:
                if tag.version:
                    versions[artifact, tag.target].add(tag.version)
        return next((key for key, names in versions.items() if len(names) > 1), None)

    # --- stages --------------------------------------------------------------------------------------------------
    def active_stages(self, artifact: str, commit: str) -> set[str]:
        tags = [t for t in self.by_artifact.get(artifact, []) if t.stage and t.target == commit]
        return {
            stage
            for stage in {t.stage for t in tags}
            if self._last([t for t in tags if t.stage == stage], "unassign")
        }

    def most_stages_of_a_version(self, artifact: str) -> int:
        commits = {t.target for t in self.by_artifact.get(artifact, []) if t.stage}
        return max((len(self.active_stages(artifact, commit)) for commit in commits), default=0)

    def unregistered_commits(self, artifact: str) -> dict[str, list[Tag]]:
        """Commits with stage tags and no version, with those tags."""
        commits = defaultdict(list)
        for tag in self.by_artifact.get(artifact, []):
            if tag.stage and not self.version_tags(artifact, tag.target):
                commits[tag.target].append(tag)
        return commits

    def doubtful_stages(self, artifact: str) -> set[str]:
        """Stages that GTO reports otherwise because of #7: on an unregistered commit with an unassignment or
        with more than one stage tag."""
        stages = set()
        for tags in self.unregistered_commits(artifact).values():
            if len(tags) > 1 or any(t.action == "unassign" for t in tags):
                stages.update(t.stage for t in tags)
        return stages

    @property
    def used_stages(self) -> set[str]:
        return {t.stage for t in self.tags.values() if t.stage}

    @property
    def has_stages_outside_the_allowed(self) -> bool:
        return self.allowed_stages is not None and not self.used_stages <= set(self.allowed_stages)

    # --- artifacts -----------------------------------------------------------------------------------------------
    def is_revived_by_a_commit(self, artifact: str) -> bool:
        """Deprecated by its tags, but GTO counts a later commit as an event and calls it active (#8)."""
        tags = self.by_artifact.get(artifact, [])
        if not tags:
            return False
        newest = max(t.seconds for t in tags)
        if any(t.action != "deprecate" for t in tags if t.seconds == newest):
            return False
        commits = {t.target for t in tags if t.action != "deprecate"}
        if artifact in self.annotated:
            commits.add(self.head)
        return any(self.commit_seconds.get(commit, 0) >= newest for commit in commits)


def read_facts(repository: Path, tags: dict[str, Tag] | None = None) -> Facts:
    """The facts of a repository as it is now."""
    log = git(repository, "log", "--all", "--format=%H %ct").split()
    seconds = dict(zip(log[::2], map(int, log[1::2]), strict=True))
    index = repository / "artifacts.yaml"
    annotated = set()
    if index.exists():
        annotated = {line[:-1] for line in index.read_text().splitlines() if line and not line[0].isspace()}
    configuration = repository / ".gto"
    allowed = None
    if configuration.exists():
        match = re.search(r"stages: \[(.*)\]", configuration.read_text())
        allowed = [s.strip() for s in match[1].split(",")] if match else None
    return Facts(
        tags if tags is not None else read_tags(repository),
        seconds,
        git(repository, "rev-parse", "HEAD").strip(),
        annotated,
        allowed,
        _dvc_artifacts(repository),
    )


def _dvc_artifacts(repository: Path) -> set[str]:
    """The names under `artifacts:` in HEAD's dvc.yaml, as real registries write it (two spaces deep)."""
    if not git(repository, "ls-tree", "--name-only", "HEAD", "dvc.yaml").strip():
        return set()
    names, is_inside = set(), False
    for line in git(repository, "show", "HEAD:dvc.yaml").splitlines():
        if line and not line[0].isspace():
            is_inside = line.startswith("artifacts:")
        elif is_inside and (match := re.match(r"^  ([^\s#][^:]*):", line)):
            names.add(match[1])
    return names


@dataclass(frozen=True)
class Plan:
    """What the random history of one seed contains."""

    artifacts: list[str]
    stages: list[str]
    has_configuration: bool
    has_index: bool


NAMES = ["churn", "nn", "text/rank", "models:churn", "seg_ment-2", "a/b:c"]
STAGES = ["dev", "prod", "stage/eu", "qa"]


def make_plan(random: random.Random) -> Plan:
    return Plan(
        artifacts=random.sample(NAMES, random.choice([1, 1, 2, 3])),
        stages=random.sample(STAGES, random.choice([1, 2, 3])),
        has_configuration=random.random() < 0.25,
        has_index=random.random() < 0.3,
    )


def index_text(random: random.Random, artifacts: list[str]) -> str:
    """An artifacts.yaml; GTO allows no `dir:name` keys in it."""
    lines = []
    for name in [*[a for a in artifacts if ":" not in a], *random.sample(["only-annotated", "raw"], 1)]:
        if not lines or random.random() < 0.8:
            lines += [f"{name}:", f"  type: {random.choice(['model', 'dataset'])}", f"  path: {name}.pkl"]
            if random.random() < 0.5:
                lines += ["  labels: [cv, nlp-2]", f"  description: Version {random.randrange(99)} of it"]
            if random.random() < 0.3:
                lines += ["  custom:", "    owner: Ana", "    k: [1, 2]"]
    return "\n".join(lines) + "\n"


def make_repository(path: Path, plan: Plan, random: random.Random) -> None:
    """A repository with 4 to 8 commits on `main` and `dev`, all made in the hour before EPOCH."""
    path.mkdir(parents=True)
    git(path, "init", "-q", "-b", "main")
    git(path, "config", "user.name", "Repo Owner")
    git(path, "config", "user.email", "owner@example.com")
    git(path, "config", "gc.auto", "0")
    clock = Clock(EPOCH - 3600)
    if plan.has_configuration:
        # One stage of the plan may stay outside the list: assigning it must be refused by both.
        allowed = plan.stages[: max(1, len(plan.stages) - random.randrange(2))]
        (path / ".gto").write_text(f"stages: [{', '.join(allowed)}]\n")
    for number in range(random.randint(3, 5)):
        clock.advance(random.randint(0, 60))
        commit(path, plan, random, clock, f"commit {number}")
    git(path, "branch", "dev", "HEAD~1")
    git(path, "checkout", "-q", "dev")
    for number in range(random.randint(1, 3)):
        clock.advance(random.randint(0, 60))
        commit(path, plan, random, clock, f"dev commit {number}")
    git(path, "checkout", "-q", random.choice(["main", "dev"]))


def commit(path: Path, plan: Plan, random: random.Random, clock: Clock, message: str) -> None:
    """One commit at the clock's time; the same plan and random state give the same commit id."""
    (path / "train.py").write_text(f"seed = {random.randrange(10**9)}\n")
    if plan.has_index and random.random() < 0.7:
        (path / "artifacts.yaml").write_text(index_text(random, plan.artifacts))
    env = child_environment(clock, 0)
    git(path, "add", "-A", env=env)
    git(path, "commit", "-q", "-m", message, env=env)


def copy_tags(source: Path, destination: Path) -> None:
    """Makes the destination's tags those of the source."""
    git(destination, "fetch", "-q", "--prune", "--no-write-fetch-head", str(source), "+refs/tags/*:refs/tags/*")


def duplicate(source: Path, destination: Path) -> None:
    shutil.copytree(source, destination, symlinks=True)
