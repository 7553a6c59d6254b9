"""Records what configobj makes of DVC's kind of INI: `python record_configobj.py > configobj.tsv`, in DVC's environment.

One text a line: its bytes in hex, `ours` where we refuse what configobj reads, and the sections as JSON with keys in
lower case, or `refused`.
"""

import io
import json
import random
import sys

from configobj import ConfigObj, ConfigObjError

TEXTS = [
    "", "\n\n", "# only a comment\n", "[core]\n    remote = myremote\n['remote \"myremote\"']\n    url = /tmp/x\n",
    "[core]\nanalytics=false", "[Core]\nRemote = A\n", "[ core ]  # c\nx=1\n", "['a']\nx=1\n", '["a b"]\nx = 1\n',
    "[a]\n'k' = v\n\"q r\" = w\n", "[a]\nk = v # c\nl = v#c\nm = 'v # d' # c\nn = \"#\"\n", "[a]\nk =\nl = ''\nm = # c\n",
    "[a]\nk = a,b\nl = a, b , c\nm = a,\nn = ,\no = 'a,b'\np = 'a', \"b\"\nq = 'a',\n", "[a]\nk = it's\nl = a\"b\nm = 'it\"s'\n",
    "[a]\nk = '''x'y\"z'''\nl = \"\"\"a\nb # no comment\n c\"\"\"  # c\nm = 1\n", "[a]\nk = '''a\n", "[a]\nk = '''a''' b\n",
    "[a]\nk = 'x\n", "[a]\nk = 'x' y\n", "[a]\nk = \"x'\n", "[a]\nk\n", "[a]\n= v\n", "[a]\nk = ,a\n",
    "[a\nk=1\n", "[a]]\nk=1\n", "[]\n", "['']\n", "[a] b\n", "[a]b]\nk=1\n", "[a]\nk=1\nk=2\n", "[a]\nk=1\n[a]\nl=2\n",
    "k = 1\n[a]\nl = 2\n", "[a]\r\nk = 1\r\nl = 'x'\r\n", "\ufeff[a]\nk = é中😀\n", "[a]\n\tk\t=\tv\t\n", "[a]\nk = a = b\nx y = z\n",
    "[a]\nurl = s3://bucket/p?x=1&y=%20z\n", "[a]\nurl = https://ana:p%40ss@host/x\n", "[a]\nk = $HOME ~ \\n \\\\\n",
    "[a]\n; k = 1\n", "[a]\n;k\n", "['remote \"a\\'b\"']\nk=1\n", "[a]\nk = ''''''\n", "[a]\nk = \"\"\"\"\"\"\n", "[a]\nk = '\n",
    "[a]\nk = ''\nl = ' '\nm = '  x '\n", "[a]\nk : v\n", "[a]\nk = \"a\" \"b\"\n", "[a]\nk = '''a\n'''b\n'''\n",
]
OURS = [
    "[[a]]\nk=1\n", "[a]\n[[b]]\nk=1\n", "[a]\nb = 1\nk = %(b)s\n", "[a]\nk = x\x0bl = y\n", "[a]\nk = 1\rl = 2\n",
    "[a]\nk = x\u2028l = y\n", "[a]\nk=1\nK=2\n", "[a]\nk=1\n[A]\nl=2\n", "[a]\nk = x\x00y\n", "[a]\nk = x\x7f\n", "[a]\nk = %(x\n",
    "[a]\n'' = v\n",
]
BYTES = [b"[a]\nk = \xff\n", b"\xff\xfe[\x00a\x00]\x00", b"[a]\nk = \xed\xa0\x80\n"]


def lower(value):
    if not isinstance(value, dict):
        return value
    return {key.lower(): lower(inner) for key, inner in value.items()}


def read(text):
    try:
        return json.dumps(lower(ConfigObj(io.BytesIO(text)).dict()), sort_keys=True)
    except (ConfigObjError, UnicodeDecodeError, KeyError):
        return "refused"
    except Exception as error:  # a missing interpolation has a class of its own
        return "refused" if "nterpolation" in repr(error) else sys.exit(repr(error))


def written(seed):
    """A configuration that configobj itself wrote."""
    source = random.Random(seed)
    pieces = ["a", "B", "é", "😀", " ", "  ", "#", ",", "'", '"', "=", "[", "]", "://", "\\", "$", "%", "\n", "\t", "x y", ";", "1"]
    config = ConfigObj()
    for section in range(source.randint(0, 4)):
        name = source.choice(["core", "cache", 'remote "r{}"', "s {}", "a]b{}", "é{}"]).format(section)
        config[name] = {}
        for key in range(source.randint(0, 5)):
            value = "".join(source.choices(pieces, k=source.randint(0, 6)))
            config[name][f"k{key}"] = [value, "z"] if source.random() < 0.1 else value
    config.filename = None
    return "\n".join(config.write()).encode()


def record(text, ours=""):
    print(text.hex(), ours, read(text), sep="\t")


for text in TEXTS:
    record(text.encode())
for text in OURS:
    record(text.encode(), "ours")
for text in BYTES:
    record(text, "ours")
for seed in range(300):
    try:
        text = written(seed)
    except ConfigObjError:
        continue  # configobj says itself that it cannot write this
    if read(text) != "refused":
        record(text)
