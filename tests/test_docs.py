"""What the documentation tells people to type is accepted."""

from __future__ import annotations

import dataclasses
import re
import shlex
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import typer.main

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.analytics.boxes.types import BoxRules, Status
from quantdeck.app.settings import load
from quantdeck.cli.main import app
from quantdeck.jobs.boxes import CollectPlan, keep_snapshot
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.open import open_reader, open_writer

if TYPE_CHECKING:
    from quantdeck.tape.reader import Reader

_ROOT = Path(__file__).resolve().parent.parent
_PAGES = [_ROOT / "README.md", *sorted((_ROOT / "docs").rglob("*.md"))]
_START_NS = 1_786_147_200_000_000_000


def _blocks(language: str) -> list[Any]:
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [
        pytest.param(text, id=f"{path.stem}-{number}")
        for path in _PAGES
        for number, text in enumerate(pattern.findall(path.read_text()), 1)
    ]


def _command_lines() -> list[Any]:
    typed = re.compile(r"(?:\.venv/bin/)?quantdeck (?=[a-z-])(.*)")
    found = set()
    for path in _PAGES:
        text = path.read_text()
        blocks = re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        lines = [line for block in blocks for line in block.splitlines()]
        lines += re.findall(r"`((?:\.venv/bin/)?quantdeck [a-z][^`]*)`", text)
        found |= {match[1] for line in lines if (match := typed.search(line))}
    return sorted(line.split(" #")[0].split(" | ")[0].strip() for line in found)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder, instruments = tmp_path_factory.mktemp("tape"), InstrumentTable()
    tape = open_writer(folder, instruments, clock=SystemClock())
    for kind in Kind:
        rows = np.zeros(50, DTYPES[kind])
        rows["ts_event"] = _START_NS + np.arange(50) * 100_000_000
        rows["seq"] = np.arange(50)
        rows["symbol"] = instruments.id_of("BINANCE-USDM:BTCUSDT")
        tape.append_wait(
            Batch(kind, rows, Provenance("binance-usdm", Delay.REALTIME, RunId("docs")))
        )
    tape.close()
    _keep_chains(folder)
    return open_reader(folder)


def _keep_chains(folder: Path) -> None:
    chain, at_ns = example_chain()
    provenance = Provenance("alpaca", Delay.REALTIME, RunId("docs"))
    dates = (date(2026, 7, 31), date(2026, 12, 31))
    chains = tuple(dataclasses.replace(chain, root="SPXW", expiry=day) for day in dates)
    plan = CollectPlan(requests=(), rules=BoxRules(), tenors_days=(91,))
    keep_snapshot(ChainStore(folder), plan, ChainSnapshot(at_ns, "opra", provenance, chains))


@pytest.mark.parametrize("query", _blocks("sql"))
def test_documented_query_returns_rows(reader: Reader, query: str) -> None:
    answer = reader.sql(query, timeout_s=30, max_rows=10)

    assert answer.num_rows > 0


@pytest.mark.parametrize("text", _blocks("yaml"))
def test_documented_settings_are_accepted(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)

    settings = load(file, environ={})

    assert settings != load(Path("/dev/null"), environ={})


def test_explained_statuses_are_those_there_are() -> None:
    text = (_ROOT / "docs" / "explain" / "boxes.md").read_text()
    section = text.partition("## Status")[2].partition("\n## ")[0]

    first_cells = "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE))

    assert set(re.findall(r"`([a-z-]+)`", first_cells)) == {status.value for status in Status}


@cache
def _group() -> Any:
    return typer.main.get_command(app)


@pytest.mark.parametrize("line", _command_lines())
def test_documented_command_has_these_options(line: str) -> None:
    words = shlex.split(line)
    command = _group().commands.get(words[0])

    if command is not None and hasattr(command, "commands") and len(words) > 1:
        command = command.commands.get(words[1])
    assert command is not None, f"there is no command {' '.join(words[:2])!r}"
    known = {option for parameter in command.params for option in parameter.opts}
    known |= {option for parameter in command.params for option in parameter.secondary_opts}
    used = {word.split("=")[0] for word in words[1:] if word.startswith("-") and word != "-"}
    assert used - known - {"--help"} == set()
