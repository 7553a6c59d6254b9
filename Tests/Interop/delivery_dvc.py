"""Rows whose bytes DVC keeps, in each of its layouts."""

from pathlib import Path

from delivery_row import FILES, Download, Row, need, row
from delivery_servers import send, serve_folder

Remotes = dict[str, dict[str, str]]


def configuration(remotes: Remotes, default: str = "store") -> str:
    """The text of `.dvc/config`, as DVC writes it."""
    text = f"[core]\n    remote = {default}\n" if default else ""
    for name, options in remotes.items():
        text += f"['remote \"{name}\"']\n" + "".join(f"    {key} = {value}\n" for key, value in options.items())
    return text


def configure(row: Row, remotes: Remotes, default: str = "store", root: str = "", name: str = "config") -> None:
    (row.work / root / ".dvc" / name).write_text(configuration(remotes, default))


def begin(row: Row, remotes: Remotes, default: str = "store", root: str = "", dvc: str = "dvc") -> None:
    """A project of DVC with its remotes."""
    (row.work / root).mkdir(parents=True, exist_ok=True)
    row.run(need(dvc), "init", "--quiet", *(["--subdir"] if root else []), cwd=row.work / root)
    configure(row, remotes, default, root)


def add(row: Row, path: str | None = None, root: str = "", dvc: str = "dvc") -> None:
    row.run(need(dvc), "add", "--quiet", path or row.path, cwd=row.work / root)


def push(row: Row, root: str = "", dvc: str = "dvc") -> None:
    row.run(need(dvc), "push", "--quiet", cwd=row.work / root)


def get(row: Row, dvc: str = "dvc", source: str | None = None) -> Download:
    """DVC's own download. A clone has no cache, so that the bytes come from the remote."""
    def download(out: Path) -> None:
        row.run(need(dvc), "get", "--quiet", "--rev", row.tag, "--out", str(out), source or row.origin.as_uri(),
                row.path, cwd=row.folder)

    return download


def keep(row: Row, filled: dict[str, str], read: dict[str, str] | None = None, dvc: str = "dvc") -> Download:
    """A remote that `dvc push` fills; readers see it otherwise where that is said."""
    begin(row, {"store": filled}, dvc=dvc)
    row.write_model()
    add(row, dvc=dvc)
    push(row, dvc=dvc)
    if read:
        configure(row, {"store": read})
    row.commit()
    return get(row, dvc)


def store(row: Row) -> Path:
    folder = row.folder / "store"
    folder.mkdir(exist_ok=True)
    return folder


@row("dvc-folder/file", "dvc-folder/folder")
def in_folder(row: Row) -> Download:
    return keep(row, {"url": str(store(row))})


@row("dvc-http/file", "dvc-http/folder")
def on_web_server(row: Row) -> Download:
    return keep(row, {"url": str(store(row))}, {"url": serve_folder(row.stack, store(row))})


@row("dvc-http-300/folder")
def many_files(row: Row) -> Download:
    files = {f"images/{number % 7}/{number:04}.txt": b"%d\n" % number for number in range(300)}
    begin(row, {"store": {"url": str(store(row))}})
    row.write_model(files=files)
    add(row)
    push(row)
    configure(row, {"store": {"url": serve_folder(row.stack, store(row))}})
    row.commit()
    return get(row)


@row("dvc2/file", "dvc2/folder")
def by_dvc_2(row: Row) -> Download:
    """The layout of DVC 2, where the digest of a text does not depend on its line ends."""
    if row.is_folder:
        return keep(row, {"url": str(store(row))}, dvc="dvc2")
    row.path = "models/notes.txt"
    begin(row, {"store": {"url": str(store(row))}}, dvc="dvc2")
    (row.work / "models").mkdir()
    (row.work / row.path).write_bytes(FILES["notes/read me.txt"])
    add(row, dvc="dvc2")
    push(row, dvc="dvc2")
    row.commit()
    return get(row, "dvc2")


