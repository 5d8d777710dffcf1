"""The cards and the chart of the Strategies page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.strategies.study import chart_prices, profit_at
from quantdeck.views.figures import MINUS
from quantdeck.views.panels import Column, Format
from quantdeck.views.payloads import Curve, CurvePayload, RowsPayload

if TYPE_CHECKING:
    from quantdeck.analytics.strategies.builder import BuiltStrategy
    from quantdeck.analytics.strategies.payoff import PayoffLine
    from quantdeck.views.payloads import PanelState, Row

_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """What the line of a later date is about.

    Parameters
    ----------
    passed : float
        Share of the time to the near expiry that has passed, in [0, 1).
    vol_shift : float
        Added to all volatilities. [1/sqrt(year)]
    """

    passed: float = 0.5
    vol_shift: float = 0.0


def summary_payload(built: BuiltStrategy, state: PanelState, *, contracts: int = 1) -> RowsPayload:
    """Return cost, limits, breakevens, probability, expected value and margin as cards.

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
    cost, limits = study.strategy.cost, study.extremes
    word, sense = ("Debit", 1.0) if cost >= 0.0 else ("Credit", -1.0)
    natural = built.natural_cost
    crossed = "no natural price: a side is absent"
    if math.isfinite(natural):
        crossed = f"natural {_amount(sense * unit * natural)} · mid to natural {_amount(unit * built.quoted.crossing)}"
    best = study.best_odds
    zeros = study.breakevens
    cards = [
        _card("cost", word, unit * abs(cost), 0, crossed),
        _limit_card("loss", "Largest loss", unit * limits.max_loss, study.line, limits.loss_at),
        _limit_card(
            "profit", "Largest profit", unit * limits.max_profit, study.line, limits.profit_at
        ),
        _card(
            "breakevens",
            "Breakevens" if len(zeros) != 1 else "Breakeven",
            zeros[0] if zeros else math.nan,
            2,
            _zero_words(built),
        ),
        _card(
            "probability",
            "Probability of profit",
            _PERCENT * best.probability,
            1,
            " · ".join(
                f"{o.measure.partition(',')[0]} {_PERCENT * o.probability:.1f} %"
                for o in study.odds
            ),
            unit="%",
        ),
        _card(
            "value",
            "Expected value",
            unit * best.expected_profit,
            0,
            f"{best.measure} · money of today",
        ),
        _card(
            "margin",
            "Capital tied up",
            unit * study.margin.capital,
            0,
            f"margin {_amount(unit * study.margin.requirement)} · estimate",
        ),
    ]
    return RowsPayload(state, [{"state": state.word, "age_s": state.age_s, **c} for c in cards])


def payoff_payload(
    built: BuiltStrategy,
    state: PanelState,
    *,
    contracts: int = 1,
    choice: ChartChoice | None = None,
) -> CurvePayload:
    """Return the profit at the near expiry, now and at a later date, over the price.

    Parameters
    ----------
    built : BuiltStrategy
        The strategy.
    state : PanelState
        Of the panel.
    contracts : int
        How many.
    choice : ChartChoice, optional
        What the line of a later date is about: half of the time, unless told otherwise.
    """
    chosen = choice or ChartChoice()
    study, market = built.study, built.study.market
    unit = contracts * built.multiplier
    prices = chart_prices(study.strategy, market)
    curves = [
        Curve("expiry", prices, unit * study.line.at(prices)),
        Curve("nought", prices[[0, -1]], np.zeros(2)),
    ]
    days = study.strategy.horizon_days
    if study.greeks is not None:
        now = profit_at(study.strategy, prices, elapsed_days=0.0)
        later = profit_at(
            study.strategy,
            prices,
            elapsed_days=chosen.passed * days,
            vol_shift=chosen.vol_shift,
        )
        curves.append(Curve("now", prices, unit * now))
        curves.append(Curve("later", prices, unit * later))
    zeros = np.array([x for x in study.breakevens if prices[0] <= x <= prices[-1]])
    if len(zeros):
        names = [f"breakeven {x:,.2f}" for x in zeros.tolist()]
        curves.append(Curve("breakevens", zeros, np.zeros(len(zeros)), names=names))
    at = np.array([market.spot])
    curves.append(
        Curve("spot", at, unit * study.line.at(at), names=[f"price now {market.spot:,.2f}"])
    )
    return CurvePayload(state, tuple(curves), _axes(built))


def _axes(built: BuiltStrategy) -> tuple[Column, Column]:
    name = built.quoted.near.chain.underlying.partition(":")[2]
    return (
        Column("price", f"Price of {name}", Format.NUMBER, decimals=0),
        Column("profit", "Profit", Format.NUMBER, decimals=0, signed=True),
    )


def _zero_words(built: BuiltStrategy) -> str:
    study = built.study
    zeros = study.breakevens
    if not zeros:
        return "none · the profit has one sign"
    spot = study.market.spot
    parts = [f"{x:,.2f} ({_PERCENT * (x / spot - 1.0):+.1f} %)" for x in zeros[:4]]
    return " · ".join(parts).replace("-", MINUS)


def _limit_card(name: str, title: str, value: float, line: PayoffLine, at: float) -> Row:
    if math.isinf(value):
        return _card(name, title, math.nan, 0, "unlimited · it grows with the price")
    return _card(name, title, value, 0, _place_words(line, at))


def _place_words(line: PayoffLine, at: float) -> str:
    level = float(line.at(at))
    where = np.flatnonzero(np.abs(line.profits - level) <= 1e-9 * line.scale)
    first, last = int(where[0]), int(where[-1])
    ends_flat = last + 1 == len(line.prices) and line.last_slope == 0.0
    parts: list[str] = []
    run = 0
    while run < len(where) and where[run] == run:
        run += 1
    if run == len(line.prices) and ends_flat:
        return "at any price"
    if run > 1:
        parts.append(f"below {line.prices[run - 1]:,.0f}")
    elif first == 0:
        parts.append("at a price of 0")
    if ends_flat:
        tail = last
        while tail > 0 and tail - 1 in where:
            tail -= 1
        parts.append(f"above {line.prices[tail]:,.0f}")
    if not parts:
        low, high = (f"{line.prices[at]:,.0f}" for at in (first, last))
        parts.append(f"at {low}" if low == high else f"from {low} to {high}")
    return " · ".join(parts)


def _amount(value: float) -> str:
    return f"{value:,.0f}".replace("-", MINUS)


def _card(name: str, title: str, value: float, decimals: int, note: str, *, unit: str = "") -> Row:
    return {
        "id": name,
        "title": title,
        "value": value if math.isfinite(value) else None,
        "decimals": decimals,
        "unit": unit,
        "change": None,
        "change_title": "",
        "spark": [],
        "note": note,
    }
