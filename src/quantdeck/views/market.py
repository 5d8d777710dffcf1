"""What is watched, where closes stand, and bars with what companies did to their shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.history import ActionKind
from quantdeck.views.figures import duration_text
from quantdeck.views.payloads import CandlesPayload, Marker, RowsPayload
from quantdeck.views.state import empty_state
from quantdeck.views.technical import chart_title, decimals_shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.closes import CloseFigures
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.model.history import CorporateAction
    from quantdeck.views.payloads import FloatArray, PanelState, Row

_FRESH_S = 5.0
_FIGURES = (
    *("close", "day", "week", "month", "year"),
    *("volume_ratio", "from_high", "date", "open", "decimals"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """One symbol of the watchlist at one moment.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    last : float or None
        Newest price. [currency]
    before : float or None
        Close that it is compared with. [currency]
    line : array
        Prices for the sparkline, oldest first.
    kind : str
        What the price is: ``execution``, ``quote`` or ``close``; empty where there is none.
    age_s : float or None
        Of the price. [s]
    word : str
        As in `PanelState`.
    source : str
        Where it comes from.
    currency : str
        Of the price.
    decimals : int
        Of the price.
    missing : str
        Why there is no price.
    """

    symbol: str
    last: float | None
    before: float | None
    line: FloatArray
    kind: str = ""
    age_s: float | None = None
    word: str = ""
    source: str = ""
    currency: str = ""
    decimals: int = 2
    missing: str = ""

    @property
    def change(self) -> float | None:
        """Last over the close before, less one; None where either is absent. [1]."""
        if self.last is None or self.before is None or self.before <= 0.0:
            return None
        return self.last / self.before - 1.0


def watchlist_payload(watched: Sequence[Watched], state: PanelState) -> RowsPayload:
    """Return the watched symbols as cards.

    Parameters
    ----------
    watched : sequence of Watched
        In the order of the list.
    state : PanelState
        Of the panel.
    """
    if not watched:
        return RowsPayload(empty_state(state, "Nothing is watched: add a symbol beside this"), [])
    return RowsPayload(state, [_card(each) for each in watched])


def _card(now: Watched) -> Row:
    line = now.line[np.isfinite(now.line)]
    return {
        "id": now.symbol,
        "title": now.symbol,
        "value": now.last,
        "decimals": now.decimals,
        "unit": now.currency,
        "change": now.change,
        "change_title": "to the close before" if now.change is not None else "",
        "spark": line.tolist(),
        "note": _note(now),
        "state": now.word,
        "kind": now.kind,
        "source": now.source,
        "age_s": None if now.age_s is None else float(int(now.age_s)),
    }


def _note(now: Watched) -> str:
    if now.last is None or now.age_s is None:
        return now.missing
    # A card does not count seconds that say nothing.
    age = "under 5 s" if now.age_s < _FRESH_S else duration_text(float(int(now.age_s)))
    return " · ".join(part for part in (f"{now.kind} {age} old", now.source) if part)


def overview_payload(
    figures: Sequence[tuple[CloseFigures, PriceSeries]],
    unanswered: Sequence[tuple[str, str]],
    state: PanelState,
) -> RowsPayload:
    """Return where the newest closes stand, a row a symbol.

    Parameters
    ----------
    figures : sequence of (CloseFigures, PriceSeries)
        In the order of the rows.
    unanswered : sequence of (str, str)
        Symbols without daily bars, and why.
    state : PanelState
        Of the panel.
    """
    rows: list[Row] = [_closes_row(found, series) for found, series in figures]
    rows += [
        {**dict.fromkeys(_FIGURES), "id": symbol, "symbol": symbol, "source": why}
        for symbol, why in unanswered
    ]
    if not rows:
        return RowsPayload(empty_state(state, "There are no daily bars yet"), [])
    return RowsPayload(state, rows)


def _closes_row(found: CloseFigures, series: PriceSeries) -> Row:
    return {
        "id": found.symbol,
        "symbol": found.symbol,
        "close": found.close,
        "day": found.day,
        "week": found.week,
        "month": found.month,
        "year": found.year,
        "volume_ratio": found.volume_ratio,
        "from_high": found.from_high,
        "date": date_text(found.start_ns),
        "source": f"{series.source} {series.feed}".strip(),
        "open": f"/market?symbol={found.symbol}",
        "decimals": decimals_shown(series),
    }


def bars_payload(
    series: PriceSeries, actions: Sequence[CorporateAction], state: PanelState
) -> CandlesPayload:
    """Return bars with the splits and dividends within their span.

    Parameters
    ----------
    series : PriceSeries
        Daily bars, one at least.
    actions : sequence of CorporateAction
        Of the symbol.
    state : PanelState
        Of the panel.
    """
    starts = series.start_ns
    marks = [_marker(each, series) for each in actions if starts[0] <= each.ex_ns <= starts[-1]]
    return CandlesPayload(
        state,
        decimals_shown(series),
        starts // 1_000_000,
        series.open,
        series.high,
        series.low,
        series.close,
        series.volume,
        np.full(len(series), np.nan),
        title=chart_title(series),
        markers=tuple(marks),
    )


def _marker(action: CorporateAction, series: PriceSeries) -> Marker:
    # A day without a bar hands its mark on to the next.
    at = int(np.searchsorted(series.start_ns, action.ex_ns))
    return Marker(
        int(series.start_ns[at]) // 1_000_000, "note", action_text(action, series.currency)
    )


def action_text(action: CorporateAction, currency: str) -> str:
    """Return a split or a dividend in words.

    Parameters
    ----------
    action : CorporateAction
        Which.
    currency : str
        Of a dividend; may be empty.

    Examples
    --------
    >>> from quantdeck.model.history import CorporateAction
    >>> action_text(CorporateAction(0, ActionKind.SPLIT, 4.0), "USD")
    'Split: 4 new shares for 1'
    >>> action_text(CorporateAction(0, ActionKind.SPLIT, 0.125), "USD")
    'Split: 1 new share for 8'
    >>> action_text(CorporateAction(0, ActionKind.DIVIDEND, 0.26), "USD")
    'Dividend: 0.26 USD a share'
    """
    if action.kind is ActionKind.DIVIDEND:
        return f"Dividend: {action.value:.4g} {currency}".rstrip() + " a share"
    if action.value >= 1.0:
        return f"Split: {action.value:g} new shares for 1"
    return f"Split: 1 new share for {1.0 / action.value:g}"


def date_text(ns: int) -> str:
    """Return the date of a time, UTC.

    Examples
    --------
    >>> date_text(1_723_075_200_000_000_000)
    '2024-08-08'
    """
    return str(np.datetime64(ns, "ns").astype("datetime64[D]"))


def chain_payload(
    cards: RowsPayload | None,
    symbol: str,
    known: Sequence[str],
    state: PanelState,
    *,
    is_watched: bool = False,
) -> RowsPayload:
    """Return what a chain says in a few rows, with the way to the Options page.

    Parameters
    ----------
    cards : RowsPayload or None
        The cards of the Options page; None where the options of the symbol are neither watched nor kept.
    symbol : str
        Canonical symbol.
    known : sequence of str
        Roots of the underlyings that are watched.
    state : PanelState
        Of the panel where there are no cards.
    is_watched : bool
        Whether the Options page has the symbol.
    """
    root = symbol.partition(":")[2]
    if cards is None:
        rows: list[Row] = [
            {
                "id": each,
                "what": each,
                "value": None,
                "note": f"no options of {root} are watched, those of {each} are",
                "open": f"/options?underlying={each}",
            }
            for each in known
        ]
        if rows:
            return RowsPayload(state, rows)
        return RowsPayload(
            empty_state(state, f"No options of {root} are watched, and no chain was collected"), []
        )
    link = f"/options?underlying={root}" if is_watched else ""
    return RowsPayload(
        cards.state,
        [
            {
                "id": card["id"],
                "what": card["title"],
                "value": _value_text(card),
                "note": card["note"],
                "open": link if at == 0 else "",
            }
            for at, card in enumerate(cards.rows)
        ],
    )


def _value_text(card: Row) -> str | None:
    value = card["value"]
    if value is None or not np.isfinite(value):
        return None
    return f"{value:,.{card['decimals']}f} {card['unit']}".strip()
