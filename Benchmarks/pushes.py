"""Pushes of three tags to a repository with many: what `pre-receive` costs whoever pushes."""

import shutil
import subprocess
import time
from pathlib import Path

TAGS = 10_000
RUNS = 50
BAR = 1.0
PERSON = {f"GIT_{role}_{key}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


class Pushes:
    """A bare copy of a registry, and a clone without its tags."""

    def __init__(self, registry: Path, folder: Path, binary: Path, environment: dict[str, str]):
        self.server, self.clone = folder / "server.git", folder / "clone"
        self.environment = environment | PERSON
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.git("clone", "-q", "--mirror", registry, self.server, folder=folder)
        self.git("clone", "-q", "--no-tags", f"file://{self.server}", self.clone, folder=folder)
        self.install = [str(binary), "hooks", "install", "--pre-receive", "-q", "-r", str(self.server)]

    def git(self, *words: str | Path, folder: Path | None = None) -> None:
        subprocess.run(
            ["git", *words], cwd=folder or self.clone, env=self.environment, check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def measure(self) -> tuple[list[float], list[float]]:
        """Seconds of each whole push, checked and unchecked, in turn."""
        checked: list[float] = []
        unchecked: list[float] = []
        hook = self.server / "hooks" / "pre-receive"
        for number in range(RUNS):
            for seconds, is_checked in ((checked, True), (unchecked, False)):
                hook.unlink(missing_ok=True)
                if is_checked:
                    subprocess.run(self.install, env=self.environment, check=True, stdout=subprocess.DEVNULL)
                tags = [f"new-{number}-{is_checked}{rest}" for rest in ("@v1.0.0", "#dev#1", "#prod#2")]
                for tag in tags:
                    self.git("tag", "-a", "-m", "measured", tag)
                started = time.perf_counter()
                self.git("push", "-q", "origin", *tags)
                seconds.append(time.perf_counter() - started)
                for tag in tags:
                    self.git("update-ref", "-d", f"refs/tags/{tag}", folder=self.server)
        return sorted(checked), sorted(unchecked)
