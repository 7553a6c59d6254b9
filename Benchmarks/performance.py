"""The table of a run, on the terminal and in docs/performance.md, with the machine that it ran on."""

import os
import platform
import statistics
import subprocess
from pathlib import Path

from measure import Case, Measured, bar, memory_text, miss_factor, ratio, time_text
from registries import PROJECT, REGISTRIES

PAGE = PROJECT / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
HEAD = (
    "| operation | tags | git-model | beside it | ratio | bar | | CPU | memory, MB |\n"
    "|---|---|---|---|---|---|---|---|---|")


def row(case: Case, ours: Measured, other: Measured) -> str:
    verdict = ""
    if bar(case):
        verdict = "held" if miss_factor(case, ours, other) <= 1 else "**missed**"
    cells = [
        case.name, f"{case.tags:,}" if case.tags else "", str(ours), f"{case.other.label} {other}",
        ratio(case, ours, other), bar(case), verdict,
        " / ".join(time_text(statistics.median(side.cpu_seconds)) for side in (ours, other)),
        f"{memory_text(ours.memory_kib)} / {memory_text(other.memory_kib)}",
    ]
    return f"| {' | '.join(cells)} |"


def machine(binary: Path) -> str:
    """What the figures depend on, as the sentence above the table."""
    fields = dict(
        line.split(":", 1) for file in ("/proc/cpuinfo", "/proc/meminfo") for line in Path(file).read_text().splitlines()
        if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    memory = int(fields["MemTotal"].split()[0]) / (1 << 20)
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    # The innermost mount, and of those on one folder the last.
    inside = [mount for mount in mounts if REGISTRIES.is_relative_to(mount[1])]
    file_system = max(inside, key=lambda mount: len(mount[1]))[2]
    return (
        f"{os.cpu_count()} cores ({fields.get('model name', platform.machine())}), {memory:.0f} GiB of memory, "
        f"{platform.system()} {platform.release()}, {file_system}, {_output('git', '--version')}, "
        f"{_output(str(binary), '--version')}, load {os.getloadavg()[0]:.1f}.")


def _output(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def update_page(lines: list[str]) -> None:
    """Puts what was printed between the marks of the page."""
    before, begin, rest = PAGE.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"bench: {PAGE} has no place for the table: {BEGIN} and {END}")
    PAGE.write_text("\n".join([before + BEGIN, *lines, END]) + after)
