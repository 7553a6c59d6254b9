"""Rows whose bytes are in Git or in Git LFS."""

import json
import subprocess
from pathlib import Path

from delivery_row import Download, Row, need, row


@row("git/file", "git/folder")
def in_git(row: Row) -> Download:
    row.keeps_modes = True
    row.write_model()
    row.commit()

    def download(out: Path) -> None:
        if row.is_folder:
            out.mkdir()
            tar = row.run("git", "archive", f"{row.tag}:{row.path}").stdout
            subprocess.run(["tar", "-x", "-C", str(out)], input=tar, check=True)
        else:
            out.write_bytes(row.run("git", "show", f"{row.tag}:{row.path}").stdout)

    return download


def track(row: Row) -> None:
    need("git-lfs")
    row.keeps_modes = True
    row.run("git", "lfs", "install", "--local")
    row.run("git", "lfs", "track", "models/**")
    row.write_model()


def pull(row: Row, origin: str) -> Download:
    def download(out: Path) -> None:
        clone = out.parent / "lfs-clone"
        row.run("git", "-c", "filter.lfs.smudge=", "-c", "filter.lfs.required=false", "clone", "--quiet",
                "--branch", row.tag, origin, str(clone), cwd=row.folder)
        row.run("git", "lfs", "install", "--local", cwd=clone)
        row.run("git", "lfs", "pull", cwd=clone)
        (clone / row.path).rename(out)

    return download


@row("lfs/file", "lfs/folder")
def in_lfs(row: Row) -> Download:
    track(row)
    row.commit()
    # `git http-backend` is no server of Git LFS.
    row.places = ("clone", "file")
    return pull(row, row.origin.as_uri())


def log_in(row: Row, helper: str) -> None:
    row.environment.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="credential.helper", GIT_CONFIG_VALUE_0=helper)


def helper_of(token: str) -> str:
    """A credential helper that knows one user and password."""
    return f'!f() {{ test "$1" = get && printf "username=_jwt\\npassword=%s\\n" "{token}"; }}; f'


@row("lfs-http/file", "lfs-http/folder")
def in_lfs_by_http(row: Row) -> Download:
    """`.lfsconfig` names the server; the user and password are a credential helper's."""
    server, token = row.servers.lfs
    log_in(row, helper_of(token))
    (row.work / ".lfsconfig").write_text(f"[lfs]\n\turl = {server}/team/{row.folder.name}.git/info/lfs\n")
    track(row)
    row.commit()
    row.refuse("clone", "credentials-missing", "git credential", GIT_CONFIG_COUNT="0")
    wrong = helper_of("a-wrong-token")
    row.refuse("file", "access-denied", secrets=("a-wrong-token",), GIT_CONFIG_VALUE_0=wrong)
    return pull(row, row.origin.as_uri())


@row("lfs-remote/file")
def in_lfs_beside_remote(row: Row) -> Download:
    """The server's address is made out of the repository's own."""
    _, token = row.servers.lfs
    log_in(row, helper_of(token))
    track(row)
    row.run("git", "config", "lfs.url", f"{row.web_origin}/info/lfs")
    row.commit()
    row.run("git", "remote", "set-url", "origin", row.web_origin, cwd=row.clone)
    row.places = ("clone", "http")
    return pull(row, row.web_origin)


@row("lfs-ssh/file", "lfs-ssh/folder")
def in_lfs_by_ssh(row: Row) -> Download:
    """The server and its key are told over SSH by `git-lfs-authenticate`."""
    server, token = row.servers.lfs
    answer = {
        "href": f"{server}/team/{row.folder.name}.git/info/lfs",
        "header": {"Authorization": f"Bearer {token}"},
    }
    bin = row.folder / "bin"
    bin.mkdir()
    script(bin / "git-lfs-authenticate", f"cat <<'end'\n{json.dumps(answer)}\nend")
    # Whatever the options and the host: the last argument is the command.
    script(bin / "ssh", f'for last; do :; done\nPATH="{bin}:$PATH" exec sh -c "$last"')
    row.environment.update(GIT_SSH_COMMAND=str(bin / "ssh"), GIT_SSH_VARIANT="ssh")
    origin = f"ssh://git@host.invalid{row.origin}"
    row.run("git", "remote", "set-url", "origin", origin)
    track(row)
    row.commit()
    row.run("git", "remote", "set-url", "origin", origin, cwd=row.clone)
    row.remotes["ssh"] = origin
    row.places = ("clone", "ssh")
    return pull(row, origin)


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
