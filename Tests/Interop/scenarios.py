"""One short history for each documented difference: what GTO does, and what git-model must do instead.

The random histories steer clear of most of these states, because GTO cannot go on from them. The numbers are those of
the table in docs/gto.md.
"""

import json
import shutil
import tempfile
from pathlib import Path

from hermetic import EPOCH, Clock, child_environment, git
from repositories import read_tags
from tools import Outcome


class Broken(Exception):
    """An expectation that does not hold."""


class Scene:
    """A repository of three commits, in which both tools act at the virtual clock, one second apart."""

    def __init__(self, gto, ours):
        self._gto = gto
        self._ours = ours
        self.clock = Clock(EPOCH)
        self.path = Path(tempfile.mkdtemp(prefix="interop-scene-"))
        git(self.path, "init", "-q", "-b", "main")
        git(self.path, "config", "user.name", "Repo Owner")
        git(self.path, "config", "user.email", "owner@example.com")
        for number in range(3):
            self.git("commit", "-q", "--allow-empty", "-m", f"commit {number}")

    def git(self, *arguments: str) -> str:
        self.clock.advance(1)
        return git(self.path, *arguments, env=child_environment(self.clock, 0)).strip()

    def gto(self, *arguments: str) -> Outcome:
        self.clock.advance(1)
        return self._gto.run(self.path, list(arguments), self.clock)

    def ours(self, *arguments: str) -> Outcome:
        self.clock.advance(1)
        return self._ours.run(self.path, list(arguments), self.clock)

    def tags(self) -> set[str]:
        return set(read_tags(self.path))

    def show(self, *arguments: str):
        """Our `show --json`, which must succeed."""
        outcome = self.ours("show", *arguments, "--json")
        expect(outcome.succeeded, f"show {' '.join(arguments)}", outcome)
        return json.loads(outcome.stdout)

    def close(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def expect(holds: bool, what: str, seen: object) -> None:
    if not holds:
        raise Broken(f"{what}\n      seen: {seen}")


def two_versions_on_a_commit(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.git("tag", "-a", "-m", "by hand", "nn@v0.0.2", "HEAD")
    scene.git("tag", "-a", "-m", "by hand", "nn#dev#1", "HEAD")
    expect(not scene.gto("show").succeeded, "GTO cannot read it", "it can")
    row = scene.show()["nn"]
    expect(row["version"] == "v0.0.2", "the greatest version is the latest", row)
    expect(row["stage"]["dev"] == "v0.0.2", "the stage belongs to the newest registered version", row)
    expect(scene.ours("register", "other").succeeded, "other artifacts can be registered", scene.tags())


def second_version_is_refused(scene: Scene) -> None:
    scene.gto("register", "nn")
    for words in (["--version", "v0.0.5"], ["--version", "v0.0.5", "--force"], []):
        outcome = scene.ours("register", "nn", *words)
        expect(not outcome.succeeded, f"register {words} on a registered commit is refused", outcome)
    expect(scene.tags() == {"nn@v0.0.1"}, "no tag is written", scene.tags())


def next_version_after_deregistration(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.gto("deprecate", "nn", "v0.0.1")
    expect(not scene.gto("register", "nn", "HEAD~1").succeeded, "GTO is blocked", scene.tags())
    outcome = scene.ours("register", "nn", "HEAD~1")
    expect(outcome.succeeded and "nn@v0.0.2" in scene.tags(), "the next unused number is taken", outcome)
    outcome = scene.ours("register", "nn")
    expect(outcome.succeeded and "nn@v0.0.1#1" in scene.tags(), "the commit is registered again", outcome)


def next_version_by_its_greatest_part(scene: Scene) -> None:
    scene.gto("register", "nn", "--version", "v1.2.0")
    scene.gto("deprecate", "nn", "v1.2.0")
    outcome = scene.ours("register", "nn", "HEAD~1", "--bump-major")
    expect(outcome.succeeded and "nn@v2.0.0" in scene.tags(), "the greatest version ever used is bumped", scene.tags())


def registered_twice(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.gto("deprecate", "nn", "v0.0.1")
    scene.gto("register", "nn", "--simple", "false")
    expect(not scene.gto("show", "nn").succeeded, "GTO's table fails", "it does not")
    outcome = scene.ours("show", "nn")
    expect(outcome.succeeded and "v0.0.1" in outcome.stdout, "ours shows the version", outcome)


def stage_on_deregistered_version(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.gto("deprecate", "nn", "v0.0.1")
    words = ["assign", "nn", "--version", "v0.0.1", "--stage", "dev"]
    expect(not scene.ours(*words).succeeded, "refused without --force", scene.tags())
    expect(scene.ours(*words, "--force").succeeded, "accepted with --force", scene.tags())


def unregistered_commit(scene: Scene) -> None:
    scene.gto("assign", "nn", "--stage", "dev", "--sr")
    scene.gto("assign", "nn", "--stage", "prod", "--sr")
    commit = scene.git("rev-parse", "HEAD")
    rows = scene.show("nn")
    expect([row["version"] for row in rows] == [commit], "one version for the commit", rows)
    outcome = scene.ours("deprecate", "nn", commit, "dev")
    expect(outcome.succeeded, "unassigning from a commit works", outcome)
    row = scene.show()["nn"]
    expect(not row["stage"].get("dev") and row["stage"]["prod"] == commit, "the stage is gone, the other stays", row)


def tags_alone_decide(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.gto("deprecate", "nn")
    (scene.path / "artifacts.yaml").write_text("nn:\n  type: model\n")
    scene.git("add", "artifacts.yaml")
    scene.git("commit", "-q", "-m", "annotate")
    expect("nn" in json.loads(scene.gto("show", "--json").stdout), "a commit revives it in GTO", "it does not")
    rows = scene.show("-d")
    expect(rows["nn"]["active"] is False, "a commit does not revive a deprecated artifact", rows)


def second_deprecation(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.gto("deprecate", "nn")
    scene.gto("register", "nn", "HEAD~1")
    outcome = scene.ours("deprecate", "nn")
    expect(outcome.succeeded and "nn@deprecated#1" in scene.tags(), "the counter form is used", (outcome, scene.tags()))


def second_deregistration(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.gto("deprecate", "nn", "v0.0.1")
    scene.gto("register", "nn", "--simple", "false")
    outcome = scene.ours("deprecate", "nn", "v0.0.1")
    expect(outcome.succeeded and "nn@v0.0.1!#2" in scene.tags(), "the counter form is used", (outcome, scene.tags()))


def nothing_half_done(scene: Scene) -> None:
    scene.git("tag", "nn#dev")
    outcome = scene.ours("assign", "nn", "--stage", "dev", "--simple", "true")
    expect(not outcome.succeeded, "the stage's tag name is taken", outcome)
    expect(scene.tags() == {"nn#dev"}, "the registration is not left behind", scene.tags())


def nothing_half_done_on_a_staged_commit(scene: Scene) -> None:
    scene.gto("assign", "nn", "--stage", "dev", "--sr")
    outcome = scene.ours("assign", "nn", "HEAD", "--stage", "dev")
    expect(not outcome.succeeded, "the commit is in the stage already", outcome)
    expect(scene.tags() == {"nn#dev#1"}, "the registration is not left behind", scene.tags())


def odd_tags(scene: Scene) -> None:
    scene.gto("register", "nn")
    head = scene.git("rev-parse", "HEAD")
    raw = {
        "created": "",
        "tree": "",
        "tagger": f"object {head}\ntype commit\ntag without@v1.0.0\n\nno tagger\n",
        "bytes": f"object {head}\ntype commit\ntag bytes@v1.0.0\ntagger A <a@b> 1700000000 +0000\n\n\udcff\udcfe\n",
        "nameless": f"object {head}\ntype commit\ntag empty@v1.0.0\ntagger  <a@b> 1700000000 +0000\n\nx\n",
    }
    for name, text in raw.items():
        if name == "created":
            scene.git("tag", "nn@created")
        elif name == "tree":
            scene.git("tag", "-a", "-m", "of a tree", "tree@v1.0.0", "HEAD^{tree}")
        else:
            file = scene.path / ".git" / "odd"
            file.write_bytes(text.encode("utf-8", "surrogateescape"))
            oid = scene.git("hash-object", "-t", "tag", "-w", "--literally", str(file))
            scene.git("update-ref", f"refs/tags/{text.split('tag ', 1)[1].splitlines()[0]}", oid)
        outcome = scene.ours("show", "--json")
        expect(outcome.succeeded, f"{name}: the registry can be read", outcome)
        expect(json.loads(outcome.stdout)["nn"]["version"] == "v0.0.1", f"{name}: nn is shown", outcome)


def tag_of_a_tag(scene: Scene) -> None:
    scene.git("tag", "-a", "-m", "release", "release-1", "HEAD")
    scene.git("tag", "-a", "-m", "of a tag", "nn@v1.0.0", "release-1")
    rows = scene.show("nn")
    expect(rows[0]["commit_hexsha"] == scene.git("rev-parse", "HEAD"), "the tag is peeled to the commit", rows)


def renamed_ref(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.git("update-ref", "refs/tags/zz@v1.0.0", "refs/tags/nn@v0.0.1")
    scene.git("update-ref", "-d", "refs/tags/nn@v0.0.1")
    expect(scene.show()["nn"]["version"] == "v0.0.1", "the tag object's name counts", scene.show())
    outcome = scene.ours("doctor")
    expect("zz@v1.0.0" in outcome.stdout + outcome.stderr, "doctor names the ref", outcome)


def lightweight_tag(scene: Scene) -> None:
    scene.git("tag", "nn@v1.0.0")
    outcome = scene.ours("check-ref", "nn@v1.0.0", "--json")
    expect(outcome.status == 2 and "git fetch" in outcome.stderr, "status 2 and the command that helps", outcome)


def unknown_things(scene: Scene) -> None:
    scene.gto("register", "nn")
    for words in (["check-ref", "no-such-tag"], ["show", "unknown"], ["show", "nn@v9.9.9"], ["show", "nn#prod"]):
        outcome = scene.ours(*words, "--json")
        expect(outcome.status == 2, f"{' '.join(words)} ends with status 2", outcome)


def version_on_two_commits(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.git("tag", "-a", "-m", "by hand", "nn@v0.0.1#1", "HEAD~1")
    rows = scene.show("nn")
    expect([row["version"] for row in rows] == ["v0.0.1", "v0.0.1"], "both are listed", rows)
    outcome = scene.ours("assign", "nn", "--version", "v0.0.1", "--stage", "dev")
    expect(not outcome.succeeded, "assigning is refused", outcome)


def deregistration_elsewhere(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.git("tag", "-a", "-m", "by hand", "nn@v0.0.1!", "HEAD~1")
    expect(scene.show()["nn"]["version"] == "v0.0.1", "it cancels nothing", scene.show())


def bad_names(scene: Scene) -> None:
    for name in ("a//b", "./d:x", "../d:x", "nn\n"):
        outcome = scene.ours("register", name)
        expect(not outcome.succeeded and not scene.tags(), f"{name!r} is refused", (outcome, scene.tags()))


def committer_date(scene: Scene) -> None:
    scene.ours("register", "nn")
    expect(read_tags(scene.path)["nn@v0.0.1"].seconds == scene.clock.seconds, "the date is honoured", scene.tags())


def newest_stages(scene: Scene) -> None:
    scene.gto("register", "nn")
    for stage in ("dev", "qa", "prod"):
        scene.gto("assign", "nn", "--version", "v0.0.1", "--stage", stage)
    row = scene.show("--av", "1")["nn"]
    shown = [stage for stage, version in row["stage"].items() if version]
    expect(shown == ["prod"], "--av 1 shows the newest stage", row)


def stage_outside_the_allowed(scene: Scene) -> None:
    scene.gto("register", "nn")
    scene.gto("assign", "nn", "--version", "v0.0.1", "--stage", "dev")
    (scene.path / ".gto").write_text("stages: [prod]\n")
    row = scene.show()["nn"]
    expect(row["stage"].get("dev") == "v0.0.1", "a stage outside the list is shown", row)
    expect("prod" in row["stage"], "the allowed stages are there", row)


def message_lines(scene: Scene) -> None:
    lines = scene.ours("register", "a/very/long/name/of/an/artifact/that/does/not/fit/in/eighty/columns").stdout
    tag = next(iter(scene.tags()), "")
    expect(f"Created git tag '{tag}' that registers version" in lines.splitlines(), "one line, not wrapped", lines)


SCENARIOS = {
    "#1 two versions on a commit": two_versions_on_a_commit,
    "#1 a second version is refused": second_version_is_refused,
    "#4 next version after a deregistration": next_version_after_deregistration,
    "#4 next version by its greatest part": next_version_by_its_greatest_part,
    "#5 a version registered twice": registered_twice,
    "#6 stage on a deregistered version": stage_on_deregistered_version,
    "#7 unregistered commit": unregistered_commit,
    "#8 tags alone decide": tags_alone_decide,
    "#9 second deprecation": second_deprecation,
    "#9 second deregistration": second_deregistration,
    "#10 nothing half done": nothing_half_done,
    "#10 nothing half done on a staged commit": nothing_half_done_on_a_staged_commit,
    "#11 odd tags": odd_tags,
    "#12 tag of a tag": tag_of_a_tag,
    "#13 renamed ref": renamed_ref,
    "#14 lightweight tag": lightweight_tag,
    "#15 unknown things": unknown_things,
    "#16 version on two commits": version_on_two_commits,
    "#17 deregistration on another commit": deregistration_elsewhere,
    "#18 bad names": bad_names,
    "#19 committer date": committer_date,
    "#20 newest stages": newest_stages,
    "#21 stage outside the allowed": stage_outside_the_allowed,
    "#22 lines are not wrapped": message_lines,
}


def play(name: str, gto, ours) -> None:
    """Plays one scenario; raises Broken."""
    scene = Scene(gto, ours)
    try:
        SCENARIOS[name](scene)
    finally:
        scene.close()
