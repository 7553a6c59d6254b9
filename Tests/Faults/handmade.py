"""A repository that is written file by file: a process of git for each change would take most of a row's time."""

import hashlib
import os
import shutil
import subprocess
import zlib
from pathlib import Path

# Whom a repository of another user belongs to.
NOBODY = 65534
TAGS = b"refs/tags/"


class Handmade:
    """One repository: objects and refs go straight into its folder."""

    def __init__(self, folder: Path, *, is_bare: bool = False, owner: int | None = None):
        self.folder, self.owner, self.is_bare = folder, owner, is_bare
        self.git_folder = folder if is_bare else folder / ".git"
        self.peeled: dict[str, str] = {}
        for name in ("objects/pack", "refs/tags", "refs/heads"):
            (self.git_folder / name).mkdir(parents=True)
        self.write("HEAD", b"ref: refs/heads/main\n")
        self.write("config", b"[core]\n\trepositoryformatversion = 0\n\tbare = %s\n[gc]\n\tauto = 0\n" % (
            b"true" if is_bare else b"false"))

    def own(self) -> None:
        """Gives all that is new to the owner."""
        if self.owner is not None:
            for place in [self.folder, *self.folder.rglob("*")]:
                os.chown(place, self.owner, self.owner, follow_symlinks=False)

    def write(self, name: str | bytes, content: bytes) -> None:
        """Writes a file below the repository's own folder, as git does: beside it, then a rename."""
        path = os.path.join(os.fsencode(self.git_folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + b".lock", "wb") as file:
            file.write(content)
        try:
            os.rename(path + b".lock", path)
        except OSError:
            os.unlink(path + b".lock")
            raise

    # Objects

    @staticmethod
    def id_of(kind: str, content: bytes) -> str:
        return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(content)) + content).hexdigest()

    def put(self, kind: str, content: bytes) -> str:
        """Writes an object."""
        name = self.id_of(kind, content)
        path = self.git_folder / "objects" / name[:2] / name[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(b"%s %d\0" % (kind.encode(), len(content)) + content, 1))
        return name

    def tree(self, files: dict[str, bytes]) -> str:
        """Writes files by path, folders one deep."""
        entries, folders = [], {}
        for path, content in files.items():
            head, _, rest = path.partition("/")
            if rest:
                folders.setdefault(head, {})[rest] = content
            else:
                entries.append((head, b"100644 %s\0" % head.encode() + bytes.fromhex(self.put("blob", content))))
        for name, inner in folders.items():
            entries.append((name + "/", b"40000 %s\0" % name.encode() + bytes.fromhex(self.tree(inner))))
        return self.put("tree", b"".join(entry for _, entry in sorted(entries)))

    def commit(self, files: dict[str, bytes], parents: list[str], seconds: int) -> str:
        lines = [f"tree {self.tree(files)}", *(f"parent {parent}" for parent in parents)]
        lines += [f"{role} Ana Ruiz <ana@example.com> {seconds} +0000" for role in ("author", "committer")]
        return self.put("commit", ("\n".join(lines) + f"\n\nCommit at {seconds}\n").encode())

    # Refs

    def set_ref(self, name: bytes, content: str) -> bool:
        """Writes a ref's file; whether no other ref is in the way."""
        try:
            self.write(name, content.encode())
        except OSError:
            return False
        return True

    def loose(self) -> list[bytes]:
        """The tags that have files of their own."""
        root = os.path.join(os.fsencode(self.git_folder), TAGS)
        return sorted(
            os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names)

    def packed(self) -> dict[bytes, str]:
        """The refs of `packed-refs` by their full names."""
        try:
            lines = (self.git_folder / "packed-refs").read_bytes().splitlines()
        except FileNotFoundError:
            return {}
        return {line[41:]: line[:40].decode() for line in lines if line[:1] not in (b"#", b"^")}

    def set_packed(self, refs: dict[bytes, str], header: bytes = b" peeled fully-peeled sorted ") -> None:
        lines = [b"# pack-refs with:" + header] if header else []
        for name in sorted(refs):
            lines.append(refs[name].encode() + b" " + name)
            if b"peeled" in header and refs[name] in self.peeled:
                lines.append(b"^" + self.peeled[refs[name]].encode())
        self.write("packed-refs", b"".join(line + b"\n" for line in lines))

    def pack(self, header: bytes = b" peeled fully-peeled sorted ") -> None:
        """What `git pack-refs --all` does; what holds no id stays where it is."""
        refs, root = self.packed(), os.path.join(os.fsencode(self.git_folder), TAGS)
        packed = []
        for name in self.loose():
            with open(root + name, "rb") as file:
                content = file.read().strip()
            if len(content) == 40 and set(content) <= set(b"0123456789abcdef") and set(content) != {ord("0")}:
                refs[TAGS + name] = content.decode()
                packed.append(root + name)
        self.set_packed(refs, header)
        for path in packed:
            os.unlink(path)

    def tags(self) -> list[bytes]:
        """The names of all tags."""
        packed = {name[len(TAGS):] for name in self.packed() if name.startswith(TAGS)}
        return sorted(packed | set(self.loose()))

    def remove_tag(self, name: bytes) -> None:
        refs = self.packed()
        if refs.pop(TAGS + name, None):
            self.set_packed(refs)
        path = os.path.join(os.fsencode(self.git_folder), TAGS + name)
        if os.path.isfile(path) or os.path.islink(path):
            os.unlink(path)

    # Processes

    def git(self, *arguments: str) -> int:
        """Runs git; it may refuse what is odd here."""
        self.own()
        return subprocess.run(
            ["git", "-C", str(self.folder), *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL,
            **self.user).returncode

    @property
    def user(self) -> dict:
        """What starts a process as the owner."""
        return {} if self.owner is None else {"user": self.owner, "group": self.owner, "extra_groups": []}

    def moved(self, folder: Path) -> None:
        """Goes on in a copy of the folder."""
        shutil.copytree(self.folder, folder, symlinks=True)
        shutil.rmtree(self.folder)
        self.folder, self.git_folder = folder, folder if self.is_bare else folder / ".git"
