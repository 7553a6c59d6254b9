"""Rows C6 and C7: refs, objects and tag objects that are damaged."""

import json
import re
import subprocess
from pathlib import Path
from random import Random

from bench import Bench
from hermetic import git

REGISTRY = re.compile(r"[a-z0-9]+(@v\d+\.\d+\.\d+|#[a-z]+#\d+)")
# What may come of damage: done, failed, nothing of that name, or found out.
CODES = {0, 1, 2, 5}


def stocked(bench: Bench) -> Path:
    """A repository with 12 tags, half of them packed, and no reflog or index that would name them too."""
    path = bench.repository(commits=6)
    for number, commit in enumerate(git(path, "rev-list", "main").split()):
        bench.model(path, "assign", f"m{number}", commit, "--stage", "prod", "--json")
        if number == 2:
            git(path, "pack-refs", "--all")
    return path


def listed_by_git(path: Path) -> tuple[set[str], bool]:
    """The registry's tags that git lists and can read, by the name inside; whether all that it lists is in order."""
    answer = subprocess.run(
        ["git", "-C", str(path), "for-each-ref", "--format=%(refname:strip=2) %(objectname)", "refs/tags"],
        capture_output=True, check=False)
    lines = [line.rsplit(" ", 1) for line in answer.stdout.decode(errors="replace").splitlines()]
    names, isWhole = set(), answer.returncode == 0 and not answer.stderr
    for name, made in lines:
        tag = subprocess.run(["git", "-C", str(path), "cat-file", "tag", made], capture_output=True, check=False)
        commit = subprocess.run(["git", "-C", str(path), "cat-file", "-e", f"{made}^{{commit}}"], capture_output=True, check=False)
        inside = tag.stdout.decode(errors="replace").partition("\ntag ")[2].partition("\n")[0]
        if not REGISTRY.fullmatch(name):
            continue
        if tag.returncode == 0 and commit.returncode == 0 and REGISTRY.fullmatch(inside):
            names.add(inside)
        else:
            isWhole = False
    return names, isWhole


def c6_refs(bench: Bench):
    """200 times something that refs are made of is damaged: never success with fewer tags than git lists."""
    count = bench.count(200, 18)
    template = stocked(bench)

    def once(number: int) -> str | None:
        path = bench.copy(template)
        kind = sorted(MUTATIONS)[number % len(MUTATIONS)]
        hurt = MUTATIONS[kind](bench.dice(number), path)
        (expected, isWhole), found = listed_by_git(path), []
        for arguments in (["history", "--json"], ["show", "--json"], ["doctor", "--json"]):
            call = bench.model(path, *arguments)
            words = (call.errors + (call.output if arguments[0] == "doctor" else b"")).decode(errors="replace")
            if call.code not in CODES:
                found.append(f"{call}")
            if arguments[0] == "history" and call.code == 0:
                events = {event["ref"] for event in json.loads(call.output)}
                found += [f"{sorted(expected - events)} are missing"] if expected - events else []
            elif arguments[0] == "history":
                isWhole = False
            if arguments[0] == "show" and call.code == 0:
                shown = {name for name in json.loads(call.output)}
                missing = {one.split("@")[0] for one in expected if "@" in one} - shown
                found += [f"show leaves out {sorted(missing)}"] if missing else []
            # What git has no complaint about nobody can know: a file that was cut at the end of a line.
            if arguments[0] == "doctor" and not isWhole and not (call.code in (1, 5) and any(one in words for one in hurt)):
                found.append(f"doctor does not name {hurt}: {call} {words[:300]}")
        return f"{path.name}, {kind}: {found}" if found else None
    return count, bench.parallel(once, range(count), jobs=2)


def packed(path: Path) -> Path:
    return path / ".git/packed-refs"


def cut_packed(dice: Random, path: Path) -> list[str]:
    content = packed(path).read_bytes()
    packed(path).write_bytes(content[:dice.randrange(1, len(content) - 1)])
    return ["packed-refs"]


def change_packed(dice: Random, path: Path) -> list[str]:
    content = bytearray(packed(path).read_bytes())
    place = dice.randrange(len(content))
    content[place] ^= 1 << dice.randrange(8)
    packed(path).write_bytes(content)
    # The id or the name of any tag may be what changed, or the id of the branch that HEAD names.
    changed = bytes(content[content.rfind(b"\n", 0, place) + 1:]).split(b" ", 1)[0]
    return ["packed-refs", "m0", "m1", "m2", "tag ", changed.decode(errors="replace")]


def junk_in_packed(dice: Random, path: Path) -> list[str]:
    lines = packed(path).read_bytes().splitlines(keepends=True)
    lines.insert(dice.randrange(1, len(lines)), dice.choice([b"junk\n", b"\n", b"^junk\n", b"\0\0\0\n", b"<<<<<<< HEAD\n"]))
    packed(path).write_bytes(b"".join(lines))
    return ["packed-refs"]


def loose(dice: Random, path: Path, content: bytes) -> list[str]:
    file = dice.choice(sorted((path / ".git/refs/tags").iterdir()))
    if content.startswith(b"-"):
        content = file.read_bytes()[:int(content[1:])]
    file.write_bytes(content)
    return [file.name]


