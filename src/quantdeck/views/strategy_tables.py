"""The tables, the list and the warnings of the Strategies page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.types import LegKind, Strategy
from quantdeck.analytics.strategies.value import strategy_greeks
from quantdeck.views.figures import ms_of
from quantdeck.views.payloads import LogPayload, RowsPayload
from quantdeck.views.state import empty_state
from quantdeck.views.strategy_order import order_link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.strategies.builder import BuiltStrategy
    from quantdeck.analytics.strategies.chain_legs import QuotedLeg
    from quantdeck.analytics.strategies.structures import Structure
    from quantdeck.views.payloads import PanelState, Row

_POINT = 0.01


def legs_payload(built: BuiltStrategy, state: PanelState, *, contracts: int = 1) -> RowsPayload:
    """Return one row per leg.

    Parameters
    ----------
    built : BuiltStrategy
        The strategy.
    state : PanelState
        Of the panel.
    contracts : int
        How many.
    """
    spot = built.study.market.spot
    rows = [
        _leg_row(at, each, contracts, built.multiplier, spot)
        for at, each in enumerate(built.quoted.legs)
    ]
    return RowsPayload(state, rows)


def odds_payload(built: BuiltStrategy, state: PanelState, *, contracts: int = 1) -> RowsPayload:
    """Return one row per belief of the price.

    Parameters
    ----------
    built : BuiltStrategy
        The strategy.
    state : PanelState
        Of the panel.
    contracts : int
        How many.
    """
    unit = contracts * built.multiplier
    rows: list[Row] = [
        {
            "id": each.measure,
            "measure": each.measure,
            "probability": each.probability,
            "error": each.error or None,
            "value": unit * each.expected_profit,
            "gain": unit * each.expected_gain,
            "loss": unit * each.expected_loss,
        }
        for each in built.study.odds
    ]
    return RowsPayload(state, rows)


def figures_payload(built: BuiltStrategy, state: PanelState, *, contracts: int = 1) -> RowsPayload:
    """Return chances of the limits, and greeks of all contracts, as a ruled list.

    Parameters
    ----------
    built : BuiltStrategy
        The strategy.
    state : PanelState
        Of the panel.
    contracts : int
        How many.
    """
    study = built.study
    unit = contracts * built.multiplier
    greeks = study.greeks
    best = study.best_odds.measure
    rows = [
        _fact("full_profit", study.full_profit, best),
        _fact("half_profit", study.half_profit, best),
        _fact("full_loss", study.full_loss, best),
        _fact("touch", max(study.touches, default=math.nan), "lognormal"),
        _fact("return", study.return_on_risk, best),
        _fact("delta", math.nan if greeks is None else unit * greeks.delta, "units of it"),
        _fact("gamma", math.nan if greeks is None else unit * greeks.gamma, "delta per point"),
        _fact("vega", math.nan if greeks is None else _POINT * unit * greeks.vega, "per vol point"),
        _fact("theta", math.nan if greeks is None else unit * greeks.theta, "per calendar day"),
        _fact("rho", math.nan if greeks is None else _POINT * unit * greeks.rho, "per percent"),
        _order(built, contracts),
    ]
    return RowsPayload(state, rows)


def notes_payload(built: BuiltStrategy, state: PanelState) -> LogPayload:
    """Return what to mind, one line each.

    Parameters
    ----------
    built : BuiltStrategy
        The strategy.
    state : PanelState
        Of the panel.
    """
    at_ms = ms_of(built.quoted.near.at_ns)
    margin = (
        f"Margin by exchange rules: {built.study.margin.rule}. An estimate; brokers ask for more."
    )
    lines = [*built.warnings, margin]
    rows: list[Row] = [
        {
            "id": f"{at}",
            "ts": at_ms,
            "tone": "warn" if text in built.warnings else "plain",
            "text": text,
        }
        for at, text in enumerate(lines)
    ]
    return LogPayload(state, rows)


def compare_payload(
    rows: Sequence[tuple[Structure, BuiltStrategy | str]],
    state: PanelState,
    *,
    contracts: int = 1,
    gains: str = "",
) -> RowsPayload:
    """Return one row per named strategy, those that cannot be built last.

    Parameters
    ----------
    rows : sequence of (Structure, BuiltStrategy or str)
        A text says why one cannot be built.
    state : PanelState
        Of the panel.
    contracts : int
        How many.
    gains : str
        Only those that gain from it; empty for all.
    """
    chosen = [row for row in rows if gains in {"", row[0].view.value}]
    built = [
        _compared(named, found, contracts) for named, found in chosen if not isinstance(found, str)
    ]
    missing = [_missing(named, found) for named, found in chosen if isinstance(found, str)]
    if not chosen:
        return RowsPayload(empty_state(state, "No strategy gains from that"), [])
    return RowsPayload(state, [*built, *missing])


def _leg_row(at: int, each: QuotedLeg, contracts: int, multiplier: float, spot: float) -> Row:
    leg = each.leg
    delta = 1.0 if leg.kind is LegKind.SHARE else math.nan
    if leg.is_option and leg.volatility > 0.0:
        delta = strategy_greeks(Strategy("", (leg,)), spot).delta / leg.quantity
    return {
        "id": f"{at}",
        "side": "buy" if leg.quantity > 0.0 else "sell",
        "count": abs(leg.quantity) * (contracts if leg.is_option else contracts * multiplier),
        "kind": f"{leg.kind}",
        "strike": _known(leg.strike),
        "expiry": each.expiry,
        "bid": _known(each.bid),
        "ask": _known(each.ask),
        "premium": leg.premium,
        "cost": contracts * multiplier * leg.cost,
        "volatility": _known(leg.volatility),
        "delta": _known(delta),
        "crossing": _known(contracts * multiplier * each.crossing),
        "age": _known(max(each.age_s, 0.0)),
    }


def _compared(named: Structure, built: BuiltStrategy, contracts: int) -> Row:
    study = built.study
    unit = contracts * built.multiplier
    best = study.best_odds
    return {
        **_named(named),
        "strikes": " / ".join(f"{x:g}" for x in study.strategy.strikes),
        "cost": unit * study.strategy.cost,
        "loss": _known(unit * study.extremes.max_loss),
        "profit": _known(unit * study.extremes.max_profit),
        "breakevens": " / ".join(f"{x:,.0f}" for x in study.breakevens),
        "probability": best.probability,
        "value": unit * best.expected_profit,
        "return": _known(study.return_on_risk),
        "margin": unit * study.margin.capital,
        "order": order_link(built, contracts=contracts),
        "note": "",
    }


def _missing(named: Structure, reason: str) -> Row:
    names = ("cost", "loss", "profit", "probability", "value", "return", "margin")
    empty: Row = dict.fromkeys(names)
    words = {"strikes": "", "breakevens": "", "order": ""}
    return {**_named(named), **words, **empty, "note": reason}


def _named(named: Structure) -> Row:
    return {
        "id": named.key,
        "title": named.title,
        "gains": "nothing" if named.view.value == "none" else named.view.value,
        "volatility": named.volatility,
    }


def _fact(name: str, value: float, verdict: str) -> Row:
    return {"id": name, "value": _known(value), "verdict": verdict, "tone": "plain"}


def _order(built: BuiltStrategy, contracts: int) -> Row:
    address = order_link(built, contracts=contracts)
    said = "in an order form" if address else "its legs are no whole contracts"
    return {"id": "order", "value": address or None, "verdict": said, "tone": "plain"}


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
