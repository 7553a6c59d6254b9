"""The lines that say what a registry costs as it grows: the same 300 artifacts with 3,000, 100,000 and 1,000,000 tags.

Each command is held against what git itself needs to read or write the same tags. Where the program has no index (it has
no `--no-index` then), the lines "with index" measure what is there.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import registries
from generate_registry import artifact_name
from measure import Case, Runner, Side

SIZES = (3_000, 100_000, 1_000_000)
LARGE, HUGE = 100_000, 1_000_000
ARTIFACT = "churn-model-1"
NEW_TAG = f"{ARTIFACT}@v9.0.0"
FETCHED = 1_000
LISTED = "--format=%(refname) %(objectname) %(taggername) %(taggerdate) %(subject)"
# What an event of `history --json` says, as git can say it.
EVENTS = (
    "--format=%(taggerdate:iso-strict) %(refname:lstrip=2) %(objectname) %(*objectname) %(taggername) "
    "%(taggeremail:trim) %(contents)"
)


class Scale:
    def __init__(self, runner: Runner, binary: Path, is_quick: bool):
        self.runner = runner
        self.model = str(binary)
        self.is_quick = is_quick
        self.runs = 5 if is_quick else 15
        help_text = runner.output([self.model, "show", "--help"], registries.PROJECT)
        self.has_index = "--no-index" in help_text
        self.no_index = ["--no-index"] if self.has_index else []

    def cases(self, size: int) -> list[Case]:
        folder = registries.of_size(size)
        # A run that was interrupted may have left some.
        drop_loose_tags(folder)
        cases = self._reading(folder, size)
        if size == HUGE:
            return cases + self._of_one_tag(folder, size)
        cases += self._history(folder, size)
        if size == LARGE and not self.is_quick:
            cases += self._after_changes(folder, size)
        return cases + self._writing(folder, size)

    def ours(self, *words: str, **others) -> Side:
        return Side("git-model", [self.model, *words], self.runs, **others)

    def git(self, *words: str, label: str | None = None, **others) -> Side:
        return Side(label or f"`git {words[0]}`", ["git", *words], self.runs, **others)

    def _reading(self, folder: Path, size: int) -> list[Case]:
        peer = self.git("for-each-ref", LISTED, "refs/tags")
        cases = [
            Case(
                "`show` without index", self.ours("show", *self.no_index), peer, folder, tags=size,
                at_most=0.8 if size == LARGE else None, mebibytes=400 if size == HUGE else None,
                is_quick=size == LARGE, check=self.agrees("show", folder, *self.no_index)),
            Case(
                "`show` with index", self.ours("show"), peer, folder, tags=size,
                at_most=0.05 if size == LARGE else None, mebibytes=40 if size == LARGE else None,
                is_quick=True, check=self.agrees("show", folder)),
        ]
        if size == HUGE:
            smaller = Side("git-model, 100,000 tags", [self.model, "show"], self.runs, folder=registries.of_size(LARGE))
            cases.append(Case("`show` with index", self.ours("show"), smaller, folder, tags=size, at_most=1.5))
        return cases

    def _of_one_tag(self, folder: Path, size: int) -> list[Case]:
        peer = self.git("--version")
        listed = self.runner.output(["git", "tag", "--list", f"{ARTIFACT}@v*"], folder).split()
        tag = max((one for one in listed if f"{one}!" not in listed and "!" not in one), key=_precedence)
        version = tag.partition("@")[2]
        return [
            Case(
                f"`{' '.join(words)}`", self.ours(*words), peer, folder, tags=size, at_most=10,
                check=self.says(expected, words, folder))
            for words, expected in (
                (["show", f"{ARTIFACT}@latest", "--ref"], tag),
                (["check-ref", tag], f'Version "{version}" of artifact "{ARTIFACT}" was registered'),
                (["parse-tag", tag], f'"version": "{version}"'),
            )
        ]

    def _history(self, folder: Path, size: int) -> list[Case]:
        sorted_events = ["for-each-ref", "--sort=taggerdate", EVENTS, "refs/tags"]
        return [
            Case(
                "`history --json` of everything", self.ours("history", "--json"),
                self.git(*sorted_events, label="`git for-each-ref`, same fields"), folder, tags=size,
                at_most=1.2 if size == LARGE else None, is_quick=size == LARGE, check=self.agrees("history", folder)),
        ]

    def _after_changes(self, folder: Path, size: int) -> list[Case]:
        """The first command after the refs changed. Before each run the index is up to date, after it the refs are
        what they were."""
        upstream = registries.REGISTRIES / f"{folder.name}-upstream"
        of_one = ["show", ARTIFACT, "--json"]

        def changed(command: list[str]) -> Callable[[], None]:
            def change() -> None:
                self.bring_up_to_date(folder)
                self.runner.call(command, folder)

            return change

        def drop() -> None:
            drop_loose_tags(folder)

        def check_fetch() -> None:
            self._make_upstream(folder, upstream)
            self.seen('"canary"', fetch, of_one, folder)()

        def remove_index() -> None:
            files = list((folder / ".git" / "git-model").glob("index.sqlite*"))
            if self.has_index and not files:
                sys.exit(f"bench: there is no index in {folder} that could be rebuilt")
            for file in files:
                file.unlink()

        new_tag = changed(["git", "tag", "-a", "-m", "Registering artifact", NEW_TAG])
        fetch = changed(["git", "fetch", "-q", "--no-tags", str(upstream), "refs/tags/*:refs/tags/*"])
        indexed = Side(
            "git-model, nothing new", [self.model, "show"], self.runs, prepare=lambda: self.bring_up_to_date(folder))
        rebuilt = Side("git-model, rebuilding", [self.model, "show"], self.runs, prepare=remove_index)
        return [
            Case(
                "first command after one new tag", self.ours("show", prepare=new_tag, undo=drop), indexed, folder,
                tags=size, at_most=1.5, check=self.seen("v9.0.0", new_tag, of_one, folder)),
            Case(
                "first command after a fetch of 1,000 tags", self.ours("show", prepare=fetch, undo=drop), rebuilt, folder,
                tags=size, at_most=0.1, check=check_fetch),
        ]

    def _writing(self, folder: Path, size: int) -> list[Case]:
        at_head = self.runner.output(["git", "tag", "--points-at", "HEAD"], folder)
        # Those from 39 on may be deprecated; no artifact may have two versions on a commit.
        names = [name for name in map(artifact_name, range(39)) if f"{name}@" not in at_head]
        peer = Side("`git tag -a`", lambda run: ["git", "tag", "-a", "-m", "A tag", f"beside-{run}"], self.runs)

        def name(run: int) -> str:
            return names[run].replace("=", ":")

        return [
            Case(
                f"`{words[0]}`", Side("git-model", make(words), self.runs), peer, folder, tags=size,
                at_most=4 if size == LARGE else None, is_quick=size == LARGE, after=self.wrote(pattern, folder))
            for words, pattern, make in (
                (["register"], "*@v*", lambda words: lambda run: [self.model, "register", name(run), "-q"]),
                (["assign"], "*#canary#*", lambda words: lambda run: [
                    self.model, "assign", f"{name(run)}@latest", "--stage", "canary", "-q"]),
            )
        ]

    def _make_upstream(self, folder: Path, upstream: Path) -> None:
        """Makes a repository that has the objects of this one, and tags of its own."""
        shutil.rmtree(upstream, ignore_errors=True)
        self.runner.call(["git", "init", "-q", "--bare", str(upstream)], folder)
        (upstream / "objects" / "info" / "alternates").write_text(f"{folder}/.git/objects\n")
        newest = self.runner.output(
            ["git", "for-each-ref", "--sort=-taggerdate", "--count=4000", "--format=%(*objectname) %(refname:lstrip=2)",
             "refs/tags"], folder)
        versions = [line.split() for line in newest.splitlines() if "@v" in line and "!" not in line]
        # One tag is certain to be the artifact's that is shown.
        held = self.runner.output(["git", "tag", "--list", f"{ARTIFACT}@v*"], folder).split()
        tag = max((one for one in held if "!" not in one and f"{one}!" not in held), key=_precedence)
        commit = self.runner.output(["git", "rev-parse", f"{tag}^{{commit}}"], folder).strip()
        stream = ""
        for number, (commit, tag) in enumerate([[commit, tag], *versions][:FETCHED]):
            artifact, _, version = tag.partition("@")
            shown = artifact.replace("=", ":")
            message = f"Assigning stage canary to artifact {shown} version {version}"
            stream += (
                f"tag {artifact}#canary#{HUGE + number}\nfrom {commit}\n"
                f"tagger Ana Ruiz <ana@example.com> {2 * 10**9} +0000\n"
                f"data {len(message)}\n{message}\n")
        subprocess.run(
            ["git", "-C", upstream, "fast-import", "--quiet"], input=stream, text=True, check=True,
            env=self.runner.environment)

    def bring_up_to_date(self, folder: Path) -> None:
        if self.has_index:
            self.runner.call([self.model, "show"], folder)

    def agrees(self, kind: str, folder: Path, *options: str) -> Callable[[], None]:
        """Checks against what git lists, in a process of its own. Of a million events that would take 10 GB."""
        command = [sys.executable, str(Path(__file__).with_name("agreement.py")), kind, self.model, str(folder), *options]

        def check() -> None:
            if subprocess.run(command, env=self.runner.environment, check=False).returncode != 0:
                sys.exit("bench: what differs cannot be compared")

        return check

    def says(self, expected: str, words: list[str], folder: Path) -> Callable[[], None]:
        def check() -> None:
            shown = self.runner.output([self.model, *words], folder)
            if expected not in shown:
                sys.exit(f"bench: {' '.join(words)} does not say {expected}, but {shown}")

        return check

    def seen(self, text: str, change: Callable[[], None], words: list[str], folder: Path) -> Callable[[], None]:
        """Checks that a command sees what changed, and that without the change it does not."""

        def check() -> None:
            change()
            shown = self.runner.output([self.model, *words], folder)
            drop_loose_tags(folder)
            before = self.runner.output([self.model, *words], folder)
            if text not in shown or text in before:
                sys.exit(f"bench: {' '.join(words)} does not say {text} when it should, or says it when it should not")

        return check

    def wrote(self, pattern: str, folder: Path) -> Callable[[], None]:
        """Checks that each run made an annotated tag, and takes the tags away."""

        def check() -> None:
            tags = loose_tags(folder)
            runner = self.runner
            form = "--format=%(objecttype) %(*objecttype)"
            kinds = runner.output(["git", "for-each-ref", form, *tags], folder).split("\n")
            ours = sum(Path(tag).match(pattern) for tag in tags)
            beside = sum("beside-" in tag for tag in tags)
            drop_loose_tags(folder)
            if kinds[:-1] != ["tag commit"] * (ours + beside) or min(ours, beside) == 0 or ours + beside != runner.number:
                sys.exit(f"bench: {ours} and {beside} tags were made in {runner.number} runs")

        return check


def _precedence(tag: str) -> list[int]:
    return [int(part) for part in tag.partition("@v")[2].split(".")]


def loose_tags(folder: Path) -> list[str]:
    """Those that were made after the registry: all of its own are packed."""
    root = folder / ".git"
    return [str(file.relative_to(root)) for file in (root / "refs" / "tags").rglob("*") if file.is_file()]


def drop_loose_tags(folder: Path) -> None:
    lines = "".join(f"delete {tag}\n" for tag in loose_tags(folder))
    subprocess.run(["git", "-C", folder, "update-ref", "--stdin"], input=lines, text=True, check=True)
