"""How two answers are held against each other: every key and value of GTO's must be in ours, in GTO's order."""

import json
import re
from dataclasses import dataclass
from typing import Any

ABSENT = "(absent)"

# A cut commit id such as 12e4567, which tabulate takes for a number and prints as `inf`.
_NUMBER_LIKE = re.compile(r"^\d+(e\d+)?$")


@dataclass(frozen=True)
class Difference:
    """The first place where two answers differ."""

    where: str
    gto: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.where}\n      gto:       {_shown(self.gto)}\n      git-model: {_shown(self.ours)}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 2000 else text[:2000] + " …"


def json_difference(gto: Any, ours: Any, path: str = "$") -> Difference | None:
    """The first value of GTO's that is missing or different in ours. More keys in ours are allowed, more elements of a
    list are not."""
    if isinstance(gto, dict) and isinstance(ours, dict):
        for key, value in gto.items():
            if key not in ours:
                return Difference(f"{path}.{key}", value, ABSENT)
            difference = json_difference(value, ours[key], f"{path}.{key}")
            if difference:
                return difference
        return None
    if isinstance(gto, list) and isinstance(ours, list):
        for index, (left, right) in enumerate(zip(gto, ours)):
            difference = json_difference(left, right, f"{path}[{index}]")
            if difference:
                return difference
        if len(gto) != len(ours):
            return Difference(f"{path}.length", len(gto), len(ours))
        return None
    # bool is an int in Python; JSON's true is not 1.
    if type(gto) is not type(ours) or gto != ours:
        return Difference(path, gto, ours)
    return None


def key_order_difference(gto: dict, ours: dict) -> Difference | None:
    """Whether GTO's keys stand in GTO's order in ours."""
    shared = [key for key in ours if key in gto]
    return None if shared == list(gto) else Difference("$ (order of the keys)", list(gto), shared)


def lines_difference(gto: str, ours: str) -> Difference | None:
    """Equal lines, trailing white space apart."""
    left = [line.rstrip() for line in gto.splitlines()]
    right = [line.rstrip() for line in ours.splitlines()]
    for index in range(max(len(left), len(right))):
        a = left[index] if index < len(left) else ABSENT
        b = right[index] if index < len(right) else ABSENT
        if a != b:
            return Difference(f"line {index + 1}", a, b)
    return None


def table_difference(gto: str, ours: str, is_cut: bool = False) -> Difference | None:
    """Equal cells in equal order; the width of columns is each tool's own. With `is_cut` GTO shows the first seven
    characters of a version only."""
    left, right = gto.splitlines(), ours.splitlines()
    for index in range(max(len(left), len(right))):
        a = left[index].split() if index < len(left) else [ABSENT]
        b = right[index].split() if index < len(right) else [ABSENT]
        if len(a) != len(b) or not all(_is_same_cell(x, y, is_cut) for x, y in zip(a, b)):
            return Difference(f"row {index}", " ".join(a), " ".join(b))
    return None


def _is_same_cell(gto: str, ours: str, is_cut: bool) -> bool:
    if gto == ours or _NUMBER_LIKE.match(ours):
        return True
    whole, comma = ours.removesuffix(","), "," if ours.endswith(",") else ""
    return is_cut and whole.startswith("v") and gto == whole[:7] + comma
