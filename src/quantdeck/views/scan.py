"""What the panels of the Scan page show of a scan."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.lead_lag import lead_lag
from quantdeck.model.instruments import root_of
from quantdeck.views.payloads import Curve, CurvePayload, RowsPayload, SurfacePayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.analytics.lead_lag import LeadLag
    from quantdeck.analytics.pairs.findings import PairFinding
    from quantdeck.analytics.pairs.scan import PairScan
    from quantdeck.analytics.pairs.screen import SymbolFigures
    from quantdeck.analytics.types import FloatArray
    from quantdeck.views.payloads import PanelState, Row

ALPHA = 0.05
_MOST_REASONS = 200


@dataclass(frozen=True, slots=True)
class ScanNow:
    """A scan and when it was made.

    Parameters
    ----------
    scan : PairScan
        Its outcome.
    timeframe : str
        Of the bars.
    interval_ns : int
        Their length. [ns]
    made_ns : int
        When it was begun, UTC. [ns]
    took_s : float
        [s]
    """

    scan: PairScan
    timeframe: str
    interval_ns: int
    made_ns: int
    took_s: float


def pairs_payload(
    now: ScanNow,
    state: PanelState,
    *,
    max_q: float | None,
    max_half_life: float | None,
    most: int,
) -> RowsPayload:
    """Return the ranked table.

    Parameters
    ----------
    now : ScanNow
        The scan.
    state : PanelState
        Of the panel.
    max_q : float or None
        Hides pairs with a larger q-value.
    max_half_life : float or None
        Hides pairs with a longer half-life, and those that do not return. [rows]
    most : int
        Rows shown.
    """
    scan = now.scan
    if not scan.pairs:
        return RowsPayload(empty_state(state, nothing_tested(scan)), [])
    passing = np.ones(len(scan.pairs), np.bool_)
    if max_q is not None:
        passing &= scan.pairs.q <= max_q
    if max_half_life is not None:
        passing &= (scan.pairs.half_life <= max_half_life) | (scan.pairs.phi <= 0.0)
    shown = np.flatnonzero(passing)[:most]
    if not len(shown):
        what = f"None of the {len(scan.pairs):,} pairs tested passes the filters of q and half-life"
        return RowsPayload(empty_state(state, what), [])
    figures = {each.symbol: each for each in scan.symbols}
    ranked = zip((shown + 1).tolist(), scan.pairs.at(shown), strict=True)
    return RowsPayload(state, [_pair_row(rank, pair, figures, now) for rank, pair in ranked])


def nothing_tested(scan: PairScan) -> str:
    """Return why a scan has no pair."""
    if len(scan.symbols) < 2:
        return f"{len(scan.symbols)} symbols are captured; a pair takes two"
    first = next((each for each in scan.symbols if each.reason), None)
    if first is not None:
        return f"No pair could be tested; {root_of(first.symbol)}: {first.reason}"
    return f"No pair could be tested: {scan.untested[0].reason}"


def summary_payload(now: ScanNow, state: PanelState, *, now_ns: int) -> RowsPayload:
    """Return what was scanned, and when.

    Parameters
    ----------
    now : ScanNow
        The scan.
    state : PanelState
        Of the panel.
    now_ns : int
        The time, UTC. [ns]
    """
    scan = now.scan
    kept, tested = len(scan.kept()), len(scan.pairs)
    found = int(np.count_nonzero(scan.pairs.q <= ALPHA))
    below = int(np.count_nonzero(scan.pairs.pvalue <= ALPHA))
    rows = scan.rules.lookback
    fewest = int(scan.pairs.rows.min()) if tested else 0
    name = "Benjamini-Yekutieli" if scan.rules.control == "by" else "Benjamini-Hochberg"
    return RowsPayload(
        state,
        [
            _line("symbols", kept, f"{len(scan.symbols) - kept:,} left out"),
            _line("tested", tested, f"{len(scan.untested):,} not tested"),
            _line("found", found, name),
            _line("below", below, f"{ALPHA * tested:.1f} expected by chance"),
            _line("rows", rows, f"of {now.timeframe}; at least {fewest:,}"),
            _line("age", max(0.0, (now_ns - now.made_ns) / 1e9), "made anew every few seconds"),
            _line("took", now.took_s, "in a thread of its own"),
        ],
    )


def left_out_payload(now: ScanNow, state: PanelState) -> RowsPayload:
    """Return the symbols that were left out, then the pairs of the others that were not tested."""
    scan = now.scan
    rows = [_symbol_row(each) for each in scan.symbols if each.reason]
    rows += [
        {"id": _pair_id(pair), "name": f"{root_of(pair.y)} / {root_of(pair.x)}"}
        | {"reason": pair.reason, "bars": pair.rows}
        | dict.fromkeys(("active", "turnover", "spread_bp"))
        for pair in scan.failed()[:_MOST_REASONS]
    ]
    if not rows:
        reason = f"Nothing was: all {len(scan.pairs):,} pairs were tested"
        return RowsPayload(empty_state(state, reason), [])
    return RowsPayload(state, rows[:_MOST_REASONS])


def correlation_layers(found: LeadLag) -> dict[str, FloatArray]:
    """Return the layer of the correlation heat map."""
    return {"correlation": found.now()}


def lead_layers(found: LeadLag) -> dict[str, FloatArray]:
    """Return the layers of the lead-lag heat map."""
    return {"peak": found.peak(), "asymmetry": found.asymmetry()}


def names_payload(now: ScanNow, layers: dict[str, FloatArray], state: PanelState) -> SurfacePayload:
    """Return layers over the symbols that were scanned.

    Parameters
    ----------
    now : ScanNow
        The scan.
    layers : dict of str to array of shape (n, n)
        One row and one column per symbol kept.
    state : PanelState
        Of the panel.
    """
    names = [root_of(each.symbol) for each in now.scan.kept()]
    if len(names) < 2:
        nothing = np.empty(0)
        return SurfacePayload(empty_state(state, nothing_tested(now.scan)), nothing, nothing, {})
    places = np.arange(float(len(names)))
    return SurfacePayload(state, places, places, layers, names=names, columns=names)


def relations(now: ScanNow, *, lags: int) -> LeadLag:
    """Return the correlations of the symbols scanned, over the newest intervals of the lookback."""
    return lead_lag(
        now.scan.grid,
        interval_ns=now.interval_ns,
        rows=now.scan.rules.lookback + 1,
        most=lags,
    )


def lags_payload(
    now: ScanNow, found: LeadLag, symbols: tuple[str, str], state: PanelState
) -> CurvePayload:
    """Return the correlations of two symbols at lags, with their band.

    Parameters
    ----------
    now : ScanNow
        The scan.
    found : LeadLag
        Correlations of its symbols.
    symbols : tuple of str
        First and second, canonical.
    state : PanelState
        Of the panel.
    """
    kept = [each.symbol for each in now.scan.kept()]
    absent = [symbol for symbol in symbols if symbol not in kept]
    if absent:
        return CurvePayload(empty_state(state, _why_absent(now.scan, absent[0])), ())
    if symbols[0] == symbols[1]:
        return CurvePayload(empty_state(state, "Choose two different symbols"), ())
    a, b = (kept.index(symbol) for symbol in symbols)
    lags = found.lags.astype(np.float64)
    values, band = found.correlation[:, a, b], found.band()[:, a, b]
    if not np.isfinite(values).any():
        return CurvePayload(empty_state(state, "Too few returns in common"), ())
    names = [_lag_name(int(lag), symbols) for lag in found.lags]
    return CurvePayload(
        state,
        (
            Curve("correlation", lags, values, names=names),
            Curve("upper", lags, band),
            Curve("lower", lags, -band),
        ),
    )


def _why_absent(scan: PairScan, symbol: str) -> str:
    for each in scan.symbols:
        if each.symbol == symbol:
            return f"{root_of(symbol)} is left out: {each.reason}"
    return f"{root_of(symbol)} is not captured"


def _lag_name(lag: int, symbols: tuple[str, str]) -> str:
    first, second = (root_of(symbol) for symbol in symbols)
    if lag == 0:
        return "at once"
    early, late = (first, second) if lag > 0 else (second, first)
    return f"{early} {abs(lag)} before {late}"


def _pair_row(rank: int, pair: PairFinding, figures: dict[str, SymbolFigures], now: ScanNow) -> Row:
    sides = [figures[pair.y], figures[pair.x]]
    rules = now.scan.rules
    address = (
        f"/pairs?y={pair.y}&x={pair.x}&timeframe={now.timeframe}&window={rules.window}"
        f"&lookback={rules.lookback}&prices=log"
    )
    return {
        "id": _pair_id(pair),
        "rank": rank,
        "y": root_of(pair.y),
        "x": root_of(pair.x),
        "q": pair.q,
        "pvalue": pair.pvalue,
        "pvalue_y": pair.pvalue_y,
        "pvalue_x": pair.pvalue_x,
        "half_life": _known(pair.half_life * now.interval_ns / 1e9),
        "zscore": _known(pair.zscore),
        "hedge_ratio": pair.hedge_ratio,
        "correlation": _known(pair.correlation),
        "n": pair.rows,
        "turnover": min(side.turnover for side in sides),
        "spread_bp": _widest(side.spread_bp for side in sides),
        "open": address,
    }


def _pair_id(pair: PairFinding) -> str:
    # The same whichever side is y at the moment
    return " ".join(sorted((pair.y, pair.x)))


def _symbol_row(figures: SymbolFigures) -> Row:
    return {
        "id": figures.symbol,
        "name": root_of(figures.symbol),
        "reason": figures.reason,
        "bars": figures.bars,
        "active": figures.active,
        "turnover": figures.turnover,
        "spread_bp": _known(figures.spread_bp),
    }


def _line(name: str, value: float, verdict: str) -> Row:
    return {"id": name, "value": value, "verdict": verdict, "tone": "plain"}


def _widest(values: Iterable[float]) -> float | None:
    return max((value for value in values if math.isfinite(value)), default=None)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