@row("dvc-project/folder")
def in_project_below(row: Row) -> Download:
    """An artifact of a project that is a folder of the repository: `team:nn`."""
    row.path, row.artifact = "team/models/nn", "team:nn"
    begin(row, {"store": {"url": str(store(row))}}, root="team")
    row.write_model()
    add(row, "models/nn", root="team")
    push(row, root="team")
    row.commit()
    return get(row)


@row("dvc-inner/file", "dvc-inner/folder")
def inside_output(row: Row) -> Download:
    """A part of a folder that DVC keeps as a whole."""
    begin(row, {"store": {"url": str(store(row))}})
    for name, content in FILES.items():
        (row.work / "models/nn" / name).parent.mkdir(parents=True, exist_ok=True)
        (row.work / "models/nn" / name).write_bytes(content)
    add(row, "models/nn")
    push(row)
    row.path = "models/nn/notes" + ("" if row.is_folder else "/read me.txt")
    row.commit()
    return get(row)


@row("dvc-pipeline/file", "dvc-pipeline/folder")
def out_of_pipeline(row: Row) -> Download:
    """An output of a stage that runs in a folder of its own: `dvc.lock` has the digest, `dvc.yaml` the folder."""
    begin(row, {"store": {"url": str(store(row))}})
    row.write_model(row.work / "input/nn")
    (row.work / "models").mkdir()
    (row.work / "dvc.yaml").write_text(
        "stages:\n  train:\n    wdir: models\n    cmd: cp -r ../input/nn nn\n    outs:\n    - nn\n")
    (row.work / ".gitignore").write_text("/input\n")
    row.run(need("dvc"), "repro", "--quiet")
    push(row)
    row.commit()
    return get(row)


@row("dvc-import/file", "dvc-import/folder")
def imported(row: Row) -> Download:
    """`dvc import`: the bytes are in the remote of another repository."""
    other = Row(f"other/{row.name.split('/')[1]}", row.folder / "other", row.servers, row.stack)
    other.create()
    begin(other, {"store": {"url": str(store(other))}})
    other.write_model()
    add(other)
    push(other)
    other.commit()
    begin(row, {}, default="")
    (row.work / "models").mkdir()
    address = f"{row.servers.git}/{row.folder.name}/other/origin.git"
    row.run(need("dvc"), "import", "--quiet", address, other.path, "--out", row.path)
    row.commit()
    return get(row)


@row("dvc-import-url/file")
def imported_from_url(row: Row) -> Download:
    source = row.folder / "source"
    source.mkdir()
    (source / "nn").write_bytes(FILES["weights.bin"])
    begin(row, {"store": {"url": str(store(row))}})
    (row.work / "models").mkdir()
    row.run(need("dvc"), "import-url", "--quiet", serve_folder(row.stack, source) + "/nn", row.path)
    push(row)
    row.commit()
    return get(row)


@row("dvc-named/file")
def in_named_remote(row: Row) -> Download:
    """The output names its remote; the default one has nothing."""
    second = row.folder / "second"
    begin(row, {"store": {"url": str(store(row))}, "second": {"url": str(second)}})
    row.write_model()
    add(row)
    with open(row.work / f"{row.path}.dvc", "a") as file:
        file.write("  remote: second\n")
    push(row)
    row.commit()
    return get(row)


@row("dvc-login/folder")
def behind_password(row: Row) -> Download:
    """The user and password are in `.dvc/config.local` of the clone, or in DVC's configuration of the user."""
    address = serve_folder(row.stack, store(row), login="ana:pass-word")
    keep(row, {"url": str(store(row))}, {"url": address, "auth": "basic"})
    row.refuse("clone", "credentials-missing", "dvc remote modify --local store")
    login = {"store": {"user": "ana", "password": "pass-word"}}
    user = row.folder / "user"
    (user / "dvc").mkdir(parents=True)
    (user / "dvc/config").write_text(configuration({"store": {"user": "ana", "password": "not-it-at-all"}}, ""))
    row.refuse(
        "file", "access-denied", "dvc remote modify --local store", secrets=("not-it-at-all",),
        XDG_CONFIG_HOME=str(user))
    (row.clone / ".dvc/config.local").write_text(configuration(login, default=""))
    (user / "dvc/config").write_text(configuration(login, default=""))
    row.variables["file"] = row.variables["http"] = {"XDG_CONFIG_HOME": str(user)}
    return get(row, source=str(row.clone))


