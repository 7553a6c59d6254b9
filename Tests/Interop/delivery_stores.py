"""Rows whose bytes are at other places: addresses as paths, SFTP, WebDAV, and kinds that nothing here reads."""

import os
import pwd
import ssl
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from delivery_dvc import add, begin, configuration, get, keep, s3_bucket, store
from delivery_git import script
from delivery_row import FILES, Download, Failed, Row, need, row
from delivery_servers import free_port, send, serve_folder, start
from hashlib import sha256


def note_digest(row: Row) -> None:
    """What the repository does not keep is recorded by digest."""
    row.facts = {"sha256": sha256(FILES["weights.bin"]).hexdigest(), "size": len(FILES["weights.bin"])}


@row("url/file")
def at_web_address(row: Row) -> Download:
    folder = store(row)
    (folder / "nn").write_bytes(FILES["weights.bin"])
    row.path = serve_folder(row.stack, folder) + "/nn"
    row.commit()
    row.refuse("clone", "digest-unknown", "--no-verify")
    return again_with_digest(row, lambda: urllib.request.urlopen(row.path).read())


def again_with_digest(row: Row, read) -> Download:
    """Registers the artifact once more, with its digest: the version without one was refused."""
    note_digest(row)
    row.run("git", "tag", "--delete", row.tag)
    row.run("git", "push", "--quiet", "--delete", "origin", row.tag)
    (row.work / "dvc.yaml").unlink()
    row.run("rm", "-r", str(row.clone))
    row.commit()
    return lambda out: out.write_bytes(read()) and None


@row("url-tls/file")
def at_web_address_with_tls(row: Row) -> Download:
    """A server whose certificate only SSL_CERT_FILE makes good."""
    key, certificate = row.folder / "key.pem", row.folder / "certificate.pem"
    row.run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:TRUE")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    folder = store(row)
    (folder / "nn").write_bytes(FILES["weights.bin"])
    row.path = serve_folder(row.stack, folder, tls=tls) + "/nn"
    note_digest(row)
    row.commit()
    row.refuse("clone", "remote-unreachable", "certificate", "SSL_CERT_FILE")
    row.environment["SSL_CERT_FILE"] = str(certificate)
    trust = ssl.create_default_context(cafile=str(certificate))
    return lambda out: out.write_bytes(urllib.request.urlopen(row.path, context=trust).read()) and None


@row("url-s3/file", "url-s3/folder")
def at_bucket_address(row: Row) -> Download:
    """`s3://` as the artifact's path; rclone is the peer."""
    bucket = s3_bucket(row)
    row.environment["AWS_ENDPOINT_URL_S3"] = row.servers.s3
    row.environment["AWS_REGION"] = "us-east-1"
    row.path = f"s3://{bucket}/models/nn"
    if row.is_folder:
        for name, content in FILES.items():
            send(f"{row.servers.s3}/{bucket}/models/nn/{urllib.request.quote(name)}", "PUT", content)
        row.options = ("--no-verify",)
    else:
        send(f"{row.servers.s3}/{bucket}/models/nn", "PUT", FILES["weights.bin"])
        note_digest(row)
    row.commit()
    remote = f':s3,provider=Other,env_auth=true,endpoint="{row.servers.s3}":{bucket}/models/nn'
    command = "copy" if row.is_folder else "copyto"
    return lambda out: row.run(need("rclone"), command, remote, str(out)) and None


