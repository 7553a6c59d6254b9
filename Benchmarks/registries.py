"""Where the synthetic registries are, and how they come to be there: each is made once, and anew where its generator
changes."""

import hashlib
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
BUILD = PROJECT / ".build"
REGISTRIES = BUILD / "bench"
GENERATOR = Path(__file__).with_name("generate_registry.py")


def registry(name: str, *arguments: str) -> Path:
    """The folder of the registry that the generator makes of these arguments."""
    folder = REGISTRIES / name
    key = hashlib.sha256(GENERATOR.read_bytes() + repr(arguments).encode()).hexdigest()
    mark = folder / ".git" / "generated-by"
    if not mark.exists() or mark.read_text() != key:
        subprocess.run([sys.executable, GENERATOR, folder, *arguments, "--replace"], check=True, stdout=sys.stderr)
        mark.write_text(key)
    return folder


def of_size(tags: int) -> Path:
    return registry(str(tags), "--tags", str(tags))


def for_gto() -> Path:
    """Small, and of ten artifacts: GTO's time grows with both."""
    return registry("2750", "--tags", "2750", "--artifacts", "10")


def with_models() -> Path:
    """27,500 tags over a gigabyte of models."""
    return registry("models", "--tags", "27500", "--megabytes", "1024")
