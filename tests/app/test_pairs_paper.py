"""A pair on paper over recorded frames has the ledger of its backtest, fill by fill."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest

from quantdeck.app.files import run_import
from quantdeck.app.pairs_output import Outputs
from quantdeck.app.pairs_paper import PaperQuestion, PaperRun, paper_run
from quantdeck.app.pairs_paper_text import tell
from quantdeck.app.settings import load
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Kind
from quantdeck.research.pairs.on_quotes import backtest_on_quotes
from quantdeck.research.pairs.question import RunQuestion
from quantdeck.research.pairs.quote_check import fills_of, first_difference
from quantdeck.tape.open import open_reader
from quantdeck.trading import journal
from tests.research.pairs.recordings import X, Y, write_frames

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings

RULES = RunQuestion(
    y="ethusdt",
    x="btcusdt",
    timeframe="1s",
    hedge_window=30,
    window=20,
    entry=1.3,
    exit=0.2,
    stop=3.5,
    slippage_bp=0.5,
)


def settings_in(folder: Path) -> Settings:
    return load(None, environ={}, flags={"data_dir": str(folder / "tape")})


def question(*files: Path, **more: object) -> PaperQuestion:
    usual = {"run": RULES, "replay": files, "lot_y": 0.001, "lot_x": 0.001}
    return PaperQuestion(**{**usual, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path], PaperRun]:
    folder = tmp_path_factory.mktemp("made")
    files = write_frames(folder)
    return folder, files, paper_run(settings_in(folder), question(*files))


def test_paper_over_a_replay_equals_the_backtest_event_by_event(
    made: tuple[Path, list[Path], PaperRun],
) -> None:
    _, _, run = made

    kinds = Counter(type(event).__name__ for event in run.events)
    assert run.difference == ""
    assert run.events == run.test.events
    # Of small sizes an order takes several fills.
    assert kinds["Executed"] > kinds["Placed"] > 20


def test_paper_over_a_replay_equals_the_backtest_of_its_tape(
    made: tuple[Path, list[Path], PaperRun], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, files, run = made
    settings = settings_in(folder)
    run_import(settings, files, source="binance-usdm", strict=True, as_json=True)
    capsys.readouterr()

    batches = open_reader(folder / "tape").replay([Kind.TRADE, Kind.QUOTE])
    test = backtest_on_quotes(batches, run.plan)

    assert first_difference(run.events, test.events) == ""


def test_paper_decides_as_the_backtest_of_the_same_bars(
    made: tuple[Path, list[Path], PaperRun],
) -> None:
    _, _, run = made

    assert run.bars.agreed == run.bars.decisions > 10


def test_paper_over_a_folder_without_recordings_says_what_it_looked_for(tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("no frames")

    with pytest.raises(BadInput, match=r"no recorded frames: files \*\.gz"):
        paper_run(settings_in(tmp_path), question(tmp_path))


def test_paper_over_an_empty_file_says_so(tmp_path: Path) -> None:
    file = tmp_path / "none.jsonl"
    file.write_text("")

    with pytest.raises(NoData, match="is empty"):
        paper_run(settings_in(tmp_path), question(file))


def test_paper_over_too_few_bars_names_how_many_are_needed(tmp_path: Path) -> None:
    files = write_frames(tmp_path, seconds=5)

    with pytest.raises(NoData, match="need 49 before there is a score"):
        paper_run(settings_in(tmp_path), question(*files))


def test_paper_of_a_symbol_that_is_not_recorded_names_those_that_are(tmp_path: Path) -> None:
    files = write_frames(tmp_path, seconds=3)
    asked = question(*files, run=msgspec.structs.replace(RULES, y="solusdt"))

    with pytest.raises(NoData, match=f"nothing of BINANCE-USDM:SOLUSDT is recorded; there are {X}"):
        paper_run(settings_in(tmp_path), asked)


def test_telling_of_paper_says_that_both_ledgers_are_equal(
    made: tuple[Path, list[Path], PaperRun],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    file = tmp_path / "fills.csv"

    tell(made[2], question(), Outputs(csv=file))

    fills, told = fills_of(made[2].events), capsys.readouterr().out
    assert f"backtest on quotes: equal, {len(made[2].events)} events and {len(fills)} fills" in told
    assert len(file.read_text().splitlines()) == len(fills) + 1


def test_telling_of_paper_says_where_ledgers_part(
    made: tuple[Path, list[Path], PaperRun], capsys: pytest.CaptureFixture[str]
) -> None:
    events = made[2].events
    said = first_difference(events, (events[0], *events[2:]))

    tell(replace(made[2], difference=said), question(), Outputs(as_json=True))

    told = json.loads(capsys.readouterr().out)
    assert said.startswith("event 2 is Placed, with ticket")
    assert (told["equal"], told["difference"]) == (False, said)


def test_paper_over_recorded_frames_equals_the_backtest_fill_by_fill(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "binance-usdm-raw-ws"

    run = paper_run(settings_in(tmp_path), question(folder))

    assert run.difference == ""
    assert run.bars.agreed == run.bars.decisions > 10
    assert len(fills_of(run.events)) > 40
    assert run.test.counts.late == 0
    # Every fill is at the side shown last by the lines themselves, made worse by the slippage.
    sides = shown(folder, {fill.ts_ns for _, fill in fills_of(run.events)})
    for event in run.events:
        if isinstance(event, journal.Executed):
            fill = event.fills[0]
            bid, ask = sides[fill.symbol, fill.ts_ns]
            assert fill.reference == (ask if fill.quantity > 0 else bid)
            worse = Decimal("0.00005").copy_sign(fill.quantity)
            assert float(fill.price) == pytest.approx(float(fill.reference * (1 + worse)))


def shown(folder: Path, times: set[int]) -> dict[tuple[str, int], tuple[Decimal, Decimal]]:
    found: dict[tuple[str, int], tuple[Decimal, Decimal]] = {}
    for symbol, name in ((Y, "ethusdt_20240808.gz"), (X, "btcusdt_20240808.gz")):
        wanted = sorted(times)
        newest = (Decimal(0), Decimal(0))
        with gzip.open(folder / name, "rt") as lines:
            for line in lines:
                stamp, _, text = line.partition(" ")
                if "bookTicker" not in text:
                    continue
                while wanted and wanted[0] < int(stamp):
                    found[symbol, wanted.pop(0)] = newest
                data = json.loads(text)["data"]
                newest = (Decimal(data["b"]), Decimal(data["a"]))
        found |= {(symbol, at): newest for at in wanted}
    return found
