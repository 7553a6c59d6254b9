"""Rows R9 and R12: pushes that the server refuses in part, and pushes that are cut off."""

import contextlib
import threading
from pathlib import Path

from bench import Bench, error_code
from cutter import Cutter
from delivery_servers import GitHandler, serve
from hermetic import git
from history import tags_of


def r9_refused(bench: Bench):
    """A server that refuses one ref of a push, any of them: nothing is published, nothing stays, the ref is named."""
    count = bench.count(200)

    def half(which: int) -> str | None:
        dice, problems = bench.dice(which), []
        first = bench.repository(commits=3)
        remote = bench.remote(first)
        hook = remote / "hooks/update"
        hook.write_text('#!/bin/sh\ntest "$1" != "$(cat refused)"\n')
        hook.chmod(0o755)
        for number in range(count // 2):
            name = f"m{number}"
            planned = [f"{name}@v0.0.1", f"{name}#prod#1"]
            refused = dice.choice(planned)
            (remote / "refused").write_text(f"refs/tags/{refused}\n")
            isWhole = (number + which) % 2 == 0
            if isWhole:
                call = bench.model(first, "assign", name, "--stage", "prod", "--push", "--json")
            else:
                bench.model(first, "assign", name, "--stage", "prod", "--json")
                call = bench.model(first, "push", name, "--json")
            there, here = ([tag for tag in tags_of(path) if tag in planned] for path in (remote, first))
            if call.code != 4 or refused not in call.errors.decode() or there or (here and isWhole):
                problems.append(f"{refused} refused: {there} there, {here} here, {call}")
            if not isWhole:
                # What stays here by intention goes out when nothing is refused.
                (remote / "refused").write_text("\n")
                bench.model(first, "push", name, "--json")
        problems += bench.history.problems(remote, [first])
        return "\n".join(problems) or None
    return count // 2 * 2, bench.parallel(half, range(2), jobs=2)


def r12_cut(bench: Bench):
    """A push that is cut at any of 500 bytes, and the same command again: published once, whatever was known between."""
    count = bench.count(500)
    template = bench.repository()
    folder = bench.folder / "served"
    folder.mkdir()
    bare = folder / "template.git"
    git(bench.folder, "clone", "-q", "--bare", str(template), str(bare))
    git(bare, "config", "http.receivepack", "true")
    outcomes, lock = {}, threading.Lock()
    with contextlib.ExitStack() as stack:
        handler = type("Handler", (GitHandler,), {"root": folder})
        port = int(serve(stack, handler).rsplit(":", 1)[1])

        def push(path: Path, remote: Path, limit: int | None) -> tuple:
            with Cutter(port, limit) as cutter:
                git(path, "remote", "set-url", "origin", f"http://127.0.0.1:{cutter.port}/{remote.name}")
                call = bench.model(path, *COMMANDS[kind(path)], "--push", "--json")
            return call, cutter.count

        def kind(path: Path) -> int:
            return int(path.joinpath("kind").read_text())

        def pair(number: int) -> tuple[Path, Path]:
            path, remote = bench.copy(template), bench.copy(bare)
            served = folder / f"{remote.name}.git"
            remote.rename(served)
            git(path, "remote", "add", "origin", "x")
            (path / "kind").write_text(str(number % len(COMMANDS)))
            return path, served
        totals = []
        for number in range(len(COMMANDS)):
            path, remote = pair(number)
            call, size = push(path, remote, None)
            if call.code != 0:
                return 1, [f"a push that nobody cuts: {call}"]
            totals.append(size)
        print(f"  R12: {totals} bytes go both ways", flush=True)

        def once(number):
            path, remote = pair(number)
            total = totals[kind(path)]
            offset = min(total - 1, number * total // count)
            call, _ = push(path, remote, offset)
            code = error_code(call) or "ok"
            with lock:
                outcomes[code] = outcomes.get(code, 0) + 1
            arrived = len(tags_of(remote))
            if call.code not in (0, 1) or arrived not in (0, WHOLE[kind(path)]):
                return f"cut at {offset} of {total}: {arrived} tags there, {call}"
            if code not in ("ok", "outcome-unknown", "remote-unreachable"):
                return f"cut at {offset} of {total}: {call}"
            if arrived and code == "remote-unreachable":
                return f"cut at {offset} of {total}: told that it did not arrive, and it did: {call}"
            if call.code == 0:
                return None if arrived else f"cut at {offset} of {total}: nothing is there: {call}"
            again, _ = push(path, remote, None)
            if again.code != 0 or tags_of(remote) != tags_of(path) or len(tags_of(remote)) != WHOLE[kind(path)]:
                return f"cut at {offset} of {total}: {call}, then {again}; there {sorted(tags_of(remote))}"
            problems = bench.history.problems(remote, [path]) if number % 10 == 0 else []
            return f"cut at {offset} of {total}: {problems}" if problems else None
        problems = bench.parallel(once, range(count), jobs=2)
    print(f"  R12: {outcomes}", flush=True)
    return count, problems


COMMANDS = [["register", "m"], ["assign", "m", "--stage", "prod"]]
# How many tags each of them makes.
WHOLE = [1, 2]

ROWS = {"R9": r9_refused, "R12": r12_cut}
