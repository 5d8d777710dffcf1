"""Payloads of the Exports page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.events import Kind
from quantdeck.views.figures import ms_of
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.tape import Coverage
    from quantdeck.views.payloads import PanelState, Row

FILE_ROWS = 1_000_000
"""Rows of a file, as ``/api/v1/ticks`` and ``/api/v1/bars`` allow."""
JSON_ROWS = 10_000
"""Rows of an answer in JSON."""

_NOTHING = "Nothing is on the tape yet"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def coverage_payload(coverage: Sequence[Coverage], state: PanelState) -> RowsPayload:
    """Return what is on the tape, with addresses to download it.

    Parameters
    ----------
    coverage : sequence of Coverage
        One per kind, source and symbol.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel; ``csv``, ``parquet`` and ``json`` are addresses of this deck.
    """
    ordered = sorted(coverage, key=lambda c: (c.symbol, c.kind, c.source, c.delay))
    rows: list[Row] = [
        {
            "id": f"{c.kind}/{c.source}/{c.delay}/{c.symbol}",
            "symbol": c.symbol,
            "kind": c.kind,
            "source": c.source,
            "delay": c.delay,
            "rows": c.rows,
            "first": ms_of(c.first_ns),
            "last": ms_of(c.last_ns),
            **_addresses("ticks", {"kind": c.kind, "symbol": c.symbol}, start_ns=c.first_ns),
        }
        for c in ordered
    ]
    return RowsPayload(state if rows else empty_state(state, _NOTHING), rows)


def bars_payload(coverage: Sequence[Coverage], state: PanelState) -> RowsPayload:
    """Return the bars that can be made of what is on the tape.

    Parameters
    ----------
    coverage : sequence of Coverage
        One per kind, source and symbol; those of executions count.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        One row per symbol and timeframe, with addresses of this deck.
    """
    first: dict[str, int] = {}
    for c in coverage:
        if c.kind in {Kind.TRADE, Kind.AGG_TRADE}:
            first[c.symbol] = min(c.first_ns, first.get(c.symbol, c.first_ns))
    rows: list[Row] = [
        {
            "id": f"{symbol}/{timeframe}",
            "symbol": symbol,
            "timeframe": timeframe,
            **_addresses(
                "bars",
                {"symbol": symbol, "timeframe": timeframe},
                start_ns=first[symbol] // interval_ns * interval_ns,
            ),
        }
        for symbol in sorted(first)
        for timeframe, interval_ns in TIMEFRAMES.items()
    ]
    return RowsPayload(state if rows else empty_state(state, _NOTHING), rows)


def _addresses(route: str, params: dict[str, str], *, start_ns: int) -> dict[str, str]:
    # Files from the beginning on; JSON is for a look at the newest
    start = {"start": _iso(start_ns)}
    asked = {
        "csv": {**params, **start, "limit": str(FILE_ROWS), "format": "csv"},
        "parquet": {**params, **start, "limit": str(FILE_ROWS), "format": "parquet"},
        "json": {**params, "limit": str(JSON_ROWS), "format": "json"},
    }
    return {name: f"/api/v1/{route}?{_query(params)}" for name, params in asked.items()}


def _query(params: dict[str, str]) -> str:
    # Nothing to escape: canonical symbols, kinds and times are made of letters, digits and -._:
    return "&".join(f"{name}={value}" for name, value in params.items())


def _iso(ns: int) -> str:
    moment = _EPOCH + timedelta(seconds=ns // 1_000_000_000)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ns % 1_000_000_000:09d}Z"
