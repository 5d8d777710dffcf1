from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.hub.scan import FRESH_NS
from quantdeck.hub.scan_answers import question_of
from quantdeck.model.errors import BadInput
from tests.hub.deck_rig import BTC, ETH, SECOND_NS, SOL, START_NS, deck_rig

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from quantdeck.hub.scan import Scanner
    from tests.hub.deck_rig import Rig

SECONDS = {"timeframe": "1s", "lookback": "60", "window": "20"}


def prices(seed: int, rows: int = 90) -> np.ndarray:
    random = np.random.default_rng(seed)
    return 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=rows)))


def fill(rig: Rig) -> None:
    """Three symbols, the second tied to the first."""
    rig.clock.ns = START_NS + 90 * SECOND_NS
    leader = prices(1)
    noise = np.exp(np.random.default_rng(2).normal(scale=1e-4, size=90))
    told = {BTC: leader, ETH: leader**1.2 * noise, SOL: prices(3)}
    for symbol, values in told.items():
        rig.feed.trades(symbol, values.tolist(), skip=1000)


def run(folder: Path, work: Callable[[Rig], Coroutine[Any, Any, Any]]) -> Any:
    async def main() -> Any:
        async with deck_rig(folder) as rig:
            await rig.deck.start_capture([BTC, ETH, SOL])
            fill(rig)
            return await work(rig)

    return asyncio.run(main())


def scanner_of(rig: Rig) -> Scanner:
    return rig.deck._answers.scan.scanner


def test_scan_of_the_captured_symbols_finds_the_tied_pair(tmp_path: Path) -> None:
    payload = run(tmp_path, lambda rig: rig.deck.answer("scan.pairs", SECONDS))

    assert [row["rank"] for row in payload.rows] == [1, 2, 3]
    assert {payload.rows[0]["y"], payload.rows[0]["x"]} == {"BTCUSDT", "ETHUSDT"}
    assert payload.rows[0]["q"] < 0.01


def test_scan_equals_the_study_of_the_pair_it_links_to(tmp_path: Path) -> None:
    async def both(rig: Rig) -> Any:
        scanned = await rig.deck.answer("scan.pairs", SECONDS)
        best = scanned.rows[0]
        query = dict(part.split("=") for part in best["open"].partition("?")[2].split("&"))
        _, study = await rig.deck.pair_study(query)
        return best, study

    best, study = run(tmp_path, both)

    assert best["pvalue_y"] == pytest.approx(study.engle_granger.pvalue, rel=1e-9)
    assert best["pvalue_x"] == pytest.approx(study.engle_granger_reverse.pvalue, rel=1e-9)
    assert best["hedge_ratio"] == pytest.approx(study.hedge.hedge_ratio, rel=1e-9)
    assert best["zscore"] == pytest.approx(study.last_zscore, rel=1e-9)
    assert best["n"] == study.used


def test_scan_is_made_once_for_all_panels_that_ask_at_a_time(tmp_path: Path) -> None:
    async def ask(rig: Rig) -> int:
        names = ("scan.pairs", "scan.summary", "scan.left_out")
        await asyncio.gather(*(rig.deck.answer(name, dict(SECONDS)) for name in names))
        return scanner_of(rig).revision

    assert run(tmp_path, ask) == 1


def test_scan_stands_for_some_seconds_and_is_then_made_anew(tmp_path: Path) -> None:
    async def ask(rig: Rig) -> list[int]:
        seen: list[int] = []
        for wait_ns in (0, FRESH_NS // 2, FRESH_NS):
            rig.clock.ns += wait_ns
            await rig.deck.answer("scan.pairs", SECONDS)
            seen.append(scanner_of(rig).revision)
        return seen

    assert run(tmp_path, ask) == [1, 1, 2]


def test_scan_outlives_the_one_who_asked_first(tmp_path: Path) -> None:
    async def ask(rig: Rig) -> Any:
        first = asyncio.create_task(rig.deck.answer("scan.pairs", SECONDS))
        await asyncio.sleep(0)
        second = asyncio.create_task(rig.deck.answer("scan.summary", SECONDS))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert run(tmp_path, ask).rows[1]["value"] == 3


def test_scan_with_a_filter_of_quotes_leaves_out_what_has_none(tmp_path: Path) -> None:
    async def ask(rig: Rig) -> Any:
        rig.feed.quote(BTC, rig.clock.ns)
        return await rig.deck.answer("scan.left_out", SECONDS | {"max_spread": "10 bp"})

    reasons = {row["name"]: row["reason"] for row in run(tmp_path, ask).rows}

    assert reasons["BTCUSDT"] == "spread of 200.00 bp, more than 10.00"
    assert reasons["ETHUSDT"].startswith("no quote")


@pytest.mark.parametrize("topic", ["scan.correlation", "scan.lead", "scan.lags"])
def test_relations_of_the_captured_symbols_are_shown(tmp_path: Path, topic: str) -> None:
    payload = run(tmp_path, lambda rig: rig.deck.answer(topic, SECONDS))

    assert payload.state.word == "live"


def test_heat_map_is_the_same_array_while_the_scan_stands(tmp_path: Path) -> None:
    async def ask(rig: Rig) -> bool:
        old = await rig.deck.answer("scan.correlation", SECONDS)
        new = await rig.deck.answer("scan.correlation", SECONDS)
        return old.layers is new.layers

    assert run(tmp_path, ask)


def test_carry_has_a_row_per_derivative(tmp_path: Path) -> None:
    async def ask(rig: Rig) -> Any:
        await rig.deck.instruments()
        return await rig.deck.answer("scan.carry", {})

    # The rig's vendor tells of two perpetuals; the third has no marks.
    assert [row["symbol"] for row in run(tmp_path, ask).rows] == ["BTCUSDT", "ETHUSDT"]


def test_coins_of_the_curve_are_those_captured(tmp_path: Path) -> None:
    async def ask(rig: Rig) -> Any:
        await rig.deck.instruments()
        page = next(page for page in rig.deck.pages() if page.id == "scan")
        return next(control for control in page.controls if control.id == "base").options

    assert run(tmp_path, ask) == ("B",)


def test_question_with_a_window_as_long_as_the_lookback_is_refused() -> None:
    asked = SECONDS | {"control": "BH", "min_turnover": "0", "max_spread": "any", "window": "60"}

    with pytest.raises(BadInput, match="window must have 3 rows or more"):
        question_of(asked)
