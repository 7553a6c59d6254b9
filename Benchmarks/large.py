"""A file of 4 GiB from a web server of this machine: the time and the memory that it takes. Reported, never judged."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

SIZE = 4 << 30
SERVER = Path(__file__).resolve().parents[1] / "Tests" / "Support" / "servers" / "http_fixture.py"


def digest() -> str:
    """The SHA-256 of what the server sends: zeros."""
    whole, piece = hashlib.sha256(), bytes(1 << 24)
    for _ in range(SIZE // len(piece)):
        whole.update(piece)
    return whole.hexdigest()


def has_room(folder: Path) -> bool:
    return shutil.disk_usage(folder).free > SIZE + (1 << 30)


class Registry:
    """A repository whose artifact `large` is at an address of a server that runs as long as this is used."""

    def __init__(self, folder: Path, binary: Path, environment: dict[str, str]):
        self.folder = folder
        self.server = subprocess.Popen(
            [sys.executable, "-B", str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        port = self.server.stdout.readline().strip()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "dvc.yaml").write_text(
            f"artifacts: {{large: {{path: 'http://127.0.0.1:{port}/zeros/{SIZE}', "
            f"meta: {{sha256: {digest()}, size: {SIZE}}}}}}}\n"
        )
        script = """
            git init -q . && git add dvc.yaml && git commit -qm large && "$0" register large -q
        """
        names = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        subprocess.run(["sh", "-c", script, str(binary)], cwd=folder, env=environment | names, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self) -> "Registry":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stdin.close()
        self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
