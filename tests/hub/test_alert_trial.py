from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.alerts.parse import parse
from quantdeck.hub.alert_trial import try_rule, try_rule_aside
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer
from tests.hub.deck_rig import BTC, ETH

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.hub.alert_trial import Trial
    from quantdeck.tape.reader import Reader

SECOND = 1_000_000_000
START = 1_786_147_200 * SECOND


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Ten minutes: BTC falls to 95 and rises again every minute, ETH follows; marks each second."""
    folder: Path = tmp_path_factory.mktemp("tape")
    table = InstrumentTable()
    tape = open_writer(folder, table, clock=SystemClock())
    wave = 100.0 - 5.0 * np.sin(np.arange(2400) * 2 * np.pi / 240) ** 2
    noise = np.random.default_rng(3).normal(size=2400) * 0.01
    for kind, symbol, every_ns, prices in (
        (Kind.AGG_TRADE, BTC, SECOND // 4, wave),
        (Kind.AGG_TRADE, ETH, SECOND // 4, 2 * wave + noise),
        (Kind.MARK, BTC, SECOND, wave[::4]),
        (Kind.MARK, ETH, SECOND, wave[::4]),
    ):
        rows = np.zeros(len(prices), DTYPES[kind])
        rows["ts_event"] = START + np.arange(len(prices)) * every_ns
        rows["ts_recv"] = rows["ts_event"] + 2_000_000
        rows["seq"] = np.arange(len(prices))
        rows["price" if kind is Kind.AGG_TRADE else "mark_price"] = prices
        rows["symbol"] = table.id_of(symbol)
        tape.append_wait(Batch(kind, rows, Provenance("binance-usdm", Delay.REALTIME, RunId("a"))))
    tape.close()
    return open_reader(folder)


def _try(reader: Reader, text: str, since_s: float = 0.0, until_s: float | None = None) -> Trial:
    return try_rule(
        parse(text),
        reader,
        start_ns=START + int(since_s * SECOND),
        end_ns=None if until_s is None else START + int(until_s * SECOND),
    )


def test_trial_lists_every_firing_with_its_figures(reader: Reader) -> None:
    trial = _try(reader, "last(BTCUSDT) < 96", until_s=300)

    seconds = [(firing.at_ns - START) / SECOND for firing in trial.firings]
    # Twice a minute and a half, where the wave falls below 96.
    assert trial.fired == len(seconds) == 10
    assert np.diff(seconds) == pytest.approx([30.0] * 9)
    assert all(95.0 < firing.values["last(BTCUSDT)"] < 96.0 for firing in trial.firings)


def test_trial_begins_and_ends_where_it_is_told(reader: Reader) -> None:
    trial = _try(reader, "last(BTCUSDT) < 96", since_s=60, until_s=120)

    assert trial.fired == 2
    assert (trial.start_ns, trial.end_ns) == (START + 60 * SECOND, START + 120 * SECOND)
    assert trial.events == 60 * 5


def test_trial_until_the_end_of_the_tape(reader: Reader) -> None:
    trial = _try(reader, "last(BTCUSDT) < 96", since_s=540)

    assert trial.end_ns == START + int(599.75 * SECOND) + 1
    assert trial.fired == 2


def test_trial_honours_hold_and_cooldown(reader: Reader) -> None:
    held = _try(reader, "last(BTCUSDT) < 96 for 60s")
    cooled = _try(reader, "last(BTCUSDT) < 96 cooldown 100s", until_s=300)

    assert held.fired == 0
    assert cooled.fired == 3


def test_trial_plays_what_figures_need_from_before(reader: Reader) -> None:
    trial = _try(reader, "zscore(ETHUSDT, BTCUSDT, lookback=200) > 0", since_s=420, until_s=480)

    assert trial.fired > 5
    # Known at the second look, since the first asks for the study.
    assert trial.unknown_s["zscore(ETHUSDT, BTCUSDT, lookback=200)"] <= 1.25


def test_trial_says_how_long_a_figure_was_unknown(reader: Reader) -> None:
    trial = _try(reader, "volume(BTCUSDT, 1m) > 0 and gaps() > 0", until_s=120)

    assert trial.fired == 0
    assert trial.unknown_s["gaps()"] == pytest.approx(120.0, abs=0.5)
    assert 59.0 < trial.unknown_s["volume(BTCUSDT, 1m)"] < 63.0


def test_trial_is_the_same_every_time(reader: Reader) -> None:
    text = "abs(zscore(ETHUSDT, BTCUSDT, lookback=100)) > 1.5 for 2s"

    assert _try(reader, text, since_s=300) == _try(reader, text, since_s=300)


def test_trial_of_a_symbol_that_is_not_there_names_what_is(reader: Reader) -> None:
    with pytest.raises(NoData, match=r"nothing of BINANCE-USDM:SOLUSDT.*BINANCE-USDM:BTCUSDT"):
        _try(reader, "last(SOLUSDT) > 1")


def test_trial_after_the_end_of_the_tape_has_nothing(reader: Reader) -> None:
    with pytest.raises(NoData, match="in that time"):
        _try(reader, "last(BTCUSDT) > 1", since_s=3600)


def test_trial_of_the_capture_alone_is_refused(reader: Reader) -> None:
    with pytest.raises(NoData, match="the capture alone"):
        _try(reader, "gaps() > 1")


def test_trial_of_box_rates_without_any_kept_says_so(reader: Reader) -> None:
    with pytest.raises(NoData, match="no box rates are kept"):
        _try(reader, "box_rate(SPX, 30d) > 1%")


def test_trial_that_ends_before_it_begins_is_refused(reader: Reader) -> None:
    with pytest.raises(BadInput, match="ends before it begins"):
        _try(reader, "last(BTCUSDT) > 1", since_s=60, until_s=60)


def test_trial_aside_ends_when_its_caller_does(reader: Reader) -> None:
    async def main() -> tuple[bool, int]:
        rule = parse("last(BTCUSDT) < 96")
        left = asyncio.create_task(try_rule_aside(rule, reader, start_ns=START))
        await asyncio.sleep(0)
        left.cancel()
        ended = await asyncio.gather(left, return_exceptions=True)
        whole = await try_rule_aside(rule, reader, start_ns=START)
        return isinstance(ended[0], asyncio.CancelledError), whole.fired

    assert asyncio.run(main()) == (True, 20)
