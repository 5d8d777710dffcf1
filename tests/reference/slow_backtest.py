"""A pair traded row by row from cash and quantities, each row seeing only what came before it.

Written from the rules alone and shares no code with quantdeck: the oracle of the engines.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class SlowRun:
    equity: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    held: list[tuple[float, float]] = field(default_factory=list)
    trades: list[tuple[int, int | None, str]] = field(default_factory=list)
    fees: float = 0.0
    slippage: float = 0.0
    funding: float = 0.0
    traded: float = 0.0


def slow_backtest(  # noqa: C901 - one row after the other, as a person would
    y: Any, x: Any, rules: Any, *, fills: Any = None, rates: Any = None
) -> SlowRun:
    """Trade closes y and x, at fills (y, x) of the next row, with rates (y, x) of funding."""
    fill_y, fill_x = (y, x) if fills is None else fills
    rate_y, rate_x = (np.zeros(len(y)), np.zeros(len(y))) if rates is None else rates
    run = SlowRun()
    cash = rules.capital
    quantity = [0.0, 0.0]
    side, opened, gave_up = 0, -1, 0
    order: tuple[float, float] | None = None
    spreads: list[float] = []
    line = (math.nan, math.nan)
    kept = (math.nan, math.nan, math.nan)
    for t in range(len(y)):
        due = quantity[0] * fill_y[t] * rate_y[t] + quantity[1] * fill_x[t] * rate_x[t]
        cash -= due
        run.funding += due
        if order is not None:
            for leg, costs in enumerate((rules.costs_y, rules.costs_x)):
                seen = (fill_y, fill_x)[leg][t]
                worse = (costs.half_spread_bp + costs.slippage_bp) / 1e4
                price = seen * (1 + worse) if order[leg] > 0 else seen * (1 - worse)
                fee = abs(order[leg]) * price * costs.taker_bp / 1e4
                cash -= order[leg] * price + fee
                quantity[leg] += order[leg]
                run.fees += fee
                run.slippage += abs(order[leg] * (price - seen))
                run.traded += abs(order[leg]) * price
            if side == 0:
                quantity = [0.0, 0.0]
            order = None
        run.equity.append(cash + quantity[0] * y[t] + quantity[1] * x[t])
        run.held.append((quantity[0], quantity[1]))

        seen_y, seen_x = np.array(y[: t + 1]), np.array(x[: t + 1])
        if rules.log:
            seen_y, seen_x = np.log(seen_y), np.log(seen_x)
        line = slow_line(seen_y, seen_x, rules, line)
        spreads.append(seen_y[-1] - line[1] - line[0] * seen_x[-1])
        z = slow_score(spreads, rules.window)
        run.scores.append(z)
        if t == len(y) - 1:
            break
        if side:
            if rules.freeze:
                ratio, centre, deviation = kept
                z = (seen_y[-1] - ratio * seen_x[-1] - centre) / deviation
            towards = side * z
            late = rules.max_hold is not None and t + 1 - opened >= rules.max_hold
            why = ""
            if rules.stop is not None and towards <= -rules.stop:
                why = "stop"
            elif towards >= -rules.exit:
                why = "exit"
            elif late:
                why = "time"
            if why:
                order = (-quantity[0], -quantity[1])
                run.trades.append((opened, t + 1, why))
                gave_up = side if why != "exit" else 0
                side = 0
            continue
        if gave_up and gave_up * z >= -rules.exit:
            gave_up = 0
        if gave_up or math.isnan(z) or not rules.entry <= abs(z) < (rules.stop or math.inf):
            continue
        wanted = -1 if z > 0 else 1
        if rules.direction == {1: "short", -1: "long"}[wanted]:
            continue
        units = slow_size(y[t], x[t], line[0], rules)
        if units is not None:
            side, opened = wanted, t + 1
            newest = np.array(spreads[-rules.window :])
            kept = (line[0], line[1] + newest.mean(), newest.std(ddof=1))
            order = (side * units[0], side * units[1])
    if side:
        run.trades.append((opened, None, "open"))
    return run


def slow_line(y: Any, x: Any, rules: Any, before: tuple[float, float]) -> tuple[float, float]:
    """Return the line in force at the newest row."""
    if rules.hedge_ratio is not None:
        return rules.hedge_ratio, 0.0
    since = len(y) - rules.hedge_window
    if since < 0 or since % rules.refit:
        return before
    y, x = y[since:], x[since:]
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return float(slope), float(y.mean() - slope * x.mean())


def slow_score(spreads: list[float], window: int) -> float:
    """Return (last - mean) / sample deviation of the window."""
    newest = np.array(spreads[-window:])
    if len(newest) < window or not np.isfinite(newest).all() or np.ptp(newest) == 0.0:
        return math.nan
    return float((newest[-1] - newest.mean()) / newest.std(ddof=1))


def slow_size(y: float, x: float, ratio: float, rules: Any) -> tuple[float, float] | None:
    """Return the units of one spread held long."""
    if rules.log:
        units = (
            rules.capital / (1 + abs(ratio)) / y,
            -ratio * rules.capital / (1 + abs(ratio)) / x,
        )
    else:
        units = (
            rules.capital / (y + abs(ratio) * x),
            -ratio * rules.capital / (y + abs(ratio) * x),
        )
    cut = []
    for wanted, price, limits in zip(units, (y, x), (rules.limits_y, rules.limits_x), strict=True):
        size = wanted
        if limits.lot:
            lots = math.floor(abs(wanted) / limits.lot + 1e-9)
            size = math.copysign(lots * limits.lot, wanted)
        if not size or abs(size) > limits.max_quantity or abs(size) * price > limits.max_notional:
            return None
        cut.append(size)
    return cut[0], cut[1]
