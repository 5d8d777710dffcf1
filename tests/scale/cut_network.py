"""A host of the tests behind a network that can be cut: a namespace, and a pair of links to it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


class FarHost:
    """A network namespace that this one reaches through one link. Owned by one test.

    Needs the rights of an administrator; the test is skipped where they lack.
    """

    def __init__(self) -> None:
        number = os.getpid() % 60_000
        self._name = f"qd{number}"
        # Of the range that is set apart for such purposes (RFC 2544); its end, as others take its beginning.
        first = 128 + number % 31 * 4
        self.near, self.address = f"198.18.77.{first + 1}", f"198.18.77.{first + 2}"
        if shutil.which("ip") is None:
            pytest.skip("the program ip is not here; the package iproute2 brings it")
        made = _ip("netns", "add", self._name)
        if made.returncode:
            pytest.skip(f"no network namespace can be made: {made.stderr.strip()}")
        inside = ("-n", self._name)
        steps = [
            ("link", "add", f"{self._name}a", "type", "veth", "peer", "name", f"{self._name}b"),
            ("link", "set", f"{self._name}b", "netns", self._name),
            ("addr", "add", f"{self.near}/30", "dev", f"{self._name}a"),
            (*inside, "addr", "add", f"{self.address}/30", "dev", f"{self._name}b"),
            (*inside, "link", "set", f"{self._name}b", "up"),
            (*inside, "link", "set", "lo", "up"),
            ("link", "set", f"{self._name}a", "up"),
        ]
        for step in steps:
            done = _ip(*step)
            if done.returncode:
                self.remove()
                pytest.skip(f"no link can be made: {done.stderr.strip()}")

    def program(self, program: str, folder: Path) -> str:
        """Return the path of a program that runs another one there, under the same process id."""
        path = folder / "there"
        path.write_text(f'#!/bin/sh\nexec ip netns exec {self._name} {program} "$@"\n')
        path.chmod(0o755)
        return str(path)

    def cut(self) -> None:
        """Let nothing through any more, in either direction, and tell nobody."""
        assert _ip("link", "set", f"{self._name}a", "down").returncode == 0

    def heal(self) -> None:
        """Let everything through again."""
        assert _ip("link", "set", f"{self._name}a", "up").returncode == 0

    def remove(self) -> None:
        """Remove it; what runs there must have ended."""
        _ip("link", "del", f"{self._name}a")
        _ip("netns", "del", self._name)


def _ip(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
