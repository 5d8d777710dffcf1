from __future__ import annotations

from quantdeck.ports.history import KeptHistory
from quantdeck.ports.tape import Coverage
from quantdeck.views.exports import (
    Buffered,
    bars_payload,
    buffer_payload,
    coverage_payload,
    history_payload,
    panels_payload,
    upload_payload,
)
from quantdeck.views.exports_page import exports_page
from quantdeck.views.pages import Choices, pages
from quantdeck.views.panels import PanelKind
from quantdeck.views.payloads import PanelState

_LIVE = PanelState("live", 0.0)
_ETH = "BINANCE-USDM:ETHUSDT"
_FIRST = 1_723_161_256_000_000_001
_TRADES = Coverage("agg_trade", "binance-usdm", "realtime", _ETH, 5, _FIRST, _FIRST + 10**9)
_QUOTES = Coverage("quote", "binance-usdm", "realtime", _ETH, 7, _FIRST - 10**9, _FIRST)


def _columns(panel_id: str) -> set[str]:
    [panel] = [panel for panel in exports_page().panels if panel.id == panel_id]
    return {column.id for column in panel.columns}


def test_coverage_payload_when_streams_are_on_the_tape_gives_their_addresses() -> None:
    [row, _] = coverage_payload([_QUOTES, _TRADES], _LIVE).rows

    stream = f"/api/v1/ticks?kind=agg_trade&symbol={_ETH}"
    start = "start=2024-08-08T23:54:16.000000001Z"
    assert row == {
        "id": f"agg_trade/binance-usdm/realtime/{_ETH}",
        "symbol": _ETH,
        "kind": "agg_trade",
        "source": "binance-usdm",
        "delay": "realtime",
        "rows": 5,
        "first": 1_723_161_256_000,
        "last": 1_723_161_257_000,
        "csv": f"{stream}&{start}&limit=1000000&format=csv",
        "parquet": f"{stream}&{start}&limit=1000000&format=parquet",
        "json": f"{stream}&limit=10000&format=json",
    }
    assert set(row) - {"id"} == _columns("exports.coverage")


def test_bars_payload_when_executions_are_on_the_tape_has_a_row_per_timeframe() -> None:
    rows = bars_payload([_QUOTES, _TRADES], _LIVE).rows

    assert [row["timeframe"] for row in rows] == ["1s", "1m", "5m"]
    assert "timeframe=5m&start=2024-08-08T23:50:00.000000000Z" in rows[2]["csv"]
    assert set(rows[0]) - {"id"} == _columns("exports.bars")


def test_bars_payload_when_only_quotes_are_on_the_tape_is_empty() -> None:
    assert bars_payload([_QUOTES], _LIVE).state.word == "empty"


def test_coverage_payload_when_nothing_is_on_the_tape_is_empty() -> None:
    assert coverage_payload([], _LIVE).state.detail == "Nothing is on the tape yet"


def test_buffer_payload_of_several_symbols_begins_with_all_of_them() -> None:
    other = "UPLOAD:AAA"
    buffered = [Buffered(other, 2, _FIRST, _FIRST + 5), Buffered(_ETH, 3, _FIRST - 10**9, _FIRST)]

    rows = buffer_payload(buffered, _LIVE).rows

    assert [(row["symbol"], row["rows"]) for row in rows] == [
        ("all symbols", 5),
        (_ETH, 3),
        (other, 2),
    ]
    assert rows[0]["first"] == 1_723_161_255_000
    assert rows[0]["csv"] == "/api/v1/buffer?format=csv"
    assert rows[1]["parquet"] == f"/api/v1/buffer?symbol={_ETH}&format=parquet"
    assert set(rows[0]) - {"id"} == _columns("exports.buffer")


def test_buffer_payload_of_one_symbol_has_one_row() -> None:
    assert len(buffer_payload([Buffered(_ETH, 3, _FIRST, _FIRST)], _LIVE).rows) == 1


def test_buffer_payload_when_nothing_is_in_memory_is_empty() -> None:
    assert buffer_payload([], _LIVE).state.word == "empty"


def test_panels_payload_lists_what_has_figures_and_the_whole_study() -> None:
    known = pages(Choices([_ETH, "BINANCE-USDM:BTCUSDT"]))

    rows = {row["id"]: row for row in panels_payload(known, _LIVE).rows}

    forms = {
        panel.id
        for page in known
        for panel in page.panels
        if panel.kind in {PanelKind.FORM, PanelKind.ALERT_EDITOR} or page.id == "exports"
    }
    assert not forms & set(rows)
    study = "/api/v1/pairs?y=BINANCE-USDM:BTCUSDT&x=BINANCE-USDM:ETHUSDT"
    assert rows["pairs.study"]["parquet"] == f"{study}&format=parquet"
    assert rows["pairs.zscore"]["csv"] == "/api/v1/panels/pairs.zscore?format=csv"
    assert all(set(row) - {"id"} == _columns("exports.panels") for row in rows.values())


def test_panels_payload_while_no_pair_can_be_looked_at_leaves_it_out() -> None:
    ids = {row["id"] for row in panels_payload(pages(), _LIVE).rows}

    assert "dashboard.capture" in ids
    assert not {name for name in ids if name.startswith("pairs.")}


def test_upload_payload_says_the_form_of_a_file_or_that_none_is_taken() -> None:
    assert "ts,symbol,price,size" in upload_payload(_LIVE, takes=True).text
    assert upload_payload(_LIVE, takes=False).state.word == "empty"


def test_exports_page_offers_the_venues_of_captured_symbols() -> None:
    [form] = [p for p in exports_page(["BINANCE", "BINANCE"]).panels if p.kind is PanelKind.FORM]

    assert {field.id: field.options for field in form.fields}["venue"] == ("UPLOAD", "BINANCE")


def _kept(source: str, *, fetched_ns: int, interval: str = "1d") -> KeptHistory:
    return KeptHistory(
        *("US:SPY", interval, source, "", "delayed", "USD", "XNYS"),
        *(1_723_075_200_000_000_000, 1_723_161_600_000_000_000, 2, 1, fetched_ns),
    )


def test_history_payload_has_a_row_per_symbol_and_interval() -> None:
    kept = [_kept("alpaca", fetched_ns=2), _kept("x", fetched_ns=0, interval="1h")]

    rows = history_payload(kept, _LIVE).rows

    assert [(row["interval"], row["source"]) for row in rows] == [("1d", "alpaca"), ("1h", "x")]
    assert rows[0]["csv"] == (
        "/api/v1/history/US:SPY?interval=1d&adjustment=raw&start=2024-08-08T00:00:00.000000000Z&format=csv"
    )
    assert set(rows[0]) - {"id"} == _columns("exports.history")


def test_history_payload_of_nothing_is_empty() -> None:
    assert history_payload([], _LIVE).state.word == "empty"
