from __future__ import annotations

from quantdeck.ports.tape import Coverage
from quantdeck.views.exports import bars_payload, coverage_payload
from quantdeck.views.exports_page import exports_page
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
