"""Bodies that the answers of studies share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.api.parameters import iso
from quantdeck.views.payloads import Mode, PanelState

if TYPE_CHECKING:
    from quantdeck.analytics.metrics import Metric
    from quantdeck.analytics.price_series import PriceSeries

Cell = float | int | str | bool | None
Rows = list[dict[str, Cell]]
"""Rows of a table: column name to figure or text; absent is null."""


class TrustBody(msgspec.Struct, frozen=True):
    """How far the figures can be trusted.

    Parameters
    ----------
    mode : Mode
        Live, demo (simulated data) or replay.
    word : str
        ``live``, ``delayed``, ``stale``, ``demo`` and so on.
    source : str
        Services and feeds.
    detail : str
        One sentence; may be empty.
    """

    mode: Mode
    word: str
    source: str
    detail: str


class PricesBody(msgspec.Struct, frozen=True):
    """The bars behind an answer.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    interval, adjustment : str
        Length of a bar, and what prices are expressed in.
    bars : int
        How many.
    first, last : str or None
        Starts of the first and last bar, ISO 8601.
    currency, calendar : str
        Of the prices; ``24/7`` or an exchange's calendar.
    source, feed, delay : str
        Where they come from.
    fetched : str or None
        When, ISO 8601; null where they are captured live.
    periods_per_year : float
        What figures are made annual with.
    """

    symbol: str
    interval: str
    adjustment: str
    bars: int
    first: str | None
    last: str | None
    currency: str
    calendar: str
    source: str
    feed: str
    delay: str
    fetched: str | None
    periods_per_year: float


class MetricBody(msgspec.Struct, frozen=True):
    """One figure.

    Parameters
    ----------
    title, group : str
        As `docs/reference/metrics.md` has them.
    value : float or None
        In `unit`; null where the data cannot tell, with the reason.
    text : str
        The reading in words where it is no number.
    unit, formula, convention : str
        What the number means and how it is computed.
    parameters : dict of str to float
        What it was taken with, such as the window.
    reason : str
        Why there is no value: how much is needed and how much there is.
    """

    title: str
    group: str
    value: float | None
    text: str
    unit: str
    formula: str
    convention: str
    parameters: dict[str, float]
    reason: str


def trust_body(mode: Mode, state: PanelState) -> TrustBody:
    """Return how far figures can be trusted, without the age, which no two answers share.

    Parameters
    ----------
    mode : Mode
        Of the deck.
    state : PanelState
        Of the prices or chains.

    Returns
    -------
    TrustBody
        For a reply.
    """
    return TrustBody(mode, state.word, state.source, state.detail)


def prices_body(series: PriceSeries) -> PricesBody:
    """Return what is said of prices.

    Parameters
    ----------
    series : PriceSeries
        The prices.

    Returns
    -------
    PricesBody
        For a reply.
    """
    starts = series.start_ns
    return PricesBody(
        symbol=series.symbol,
        interval=series.interval,
        adjustment=series.adjustment.value,
        bars=len(series),
        first=iso(int(starts[0])) if len(starts) else None,
        last=iso(int(starts[-1])) if len(starts) else None,
        currency=series.currency,
        calendar=series.calendar,
        source=series.source,
        feed=series.feed,
        delay=series.delay.value,
        fetched=None if series.fetched_ns is None else iso(series.fetched_ns),
        periods_per_year=series.periods_per_year,
    )


def metric_body(
    entry: Metric,
    value: float | None,
    reason: str,
    *,
    title: str = "",
    text: str = "",
    parameters: dict[str, float] | None = None,
) -> MetricBody:
    """Return one figure with what the registry says of it.

    Parameters
    ----------
    entry : Metric
        Its entry.
    value : float or None
        The figure.
    reason : str
        Why there is none.
    title : str
        Where it says more than the entry's.
    text : str
        The reading in words.
    parameters : dict of str to float, optional
        What it was taken with.

    Returns
    -------
    MetricBody
        For a reply.
    """
    return MetricBody(
        title=title or entry.title,
        group=entry.group.value,
        value=value,
        text=text,
        unit=entry.unit,
        formula=entry.formula,
        convention=entry.convention,
        parameters=parameters or {},
        reason=reason,
    )
