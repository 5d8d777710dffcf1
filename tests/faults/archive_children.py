"""Makes and puts back archives in children that are killed, each a step later than the one before."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quantdeck.app.archive import Sources, make_archive
from quantdeck.app.archive_restore import restore_archive

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_795_000_000_000_000_000
_STEPS = ("rename", "link", "unlink", "mkdir", "rmdir", "open", "replace")


def _killed_at(step: int, work: Callable[[], object]) -> bool:
    """Run work in a child that is killed at a step; return whether it had ended before."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    left = [step]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        return call

    for name in _STEPS:
        setattr(os, name, counted(getattr(os, name)))
    work()
    os._exit(0)


def main(what: str, root: Path) -> None:
    """Kill after 0, 1, 2 ... steps, until one ends; the folders are looked at by the test."""
    step, is_over = 0, False
    while not is_over:
        place = root / f"{step:03d}"
        if what == "make":
            place.mkdir()
            target = place / "a.tar"
            is_over = _killed_at(
                step,
                lambda target=target: make_archive(
                    Sources(root / "data"), target, version="1", now_ns=NOW
                ),
            )
        else:
            shutil.copytree(root / "former", place / "data")
            is_over = _killed_at(
                step,
                lambda place=place: restore_archive(
                    root / "a.tar", place / "data", place / "reports", replace=True, now_ns=NOW
                ),
            )
        step += 1


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
