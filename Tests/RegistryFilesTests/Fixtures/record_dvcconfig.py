"""Records what DVC makes of its four levels of configuration: `python record_dvcconfig.py > dvcconfig.json`."""

import json
import os
import sys
import tempfile
import unittest.mock

from dvc.config import Config, ConfigError
from dvc.fs import get_cloud_fs, get_fs_config

S3 = "['remote \"r\"']\n    url = s3://bucket/path\n"
CASES = [
    # system, global, repository, local
    ("", "", "[core]\n    remote = r\n" + S3, ""),
    ("", "", "[core]\n    remote = R\n['remote \"R\"']\n    URL = s3://bucket/path\n", ""),
    ("['remote \"r\"']\nregion = a\nprofile = a\n", "['remote \"r\"']\nprofile = b\n", S3, "['remote \"r\"']\nregion = d\n"),
    ("[core]\nremote=a\n", "[core]\nremote=b\n", "[core]\nremote=r\n" + S3, ""),
    ("", "", "['remote \"r\"']\nurl = ../store\n", ""),
    ("", "", "['remote \"r\"']\nurl = .././x//y/../store\n[cache]\ndir = ../cache\n", ""),
    ("", "['remote \"r\"']\nurl = store\n[cache]\ndir = c\n", "", ""),
    ("", "", "['remote \"r\"']\nurl = ssh://h/abs/store\nkeyfile = key\n", ""),
    ("", "", "['remote \"r\"']\nurl = ~/store\n[cache]\ndir = ~/c\n", ""),
    ("", "", "['remote \"r\"']\nurl = ~\n", ""),
    ("", "", "['remote \"b\"']\nurl = ssh://host:22/base\nuser = u\nport = 22\n['remote \"r\"']\nurl = remote://b/sub/dir\nuser = v\n", ""),
    ("", "", "['remote \"c\"']\nurl = /base\n['remote \"b\"']\nurl = remote://c/x\n['remote \"r\"']\nurl = remote://b/y\n", ""),
    ("", "", "['remote \"r\"']\nurl = remote://nobody/y\n", ""),
    ("", "", "['remote \"r\"']\nurl = remote://r/y\n", ""),
    ("", "", "['remote \"a\"']\nurl = remote://r/y\n['remote \"r\"']\nurl = remote://a/x\n", ""),
    ("", "", "['remote \"r\"']\nregion = x\n", ""),
    ("", "", S3 + "credentialpath = creds\nconfigpath = ../conf\nprofile = p\nendpointurl = http://x\n", ""),
    ("", "", S3 + "use_ssl = nonsense\n", ""),
    ("", "", S3 + "version_aware = TRUE\n", ""),
    ("", "", S3 + "worktree = true\n", ""),
    ("", "", "['remote \"r\"']\nurl = https://h/p\nauth = Basic\nuser = u\nssl_verify = False\nconnect_timeout = 2.5\n", ""),
    ("", "", "['remote \"r\"']\nurl = https://h/p\nauth = nonsense\n", ""),
    ("", "", "['remote \"r\"']\nurl = https://h/p\nssl_verify = /ca.pem\nconnect_timeout = -1\n", ""),
    ("", "", "['remote \"r\"']\nurl = ssh://h/p\nport = x\n", ""),
    ("", "", "['remote \"r\"']\nurl = a, b\n", ""),
    ("", "", " [ 'remote  \"r\" ' ]\nurl = /x\n", ""),
]
FOLDERS = ["/etc/xdg/dvc", "/home/u/.config/dvc", "/w/.dvc", "/w/.dvc"]
FIELDS = ["url", "user", "region", "profile", "port", "keyfile", "credentialpath", "configpath", "endpointurl", "auth",
          "version_aware", "worktree", "ssl_verify", "connect_timeout"]


def record(*levels):
    result = {}
    texts = dict(zip(("system", "global", "repo", "local"), zip(levels, FOLDERS)))

    def load(self, level):
        text, folder = texts[level]
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(text)
            file.flush()
            loaded = Config.load_file(file.name)
        loaded = Config._load_paths(loaded, folder + "/config")
        for key in ("core", "cache", "remote"):
            loaded.setdefault(key, {})
        return loaded

    os.environ["HOME"] = "/home/u"
    try:
        with unittest.mock.patch.object(Config, "load_one", load):
            config = Config("/w/.dvc")
        result["default"] = config["core"].get("remote")
        result["cache"] = config["cache"].get("dir")
        options = get_fs_config(config, name="r")
        get_cloud_fs(config, name="r")
        result["remote"] = {key: options[key] for key in FIELDS if key in options}
    except (Exception, RecursionError) as error:
        result["error"] = type(error).__name__
    return {"levels": levels, "dvc": result}


json.dump([record(*case) for case in CASES], sys.stdout, indent=1, default=str)
