"""The two tools under test behind one interface: GTO inside this process, git-model as a child process."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hermetic import PEOPLE, Clock, child_environment

# No command of either tool may take longer on these small repositories.
TIME_LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """What one command did: exit status, stdout and stderr as text."""

    status: int
    stdout: str
    stderr: str

    @property
    def succeeded(self) -> bool:
        return self.status == 0


class ChildTool:
    """git-model: the release binary, run as git would run it, with the date in GIT_COMMITTER_DATE."""

    name = "git-model"

    def __init__(self, binary: Path):
        self.binary = binary

    def run(self, repository: Path, arguments: list[str], clock: Clock, person: int = 0) -> Outcome:
        try:
            result = subprocess.run(
                [str(self.binary), *arguments],
                cwd=repository,
                env=child_environment(clock, person),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                timeout=TIME_LIMIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome(-1, "", f"no answer in {TIME_LIMIT_SECONDS} s")
        return Outcome(
            result.returncode,
            result.stdout.decode("utf-8", errors="replace"),
            result.stderr.decode("utf-8", errors="replace"),
        )

    def reading(self, token: object) -> None:
        """Nothing to prepare: a child keeps no state."""


class GTO:
    """GTO 1.10.1 through click's test runner: the exact command line without 0.6 s of imports for each call.

    Four patches, none of which changes a decision of GTO: tags are signed at the virtual clock; the parsed `.gto` is
    remembered by its text (GTO builds a new settings class for every version it looks at) and a commit's artifacts.yaml
    by the commit; the registry's state is built once for a series of readings between which nothing is written.
    """

    name = "gto"

    def __init__(self) -> None:
        # Imported here, after hermetic.enter(): libgit2 reads HOME when it is loaded.
        import gto.cli
        import gto.index
        import gto.registry
        import pygit2
        from click.testing import CliRunner
        from scmrepo.git.backend.pygit2 import Pygit2Backend

        self._app = gto.cli.app
        self._runner = CliRunner()
        self._clock = Clock()
        self._token: object = None
        self._states: dict = {}
        self._configurations: dict = {}
        self._indices: dict = {}

        # libgit2 knows nothing of GIT_CONFIG_SYSTEM.
        for level in (pygit2.enums.ConfigLevel.SYSTEM, pygit2.enums.ConfigLevel.XDG, pygit2.enums.ConfigLevel.GLOBAL):
            pygit2.settings.search_path[level] = os.environ["HOME"]

        signature = Pygit2Backend._get_signature

        def signature_at_virtual_time(backend, name):
            person = signature(backend, name)
            return pygit2.Signature(person.name, person.email, self._clock.seconds, 0)

        Pygit2Backend._get_signature = signature_at_virtual_time

        read_configuration = gto.registry.read_registry_config

        def remembered_configuration(path):
            text = Path(path).read_text() if os.path.exists(path) else None
            key = (path, text)
            if key not in self._configurations:
                self._configurations[key] = read_configuration(path)
            return self._configurations[key]

        gto.registry.read_registry_config = remembered_configuration
        gto.index.read_registry_config = remembered_configuration

        read_index = gto.index.RepoIndexManager._get_commit_index

        def remembered_index(manager, rev, allow_to_not_exist=True, ignore_corrupted=False):
            key = (manager.config.INDEX, rev)
            if key not in self._indices:
                self._indices[key] = read_index(manager, rev, allow_to_not_exist, ignore_corrupted)
            return self._indices[key]

        gto.index.RepoIndexManager._get_commit_index = remembered_index

        build_state = gto.registry.GitRegistry.get_state

        def remembered_state(registry, all_branches=False, all_commits=False):
            if self._token is None:
                return build_state(registry, all_branches, all_commits)
            if self._token not in self._states:
                self._states = {self._token: build_state(registry, all_branches, all_commits)}
            return self._states[self._token]

        gto.registry.GitRegistry.get_state = remembered_state

    def reading(self, token: object) -> None:
        """Opens a series of readings of one unchanged repository (named by `token`), or closes it with None."""
        self._token = token
        self._states = {}

    def run(self, repository: Path, arguments: list[str], clock: Clock, person: int = 0) -> Outcome:
        self._clock = clock
        name, email = PEOPLE[person]
        command = [arguments[0], *([] if arguments[0] == "parse-tag" else ["-r", str(repository)]), *arguments[1:]]
        identity = {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}
        result = self._runner.invoke(self._app, command, env=identity, prog_name="gto")
        return Outcome(result.exit_code, result.stdout, result.stderr)
