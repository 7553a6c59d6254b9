"""Records what Python's json makes of nasty texts: `python3 record_json.py > json.tsv`.

One text a line: its bytes in hex, `ours` where RFC 8259 leaves a choice and ours is to refuse, and what Python reads as
compact ASCII (numbers as they are written), or `refused`.
"""

import json
import sys


class Number(str):
    pass


def dump(value):
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
        units = "".join(value).encode("utf-16-be", "surrogatepass")
        result = ""
        for high, low in zip(units[::2], units[1::2]):
            unit = high << 8 | low
            result += short.get(chr(unit)) or (chr(unit) if 0x20 <= unit < 0x7F else f"\\u{unit:04x}")
        return f'"{result}"'
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return "{" + ",".join(f"{dump(k)}:{dump(v)}" for k, v in value.items()) + "}"


def number(text):
    # A whole number of 64 bits is a number, not a text: -0 is 0.
    return Number(int(text)) if -(2**63) <= int(text) < 2**63 else Number(text)


READ = [
    "null", "true", "false", "0", "-0", "-1", "12", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
    "123456789012345678901234567890", "0.5", "-0.0", "1e5", "1E+5", "1e-5", "1.25e10", "1e999", "0e0", '""', '"a"', "[]",
    "{}", "[ ]", "{ }", " \t\r\n1 \t\r\n", "[1,2]", '{"a":1}', '{"a":{"b":[{}]}}', '{"":0}', '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\u0041\\u00e4\\u4E2D"', '"\\ud83d\\ude00"', '"\\uD83D\\uDE00x"', '"\\u0000"', '"\\u007f"', '"\x7f"', '"é中😀"',
    '"\\\\ud83d"', '"\ufeff"', '"\u2028"', '{"a b":"/"}', '["\\ufffe"]', '"//"', "[[[[1]]]]", '{"b":1,"a":2}',
    '[{"md5":"d41d8cd98f00b204e9800998ecf8427e","relpath":"a/\\u00e9"}]', '{"1":1,"2":2,"3":3,"4":4,"5":5,"6":6,"7":7,"8":8,"9":9,"10":10}',
]
REFUSED = [
    "", " ", "nul", "nulll", "True", "tru", "01", "-", "-01", "+1", "1.", ".5", "1e", "1e+", "1.e5", "0x1", "1_0", "1 2",
    "٣", '"', '"a', '"\\', '"\\"', '"\\x"', '"\\u12"', '"\\u12g4"', '"\\u+123"', '"\\u 123"', "'a'", '"\n"', '"\t"', '"\0"',
    "\0", "1\0", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "{", "}", '{"a"', '{"a":', '{"a":1', '{"a":1,',
    '{"a":1,}', "{,}", "{1:2}", "{a:1}", '{"a" 1}', '{"a":1 "b":2}', '{"a":1;}', "[1}", '{"a":1]', "[1]x", "[1]]", "{}{}",
    "// x\n1", "/* x */1", "#\n1", "1,", ",", ":", "\x0b1", "\x0c1", "\u00a01", "undefined", '"a" "b"', "[-]", "[1e1.5]",
]
OURS = [
    "NaN", "[Infinity]", "-Infinity", '"\\ud83d"', '"\\ude00\\ud83d"', '"\\ud83d\\u0041"', '"\\ud83dx"', '{"a":1,"a":2}',
    '{"\\u0061":1,"a":2}', '{"é":1,"e\\u0301":2}',
    '{"1":1,"2":2,"3":3,"4":4,"5":5,"6":6,"7":7,"8":8,"9":9,"1":1}',
]
BYTES = [
    b"\xef\xbb\xbf1", b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"', b'"\xe2\x82"', b'"\xe2\x82', b"\xff",
    b'"\x80"', b'{"\xff":1}',
]


def python(text):
    try:
        return dump(json.loads(text.decode("utf-8", "strict"), parse_float=Number, parse_int=number, parse_constant=Number))
    except ValueError:
        return "refused"


def record(text, verdict, ours=""):
    read = python(text)
    if (read == "refused") != (verdict == "refused"):
        sys.exit(f"python says otherwise of {text!r}: {read}")
    print(text.hex(), ours, read, sep="\t")


for text in READ:
    record(text.encode(), "read")
for text in REFUSED:
    record(text.encode(), "refused")
for text in OURS:
    record(text.encode(), "read", "ours")
for text in BYTES:
    record(text, "refused")
