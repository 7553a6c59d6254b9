"""The closed environment in which both tools run: no user's git configuration, UTC, C locale, a virtual clock."""

import os
import subprocess
from pathlib import Path

# Seconds at which every generated history starts. Commits come first, so that no commit is younger than a tag.
EPOCH = 1_700_000_000

# The people who write tags. Names and addresses with a blank, a quote and non-ASCII letters, as in real registries.
PEOPLE = [
    ("Ana Ruiz", "ana@example.com"),
    ("Jörg O'Neill", "joerg@example.org"),
    ("CI bot", "ci+registry@example.com"),
]

PROJECT = Path(__file__).resolve().parents[2]
BUILD = PROJECT / ".build"


class Clock:
    """The virtual clock: GTO signs with it through a patch, git and git-model through GIT_COMMITTER_DATE."""

    def __init__(self, seconds: int = EPOCH):
        self.seconds = seconds

    def advance(self, seconds: int) -> None:
        self.seconds += seconds

    @property
    def git_date(self) -> str:
        return f"@{self.seconds} +0000"


def enter(home: str) -> None:
    """Closes this process's own environment, with an empty `home`.

    Must run before libgit2 (pygit2) is loaded, which reads HOME once.
    """
    keep = {key: os.environ[key] for key in ("PATH", "LANG", "LD_LIBRARY_PATH", "TMPDIR") if key in os.environ}
    os.environ.clear()
    os.environ.update(keep)
    os.environ.update(
        HOME=home,
        XDG_CONFIG_HOME=home,
        XDG_CACHE_HOME=home,
        GIT_CONFIG_GLOBAL="/dev/null",
        GIT_CONFIG_SYSTEM="/dev/null",
        GIT_CONFIG_NOSYSTEM="1",
        GIT_TERMINAL_PROMPT="0",
        TZ="UTC",
        LC_ALL="C.UTF-8",
        NO_COLOR="1",
        # GTO wraps its messages at the terminal's width, also when there is no terminal.
        COLUMNS="4000",
    )


def child_environment(clock: Clock, person: int) -> dict[str, str]:
    """The environment of one child process that acts at the clock's time in the name of PEOPLE[person]."""
    name, email = PEOPLE[person]
    return dict(
        os.environ,
        GIT_AUTHOR_NAME=name,
        GIT_AUTHOR_EMAIL=email,
        GIT_AUTHOR_DATE=clock.git_date,
        GIT_COMMITTER_NAME=name,
        GIT_COMMITTER_EMAIL=email,
        GIT_COMMITTER_DATE=clock.git_date,
    )


def git(repository: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    """Runs git and returns its stdout; a failure of git is a failure of the harness and raises."""
    result = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        env=env or os.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(f"git {' '.join(arguments)}: {result.stderr.decode(errors='replace')}")
    return result.stdout.decode(errors="replace")
