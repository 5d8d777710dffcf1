"""A PostgreSQL server of the tests' own: on a free port, in a folder that goes with it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

USER = "quantdeck"
_DEADLINE_S = 60.0
_OPTIONS = {
    "unix_socket_directories": "",
    # A process that is killed loses nothing of what the operating system has.
    "fsync": "off",
    "shared_buffers": "16MB",
    "max_connections": "40",
    "autovacuum": "off",
}


class AbsentError(Exception):
    """Says why there can be no server here."""


def binaries() -> Path:
    """Return the folder of initdb and postgres, as Debian and others lay them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    for each in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        return each.parent
    raise AbsentError("PostgreSQL is not installed (no initdb)")


def _other_user() -> dict[str, object]:
    # The server refuses to run as root.
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise AbsentError("PostgreSQL does not run as root, and there is no user postgres")


class PostgresServer:
    """Begun by `start`, ended by `stop`; what it holds survives in between.

    Parameters
    ----------
    host : str
        Address that it listens on.
    options : str
        Further settings of the server by name.
    """

    def __init__(self, host: str = "127.0.0.1", **options: str) -> None:
        self._host, self._options = host, _OPTIONS | {"listen_addresses": host} | options
        self._bin = binaries()
        self._user = _other_user()
        self._root = Path(tempfile.mkdtemp(prefix="quantdeck-postgres-"))
        if self._user:
            os.chown(self._root, int(self._user["user"]), int(self._user["group"]))  # type: ignore[call-overload]
        self._data = self._root / "data"
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind((host, 0))
            self.port: int = free.getsockname()[1]
        self._run("initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self._data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet trust\n")

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@{self._host}:{self.port}/postgres?sslmode=disable"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def encrypt(self) -> Path:
        """Let it speak TLS from the next start on; return the certificate to trust."""
        key, certificate = self._data / "server.key", self._data / "server.crt"
        asked = [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=quantdeck", "-addext", f"subjectAltName=IP:{self._host}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ]
        if shutil.which("openssl") is None:
            raise AbsentError("openssl is not installed, which makes certificates")
        subprocess.run(asked, check=True, capture_output=True)
        key.chmod(0o600)
        if self._user:
            for each in (key, certificate):
                os.chown(each, int(self._user["user"]), int(self._user["group"]))  # type: ignore[call-overload]
        self._options |= {"ssl": "on"}
        trusted = self._root / "root.crt"
        shutil.copy(certificate, trusted)
        return trusted

    def start(self) -> None:
        options = [f"-c{name}={value}" for name, value in self._options.items()]
        command = [self._bin / "postgres", "-D", self._data, "-p", str(self.port), *options]
        with (self._root / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self._root, **self._user
            )
        deadline = time.monotonic() + _DEADLINE_S
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AbsentError(
                    f"PostgreSQL does not start: {(self._root / 'log').read_text()[-500:]}"
                )
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: cleanly with SIGINT, in the middle of what it does with SIGQUIT."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_DEADLINE_S)
            self._process = None

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._root, ignore_errors=True)

    def _is_ready(self) -> bool:
        asked = [self._bin / "pg_isready", "-q", "-h", self._host, "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0

    def _run(self, name: str, *arguments: object) -> None:
        done = subprocess.run(
            [self._bin / name, *map(str, arguments)],
            capture_output=True,
            check=False,
            cwd=self._root,
            **self._user,
        )
        if done.returncode:
            raise AbsentError(f"{name} refuses: {done.stderr.decode()[-300:]}")
