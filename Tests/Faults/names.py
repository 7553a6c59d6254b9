"""Row M11: SQL in names, stages, messages and authors."""

import json
import re

from bench import Bench, error_code
from hermetic import git
from history import tags_of

PAYLOADS = [
    "'; DROP TABLE tags; --", "\" OR 1=1 --", "') OR ('1'='1", "1; DELETE FROM events", "' UNION SELECT * FROM sqlite_master --",
    "admin'--", "'", "''", "\"", "`", "\\", "\\'", "%", "_", "%_%", "*", "?", "?1", ":name", "@p1", "$1", "x'00'", "X'53514C'",
    "NULL", "null", "select", "drop-table-tags", "union-all", "0", "1e309", "-1", "rowid", "sqlite_master", "main.tags",
    "/*", "*/ SELECT", "-- comment", "#", ";", ";;", "a;b", "' || randomblob(1000000000) || '", "attach database 'x' as y",
    "pragma writable_schema=on", "load_extension('x')", "glob '*'", "like '%'", "\u2019; drop", "\u02bc OR 1=1", "char(39)",
]
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_/-]*[A-Za-z0-9])?")


def m11_sql(bench: Bench):
    """50 payloads: a name or stage that is none is refused, a text comes out as it went in, and git lists the same."""
    payloads = PAYLOADS[:bench.count(len(PAYLOADS), 10)]
    path = bench.repository(commits=len(payloads))
    commits = git(path, "rev-list", "main").split()
    problems, written = [], {}
    plain = ["--no-index"] if b"--no-index" in bench.model(path, "show", "--help").output else None

    def read(*words: str):
        """What a command answers, the same without the index."""
        call = bench.model(path, *words, "--json")
        if plain and bench.model(path, *words, "--json", *plain).output != call.output:
            problems.append(f"{' '.join(words)} is another one without the index")
        return json.loads(call.output) if call.code in (0, 5) else problems.append(f"{call}")
    for number, payload in enumerate(payloads):
        # As a name and as a stage: taken as it is, or refused for what it is.
        isName = NAME.fullmatch(payload) is not None
        for words in (["register", f"--version=v1.0.{number}", "--", payload, commits[number]],
                      ["assign", f"--stage={payload}", "--", f"base{number}", commits[number]]):
            call = bench.model(path, words[0], "--json", *words[1:])
            if (call.code == 0) != isName or call.code not in (0, 64):
                problems.append(f"{payload!r} as a {'name' if words[0] == 'register' else 'stage'}: {call}")
            if call.code == 0:
                written |= {name: None for name in call.created}
        # As text.
        artifact, author = f"m{number}", f"Ana {payload} Ruiz"
        message = f"before {payload} after\n\n{payload}"
        call = bench.model(
            path, "register", artifact, commits[number], "--allow-same-commit", "-m", message, "--json",
            GIT_COMMITTER_NAME=author, GIT_AUTHOR_NAME=author)
        if call.code != 0:
            problems.append(f"{payload!r} as a message: {call} {error_code(call)}")
            continue
        written[f"{artifact}@v0.0.1"] = (author, message)
    held = tags_of(path)
    if set(held) != set(written):
        problems.append(f"git lists {sorted(set(held) ^ set(written))}")
    events = {event["ref"]: event for event in read("history")}
    if {name: event["tag_hexsha"] for name, event in events.items()} != held:
        problems.append("history is not what git lists")
    rows = git(path, "for-each-ref", "--format=%(refname:strip=2)%00%(taggername)%00%(contents)%01", "refs/tags").split("\x01")
    told = {row.lstrip("\n").split("\0")[0]: row.lstrip("\n").split("\0")[1:] for row in rows if row.strip()}
    for name, expected in written.items():
        author, message = told[name]
        event = events.get(name)
        if event and (event["author"] != author or event["message"].rstrip("\n") != message.rstrip("\n")):
            problems.append(f"{name}: history says {event['author']!r}, {event['message']!r}, git {author!r}, {message!r}")
        if expected and (author != crudless(expected[0]) or not message.startswith(expected[1])):
            problems.append(f"{name}: {expected} was written, {author!r}, {message!r} is there")
    shown = read("show")
    if set(shown) != {event["artifact"] for event in events.values()}:
        problems.append(f"show has other artifacts: {sorted(shown)}")
    stages = {event["stage"] for event in events.values() if event["stage"]}
    if set(read("stages")) != stages:
        problems.append("stages has other stages")
    for number in range(len(payloads)):
        one = read("history", f"m{number}")
        if [event["ref"] for event in one or []] != [f"m{number}@v0.0.1"]:
            problems.append(f"history m{number}: {one}")
        read("show", f"m{number}")
        answer = read("check-ref", f"refs/tags/m{number}@v0.0.1")
        if f"m{number}" not in json.dumps(answer):
            problems.append(f"check-ref m{number}: {answer}")
    # As a selector.
    for payload in payloads:
        for word in ("show", "history", "download"):
            call = bench.model(path, word, "--json", "--", payload)
            if call.code not in (0, 2, 3, 64) or call.code == 0 and payload not in shown and payload not in stages:
                problems.append(f"{payload!r}: {call}")
    if tags_of(path) != held:
        problems.append("reading changed the tags")
    return len(payloads), problems


def crudless(name: str) -> str:
    """A person's name as Git writes it."""
    return name.strip(" .,:;<>\"\\'")


ROWS = {"M11": m11_sql}
