"""Repositories whose models are kept in several places, for the lines of the benchmark that download."""

import hashlib
import os
import random
import shutil
import subprocess
from pathlib import Path

from measure import Case, Side
from servers import FileServer, GitServer

MEBIBYTE = 1 << 20
FOLDER_FILES = 1000
FOLDER_FILE_BYTES = 20_000


class Deliveries:
    """What is needed to download: made once, served for the length of a `with`."""

    def __init__(self, root: Path, binary: Path, dvc: Path | None, environment: dict[str, str], megabytes: int):
        self.root = root
        self.binary = binary
        self.dvc = dvc
        self.environment = environment | {
            "HOME": str(root / "home"),
            "GIT_AUTHOR_NAME": "Bench",
            "GIT_AUTHOR_EMAIL": "bench@example.com",
            "GIT_COMMITTER_NAME": "Bench",
            "GIT_COMMITTER_EMAIL": "bench@example.com",
        }
        self.megabytes = megabytes

    def __enter__(self):
        shutil.rmtree(self.root, ignore_errors=True)
        for name in ("home", "files", "git", "out"):
            (self.root / name).mkdir(parents=True)
        self.files = FileServer(self.root / "files").__enter__()
        self.git = GitServer(self.root / "git").__enter__()
        self._make_address()
        if self.dvc:
            self._make_dvc()
        return self

    def __exit__(self, *_):
        self.files.__exit__()
        self.git.__exit__()
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, *command: str, cwd: Path) -> None:
        subprocess.run(command, cwd=cwd, env=self.environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def _register(self, folder: Path, name: str, text: str) -> None:
        (folder / "dvc.yaml").write_text(text)
        self.run("git", "add", ".", cwd=folder)
        self.run("git", "commit", "-q", "-m", "A model", cwd=folder)
        self.run(str(self.binary), "register", name, cwd=folder)

    def _make_address(self) -> None:
        digest = hashlib.sha256()
        generator = random.Random(1)
        with open(self.root / "files" / "model.bin", "wb") as file:
            for _ in range(self.megabytes):
                piece = generator.randbytes(MEBIBYTE)
                digest.update(piece)
                file.write(piece)
        folder = self.root / "address"
        folder.mkdir()
        self.run("git", "init", "-q", cwd=folder)
        self._register(
            folder, "model",
            f"artifacts:\n  model:\n    path: {self.files.address}/model.bin\n"
            f"    meta: {{sha256: {digest.hexdigest()}, size: {self.megabytes * MEBIBYTE}}}\n")

    def _make_dvc(self) -> None:
        """A folder of many files in a local remote, and the same remote served over HTTP."""
        local, store = self.root / "dvc-local", self.root / "files" / "store"
        (local / "data").mkdir(parents=True)
        store.mkdir()
        generator = random.Random(2)
        for number in range(FOLDER_FILES):
            (local / "data" / f"{number:04}.bin").write_bytes(generator.randbytes(FOLDER_FILE_BYTES))
        for command in (
            ["git", "init", "-q"], [str(self.dvc), "init", "-q"], [str(self.dvc), "add", "-q", "data"],
            [str(self.dvc), "remote", "add", "-q", "-d", "store", str(store)], [str(self.dvc), "push", "-q"],
        ):
            self.run(*command, cwd=local)
        self._register(local, "data", "artifacts:\n  data:\n    path: data\n")
        shutil.rmtree(local / ".dvc" / "cache")
        http = self.root / "dvc-http"
        shutil.copytree(local, http)
        self.run(str(self.dvc), "remote", "modify", "store", "url", f"{self.files.address}/store", cwd=http)
        self._register(http, "data", "artifacts:\n  data:\n    path: data\n    type: dataset\n")

    def cases(self, runs: int) -> list[Case]:
        """Downloads, each held against the tool that people use now. What came is taken away after each run, unmeasured:
        a file is removed, a folder of many files only at the end. ext4 does not use the inodes of removed files again at
        once, and searches past all of them for each new file, which may take longer than all else."""
        model, out = str(self.binary), self.root / "out"
        remove = ["rm", "-rf", str(out / "ours"), str(out / "theirs")]
        put_aside = ["sh", "-c", f"mv '{out}'/ours '{out}'/theirs \"$(mktemp -d '{out}/aside.XXXXXX')\" 2> /dev/null; true"]
        address = f"{self.files.address}/model.bin"
        size = f"{self.megabytes} MiB" if self.megabytes < 1024 else f"{self.megabytes // 1024} GiB"

        def ours(repository: str, name: str, runs: int, undo: list[str], writes: bool = False) -> Side:
            command = [model, "download", name, "-q", "-r", str(self.root / repository), "-o", str(out / "ours")]
            return Side("git-model", command, runs, undo, writes)

        cases = [
            Case(
                f"download {size} over HTTP",
                ours("address", "model", runs, remove),
                Side(
                    "`curl -o`, `sha256sum`",
                    ["sh", "-c", f"curl -so '{out}/theirs' '{address}' && sha256sum '{out}/theirs'"], runs, remove),
                out,
                at_most=1.3,
                is_quick=True,
            )
        ]
        for kind, least in (("http", 3), ("local", 5)):
            if self.dvc:
                repository = f"dvc-{kind}"
                cases.append(
                    Case(
                        f"download {FOLDER_FILES:,} files from DVC, {kind} remote",
                        ours(repository, "data", 7, put_aside, writes=True),
                        Side(
                            "`dvc get`",
                            [str(self.dvc), "get", "-q", str(self.root / repository), "data", "-o", str(out / "theirs")],
                            7, put_aside, writes=True),
                        out,
                        at_least=least,
                        is_quick=True,
                    )
                )
        return cases

    def measure_history(self) -> tuple[int, int]:
        """The bytes that a download from a URL moves, and those of the whole repository: a model of 10 MiB that was
        retrained a hundred times."""
        work = self.root / "history"
        work.mkdir()
        self.run("git", "init", "-q", cwd=work)
        self.run("git", "config", "core.compression", "0", cwd=work)
        generator = random.Random(3)
        versions = 100 if self.megabytes >= 1024 else 10
        for number in range(versions):
            (work / "model.bin").write_bytes(generator.randbytes(10 * MEBIBYTE))
            (work / "dvc.yaml").write_text("artifacts:\n  model:\n    path: model.bin\n")
            self.run("git", "add", ".", cwd=work)
            self.run("git", "commit", "-q", "-m", f"Model {number}", cwd=work)
            self.run(str(self.binary), "register", "model", cwd=work)
        self.run("git", "clone", "-q", "--bare", str(work), str(self.root / "git" / "models.git"), cwd=work)
        bare = self.root / "git" / "models.git"
        self.run("git", "config", "uploadpack.allowFilter", "true", cwd=bare)
        self.run("git", "config", "uploadpack.allowAnySHA1InWant", "true", cwd=bare)
        whole = sum(file.stat().st_size for file in bare.rglob("*") if file.is_file())
        self.git.bytes_sent = 0
        self.run(str(self.binary), "download", "model@latest", "-r", f"{self.git.address}/models.git", "-o", "model.bin",
                 cwd=self.root / "out")
        if (self.root / "out" / "model.bin").read_bytes() != (work / "model.bin").read_bytes():
            raise SystemExit("bench: the model that came is not the latest one")
        os.unlink(self.root / "out" / "model.bin")
        return self.git.bytes_sent, whole
