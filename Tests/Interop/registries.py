"""Real registries, as git bundles: every artifact, tag and option read by both tools."""

import random
import shutil
from pathlib import Path

from differences import Tally
from hermetic import BUILD, git
from readings import Extent, hold_against_each_other
from repositories import read_facts


def compare(bundle: Path, gto, ours, tally: Tally) -> int:
    """Clones the bundle into .build and compares all readings; returns their number, raises a Disagreement."""
    repository = BUILD / "interop-registries" / bundle.stem
    shutil.rmtree(repository, ignore_errors=True)
    repository.parent.mkdir(parents=True, exist_ok=True)
    git(repository.parent, "clone", "-q", str(bundle), repository.name)
    facts = read_facts(repository)
    return hold_against_each_other(gto, ours, repository, facts, random.Random(0), tally, Extent.EVERYTHING)
