"""Records DVC's md5-dos2unix: `python record_dos2unix.py > dos2unix.tsv`, in DVC's environment.

One content a line: a recipe, its bytes, and the MD5 as DVC took it until version 3. A recipe is `seed kind size`; the
kind says which bytes the numbers of SplitMix64 choose among, so that the tests make the same content.
"""

import io
import sys

from dvc_data.hashfile.hash import fobj_md5

MASK = (1 << 64) - 1
BLOCK = 1 << 20

# What is chosen among. Of `edge` about three in ten bytes are no text, which is where DVC's opinion turns.
KINDS = {
    "text": b"ab c\r\n\r\n\r\n\n\r\t",
    "pairs": b"\r\n",
    "edge": b"abcdefg\x80\x81\x82",
    "edgepairs": b"abc\r\n\r\n\x80\x81\x82",
    "controls": b"\x08\x09\x0a\x0b\x0c\x0d\x1b\x7fabcdef\r\n",
    "binary": bytes(range(256)),
    "utf8": "aé中\r\n\r\n".encode(),
}


def numbers(seed):
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        value = state
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        yield value ^ (value >> 31)


def content(seed, kind, size):
    choices, source = KINDS[kind], numbers(seed)
    # Eight bytes of each number: Python is slow.
    made = bytearray()
    while len(made) < size:
        number = next(source)
        for _ in range(8):
            made.append(choices[(number & 0xFF) % len(choices)])
            number >>= 8
    return bytes(made[:size])


def main():
    seed = 0
    for kind in KINDS:
        small = [0, 1, 2, 3, 7, 10, 20, 100, 511, 512, 513, 600, 1024, 5000]
        large = [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3]
        for size in small * 4 + large:
            seed += 1
            digest = fobj_md5(io.BytesIO(content(seed, kind, size)), name="md5-dos2unix")
            sys.stdout.write(f"{seed}\t{kind}\t{size}\t{digest}\n")


main()
