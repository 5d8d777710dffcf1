"""The process that the crash tests of the tape fork their children from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHILDREN = Path(__file__).with_name("tape_children.py")
_ROOT = Path(__file__).parents[2]
_PATHS = os.pathsep.join(map(str, (_ROOT / "src", _ROOT)))


class TapeZygote:
    """Forks writers and readers of a tape; see `tests.faults.tape_children`.

    Parameters
    ----------
    environment : str
        Variables of theirs, in addition.
    """

    def __init__(self, **environment: str) -> None:
        self._environment = environment

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, str(CHILDREN)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": _PATHS, **self._environment},
        )
        return self

    def fork(self, command: str) -> int:
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __exit__(self, *error):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=10)
