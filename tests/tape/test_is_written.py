from __future__ import annotations

import fcntl
import os
import subprocess
import sys

import pytest

from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import is_written, open_writer

_HOLD = """
import fcntl, os, sys
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(lock, fcntl.LOCK_EX)
os.write(lock, str(os.getpid()).encode())
print("held", flush=True)
sys.stdin.read()
"""


def test_tape_of_another_process_is_written_until_that_ends(tmp_path):
    lock = tmp_path / "tape.lock"
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        while_held = is_written(tmp_path)
        other.stdin.close()
        other.wait(timeout=20)

    assert while_held
    assert not is_written(tmp_path)


def test_tape_that_this_process_writes_is_nobody_elses(tmp_path):
    tape = open_writer(tmp_path, InstrumentTable(), clock=SystemClock())

    written = is_written(tmp_path)

    tape.close()
    assert not written


@pytest.mark.parametrize("content", ["", "nobody", "0", "99999999999999999999"])
def test_lock_without_a_process_is_held_by_nobody(tmp_path, content):
    (tmp_path / "tape.lock").write_text(content)

    assert not is_written(tmp_path)
    assert not is_written(tmp_path / "absent")


def test_lock_whose_number_another_process_has_now_is_held_by_nobody(tmp_path):
    (tmp_path / "tape.lock").write_text(str(os.getppid()))

    assert not is_written(tmp_path)


def test_lock_of_another_container_counts_by_itself_whatever_the_number(tmp_path):
    lock = tmp_path / "tape.lock"
    other = open_lock(lock, f"{os.getpid()}\nelsewhere\n")
    while_held = is_written(tmp_path)

    os.close(other)

    assert while_held
    assert not is_written(tmp_path)


def open_lock(path, content):
    path.write_text(content)
    descriptor = os.open(path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor
