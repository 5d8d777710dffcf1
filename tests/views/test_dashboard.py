from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from quantdeck.live.bars import BarBook
from quantdeck.live.board import Board
from quantdeck.live.rates import SECOND_NS, Lag, RateHistory
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, FeedState, FeedStatus, Gap
from quantdeck.model.instruments import Instrument, InstrumentKind
from quantdeck.ports.tape import TapeStatus
from quantdeck.views.dashboard import (
    CaptureFigures,
    capture_payload,
    feeds_payload,
    gaps_payload,
    lag_payload,
    log_payload,
    rate_payload,
)
from quantdeck.views.dashboard_page import DASHBOARD
from quantdeck.views.payloads import Mode, PanelState, Row
from quantdeck.views.state import Standing
from quantdeck.views.status import status_payload
from quantdeck.views.symbols import symbol_now, symbols_payload
from tests.live.rows import marks, quotes, trades

_SYMBOL = "BINANCE-USDM:BTCUSDT"
_LIVE = PanelState("live", 0.1, "binance-usdm")
_BTC = Instrument(_SYMBOL, InstrumentKind.PERPETUAL, "BTC", "USDT", tick_size=0.1)
_LAG = Lag(p50_ns=12e6, p99_ns=30e6, skew_ns=-3e6, events=100)
_FIGURES = CaptureFigures(
    per_second=1234.5,
    lag=_LAG,
    lag_minute=_LAG,
    gaps_open=2,
    dropped=3,
    duplicates=4,
    tape=TapeStatus("writing", rows_durable=99, bytes_on_disk=1000),
)


def _columns(panel_id: str) -> set[str]:
    [panel] = [panel for panel in DASHBOARD.panels if panel.id == panel_id]
    return {column.id for column in panel.columns}


def _card(board: Board, book: BarBook, now_ns: int, instrument: Instrument | None) -> Row:
    now = symbol_now(
        _SYMBOL, 0, board=board, bars=book.bars(0), now_ns=now_ns, instrument=instrument
    )
    return symbols_payload([now], _LIVE).rows[0]


def _market() -> tuple[Board, BarBook]:
    board, book = Board(), BarBook(SECOND_NS, 400)
    ticks = trades(*((i * SECOND_NS, i, 100.0 + i, 1.0) for i in range(5)))
    book.update(ticks)
    board.update(Kind.TRADE, ticks)
    board.update(Kind.QUOTE, quotes((1, 103.9, 104.0), recv=[4 * SECOND_NS]))
    return board, book


def test_symbols_payload_when_everything_is_known_shows_it() -> None:
    board, book = _market()
    board.update(Kind.MARK, marks((4 * SECOND_NS, 104.25)))

    card = _card(board, book, 5 * SECOND_NS, _BTC)

    assert card == {
        "id": _SYMBOL,
        "title": _SYMBOL,
        "value": 104.0,
        "decimals": 1,
        "unit": "USDT",
        "change": pytest.approx(0.04),
        "change_title": "over 4 s",
        "spark": [100.0, 101.0, 102.0, 103.0, 104.0],
        "note": "spread 0.1 (9.6 bp) · mark 104.2",
        "state": "live",
        "age_s": 0.0,
    }


def test_symbols_payload_when_symbol_is_silent_says_how_old_it_is() -> None:
    board, book = _market()

    card = _card(board, book, 64 * SECOND_NS, _BTC)

    assert (card["state"], card["age_s"]) == ("stale", 59.0)
    assert card["note"].startswith("59 s old")
    assert card["value"] == 104.0


def test_symbols_payload_when_only_trades_come_says_how_old_the_quote_is() -> None:
    board, book = _market()
    board.update(Kind.TRADE, trades((30 * SECOND_NS, 9, 105.0, 1.0)))

    card = _card(board, book, 31 * SECOND_NS, _BTC)

    assert (card["state"], card["age_s"]) == ("live", 0.0)
    assert card["note"] == "spread 0.1 (9.6 bp), 27 s old"


def test_symbols_payload_when_only_quotes_come_is_as_old_as_its_price() -> None:
    board, book = _market()
    board.update(Kind.QUOTE, quotes((9, 103.9, 104.0), recv=[59 * SECOND_NS]))

    card = _card(board, book, 60 * SECOND_NS, _BTC)

    assert (card["state"], card["note"]) == ("stale", "55 s old · spread 0.1 (9.6 bp)")


def test_symbols_payload_when_nothing_was_traded_yet_is_as_old_as_its_quote() -> None:
    board = Board()
    board.update(Kind.QUOTE, quotes((9, 103.9, 104.0), recv=[0]))

    card = _card(board, BarBook(SECOND_NS, 4), 12 * SECOND_NS, _BTC)

    assert (card["value"], card["state"], card["age_s"]) == (None, "stale", 12.0)


def test_symbols_payload_when_a_side_is_absent_names_it() -> None:
    board, book = _market()
    board.update(Kind.QUOTE, quotes((2, float("nan"), 104.0), recv=[4 * SECOND_NS]))

    assert _card(board, book, 5 * SECOND_NS, _BTC)["note"] == "no bid"


def test_symbols_payload_when_nothing_was_received_shows_an_empty_card() -> None:
    card = _card(Board(), BarBook(SECOND_NS, 4), 0, None)

    assert (card["value"], card["change"], card["age_s"]) == (None, None, None)
    assert (card["spark"], card["state"], card["note"]) == ([], "empty", "")


def test_symbols_payload_when_bars_are_many_thins_them_from_the_newest() -> None:
    board, book = Board(), BarBook(SECOND_NS, 400)
    book.update(trades(*((i * SECOND_NS, i, 1.0 + i, 1.0) for i in range(400))))

    spark = _card(board, book, 400 * SECOND_NS, None)["spark"]

    assert len(spark) == 60
    assert (spark[-1], spark[-2]) == (400.0, 395.0)


def test_symbols_payload_when_no_symbol_is_captured_is_empty() -> None:
    payload = symbols_payload([], _LIVE)

    assert (payload.state.word, payload.rows) == ("empty", [])


def test_capture_payload_when_all_is_known_fills_every_column() -> None:
    payload = capture_payload(_FIGURES, _LIVE)

    values = {row["id"]: row["value"] for row in payload.rows}
    assert values == {
        "rate": 1234.5,
        "lag_p50": 0.012,
        "lag_p99": 0.03,
        "gaps": 2,
        "dropped": 3,
        "duplicates": 4,
        "tape_rows": 99,
        "tape_bytes": 1000,
    }
    assert set(values) == _columns("dashboard.capture")


def test_capture_payload_when_the_tape_stopped_says_why() -> None:
    tape = TapeStatus("stopped", "No space left on the disk.", rows_dropped=1234)

    rows = {
        row["id"]: row
        for row in capture_payload(CaptureFigures(0.0, None, None, 0, 0, 0, tape), _LIVE).rows
    }

    assert rows["tape_bytes"]["state"] == "error"
    assert rows["tape_bytes"]["note"] == "stopped. No space left on the disk."
    assert rows["tape_rows"]["note"] == "1,234 not written"
    assert rows["lag_p50"]["value"] is None


def test_capture_payload_says_of_what_time_its_figures_are() -> None:
    notes = {row["id"]: row["note"] for row in capture_payload(_FIGURES, _LIVE).rows}

    assert (notes["lag_p50"], notes["lag_p99"]) == ("of the last 10 s", "of the last 60 s")
    assert (notes["tape_rows"], notes["tape_bytes"]) == ("since the start", "writing")


def test_capture_payload_when_stopped_shows_nothing_measured_before() -> None:
    figures = CaptureFigures(None, None, None, 0, 0, 0, TapeStatus("writing"))

    rows = {row["id"]: row for row in capture_payload(figures, _LIVE).rows}

    assert [rows[name]["value"] for name in ("rate", "lag_p50", "lag_p99")] == [None] * 3
    assert rows["tape_bytes"]["note"] == "idle"


def test_feeds_payload_when_a_feed_is_stopped_has_no_rate() -> None:
    status = FeedStatus("a", FeedState.STOPPED, 0, Delay.REALTIME)

    [row] = feeds_payload([status], {"a": 5.0}, now_ns=0, state=_LIVE).rows

    assert row["rate"] is None


def test_rate_and_lag_payloads_when_measured_give_one_point_a_second() -> None:
    history = RateHistory()
    history.note(5 * SECOND_NS, per_second=10.0, lag=_LAG)
    history.note(6 * SECOND_NS, per_second=20.0, lag=None)

    rate = rate_payload(history.history(), _LIVE)
    lag = lag_payload(history.history(), _LIVE)

    assert rate.x.tolist() == [5000, 6000]
    assert rate.lines["rate"].tolist() == [10.0, 20.0]
    assert lag.lines["p99"][0] == 30.0
    assert np.isnan(lag.lines["p50"][1])
    assert set(lag.lines) == _columns("dashboard.lag")


def test_rate_payload_when_nothing_was_measured_is_empty() -> None:
    payload = rate_payload(RateHistory().history(), _LIVE)

    assert (payload.state.word, len(payload.x)) == ("empty", 0)


def test_feeds_payload_when_a_feed_runs_fills_every_column() -> None:
    status = FeedStatus(
        "binance-usdm/market",
        FeedState.LIVE,
        since_ns=SECOND_NS,
        delay=Delay.REALTIME,
        last_data_ns=9 * SECOND_NS,
        messages=10,
        bad_messages=1,
        ignored=2,
        reconnects=4,
        clock_skew_ns=-1_200_000_000,
    )

    payload = feeds_payload([status], {status.name: 5.0}, now_ns=10 * SECOND_NS, state=_LIVE)

    assert payload.rows == [
        {
            "id": "binance-usdm/market",
            "name": "binance-usdm/market",
            "state": "live",
            "since": 1000,
            "age_s": 1.0,
            "rate": 5.0,
            "messages": 10,
            "ignored": 2,
            "bad": 1,
            "reconnects": 4,
            "skew_s": -1.2,
            "detail": "",
        }
    ]
    assert set(payload.rows[0]) - {"id"} == _columns("dashboard.feeds")


def test_feeds_payload_when_none_is_configured_says_so() -> None:
    assert feeds_payload([], {}, now_ns=0, state=_LIVE).state.detail == "No feed is configured"


def test_gaps_payload_when_a_gap_is_open_fills_every_column() -> None:
    gap = Gap("binance-usdm", _SYMBOL, "agg_trade", 2**53, 2**53 + 3, 10**9, 10**9, 3 * 10**9)

    [row] = gaps_payload([gap], _LIVE).rows

    assert row == {
        "id": f"binance-usdm/{_SYMBOL}/agg_trade/{2**53}",
        "found": 1000,
        "state": "open",
        "symbol": _SYMBOL,
        "kind": "agg_trade",
        "missing": 4,
        "first": str(2**53),
        "last": str(2**53 + 3),
        "span_s": 2.0,
    }
    assert set(row) - {"id"} == _columns("dashboard.gaps")


def test_gaps_payload_when_neighbours_are_unknown_has_no_span() -> None:
    [row] = gaps_payload([Gap("s", _SYMBOL, "trade", 1, 1, 0)], _LIVE).rows

    assert row["span_s"] is None


def test_gaps_payload_when_there_are_none_is_empty() -> None:
    assert gaps_payload([], _LIVE).state.detail == "Nothing is missing"


@dataclass(frozen=True)
class _Line:
    number: int
    ts_ns: int
    tone: str
    text: str


def test_log_payload_when_lines_share_a_time_keeps_the_older_first() -> None:
    lines = [_Line(3, 2_000_000, "bad", "c"), _Line(2, 1_500_000, "good", "b")]

    payload = log_payload([*lines, _Line(1, 1_000_000, "plain", "a")], _LIVE)

    assert [row["id"] for row in payload.rows] == ["3", "1", "2"]
    assert payload.rows[0] == {"id": "3", "ts": 2, "tone": "bad", "text": "c"}


def test_log_payload_when_nothing_changed_is_empty() -> None:
    assert log_payload([], _LIVE).state.word == "empty"


def test_status_payload_when_feeds_differ_counts_the_live_ones() -> None:
    feeds = [
        FeedStatus("a", FeedState.LIVE, 0, Delay.REALTIME),
        FeedStatus("b", FeedState.BACKOFF, 0, Delay.REALTIME),
    ]

    status = status_payload(
        Standing(Mode.DEMO),
        state=_LIVE,
        feeds=feeds,
        figures=_FIGURES,
        symbols=[_SYMBOL],
        now_ns=5_000_000,
    )

    assert (status.feeds_live, status.feeds_total, status.mode) == (1, 2, Mode.DEMO)
    assert (status.lag_ms, status.skew_ms, status.clock_ms) == (12.0, -3.0, 5)
    assert (status.tape_state, status.tape_bytes, status.replay) == ("writing", 1000, None)
