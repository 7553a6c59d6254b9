"""Content made to cost time or memory: how much of both it costs git-model. Reported, never judged."""

import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

FILES = 200
SEED = 20_261_121
MESSAGE_BYTES = 100_000_000


def yaml_files() -> list[bytes]:
    """Files that break YAML readers: aliases, merge keys, depth, many keys, duplicates, tags, odd scalars, no UTF-8."""
    numbers = random.Random(SEED)
    makers: list[Callable[[int], bytes]] = [
        lambda n: b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [%s]\n" % (i, i, b"*a%d," % (i - 1) * n) for i in range(1, 10)),
        lambda n: b"a: &a {b: c}\n" + b"".join(b"k%d: {<<: *a}\n" % i for i in range(n * 50)),
        lambda n: b"stages: " + b"[" * n * 100 + b"]" * n * 100,
        lambda n: b"stages: " + b"{a: " * n * 100,
        lambda n: b"".join(b"k%d: v\n" % i for i in range(n * 2500)),
        lambda n: b"stages: [a]\n" * n * 20,
        lambda n: b"stages: !!python/object/apply:os.system ['true']\n" * n,
        lambda n: b"stages: [" + b"no, 0o17, .nan, 1_000, 190:20:30, " * n + b"]",
        lambda n: b"\xef\xbb\xbfstages: [\xff\xfe" + numbers.randbytes(n * 100) + b"]",
        lambda n: b"stages: |\n" + b"  x" * n * 5000,
        lambda n: b"? " * n * 500,
        lambda n: b"- " * n * 500,
        lambda n: b"\"" + b"\\x41" * n * 1000,
        lambda n: b"&a " * n * 500 + b"x",
        lambda n: numbers.randbytes(n * 1000),
    ]
    return [makers[i % len(makers)](i // len(makers) + 1) for i in range(FILES)]


def make_repository(folder: Path, environment: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    script = """
        git init -q "$0" && cd "$0" && git commit -q --allow-empty -m first
        { printf 'object %s\\ntype commit\\ntag m@v1.0.0\\ntagger A <a@example.com> 1700000000 +0000\\n\\n' \
            "$(git rev-parse HEAD)"; head -c "$1" /dev/urandom | base64 | head -c "$1"; } > message
        git update-ref refs/tags/m@v1.0.0 "$(git hash-object -t tag -w message)" && rm message
    """
    person = {f"GIT_{role}_{key}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    subprocess.run(["sh", "-ec", script, folder, str(MESSAGE_BYTES)], env=environment | person, check=True)
