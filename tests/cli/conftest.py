"""Commands run in this process, and small recordings to run them on."""

from __future__ import annotations

import io
import json
import logging
import os
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from quantdeck.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.scale.postgres_server import PostgresServer

    Run = Callable[..., "Ended"]

START_MS = 1_763_640_000_000


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    def refused(self, code: int, *words: str) -> None:
        """Check that it ended with a sentence on stderr, and nothing else anywhere."""
        assert self.code == code, self.err
        assert self.out == ""
        assert self.err.startswith("quantdeck: ")
        assert self.err.count("\n") == 1, self.err
        assert [word for word in words if word not in self.err] == [], self.err


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Run a command in a folder of its own, without settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith(("QUANTDECK_", "WEBAPP_"))]:
        monkeypatch.delenv(name)

    # A command that has served leaves the process at once.
    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level

    def run_command(*arguments: object, given: str = "") -> Ended:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as ended:
            app([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Ended(int(ended.value.code or 0), told.out, told.err)

    yield run_command
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def trade(number: int, *, symbol: str = "BTCUSDT", price: str = "100.5") -> str:
    ms = START_MS + 250 * number
    data: dict[str, Any] = {
        "e": "trade",
        "E": ms,
        "T": ms,
        "s": symbol,
        "t": number,
        "p": price,
        "q": "0.5",
        "X": "MARKET",
        "m": False,
    }
    message = json.dumps({"stream": f"{symbol.lower()}@trade", "data": data})
    return f"{ms * 1_000_000 + 3_000_000} {message}"


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """Twenty trades of one symbol, four a second."""
    file = tmp_path / "frames.txt"
    file.write_text("\n".join(trade(n) for n in range(1, 21)) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Twenty lines, of which the fifth and the ninth are broken."""
    lines = [trade(n) for n in range(1, 21)]
    lines[4] = "nonsense"
    lines[8] = lines[8][:-30]
    file = tmp_path / "broken.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def taped(run: Run, frames: Path) -> str:
    """Folder of a tape that holds `frames`."""
    assert run("import", frames, "--data-dir", "tape").code == 0
    return "tape"


@pytest.fixture
def server(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have the state in a database of its own, and return its address."""
    import psycopg

    name = f"state_{secrets.token_hex(4)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = postgres.url.replace("/postgres?", f"/{name}?")
    monkeypatch.setenv("QUANTDECK_STATE__URL", url)
    return url
