"""Rows C9 and C10: times that lie, places that differ, and readers that go away."""

import json
import os
import pty
import subprocess

from bench import Bench
from hermetic import git
from history import tags_of

ZONES = ["UTC", "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu"]
LOCALES = ["C", "tr_TR.UTF-8", "de_DE.UTF-8"]
# Equal times, the first second, a negative one, one in the far future, and zones of which some are none.
SECONDS = [1_700_000_000, 1_700_000_000, 1_700_000_001, 0, -5, 1_600_000_000, 4_000_000_000, 1_700_000_000]
OFFSETS = ["+0000", "-1200", "+1400", "+0545", "-0330", "+9959"]


def c9_order(bench: Bench):
    """1,000 orders in which the same tags came, some packed, in four zones and three locales: one answer."""
    count = bench.count(1000, 24)
    template = bench.repository(commits=6)
    commits, ids = git(template, "rev-list", "main").split(), {}
    for number in range(36):
        artifact, commit = f"m{number % 3}", commits[number // 3 % 6]
        kind = number // 18
        name = f"{artifact}@v0.{number // 3}.0" if not kind else f"{artifact}#{['prod', 'dev'][number % 2]}#{number}"
        seconds, offset = SECONDS[number % len(SECONDS)], OFFSETS[number % len(OFFSETS)]
        text = f"object {commit}\ntype commit\ntag {name}\ntagger Ana Ruiz <ana@example.com> {seconds} {offset}\n\nevent {number}\n"
        ids[name] = subprocess.run(
            ["git", "-C", str(template), "hash-object", "-t", "tag", "--literally", "-w", "--stdin"], input=text.encode(),
            capture_output=True, check=True).stdout.decode().strip()

    def once(number: int) -> tuple:
        dice, path = bench.dice(number), bench.copy(template)
        names = sorted(ids)
        dice.shuffle(names)
        packed = {name for name in names if dice.random() < 0.3}
        lines = [f"{ids[name]} refs/tags/{name}\n" for name in sorted(packed)]
        (path / ".git/packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \n" + "".join(lines))
        for name in names:
            if name not in packed:
                (path / ".git/refs/tags" / name).write_text(ids[name] + "\n")
        place = {"TZ": ZONES[number % 4], "LC_ALL": LOCALES[number % 3], "LANG": LOCALES[number % 3]}
        answers = tuple((call.code, call.output) for call in (
            bench.model(path, *words, **place) for words in (["show", "--json"], ["history", "--json"])))
        subprocess.run(["rm", "-rf", str(path)], check=True)
        return answers
    answers = {}

    def compare(number: int) -> None:
        answers.setdefault(once(number), []).append(number)
    bench.parallel(compare, range(count), jobs=2)
    problems = [] if len(answers) == 1 else [f"{len(answers)} answers: {[numbers[:5] for numbers in answers.values()]}"]
    for (code, output), _ in answers:
        if code != 0 or len(json.loads(output)) != 3:
            problems.append(f"status {code}: {output[:300]}")
    return count, problems


def c10_gone(bench: Bench):
    """The reader of the output goes away after a line, the terminal closes: no word, and nothing half done."""
    path = bench.repository(commits=400)
    lines = [
        f"tag m{number}@v1.0.0\nfrom {commit}\ntagger Ana Ruiz <ana@example.com> {1_700_010_000 + number} +0000\n"
        f"data 200\n{'x' * 200}\n" for number, commit in enumerate(git(path, "rev-list", "main").split())
    ]
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input="".join(lines).encode(), check=True)
    before, problems = tags_of(path), []
    reading = [
        ["show"], ["show", "--json"], ["show", "--plain"], ["show", "--name"], ["show", "m1", "--version"], ["show", "m1", "--ref"],
        ["history"], ["history", "--json"], ["doctor"], ["doctor", "--json"], ["stages"], ["hooks"],
        ["--help"], ["history", "m1"], ["completion", "bash"],
    ]
    for words in reading:
        for size in (0, 1, 100)[:bench.count(3, 1)]:
            running = bench.start(path, *words)
            running.process.stdout.read(size)
            running.process.stdout.close()
            errors = running.process.stderr.read()
            code = running.process.wait(timeout=60)
            # Ended by the signal of a broken pipe, or to the end where all fit into the pipe.
            allowed = {-13, 0, 5 if words[0] == "doctor" else 0}
            said = errors if b"error" in errors or b"atal" in errors else b""
            if code not in allowed or said:
                problems.append(f"{' '.join(words)}, {size} bytes read: status {code}, {errors[:300]}")
    for words in reading[:8]:
        main, terminal = pty.openpty()
        process = subprocess.Popen(
            [str(bench.program), *words], cwd=path, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)
        os.close(terminal)
        os.read(main, 10)
        os.close(main)
        if process.wait(timeout=60) not in (0, 1, 5, -1, -13):
            problems.append(f"{' '.join(words)}, the terminal closed: status {process.returncode}")
    for number in range(bench.count(20, 4)):
        running = bench.start(path, "register", f"n{number}", *(["--json"] if number % 2 else []))
        running.process.stdout.close()
        running.process.stderr.close()
        code = running.process.wait(timeout=60)
        made = f"n{number}@v0.0.1" in tags_of(path)
        if not made or code not in (0, -13):
            problems.append(f"register, nobody listens: status {code}, made: {made}")
    held = tags_of(path)
    if any(held.get(name) != made for name, made in before.items()) or list(path.glob(".git/**/*.lock")) not in (
            [], [path / ".git/git-model/write.lock"]):
        problems.append("the refs are not intact")
    check = subprocess.run(["git", "-C", str(path), "fsck", "--strict", "--no-dangling"], capture_output=True, check=False)
    problems += [check.stderr.decode()] if check.returncode else []
    return 3 * len(reading) + 28, problems


ROWS = {"C9": c9_order, "C10": c10_gone}
