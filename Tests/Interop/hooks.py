"""Holds hooks to the rows H1 to H7 and M9 of the fault model, to running once, and webhooks to their signature: each row so often.

    GIT_MODEL=... python3 Tests/Interop/hooks.py [ROW ...]

SHARE=10 does a tenth of the runs. A row makes its repository, runs `git model trigger` as often as it says, and counts what went wrong. The times are the
issue's own limits, for a machine that does other things too; several runs are at work at once. Ends with status 1 where
something differs.
"""

import hashlib
import hmac
import http.server
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hermetic import enter, git

SHARE = int(os.environ.get("SHARE", 1))
SEED = int(os.environ.get("SEED", random.randrange(1 << 32)))


# The row's own limit; a slice is for finding what hangs, on a machine that may be busy.
LIMIT = 2 if SHARE == 1 else 10


class Bench:
    """A folder for repositories, and the product."""

    def __init__(self, folder: Path):
        self.folder, self.program, self.count, self.lock = folder, Path(os.environ["GIT_MODEL"]), 0, threading.Lock()

    def repository(self, hooks: str, scripts: dict[str, bytes] | None = None) -> Path:
        """A repository with one registered artifact, churn, that is in the stage prod."""
        with self.lock:
            self.count += 1
            path = self.folder / f"repository-{self.count}"
        path.mkdir()
        git(path, "init", "-q", "-b", "main")
        # A hook has a closed environment: who it is must stand in the configuration.
        git(path, "config", "user.name", "Ana")
        git(path, "config", "user.email", "ana@example.com")
        (path / "model.bin").write_bytes(b"model")
        (path / "dvc.yaml").write_text("artifacts:\n  churn:\n    path: model.bin\n    type: model\n")
        (path / ".registry.yaml").write_text(hooks)
        for name, text in (scripts or {}).items():
            (path / name).write_bytes(text)
            (path / name).chmod(0o755)
        git(path, "add", "-A")
        git(path, "commit", "-q", "-m", "First")
        self.model(path, "register", "churn", "-q")
        self.model(path, "assign", "churn@latest", "--stage", "prod", "-q")
        return path

    def model(self, path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
        """Runs the product; what it prints is kept as bytes."""
        return subprocess.run(
            [self.program, *arguments], cwd=path, env=dict(os.environ, **variables), stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=120,
        )

    def trigger(self, path: Path, *arguments: str, **variables: str) -> tuple[subprocess.CompletedProcess, float]:
        """Runs the hooks of churn's assignment; also the seconds that it took."""
        start = time.monotonic()
        result = self.model(path, "trigger", "churn#prod#1", "--again", "--allow", *arguments, **variables)
        return result, time.monotonic() - start

    def repeat(self, count: int, work, jobs: int = 4) -> tuple[int, list[str]]:
        """Does something so often, several at once; how often, and the problems that it returned."""
        count = max(min(count, 6), count // SHARE)
        with ThreadPoolExecutor(jobs) as pool:
            return count, [problem for problem in pool.map(work, range(count)) if problem]


def run(command: str, more: str = "") -> str:
    return f"hooks:\n- name: hook\n  on: assigned\n  run: [sh, -c, {json.dumps(command)}]\n{more}"


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def h1_hangs(bench: Bench):
    """A hook that hangs is ended at its limit: status 4, its name and the limit are said."""
    def once(_):
        path = bench.repository(run("sleep 300", "  timeout: 1s\n"))
        tags = git(path, "for-each-ref")
        result, seconds = bench.trigger(path)
        words = b"hook hook failed for churn#prod#1: stopped after its time limit of 1 s" in result.stderr
        if result.returncode != 4 or not words or seconds >= LIMIT or git(path, "for-each-ref") != tags:
            return f"status {result.returncode} after {seconds:.1f} s: {result.stderr.decode()}"
        return None
    return bench.repeat(50, once)


def h2_children(bench: Bench):
    """Children that keep the pipe are killed with the session; one that left it is told."""
    def once(_):
        path = bench.repository(run("sleep 300 & echo $! > pid; setsid sleep 7 & echo $! > away; sleep 0.2"))
        result, seconds = bench.trigger(path)
        child = int((path / "pid").read_text())
        deadline = time.monotonic() + 2
        while alive(child) and time.monotonic() < deadline:
            time.sleep(0.02)
        if result.returncode != 0 or seconds > 3 * LIMIT or alive(child):
            return f"status {result.returncode} after {seconds:.1f} s, child alive: {alive(child)}"
        if b"(sleep) left the hook's session and still runs" not in result.stderr:
            return f"the process that left is not told: {result.stderr.decode()}"
        return None
    return bench.repeat(50, once)


def h3_floods(bench: Bench):
    """1 GB of output: the first 64 KiB are kept, the rest is counted."""
    path = bench.repository(run("head -c 1000000000 /dev/zero | tr '\\0' x"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    result, _ = bench.trigger(path)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if result.returncode != 0 or b"bytes left out" not in result.stderr or len(result.stderr) > 80_000:
        return 1, [f"status {result.returncode}, {len(result.stderr)} bytes"]
    return 1, [f"{peak} KiB"] if max(before, peak) > 100 * 1024 else []


def h4_never_reads(bench: Bench):
    """A hook that never reads its input, or closes it early, blocks nobody. The message has nearly 1 MiB."""
    path = bench.repository(run("exec 0<&-; true"))
    (path / "message").write_text("x" * 1_000_000)
    git(path, "tag", "-a", "-F", "message", "churn#prod#2", "HEAD")
    def once(number):
        command = ["exec 0<&-; sleep 0.1", "sleep 0.1", "head -c 1 > /dev/null; exit 0"][number % 3]
        copy = bench.folder / f"h4-{number}"
        subprocess.run(["cp", "-r", path, copy], check=True)
        (copy / ".registry.yaml").write_text(run(command))
        start = time.monotonic()
        result = bench.model(copy, "trigger", "churn#prod#2", "--allow")
        seconds = time.monotonic() - start
        return None if result.returncode == 0 and seconds < LIMIT + 1 else f"status {result.returncode} after {seconds:.1f} s"
    return bench.repeat(50, once)


def h5_cannot_run(bench: Bench):
    """Six scripts that cannot or must not run: status 4 and the cause."""
    script = b"#!/bin/sh\ntrue\n"
    def case(number):
        name, text, cause = [
            ("plain", script, "it is not executable"), ("interpreter", b"#!/no/such\n", "which is not there"),
            ("lineless", b"true\n\x7f\x00", "neither a program nor a script"),
            ("carriage", b"#!/bin/sh\r\ntrue\r\n", "carriage return"), ("shared", script, "everybody may change it"),
            ("linked", script, "leads out of the repository"),
        ][number]
        path = bench.repository("hooks:\n- {name: hook, on: assigned, run: hook.sh}\n", {"hook.sh": text})
        if name == "plain":
            (path / "hook.sh").chmod(0o644)
        if name == "shared":
            (path / "hook.sh").chmod(0o777)
        if name == "linked":
            (bench.folder / "outside.sh").write_bytes(script)
            (bench.folder / "outside.sh").chmod(0o755)
            (path / "hook.sh").unlink()
            (path / "hook.sh").symlink_to(bench.folder / "outside.sh")
        result, _ = bench.trigger(path)
        isTold = cause in result.stderr.decode() and b"hint: " in result.stderr
        return None if result.returncode == 4 and isTold else f"{name}: {result.returncode} {result.stderr.decode()}"
    return bench.repeat(6, case)


def h6_reenters(bench: Bench):
    """A hook that deletes its own tag, moves another, makes one and calls us again: each event runs once, none nested."""
    path_variable = f"{bench.program.parent}:{os.environ['PATH']}"
    def once(_):
        path = bench.repository(run("true"))
        log = bench.folder / f"{path.name}-log"
        script = (
            f"echo $MODEL_STAGE >> {log}; test $MODEL_STAGE = prod || exit 0; git-model trigger churn@v0.0.1 --allow; "
            f"echo nested $? >> {log}; git tag -d 'churn#prod#2'; git tag -f -m Moved churn@v0.0.1 HEAD; "
            "git-model assign churn@latest --stage dev -q --force"
        )
        (path / ".registry.yaml").write_text(run(script))
        # What is there is history; what comes now waits.
        bench.model(path, "trigger", "--all-pending", "--allow")
        bench.model(path, "assign", "churn@latest", "--stage", "prod", "-q", "--force")
        result = bench.model(path, "trigger", "--all-pending", "--allow", PATH=path_variable)
        words = log.read_text().split("\n") if log.exists() else []
        again = bench.model(path, "trigger", "--all-pending", "--allow", PATH=path_variable)
        if words != ["prod", "nested 4", "dev", ""] or result.returncode != 0 or b"no hook waits" not in again.stderr:
            return f"status {result.returncode}: {words} {result.stderr.decode()[-400:]} {again.stderr.decode()}"
        return None if b"churn@v0.0.1 was" in again.stderr else f"the moved tag is not told: {again.stderr.decode()}"
    return bench.repeat(50, once)


def h7_untrusted(bench: Bench):
    """A cloned repository's hooks do not run until they are allowed, and not any more once they changed."""
    canary = bench.folder / "canary"
    origin = bench.repository(run(f"echo ran >> {canary}"))
    def once(number):
        clone = bench.folder / f"clone-{number}"
        git(bench.folder, "clone", "-q", str(origin), str(clone))
        # A home of its own: the next machine.
        home = bench.folder / f"home-{number}"
        home.mkdir()
        variables = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
        for arguments in (["trigger", "churn#prod#1"], ["trigger", "--since", "2000-01-01"], ["hooks", "list"]):
            result = bench.model(clone, *arguments, **variables)
            if (result.returncode == 4) != (arguments[0] == "trigger") or canary.exists():
                return f"{arguments}: {result.returncode} {result.stderr.decode()}"
        return None
    return bench.repeat(20, once, jobs=1)


def m9_values(bench: Bench):
    """300 hostile values reach the script byte for byte, by variables and by JSON, and none runs."""
    random.seed(SEED)
    canary = bench.folder / "m9-canary"
    pieces = [
        f"$(touch {canary})", f"`touch {canary}`", f"; touch {canary} #", f"' ; touch {canary} ; '", f'" ; touch {canary} ; "',
        "%s%n%x", "${IFS}", "\\", "\\n", "\t", "*", "~", "!", "&&", "||", "<>", "é", "\u202e", "\U0001f600", "'", '"', "$HOME",
        "--option", "-x", "a b", "()", "{}", "[]", "=", "%00", "&#10;", "\u2028", "\x1b[31m", "\x7f",
    ]
    values = ["".join(random.choices(pieces, k=random.randint(1, 6))) for _ in range(300)]
    hook = "env -0 > ../NAME-env; cat > ../NAME-json"
    paths: list[str | None] = []
    def once(number):
        path = bench.repository("")
        value = values[number]
        (path / ".registry.yaml").write_text(
            run(hook.replace("NAME", path.name), "  env: [VALUE]\n"))
        # The path of an artifact, the message of a tag and a variable of the caller.
        (path / "dvc.yaml").write_text(
            json.dumps({"artifacts": {"churn": {"path": f"models/{value}", "type": "model"}}}))
        git(path, "commit", "-qam", "Second")
        (path / "message").write_text(value + "\n")
        git(path, "tag", "-a", "--cleanup=verbatim", "-F", "message", "churn#dev#9", "HEAD")
        bad = {"LD_PRELOAD": "/nonexistent/x.so", "BASH_FUNC_ls%%": f"() {{ touch {canary}; }}", "BASH_ENV": str(canary)}
        # The loader tells of what it cannot load, and goes on.
        result = bench.model(path, "trigger", "churn#dev#9", "--allow", VALUE=value, **bad)
        if result.returncode != 0:
            return f"{value!r}: {result.returncode} {result.stderr.decode()}"
        entries = (bench.folder / f"{path.name}-env").read_bytes().split(b"\0")
        variables = dict(entry.split(b"=", 1) for entry in entries if entry)
        payload = json.loads((bench.folder / f"{path.name}-json").read_bytes())
        checks = [
            variables[b"VALUE"] == value.encode(), payload["message"] == value.strip(),
            not {b"LD_PRELOAD", b"BASH_ENV", b"BASH_FUNC_ls%%"} & set(variables),
            # A path that leads nowhere in a repository is none.
            payload["path"] in (None, f"models/{value}"),
            variables[b"MODEL_PATH"] == (payload["path"] or "").encode(),
        ]
        paths.append(payload["path"])
        return None if all(checks) else f"{value!r}: {checks} {variables} {payload}"
    count, problems = bench.repeat(300, once)
    told = sum(path is not None for path in paths)
    if 2 * told < count:
        problems.append(f"only {told} of {count} paths were told")
    return count, problems + ([f"{canary} was made"] if canary.exists() else [])


def killed(bench: Bench):
    """The runner is killed in the middle: the hook ends, then runs again, never two at once, and nothing is lost."""
    def once(number):
        path = bench.repository(run("true"))
        log = bench.folder / f"{path.name}-log"
        (path / ".registry.yaml").write_text(
            run(f"echo start $MODEL_ATTEMPT >> {log}; sleep 0.6; echo end $MODEL_ATTEMPT >> {log}"))
        waits = number % 2 == 0
        if waits:
            bench.model(path, "trigger", "--all-pending", "--allow")
            bench.model(path, "assign", "churn@latest", "--stage", "prod", "-q", "--force")
        words = ["--all-pending"] if waits else ["churn#prod#1"]
        runner = subprocess.Popen(
            [bench.program, "trigger", *words, "--allow"], cwd=path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not log.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        runner.kill()
        runner.wait()
        # Where no journal was begun, what was cut short is no history.
        result = bench.model(path, "trigger", "--all-pending", "--allow")
        lines = log.read_text().split("\n")
        wanted = ["start 1", "end 1", "start 2", "end 2", ""]
        if lines != wanted or result.returncode != 0 or b"was cut short" not in result.stderr:
            return f"{words}: {lines} {result.returncode} {result.stderr.decode()}"
        return None
    return bench.repeat(20, once)


def changing(bench: Bench):
    """While a hook runs, rules, scripts and tags change: later events get the new rules, nothing runs that was not
    allowed, and a tag that is moved meanwhile is told."""
    def once(_):
        path = bench.repository(run("true"))
        log = bench.folder / f"{path.name}-log"
        bench.model(path, "trigger", "--all-pending", "--allow")
        (path / "hook.sh").write_text(f"#!/bin/sh\necho old $MODEL_ATTEMPT >> {log}\nsleep 0.5\nexit 1\n")
        (path / "hook.sh").chmod(0o755)
        (path / ".registry.yaml").write_text(
            "hooks:\n- {name: hook, on: assigned, run: hook.sh, retries: 1}\n")
        bench.model(path, "hooks", "allow")
        bench.model(path, "assign", "churn@latest", "--stage", "prod", "-q", "--force")
        runner = subprocess.Popen(
            [bench.program, "trigger", "--all-pending"], cwd=path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 20
        while not log.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        (path / "hook.sh").write_text(f"#!/bin/sh\necho nobody allowed this >> {log}\n")
        with (path / ".registry.yaml").open("a") as file:
            file.write(f"- {{name: retire, on: deprecated, run: [sh, -c, 'echo retired >> {log}']}}\n")
        bench.model(path, "hooks", "allow", "retire")
        bench.model(path, "deprecate", "churn", "-q")
        said = runner.communicate()[0].decode()
        lines = log.read_text().split("\n")
        # The second attempt is refused; the event that came meanwhile has the new rule.
        if lines != ["old 1", "retired", ""] or "has not been allowed" not in said:
            return f"{lines} {said}"
        return None
    return bench.repeat(20, once)


class Receiver(http.server.BaseHTTPRequestHandler):
    """A webhook receiver that fails twice for each delivery."""

    attempts: dict[str, list[tuple[dict, bytes]]] = {}

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        seen = self.attempts.setdefault(self.path, [])
        seen.append((self.headers, body))
        self.send_response(503 if len(seen) < 3 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def webhooks(bench: Bench):
    """A receiver that fails twice gets the third attempt, with a valid signature; the secret is nowhere to be seen."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = "s3cr3t-key-of-the-receiver"
    def once(number):
        url = f"http://127.0.0.1:{server.server_port}/{number}"
        path = bench.repository(
            f"hooks:\n- name: tell\n  on: assigned\n  retries: 2\n  webhook: {{url: '{url}', secret: {{env: KEY}}}}\n")
        result, _ = bench.trigger(path, KEY=secret)
        seen = Receiver.attempts.get(f"/{number}", [])
        if result.returncode != 0 or len(seen) != 3:
            return f"status {result.returncode}, {len(seen)} attempts: {result.stderr.decode()}"
        for attempt, (headers, body) in enumerate(seen, 1):
            wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            payload = json.loads(body)
            if headers["X-Hub-Signature-256"] != wanted or payload["attempt"] != attempt:
                return f"attempt {attempt}: {headers} {payload}"
            if headers["X-Git-Model-Delivery"] != git(path, "rev-parse", "churn#prod#1").strip():
                return f"attempt {attempt}: {headers}"
        kept = b"".join(file.read_bytes() for file in (path / ".git/git-model/hooks").rglob("*") if file.is_file())
        if secret.encode() in result.stdout + result.stderr + kept:
            return "the secret was told"
        return None
    count, problems = bench.repeat(8, once)
    server.shutdown()
    return count, problems


ROWS = {
    "H1": h1_hangs, "H2": h2_children, "H3": h3_floods, "H4": h4_never_reads, "H5": h5_cannot_run, "H6": h6_reenters,
    "H7": h7_untrusted, "killed": killed, "changing": changing, "M9": m9_values, "webhooks": webhooks,
}


def main() -> int:
    failed = 0
    for name in sys.argv[1:] or list(ROWS):
        folder = Path(tempfile.mkdtemp(prefix="hooks-"))
        enter(str(folder))
        os.environ.update(
            GIT_AUTHOR_NAME="Ana", GIT_AUTHOR_EMAIL="ana@example.com", GIT_COMMITTER_NAME="Ana",
            GIT_COMMITTER_EMAIL="ana@example.com", GIT_MODEL=PROGRAM,
        )
        start = time.monotonic()
        count, problems = ROWS[name](Bench(folder))
        print(f"{name:10} {count - len(problems):4} of {count} runs, {time.monotonic() - start:.1f} s", flush=True)
        for problem in problems[:3]:
            print(f"  {problem}")
        failed += bool(problems)
        if problems:
            print(f"  its repositories are in {folder}; seed {SEED}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"hooks: {failed} rows failed, seed {SEED}")
    return 1 if failed else 0


if __name__ == "__main__":
    PROGRAM = str(Path(os.environ["GIT_MODEL"]).resolve())
    sys.exit(main())
