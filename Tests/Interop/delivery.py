"""Holds `git-model download` against what the tool that keeps the bytes delivers itself.

    GIT_MODEL=… DVC=… DVC2=… MOTO_SERVER=… python3 Tests/Interop/delivery.py [ROW …]

One repository a row, made with the real tools: where the bytes are kept, and whether the artifact is a file or a folder.
Each is downloaded from a local clone and from URLs, and compared file by file with the peer's own download: names,
bytes, executable bits. What must be refused is, with the reason. A row whose tool is not here fails. Ends with status 1
where a row failed.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Each module adds its rows.
import delivery_dvc
import delivery_git
import delivery_stores
from delivery_row import ROWS, Failed, Row, content
from delivery_servers import Servers
from hermetic import enter

# Rows at a time: each mostly waits for DVC, which takes a second to start.
WORKERS = 2
TOOLS = ("GIT_MODEL", "DVC", "DVC2", "MOTO_SERVER")


def run(name: str, root: Path, servers: Servers) -> list[str]:
    """The problems of one row."""
    with contextlib.ExitStack() as stack:
        row = Row(name, root / name.replace("/", "-"), servers, stack)
        row.folder.mkdir()
        try:
            row.create()
            download = ROWS[name](row)
            if download is None:
                return []
            peer = row.folder / "peer"
            download(peer)
            expected = content(peer, row.keeps_modes)
            return [problem for place in row.places for problem in row.compare(expected, place)]
        except (Failed, RuntimeError, OSError, subprocess.SubprocessError) as problem:
            return [str(problem)]


def main() -> int:
    wanted = sys.argv[1:] or list(ROWS)
    if unknown := set(wanted) - set(ROWS):
        sys.exit(f"no such row: {', '.join(sorted(unknown))}; the rows are {', '.join(ROWS)}")
    tools = {name: os.environ[name] for name in TOOLS if name in os.environ}
    failed = 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="delivery-") as folder, contextlib.ExitStack() as stack:
        root = Path(folder)
        home = root / "home"
        home.mkdir()
        enter(str(home))
        os.environ.update(tools, DVC_NO_ANALYTICS="1", DVC_SITE_CACHE_DIR=str(home / "dvc"))
        servers = Servers(root, stack)
        printing = threading.Lock()

        def report(name: str) -> bool:
            started = time.monotonic()
            problems = run(name, root, servers)
            with printing:
                print(f"{'FAILED' if problems else 'passed'}   {name} ({time.monotonic() - started:.1f} s)",
                      *problems, sep="\n    ", flush=True)
            return bool(problems)

        with ThreadPoolExecutor(WORKERS) as workers:
            failed = sum(workers.map(report, wanted))
    print(f"{failed} of {len(wanted)} rows failed, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
