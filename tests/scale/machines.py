"""Three machines on one: network namespaces where they may be made, addresses of loopback elsewhere."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.deck_process import command, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NAMES = ("one", "two", "three")
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "scale"
PATIENCE_S = 120.0
# Of the range that is kept for tests of networks (RFC 2544), which nobody has; each process has its own.
_NETWORK = f"198.18.{os.getpid() % 256}"
_NAMED = re.compile(rf"\b({'|'.join(NAMES)}):(\d+)\b")


def nginx_program() -> str:
    """Return the path of nginx, or skip."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip("nginx is not here (Debian: nginx-light); make test-scale installs it")
    return found


def until(is_so: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until something is so; what cannot be asked is not so yet."""
    deadline = time.monotonic() + patience_s
    while True:
        with contextlib.suppress(OSError):
            if is_so():
                return
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.05)


class Program:
    """A command on a machine, which can be killed and started again.

    Parameters
    ----------
    machine : Machine
        Where it runs.
    arguments : list of str
        The whole command.
    name : str
        Of its log.
    """

    def __init__(self, machine: Machine, arguments: list[str], name: str) -> None:
        self._machine, self._arguments = machine, arguments
        self._log = machine.folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._machine.entry, *self._arguments],
                cwd=self._machine.folder,
                env=surroundings(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Of its own group: what it has started ends with it.
                start_new_session=True,
            )

    def said(self) -> str:
        """Return all that it has written."""
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        """End it, and what it has started, as a fault of the machine would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it in order and return its exit code."""
        return self._end(signal.SIGTERM)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if how is signal.SIGKILL:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, how)
        else:
            process.send_signal(how)
        try:
            return process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)


class Machine:
    """A machine: its folder, its address, and how a command gets there."""

    def __init__(self, name: str, folder: Path, address: str, entry: list[str]) -> None:
        self.name, self.folder, self.address, self.entry = name, folder, address, entry
        folder.mkdir()

    def free_port(self) -> int:
        """Return a port that is free, as the next one is, and that no connection is given meanwhile."""
        while True:
            port = random.randrange(20_000, 30_000)
            with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
                for each in (port, port + 1):
                    stack.enter_context(socket.create_server(("", each)))
                return port


class Machines:
    """Machine one is this one; two and three are behind a bridge of their own, where they may be.

    Parameters
    ----------
    folder : Path
        Where each gets a folder.
    """

    def __init__(self, folder: Path) -> None:
        self._made: list[list[str]] = []
        self._ports: dict[str, str] = {}
        self._programs: list[Program] = []
        self._tag = f"qd{os.getpid() % 100_000}"
        self.is_root = os.geteuid() == 0
        self.is_apart = self._can_be_apart()
        addresses = [f"{_NETWORK}.{n}" for n in (1, 2, 3)]
        if not self.is_apart:
            addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
        self._all = {
            name: Machine(name, folder / name, address, self._entry(name))
            for name, address in zip(NAMES, addresses, strict=True)
        }
        if self.is_apart:
            self._connect()

    def __getitem__(self, name: str) -> Machine:
        return self._all[name]

    def __iter__(self) -> Iterator[Machine]:
        return iter(self._all.values())

    def close(self) -> None:
        """End all programs and undo the network. Idempotent."""
        while self._programs:
            self._programs.pop().kill()
        while self._made:
            subprocess.run(self._made.pop(), capture_output=True, check=False)

    def run(self, name: str, *arguments: str, log: str = "") -> Program:
        """Start a program on a machine."""
        made = Program(self._all[name], list(arguments), log or Path(arguments[0]).name)
        self._programs.append(made)
        return made

    def quantdeck(self, name: str, *arguments: object) -> Program:
        """Start a command of quantdeck on a machine."""
        return self.run(name, *command(*arguments), log=str(arguments[0]))

    def lay_out(self, name: str, file: str, **further: str) -> Path:
        """Put a file of the example into the folder of a machine, with the addresses of here."""
        text = (EXAMPLE / file).read_text()
        for old, new in further.items():
            text = text.replace(old, new)
        path = self._all[name].folder / file
        path.write_text(_NAMED.sub(lambda found: self.place(found[1], int(found[2])), text))
        return path

    def name_port(self, name: str, asked: int, port: int) -> None:
        """Say what stands for a port of the example here."""
        self._ports[f"{name}:{asked}"] = str(port)

    def place(self, name: str, port: int) -> str:
        """Return address and port of what the example has there."""
        return f"{self._all[name].address}:{self._ports.get(f'{name}:{port}', port)}"

    def cut(self, name: str) -> None:
        """Take a machine off the network, until `join`."""
        self._ip("link", "set", f"{self._tag}{name}", "down")

    def join(self, name: str) -> None:
        """Put it back."""
        self._ip("link", "set", f"{self._tag}{name}", "up")

    def _can_be_apart(self) -> bool:
        if not self.is_root or shutil.which("ip") is None:
            return False
        probe = f"{self._tag}probe"
        made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "del", probe], capture_output=True, check=False)
        return made.returncode == 0

    def _entry(self, name: str) -> list[str]:
        apart = self.is_apart and name != "one"
        return ["ip", "netns", "exec", f"{self._tag}{name}"] if apart else []

    def _connect(self) -> None:
        bridge = f"{self._tag}br"
        try:
            self._ip("link", "add", bridge, "type", "bridge", undo=["link", "del", bridge])
            self._ip("address", "add", f"{_NETWORK}.1/24", "dev", bridge)
            self._ip("link", "set", bridge, "up")
            for name in NAMES[1:]:
                self._join(name, bridge)
        except subprocess.CalledProcessError as error:
            self.close()
            pytest.skip(f"no network of our own can be made: {error.stderr!r}")

    def _join(self, name: str, bridge: str) -> None:
        space = f"{self._tag}{name}"
        inside = ["ip", "-n", space]
        self._ip("netns", "add", space, undo=["netns", "del", space])
        self._ip("link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space)
        self._ip("link", "set", space, "master", bridge, "up")
        address = f"{self._all[name].address}/24"
        for each in (
            ["address", "add", address, "dev", "eth0"],
            ["link", "set", "eth0", "up"],
            ["link", "set", "lo", "up"],
        ):
            subprocess.run([*inside, *each], check=True, capture_output=True)

    def _ip(self, *arguments: str, undo: list[str] | None = None) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True)
        if undo:
            self._made.append(["ip", *undo])


def add_settings(machine: Machine, further: Mapping[str, Mapping[str, object]]) -> None:
    """Add settings to the configuration of a machine that the example leaves as they are by default."""
    import yaml

    path = machine.folder / "config.yaml"
    tree = yaml.safe_load(path.read_text())
    for section, values in further.items():
        tree[section] = {**tree.get(section, {}), **values}
    path.write_text(yaml.safe_dump(tree))
