#!/usr/bin/env python3
"""Compares ways to bring 1,000 small files to the disk: `python3 Benchmarks/flush.py [FOLDER]`.

The reason for DiskFlush: see docs/decisions/0008-delivery.md. Other writers on the same disk change the picture.
"""

import ctypes
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

FILES, BYTES, ROUNDS = 1000, 20_000, 5
libc = ctypes.CDLL(None)


def side_by_side(threads: int):
    def flush(files: list[int]) -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(os.fsync, files))

    return flush


WAYS = {
    "fsync, one after the other": side_by_side(1),
    "fsync, eight side by side": side_by_side(8),
    "syncfs": lambda files: libc.syncfs(files[0]),
}


def seconds(flush, folder: str) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        content = os.urandom(BYTES)
        files = [os.open(f"{inner}/{number}", os.O_CREAT | os.O_WRONLY) for number in range(FILES)]
        for file in files:
            os.write(file, content)
        started = time.perf_counter()
        flush(files)
        taken = time.perf_counter() - started
        for file in files:
            os.close(file)
        return taken


folder = sys.argv[1] if len(sys.argv) > 1 else "."
for name, flush in WAYS.items():
    taken = [seconds(flush, folder) for _ in range(ROUNDS)]
    print(f"{name}: {statistics.median(taken):.2f} s ({min(taken):.2f} – {max(taken):.2f})")
