"""What the C library is told about freed memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

from quantdeck.app.memory import give_memory_back

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc only")

_ALL = ("MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")
# Twelve threads at once take memory in small pieces; how many heaps were made is in malloc's own report.
_USE = """
import ctypes, threading
from quantdeck.app.memory import give_memory_back
print(",".join(give_memory_back({})))
def use():
    pieces = [bytearray(2048) for _ in range(1000)]
    inside.wait()
inside = threading.Barrier(12)
threads = [threading.Thread(target=use) for _ in range(12)]
[each.start() for each in threads]
[each.join() for each in threads]
ctypes.CDLL(None).malloc_stats()
"""


def test_threads_share_two_heaps_once_memory_is_to_be_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _USE], capture_output=True, text=True, check=True, timeout=60
    )

    heaps = [line for line in done.stderr.splitlines() if line.startswith("Arena ")]
    assert done.stdout.strip() == ",".join(_ALL)
    assert len(heaps) == 2


def test_what_the_environment_chooses_is_left_to_it() -> None:
    assert give_memory_back(dict.fromkeys(_ALL, "1")) == ()
    assert give_memory_back({"GLIBC_TUNABLES": "glibc.malloc.arena_max=8"}) == ()