# S3


def s3_bucket(row: Row) -> str:
    name = row.folder.name
    send(f"{row.servers.s3}/{name}", "PUT")
    row.environment.update(AWS_ACCESS_KEY_ID="id", AWS_SECRET_ACCESS_KEY="key", AWS_EC2_METADATA_DISABLED="true")
    return name


@row("dvc-s3/file", "dvc-s3/folder")
def in_bucket(row: Row) -> Download:
    url = f"s3://{s3_bucket(row)}/store"
    return keep(row, {"url": url, "endpointurl": row.servers.s3, "region": "us-east-1"})


@row("dvc-s3-versions/file", "dvc-s3-versions/folder")
def in_bucket_with_versions(row: Row) -> Download:
    """Files under their own names: the commit has the version ids, and another version is the newest one."""
    bucket = s3_bucket(row)
    versioning = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    send(f"{row.servers.s3}/{bucket}?versioning", "PUT", versioning)
    download = keep(row, {
        "url": f"s3://{bucket}/store", "endpointurl": row.servers.s3, "region": "us-east-1", "version_aware": "true"})
    key = row.path + ("/weights.bin" if row.is_folder else "")
    # Unsigned, it would not be allowed to replace what DVC has put there.
    signed = "AWS4-HMAC-SHA256 Credential=id/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    send(f"{row.servers.s3}/{bucket}/store/{key}", "PUT", b"newer", Authorization=signed)
    return download


@row("dvc-s3-public/folder")
def in_public_bucket(row: Row) -> Download:
    """Objects that everybody may read, read without keys."""
    remote = {"url": f"s3://{s3_bucket(row)}/store", "endpointurl": row.servers.s3, "region": "us-east-1"}
    keep(row, {**remote, "acl": "public-read"}, {**remote, "allow_anonymous_login": "true"})
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del row.environment[name]
    return get(row)


@row("dvc-s3-guarded/folder")
def in_guarded_bucket(row: Row) -> Download:
    """A server that checks signatures: right keys, wrong ones, none, and those of a session."""
    endpoint, keys = row.servers.guarded_s3
    row.environment.update(keys["user"], AWS_EC2_METADATA_DISABLED="true")
    download = keep(row, {"url": "s3://guarded/store", "endpointurl": endpoint, "region": "us-east-1"})
    wrong = "a-secret-that-is-wrong"
    row.refuse(
        "clone", "access-denied", "SignatureDoesNotMatch", "AWS_ACCESS_KEY_ID", secrets=(wrong,),
        AWS_SECRET_ACCESS_KEY=wrong)
    row.refuse(
        "clone", "credentials-missing", "access_key_id", "AWS_ACCESS_KEY_ID", "credentials file", AWS_ACCESS_KEY_ID=None,
        AWS_SECRET_ACCESS_KEY=None)
    row.refuse(
        "file", "access-denied", secrets=(keys["session"]["AWS_SECRET_ACCESS_KEY"],),
        **{**keys["session"], "AWS_SESSION_TOKEN": "not-the-token"})
    row.variables["file"] = keys["session"]
    (row.folder / "aws").write_text("[default]\naws_access_key_id = {AWS_ACCESS_KEY_ID}\n"
                                    "aws_secret_access_key = {AWS_SECRET_ACCESS_KEY}\n".format(**keys["user"]))
    row.variables["http"] = {
        "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None,
        "AWS_SHARED_CREDENTIALS_FILE": str(row.folder / "aws"),
    }
    return download
