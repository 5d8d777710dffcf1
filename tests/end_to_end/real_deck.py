"""The real deck, in demo mode or without a feed, as a process of its own."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_URL = re.compile(rb"(http://127\.0\.0\.1:\d+)/(?:(?:setup)?\?token=|signup#)([\w-]+)")


class RealDeck:
    """`quantdeck up` on a free port; `url` and the one-time `token` are those it printed.

    With accounts the token is the code for the first one.
    """

    def __init__(
        self, folder: Path, *, mode: str = "--demo", seconds: float = 240.0, accounts: bool = False
    ) -> None:
        command = [
            *(sys.executable, "-m", "quantdeck.cli.main", "up", mode, "--no-open"),
            *("--port", "0", "--data-dir", str(folder)),
        ]
        self.output = b""
        self.process = subprocess.Popen(
            command,
            cwd=folder.parent,
            env={
                **os.environ,
                "PYTHONPATH": str(_ROOT / "src"),
                **({"QUANTDECK_ACCOUNTS__MODE": "users"} if accounts else {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            self.url, self.token = self._address(time.monotonic() + seconds)
        except AssertionError:
            self.stop()
            raise

    def _address(self, deadline: float) -> tuple[str, str]:
        assert self.process.stdout is not None
        pipe = self.process.stdout.fileno()
        while time.monotonic() < deadline:
            if select.select([pipe], [], [], 0.2)[0]:
                read = os.read(pipe, 65536)
                self.output += read
                if not read:
                    break
            if found := _URL.search(self.output):
                return found[1].decode(), found[2].decode()
        raise AssertionError(f"the deck printed no address: {self.output.decode()[-2000:]}")

    def stop(self) -> int:
        """End it as Ctrl-C does and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.output += self.process.communicate(timeout=60)[0] or b""
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        return self.process.returncode
