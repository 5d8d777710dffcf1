"""A quantdeck command as a process of its own, and its deck over HTTP where it serves one."""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_ROOT = Path(__file__).resolve().parents[2]
# Of a deck with accounts, the code of the first one.
_LINK = re.compile(rb"http://127\.0\.0\.1:(\d+)/(?:(?:setup)?\?token=|signup#)([\w-]+)")
_LONGEST_WAIT_S = 240.0


class Answer(NamedTuple):
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "quantdeck.cli.main", *map(str, arguments)]


def surroundings() -> dict[str, str]:
    chosen = {k: v for k, v in os.environ.items() if not k.startswith(("QUANTDECK_", "WEBAPP_"))}
    return {**chosen, "PYTHONPATH": str(_ROOT / "src")}


def quantdeck(
    *arguments: object, folder: Path, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder until it ends."""
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=surroundings(),
        input=given or "",
        capture_output=True,
        text=True,
        timeout=_LONGEST_WAIT_S,
        check=False,
    )


class DeckProcess:
    """A command that serves a page, from its first line on; end it with `stop`."""

    def __init__(self, *arguments: object, folder: Path, **environ: str) -> None:
        self.out = b""
        self._errors = (folder / f"stderr-{time.monotonic_ns()}.txt").open("w+b")
        self.process = subprocess.Popen(
            command(*arguments, "--no-open"),
            cwd=folder,
            env=surroundings() | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        try:
            found = self._link(time.monotonic() + _LONGEST_WAIT_S)
        except AssertionError:
            self.close()
            raise
        self.port, self.token = int(found[1]), found[2].decode()
        self.cookie = ""

    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode()

    def ask(self, path: str, body: Any = None) -> Answer:
        """GET a path, or POST a body to it, logged in."""
        if not self.cookie:
            self.cookie = self._log_in()
        return self._exchange(path, body, {"Cookie": self.cookie})

    def until(self, condition: Callable[[], Any]) -> Any:
        """Wait until the condition gives something true, and return it."""
        deadline = time.monotonic() + _LONGEST_WAIT_S
        while not (found := condition()):
            assert self.process.poll() is None, f"it has ended: {self.errors()[-2000:]}"
            assert time.monotonic() < deadline, f"not in time; {self.ask('/health').body!r}"
            time.sleep(0.05)
        return found

    def until_taped(self, rows: int = 1) -> int:
        """Wait until so many rows are on the disk, and return how many there are."""

        def durable() -> int:
            count: int = self.ask("/api/v1/feeds").json["tape"]["rows_durable"]
            return count if count >= rows else 0

        return self.until(durable)

    def until_received(self, messages: int) -> None:
        """Wait until so many messages of the venue have come over its streams."""
        self.until(
            lambda: sum(f["messages"] for f in self.ask("/api/v1/feeds").json["feeds"]) >= messages
        )

    def children(self) -> set[int]:
        """Return the ids of every process it has started, and those of them."""
        found: set[int] = set()
        waiting = [self.process.pid]
        while waiting:
            pid = waiting.pop()
            try:
                tasks = list(Path(f"/proc/{pid}/task").iterdir())
                text = " ".join((task / "children").read_text() for task in tasks)
            except (FileNotFoundError, ProcessLookupError):
                continue
            new = {int(each) for each in text.split()} - found
            found |= new
            waiting += new
        return found

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it by a signal and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.out += self.process.communicate(timeout=_LONGEST_WAIT_S)[0] or b""
        except subprocess.TimeoutExpired:
            self.kill()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def close(self) -> None:
        """End it for good, whatever has happened."""
        if self.process.poll() is None:
            self.kill()
        self._errors.close()

    def _link(self, deadline: float) -> re.Match[bytes]:
        assert self.process.stdout is not None
        pipe = self.process.stdout.fileno()
        while time.monotonic() < deadline:
            if select.select([pipe], [], [], 0.2)[0]:
                read = os.read(pipe, 65536)
                self.out += read
                if not read:
                    break
            if found := _LINK.search(self.out):
                return found
        raise AssertionError(f"no address was printed: {self.errors()[-2000:]}")

    def _log_in(self) -> str:
        headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{self.port}"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(
                "POST", "/api/v1/session", json.dumps({"token": self.token}), headers
            )
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            return answer.headers["Set-Cookie"].partition(";")[0]
        finally:
            connection.close()

    def _exchange(self, path: str, body: Any, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            if body is None:
                connection.request("GET", path, headers=headers)
            else:
                headers |= {
                    "Content-Type": "application/json",
                    "Origin": f"http://127.0.0.1:{self.port}",
                }
                connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()