def lost_object(dice: Random, path: Path, change) -> list[str]:
    """Damages the object of a tag."""
    name = dice.choice(git(path, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags").split())
    made = git(path, "rev-parse", f"refs/tags/{name}").strip()
    file = path / f".git/objects/{made[:2]}/{made[2:]}"
    file.chmod(0o644)
    change(file)
    return [name, made]


MUTATIONS = {
    "packed-refs is cut": cut_packed,
    "a byte of packed-refs": change_packed,
    "junk in packed-refs": junk_in_packed,
    "an empty ref": lambda dice, path: loose(dice, path, b""),
    "a ref of the zero id": lambda dice, path: loose(dice, path, b"0" * 40 + b"\n"),
    "a ref of no object": lambda dice, path: loose(dice, path, b"1234567890" * 4 + b"\n"),
    "a ref that is cut": lambda dice, path: loose(dice, path, b"-%d" % dice.randrange(1, 39)),
    "no object": lambda dice, path: lost_object(dice, path, Path.unlink),
    "an object that is cut": lambda dice, path: lost_object(
        dice, path, lambda file: file.write_bytes(file.read_bytes()[:dice.randrange(1, 60)])),
}


def c7_objects(bench: Bench):
    """300 tag objects that are damaged, in fives: each is read or reported, and the other artifacts are as they were."""
    count = bench.count(300, 15)
    template = stocked(bench)
    clean = {name: bench.model(template, name, "--json").output for name in ("show", "history")}
    commit = git(template, "rev-parse", "main").strip()

    def once(number: int) -> str | None:
        path = bench.copy(template)
        names, texts = [], []
        for turn in range(min(5, count - 5 * number)):
            name = f"x{turn}@v1.0.0"
            text = damaged_tag(bench.dice(5 * number + turn), name, commit, 5 * number + turn)
            made = subprocess.run(
                ["git", "-C", str(path), "hash-object", "-t", "tag", "--literally", "-w", "--stdin"], input=text,
                capture_output=True, check=True).stdout.decode().strip()
            # git would not make a ref of some of them.
            (path / f".git/refs/tags/{name}").write_text(made + "\n")
            names.append(name)
            texts.append(text)
        found = []
        shown = {}
        for word in ("show", "history", "doctor"):
            call = bench.model(path, word, "--json")
            if call.code != (5 if word == "doctor" else 0) and not (word == "doctor" and call.code == 0):
                found.append(f"{call}")
                continue
            shown[word] = call
        for name in names:
            call = bench.model(path, "check-ref", f"refs/tags/{name}", "--json")
            found += [f"{call}"] if call.code not in CODES else []
        if len(shown) == 3:
            events = json.loads(shown["history"].output)
            read = {event["ref"] for event in events}
            # Inside, one of them has the name "other", and that counts.
            rest = [event for event in events if event["artifact"].startswith("m")]
            artifacts = {name: one for name, one in json.loads(shown["show"].output).items() if name.startswith("m")}
            if rest != json.loads(clean["history"]) or artifacts != json.loads(clean["show"]):
                found.append("the other artifacts are not as they were")
            report = shown["doctor"].output.decode()
            found += [f"{name} is neither read nor reported: {text}" for name, text in zip(names, texts)
                      if name not in read and name not in report]
        return f"{path.name}: {found}" if found else None
    return count, bench.parallel(once, range(-(-count // 5)), jobs=2)


def damaged_tag(pick: Random, name: str, commit: str, number: int) -> bytes:
    """A tag object with one thing wrong."""
    person = "tagger Ana Ruiz <ana@example.com> 1700009000 +0000"
    head = [f"object {commit}", "type commit", f"tag {name}", person]
    kind = number % 15
    if kind < 4:
        del head[kind]
    elif kind == 4:
        zone = pick.choice(["+9999", "-2400", "+00000", "0000", "+12", "UTC", "+1a00", "-0000", "--100", ""])
        head[3] = f"tagger Ana Ruiz <ana@example.com> 1700009000 {zone}"
    elif kind == 5:
        time = pick.choice(["-1", "99999999999999999999", "9223372036854775807", "0", "x", "", "1e9", "253402300800"])
        head[3] = f"tagger Ana Ruiz <ana@example.com> {time} +0000"
    elif kind == 6:
        head[3] = "tagger " + pick.choice(["Ana", "<ana@example.com> 1 +0000", "Ana <ana 1 +0000", "Ana <<>> 1 +0000", ">< 1 +0000", ""])
    elif kind == 7:
        head[0] = "object " + pick.choice([commit[:-1], commit + "0", "0" * 40, "g" * 40, commit.upper(), ""])
    elif kind == 8:
        head[1] = "type " + pick.choice(["tag", "tree", "blob", "", "none", "commit "])
    elif kind == 9:
        head[2] = "tag " + pick.choice(["", "other@v1.0.0", f"{name} ", "x\0y", "\xff", "a" * 5000])
    elif kind == 10:
        pick.shuffle(head)
    elif kind == 11:
        head.insert(pick.randrange(5), pick.choice(["", "junk", "gpgsig x", f"object {commit}", "\0"]))
    text = ("\n".join(head) + "\n\nmessage\n").encode("latin-1")
    if kind == 12:
        text = text.replace(b"\n", b"\r\n")
    elif kind == 13:
        text = text[:pick.randrange(len(text))]
    elif kind == 14:
        changed = bytearray(text)
        for _ in range(pick.randrange(1, 5)):
            changed[pick.randrange(len(changed))] = pick.randrange(256)
        text = bytes(changed)
    return text


ROWS = {"C6": c6_refs, "C7": c7_objects}