@row("dvc-sftp/folder")
def over_sftp(row: Row) -> Download:
    """A real sshd on this machine, with keys and settings of its own."""
    host_key, own_key = row.folder / "host-key", row.folder / "own-key"
    for key in (host_key, own_key):
        row.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key))
    port, me = free_port(), pwd.getpwuid(os.getuid()).pw_name
    allowed = row.folder / "authorized_keys"
    allowed.write_text(own_key.with_suffix(".pub").read_text())
    settings = row.folder / "sshd_config"
    settings.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {host_key}\nAuthorizedKeysFile {allowed}\nPidFile none\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
        "StrictModes no\nUsePAM no\nSubsystem sftp internal-sftp\n")
    if os.getuid() == 0:
        # sshd drops its rights there, and only the package's service makes it.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    start(row.stack, "sshd", [need("sshd"), "-D", "-e", "-f", str(settings)], port, row.folder)

    # `ssh` looks for its settings in the home of the password file, whatever HOME says; these stand in for them.
    known = row.folder / "known_hosts"
    client = row.folder / "ssh_config"
    client.write_text(f"UserKnownHostsFile {known}\nGlobalKnownHostsFile none\nStrictHostKeyChecking yes\n"
                      "IdentitiesOnly yes\nIdentityAgent none\n")
    bin = row.folder / "bin"
    bin.mkdir()
    script(bin / "sftp", f'exec {need("sftp")} -F "{client}" "$@"')
    row.environment["PATH"] = f"{bin}:{row.environment['PATH']}"

    read = {"url": f"ssh://{me}@127.0.0.1:{port}{store(row)}", "keyfile": str(own_key)}
    download = keep(row, {"url": str(store(row))}, read)
    row.refuse("clone", "access-denied", "host key")
    known.write_text(f"[127.0.0.1]:{port} {host_key.with_suffix('.pub').read_text()}")
    allowed.write_text("")
    row.refuse("clone", "credentials-missing", "SSH keys")
    allowed.write_text(own_key.with_suffix(".pub").read_text())
    # Short, for a socket is to be in it; the connection that is shared ends with the download, and so does its folder.
    temporary = Path(row.stack.enter_context(tempfile.TemporaryDirectory(prefix="s", dir="/tmp")))
    result = row.download("clone", row.folder / "tidy", TMPDIR=str(temporary))
    if result.returncode != 0:
        raise Failed(f"clone: status {result.returncode}: {result.stderr.decode(errors='replace')}")
    if left := sorted(temporary.iterdir()):
        raise Failed(f"a download over SSH leaves {', '.join(map(str, left))}")
    commands = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    if str(temporary) in commands:
        raise Failed("a download over SSH leaves a process")
    return download


def serve_webdav(row: Row) -> str:
    port = free_port()
    start(row.stack, "rclone", [
        need("rclone"), "serve", "webdav", str(store(row)), "--addr", f"127.0.0.1:{port}", "--user", "ana",
        "--pass", "pass-word", "--config", "/dev/null"], port, row.folder)
    return f"webdav://127.0.0.1:{port}"


@row("dvc-webdav/folder")
def over_webdav(row: Row) -> Download:
    address = serve_webdav(row)
    # DVC does not make the folder itself.
    (store(row) / "kept").mkdir()
    remote = {"url": f"{address}/kept", "user": "ana"}
    download = keep(row, {**remote, "password": "pass-word"}, {**remote, "password": "not-it-at-all"})
    row.refuse("clone", "access-denied", "dvc remote modify --local store", secrets=("not-it-at-all",))
    login = configuration({"store": {"password": "pass-word"}}, default="")
    (row.clone / ".dvc/config.local").write_text(login)
    row.places = ("clone",)
    return get(row, source=str(row.clone))


@row("url-webdav/file", "url-webdav/folder")
def at_webdav_address(row: Row) -> Download:
    """What only rclone reads, as the artifact's path; its own configuration has the password."""
    address = serve_webdav(row)
    row.write_model(store(row) / "models/nn")
    row.path = f"{address}/models/nn"
    row.options = ("--no-verify",)
    hidden = row.run(need("rclone"), "obscure", "pass-word").stdout.decode().strip()
    row.commit()
    row.refuse("clone", "access-denied", "rclone", "Unauthorized")
    row.environment.update(RCLONE_WEBDAV_USER="ana", RCLONE_WEBDAV_PASS=hidden)
    remote = f':webdav,url="{address.replace("webdav", "http", 1)}":models/nn'
    command = "copy" if row.is_folder else "copyto"
    return lambda out: row.run(need("rclone"), command, remote, str(out)) and None


@row("dvc-gs/folder")
def without_rclone(row: Row) -> None:
    """A kind that needs rclone, where that is not installed."""
    begin(row, {"store": {"url": "gs://models/store"}})
    row.write_model()
    add(row)
    row.commit()
    bin = row.folder / "bin"
    bin.mkdir()
    for name in ("git", "sh"):
        (bin / name).symlink_to(need(name))
    for place in row.places:
        row.refuse(place, "program-missing", "rclone", "install", PATH=str(bin))
