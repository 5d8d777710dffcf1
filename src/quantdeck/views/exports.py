"""Payloads of the Exports page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.events import Kind
from quantdeck.views.figures import ms_of
from quantdeck.views.panels import PanelKind
from quantdeck.views.payloads import RowsPayload, TextPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.history import KeptHistory
    from quantdeck.ports.tape import Coverage
    from quantdeck.views.panels import Page, Panel
    from quantdeck.views.payloads import PanelState, Row

FILE_ROWS = 1_000_000
"""Rows of a file, as ``/api/v1/ticks`` and ``/api/v1/bars`` allow."""
JSON_ROWS = 10_000
"""Rows of an answer in JSON."""

_NOTHING = "Nothing is on the tape yet"
_NO_FIGURES = frozenset({PanelKind.FORM, PanelKind.ALERT_EDITOR, PanelKind.MARKDOWN})
_UPLOAD_TEXT = (
    "A trade a line: `ts,symbol,price,size` under a header, in any order, or JSON objects with these "
    "fields. Times as ISO 8601 (UTC where no zone is given) or as an epoch in s, ms, µs or ns."
)
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


def history_payload(kept: Sequence[KeptHistory], state: PanelState) -> RowsPayload:
    """Return the bars of years that are kept, with addresses to download them.

    Parameters
    ----------
    kept : sequence of KeptHistory
        One of each symbol and interval, that which the addresses give.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        One row each.
    """
    rows: list[Row] = [
        {
            "id": f"{k.symbol}/{k.interval}",
            "symbol": k.symbol,
            "interval": k.interval,
            "rows": k.rows,
            "actions": k.actions,
            "first": _iso(k.first_ns)[:10],
            "last": _iso(k.last_ns)[:10],
            "fetched": ms_of(k.fetched_ns),
            "source": f"{k.source} {k.feed}".strip(),
            "delay": k.delay,
            **_history_addresses(k),
        }
        for k in kept
    ]
    return RowsPayload(
        state if rows else empty_state(state, "No prices of years are kept yet"), rows
    )


@dataclass(frozen=True, slots=True)
class Buffered:
    """Trades of one symbol in memory.

    Parameters
    ----------
    symbol : str
        Canonical.
    trades : int
        How many.
    first_ns, last_ns : int
        Event times of the oldest and the newest, UTC. [ns]
    """

    symbol: str
    trades: int
    first_ns: int
    last_ns: int


def buffer_payload(buffered: Sequence[Buffered], state: PanelState) -> RowsPayload:
    """Return the trades in memory, with addresses to download them.

    Parameters
    ----------
    buffered : sequence of Buffered
        One per symbol.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel; where there are several symbols, the first row is all of them.
    """
    rows = [_buffer_row(each.symbol, [each]) for each in sorted(buffered, key=lambda b: b.symbol)]
    if len(rows) > 1:
        rows.insert(0, _buffer_row("", buffered))
    return RowsPayload(state if rows else empty_state(state, "No trade is in memory yet"), rows)


def _buffer_row(symbol: str, buffered: Sequence[Buffered]) -> Row:
    chosen = {"symbol": symbol} if symbol else {}
    return {
        "id": symbol or "all",
        "symbol": symbol or "all symbols",
        "rows": sum(each.trades for each in buffered),
        "first": ms_of(min(each.first_ns for each in buffered)),
        "last": ms_of(max(each.last_ns for each in buffered)),
        **{
            form: f"/api/v1/buffer?{_query({**chosen, 'format': form})}"
            for form in ("csv", "parquet", "json")
        },
    }


def panels_payload(pages: Sequence[Page], state: PanelState) -> RowsPayload:
    """Return the panels of all pages that can be downloaded as they stand, with addresses.

    Parameters
    ----------
    pages : sequence of Page
        All of them; those of exports and what is no table of figures are left out. Before the panels
        stand what is wider than one of them: the study of the pair looked at first, and the alerts.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        One row per panel.
    """
    rows: list[Row] = [
        {
            "id": wide,
            "page": page.title,
            "panel": title,
            **_forms(address, ("csv", "parquet", "json")),
        }
        for page in pages
        for wide, title, address in _wide(page)
    ]
    rows += [
        {
            "id": panel.id,
            "page": page.title,
            "panel": panel.title,
            "parquet": "",
            **_forms(panel.query, ("csv", "json")),
        }
        for page in pages
        for panel in page.panels
        if page.id != "exports" and panel.kind not in _NO_FIGURES and _can_be_asked(page, panel)
    ]
    return RowsPayload(state, rows)


def _can_be_asked(page: Page, panel: Panel) -> bool:
    # Not while a symbol that it needs has yet to be chosen
    chosen = {control.id: control.default for control in page.controls if control.type == "symbol"}
    return bool(panel.query) and all(chosen.get(name, "-") for name in panel.params)


def _wide(page: Page) -> list[tuple[str, str, str]]:
    # Id, title and address of what a page's routes give beyond its panels
    if page.id == "alerts":
        return [("alerts.all", "All that fired", "/api/v1/alerts?limit=10000")]
    chosen = {control.id: control.default for control in page.controls if control.type == "symbol"}
    if page.id == "pairs" and all(chosen.values()):
        return [("pairs.study", "The whole study", f"/api/v1/pairs?{_query(chosen)}")]
    return []


def _forms(address: str, forms: tuple[str, ...]) -> dict[str, str]:
    mark = "&" if "?" in address else "?"
    return {form: f"{address}{mark}format={form}" for form in forms}


def upload_payload(state: PanelState, *, takes: bool) -> TextPayload:
    """Return what is said above the form of uploads.

    Parameters
    ----------
    state : PanelState
        Of the panel.
    takes : bool
        Whether this deck takes uploads.
    """
    if not takes:
        return TextPayload(
            empty_state(state, "This deck records nothing: it plays what was recorded"), ""
        )
    return TextPayload(state, _UPLOAD_TEXT)


def _addresses(route: str, params: dict[str, str], *, start_ns: int) -> dict[str, str]:
    # Files from the beginning on; JSON is for a look at the newest
    start = {"start": _iso(start_ns)}
    asked = {
        "csv": {**params, **start, "limit": str(FILE_ROWS), "format": "csv"},
        "parquet": {**params, **start, "limit": str(FILE_ROWS), "format": "parquet"},
        "json": {**params, "limit": str(JSON_ROWS), "format": "json"},
    }
    return {name: f"/api/v1/{route}?{_query(params)}" for name, params in asked.items()}


def _history_addresses(kept: KeptHistory) -> dict[str, str]:
    # As traded and all of it; JSON is for a look at the newest
    asked = {"interval": kept.interval, "adjustment": "raw"}
    since = {**asked, "start": _iso(kept.first_ns)}
    forms = {"csv": since, "parquet": since, "json": asked}
    return {
        name: f"/api/v1/history/{kept.symbol}?{_query({**params, 'format': name})}"
        for name, params in forms.items()
    }


def _query(params: dict[str, str]) -> str:
    # Nothing to escape: canonical symbols, kinds and times are made of letters, digits and -._:
    return "&".join(f"{name}={value}" for name, value in params.items())


def _iso(ns: int) -> str:
    moment = _EPOCH + timedelta(seconds=ns // 1_000_000_000)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ns % 1_000_000_000:09d}Z"
