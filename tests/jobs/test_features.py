"""Tables of features from what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.jobs.features import FeatureRequest, FeatureSources, build_table
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.collected import Story
from quantdeck.model.errors import BadInput, NoData, TooLittleData
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, ActionKind, CorporateAction, History
from quantdeck.ports.box_store import RateRow
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore
from quantdeck.tape.features.store import TableStore
from quantdeck.tape.history.store import BarStore
from tests.research.tables import CLOSE_NS, weekdays

if TYPE_CHECKING:
    from pathlib import Path

HOUR_NS = 3_600_000_000_000
TOLD = Provenance("file", Delay.IMPORTED, RunId("run"))
DAYS = weekdays(90)
FEW = ("momentum", "news_sent", "iv30", "put_call", "box_rate91", "hv30")


def _keep(store: BarStore, symbol: str, sessions: int = 90, **said: object) -> None:
    days = DAYS[-sessions:]
    rows = np.zeros(len(days), HISTORY_DTYPE)
    rows["start_ns"] = days
    rows["close"] = 50.0 + np.random.default_rng(1).standard_normal(len(days)).cumsum()
    for name in ("open", "high", "low"):
        rows[name] = rows["close"]
    rows["volume"] = 100.0
    known = {"fetched_ns": 1, "calendar": "XNYS"} | said
    store.keep(History(symbol, "1d", rows, TOLD, **known))


@pytest.fixture
def sources(tmp_path: Path) -> FeatureSources:
    stores = BarStore(tmp_path), RecordStore(tmp_path), ChainStore(tmp_path), TableStore(tmp_path)
    return FeatureSources(*stores)


def _snapshot(at: int, volume: float) -> ChainSnapshot:
    """Return a chain of 33 days after a session, quoted an hour before its end."""
    chain, chain_ns = example_chain()
    at_ns = int(DAYS[at] + CLOSE_NS - HOUR_NS)
    day = np.datetime64(at_ns, "ns").astype("datetime64[D]").item()
    ones = np.ones(len(chain.strikes))
    moved = {
        name: replace(
            side,
            ts_ns=side.ts_ns + (at_ns - chain_ns),
            volume=volume * ones,
            open_interest=10.0 * ones,
        )
        for name, side in (("calls", chain.calls), ("puts", chain.puts))
    }
    chain = replace(chain, expiry=day + timedelta(days=33), **moved)
    return ChainSnapshot(at_ns, "test", TOLD, (chain,))


def test_build_table_of_kept_bars_has_all_that_have_enough(sources: FeatureSources) -> None:
    for symbol, sessions in (("US:AAA", 90), ("US:BBB", 59), ("US:CCC", 60)):
        _keep(sources.histories, symbol, sessions)

    built = build_table(FeatureRequest(names=FEW), sources)

    assert built.table.symbols == ("US:AAA", "US:CCC")
    assert built.left_out == {"US:BBB": "has 59 sessions; features need 60"}
    assert len(built.table) == 150
    assert any("news_sent" in said for said in built.warnings)


def test_build_table_of_symbols_takes_these_and_tells_which_are_not_kept(
    sources: FeatureSources,
) -> None:
    for symbol in ("US:AAA", "US:BBB"):
        _keep(sources.histories, symbol)

    built = build_table(FeatureRequest(("US:BBB", "US:NONE"), FEW), sources)

    assert built.table.symbols == ("US:BBB",)
    assert "quantdeck history fetch US:NONE" in built.left_out["US:NONE"]


def test_build_table_takes_the_calendar_of_most(sources: FeatureSources) -> None:
    for symbol in ("US:AAA", "US:BBB"):
        _keep(sources.histories, symbol)
    _keep(sources.histories, "BINANCE:BTCUSDT", calendar="24/7")

    built = build_table(FeatureRequest(names=FEW), sources)

    assert "24/7" in built.left_out["BINANCE:BTCUSDT"]
    assert built.table.calendar == "XNYS"


def test_build_table_leaves_out_a_symbol_whose_actions_cannot_be(sources: FeatureSources) -> None:
    _keep(sources.histories, "US:AAA")
    paid = CorporateAction(int(DAYS[50]), ActionKind.DIVIDEND, 1000.0)
    _keep(sources.histories, "US:BBB", actions=(paid,))

    built = build_table(FeatureRequest(names=FEW), sources)

    assert built.table.symbols == ("US:AAA",)
    assert "dividend of 1000" in built.left_out["US:BBB"]


def test_build_table_between_dates_has_full_windows(sources: FeatureSources) -> None:
    _keep(sources.histories, "US:AAA")
    whole = build_table(FeatureRequest(names=FEW), sources).table

    part = build_table(
        FeatureRequest(names=FEW, start_ns=int(DAYS[40]), end_ns=int(DAYS[70])), sources
    ).table

    np.testing.assert_array_equal(part.sessions, DAYS[40:70])
    np.testing.assert_array_equal(part.values, whole.values[:, :, 40:70])


def test_build_table_after_the_last_session_is_refused(sources: FeatureSources) -> None:
    _keep(sources.histories, "US:AAA")

    with pytest.raises(BadInput, match="no session lies within the dates"):
        build_table(FeatureRequest(names=FEW, start_ns=int(DAYS[-1]) + 1), sources)


def test_build_table_of_nothing_kept_says_how_to_get_bars(sources: FeatureSources) -> None:
    with pytest.raises(NoData, match="quantdeck history fetch"):
        build_table(FeatureRequest(), sources)


def test_build_table_of_too_few_sessions_is_a_value_error_that_names_them(
    sources: FeatureSources,
) -> None:
    _keep(sources.histories, "US:AAA", 40)

    with pytest.raises(ValueError, match="US:AAA has 40 sessions; features need 60") as caught:
        build_table(FeatureRequest(), sources)

    assert isinstance(caught.value, TooLittleData)


def test_build_table_knows_stories_chains_and_rates(sources: FeatureSources) -> None:
    _keep(sources.histories, "US:SPX")
    at_ns = int(DAYS[80] + CLOSE_NS - HOUR_NS)
    story = Story(
        id="a",
        headline="Rise",
        published_ns=at_ns,
        updated_ns=at_ns,
        symbols=("US:SPX",),
        sentiment=0.5,
    )
    sources.collected.keep([story], TOLD, fetched_ns=int(DAYS[-1] + CLOSE_NS))
    for at in (80, 81):
        sources.chains.keep(_snapshot(at, float(at)))
    sources.chains.append_rates([_rate(at_ns, "US:SPX", 0.041), _rate(at_ns, "US:XSP", 0.05)])

    table = build_table(FeatureRequest(names=FEW), sources).table

    newest = {name: table.column(name)[0] for name in FEW}
    assert newest["news_sent"][80] == 0.5
    assert newest["box_rate91"][80] == pytest.approx(0.041)
    assert np.flatnonzero(np.isfinite(newest["put_call"])).tolist() == [80, 81]
    assert 0.05 < newest["iv30"][80] < 0.8


def test_build_table_reads_a_chain_once_and_remembers_one_that_is_gone(
    sources: FeatureSources, tmp_path: Path
) -> None:
    _keep(sources.histories, "US:SPX")
    sources.chains.keep(_snapshot(80, 5.0))
    first = build_table(FeatureRequest(names=FEW), sources).table
    told: list[str] = []

    again, without = (
        build_table(FeatureRequest(names=FEW), each, tell=lambda what, *_: told.append(what)).table
        for each in (sources, replace(sources, chains=ChainStore(tmp_path / "empty")))
    )

    for found in (again, without):
        np.testing.assert_array_equal(found.column("put_call"), first.column("put_call"))
    assert "reading option chains" not in told


def test_build_table_that_nobody_wants_any_more_ends(sources: FeatureSources) -> None:
    _keep(sources.histories, "US:AAA")

    assert build_table(FeatureRequest(), sources, is_unwanted=lambda: True) is None


def _rate(ts_ns: int, underlying: str, rate: float) -> RateRow:
    blank = {
        name: float("nan")
        for name in ("se", "rate_lend", "rate_borrow", "forward", "dividend_yield", "spot")
    }
    return RateRow(
        ts_ns=ts_ns,
        underlying=underlying,
        root=underlying[3:],
        kind="tenor",
        expiry=None,
        tenor_days=91,
        settlement="",
        status="",
        days=91,
        tau=91 / 365,
        rate_mid=rate,
        quotes_used=0,
        quotes_flagged=0,
        feed="test",
        source="file",
        delay=Delay.IMPORTED,
        ingest_run_id=RunId("run"),
        **blank,
    )
