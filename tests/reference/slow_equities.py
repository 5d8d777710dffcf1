"""A portfolio traded event by event on the ledger, each session seeing only what came before it.

Written from the rules alone: the oracle of the compiled walk. Money is the ledger's, in decimals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from quantdeck.trading.fills import fill_order
from quantdeck.trading.ledger import EntryKind, Ledger
from quantdeck.trading.orders import order_for


@dataclass
class SlowRun:
    ledger: Ledger = field(default_factory=Ledger)
    equity: list[float] = field(default_factory=list)
    fills: list[tuple[int, str, float, float]] = field(default_factory=list)


def _cut(units: float, decimals: int) -> float:
    steps = math.floor(abs(units) * 10**decimals + 1e-9)
    return math.copysign(steps / 10**decimals, units) if steps else 0.0


def slow_equities(table: Any, weights: Any, rules: Any) -> SlowRun:  # noqa: C901
    run = SlowRun()
    ledger, names = run.ledger, table.symbols
    taker, worse = rules.costs.taker_bp / 1e4, rules.costs.worse_bp / 1e4
    orders: dict[str, float] = {}
    mark: dict[str, float] = {}
    total: dict[str, float] = {}
    ruined = False
    ledger.deposit(rules.capital, ts_ns=0)

    def held(symbol: str) -> float:
        position = ledger.positions().get(symbol)
        return float(position.quantity) if position else 0.0

    def trade(symbol: str, change: float, price: float, t: int) -> None:
        order = order_for(symbol, round(change, rules.decimals), ts_ns=t - 1)
        fill = fill_order(order, price, rules.costs, ts_ns=t)
        ledger.book(fill)
        run.fills.append((t, symbol, float(fill.quantity), float(fill.price)))

    for t in range(len(table.sessions)):
        close = {
            name: float(table.close[i, t])
            for i, name in enumerate(names)
            if table.is_row[i, t] and table.close[i, t] > 0
        }
        row = {name: i for i, name in enumerate(names)}
        days = (table.sessions[t] - table.sessions[t - 1]) / 86_400e9 if t else 0.0
        for name in names:
            if held(name) < 0:
                fee = mark[name] * rules.borrow_annual * days / 365
                ledger.carry(name, fee, kind=EntryKind.BORROW, ts_ns=t)
            if name in close:
                reached = float(table.total[row[name], t])
                if name in mark:
                    paid = mark[name] - close[name] * total[name] / reached
                    if abs(paid) > 1e-9 * mark[name]:
                        ledger.carry(name, paid, kind=EntryKind.DIVIDEND, ts_ns=t)
                total[name] = reached
        source = table.open if rules.execution == "open" else table.close
        price = {name: float(source[row[name], t]) for name in close}
        price = {name: p for name, p in price.items() if p > 0}
        for name in [n for n in orders if n in price]:
            if orders[name] < held(name):
                trade(name, orders.pop(name) - held(name), price[name], t)
        buys = {n: orders[n] - held(n) for n in orders if n in price}
        due = sum(q * price[n] * (1 + worse) * (1 + taker) for n, q in buys.items())
        cash = float(ledger.cash)
        share = max(cash, 0.0) / due if rules.sides == "long" and due > cash else 1.0
        for name, wanted in buys.items():
            change = wanted if share == 1.0 else _cut(wanted * share, rules.decimals)
            if change > 0:
                trade(name, change, price[name], t)
            del orders[name]
        mark.update(close)
        equity = float(ledger.equity({n: Decimal(repr(m)) for n, m in mark.items()}))
        run.equity.append(equity)
        ruined = ruined or equity <= 0
        if t == len(table.sessions) - 1:
            break
        if ruined:
            orders = {name: 0.0 for name in names if held(name)}
            continue
        chosen = {n: float(weights[row[n], t]) for n in names}
        chosen = {n: w for n, w in chosen.items() if not math.isnan(w)}
        if not chosen:
            continue
        priced = {n: w for n, w in chosen.items() if n in close}
        gross = sum(map(abs, priced.values()))
        most = rules.max_risk / gross if gross * equity > rules.max_risk else equity
        orders = {}
        for name, weight in priced.items():
            goal, now = _cut(weight * most / close[name], rules.decimals), held(name)
            small = abs(goal - now) * close[name] < rules.band * equity
            if goal != now and not (small and goal and now):
                orders[name] = goal
    return run
