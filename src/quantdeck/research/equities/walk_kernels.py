"""Compiled walks over sessions; the rules are those of `quantdeck.research.equities.rules`, word for word.

Arrays of prices have one row per session and one column per symbol. Quantities are kept as whole
numbers of the smallest step, so that adding and taking away is exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

# Entries of `settings`; costs as fractions, IS_CASH 1 or 0.
CAPITAL, TAKER, WORSE, BORROW, SCALE, BAND, MAX_RISK, IS_CASH = range(8)

# Rows of `accounts`; what is paid is summed up, TRADED is of the session alone.
CASH, EQUITY, FEES, SLIPPAGE, BORROWED, DIVIDENDS, TRADED, LONG, SHORT, STALE, COUNT = range(11)
ACCOUNTS = 11

# Columns of `trades`.
(
    SYMBOL, SIDE, ENTRY, EXIT, IS_OPEN, QUANTITY, ENTRY_PRICE, EXIT_PRICE, GROSS, COSTS, CARRY,
) = range(11)  # fmt: skip
TRADE_COLUMNS = 11

# A quantity that rounding alone has put below a whole step still has that step.
_GRACE = 1e-9
# A dividend of less, against the price, is rounding.
_NOTHING = 1e-9


@kernel("float_rows_out", "float_rows_out", "float_rows_out")
def walk_dividends(close: FloatArray, total: FloatArray, dividend: FloatArray) -> None:
    """Fill what one share received, or 0; `close` is 0 where there is no price."""
    sessions, symbols = close.shape
    last = np.zeros(symbols)
    reached = np.zeros(symbols)
    for t in range(sessions):
        for i in range(symbols):
            dividend[t, i] = 0.0
            if close[t, i] > 0.0:
                if last[i] > 0.0:
                    paid = last[i] - close[t, i] * (reached[i] / total[t, i])
                    if _NOTHING * last[i] < abs(paid) < np.inf:
                        dividend[t, i] = paid
                last[i] = close[t, i]
                reached[i] = total[t, i]


@kernel(
    "float_rows_out", "float_rows_out", "float_rows_out", "float_rows_out", "dense_ints",
    "dense_floats", "dense_floats", "float_rows_out", "float_rows_out",
)  # fmt: skip
def walk_sessions(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  (one pass over the sessions)
    fill: FloatArray,
    close: FloatArray,
    dividend: FloatArray,
    weights: FloatArray,
    decided: IntArray,
    years: FloatArray,
    settings: FloatArray,
    quantity: FloatArray,
    accounts: FloatArray,
) -> None:
    """Trade the weights, and fill what is held at every close and the account; both begin as zeros.

    `fill`, `close` and `dividend` are 0 where there is none, `weights` NaN; `years` are those since the
    session before.
    """
    sessions, symbols = close.shape
    taker = settings[TAKER]
    worse = settings[WORSE]
    borrow = settings[BORROW]
    scale = settings[SCALE]
    step = 1.0 / scale
    held = np.zeros(symbols)
    target = np.zeros(symbols)
    waits = np.zeros(symbols, np.bool_)
    mark = np.zeros(symbols)
    cash = settings[CAPITAL]
    fees = slipped = borrowed = dividends = 0.0
    waiting = 0
    ruined = False
    for t in range(sessions):
        for i in range(symbols):
            if held[i] != 0.0:
                units = held[i] / scale
                if units < 0.0:
                    due = -units * mark[i] * borrow * years[t]
                    cash -= due
                    borrowed += due
                if dividend[t, i] != 0.0:
                    cash += units * dividend[t, i]
                    dividends += units * dividend[t, i]
        traded = 0.0
        if waiting > 0:
            due = 0.0
            for i in range(symbols):
                if waits[i] and fill[t, i] > 0.0:
                    change = target[i] - held[i]
                    if change < 0.0:
                        units = -change / scale
                        price = fill[t, i] * (1.0 - worse)
                        fee = units * price * taker
                        cash += units * price - fee
                        fees += fee
                        slipped += units * (fill[t, i] - price)
                        traded += units * price
                        held[i] = target[i]
                        waits[i] = False
                        waiting -= 1
                    else:
                        due += change / scale * fill[t, i] * (1.0 + worse) * (1.0 + taker)
            share = 1.0
            if settings[IS_CASH] != 0.0 and due > cash:
                share = max(cash, 0.0) / due
            for i in range(symbols):
                if waits[i] and fill[t, i] > 0.0:
                    change = target[i] - held[i]
                    if share < 1.0:
                        change = np.floor(change * share + _GRACE)
                    units = change / scale
                    price = fill[t, i] * (1.0 + worse)
                    fee = units * price * taker
                    cash -= units * price + fee
                    fees += fee
                    slipped += units * (price - fill[t, i])
                    traded += units * price
                    held[i] += change
                    waits[i] = False
                    waiting -= 1
        long = short = stale = 0.0
        count = 0
        for i in range(symbols):
            if close[t, i] > 0.0:
                mark[i] = close[t, i]
            if held[i] != 0.0:
                quantity[t, i] = held[i] / scale
                worth = quantity[t, i] * mark[i]
                count += 1
                if worth > 0.0:
                    long += worth
                else:
                    short -= worth
                if not close[t, i] > 0.0:
                    stale += abs(worth)
        equity = cash + long - short
        accounts[CASH, t] = cash
        accounts[EQUITY, t] = equity
        accounts[FEES, t] = fees
        accounts[SLIPPAGE, t] = slipped
        accounts[BORROWED, t] = borrowed
        accounts[DIVIDENDS, t] = dividends
        accounts[TRADED, t] = traded
        accounts[LONG, t] = long
        accounts[SHORT, t] = short
        accounts[STALE, t] = stale
        accounts[COUNT, t] = count
        if equity <= 0.0:
            ruined = True
        if t == sessions - 1 or not (ruined or decided[t]):
            continue
        wanted = 0.0
        if not ruined:
            for i in range(symbols):
                if close[t, i] > 0.0 and not np.isnan(weights[t, i]):
                    wanted += abs(weights[t, i])
        most = equity
        if wanted * equity > settings[MAX_RISK]:
            most = settings[MAX_RISK] / wanted
        waiting = 0
        for i in range(symbols):
            waits[i] = False
            goal = 0.0
            if not ruined:
                weight = weights[t, i]
                if np.isnan(weight) or not close[t, i] > 0.0:
                    continue
                if weight != 0.0:
                    goal = np.floor(abs(weight) * most / close[t, i] * scale + _GRACE)
                    if weight < 0.0:
                        goal = -goal
                if goal == held[i]:
                    continue
                small = abs(goal - held[i]) * step * close[t, i] < settings[BAND] * equity
                if small and goal != 0.0 and held[i] != 0.0:
                    continue
            if goal != held[i]:
                target[i] = goal
                waits[i] = True
                waiting += 1


@kernel(
    "float_rows_out", "float_rows_out", "float_rows_out", "float_rows_out", "dense_floats",
    "dense_floats", "float_rows_out",
)  # fmt: skip
def walk_trades(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  (one pass over the sessions)
    fill: FloatArray,
    close: FloatArray,
    dividend: FloatArray,
    quantity: FloatArray,
    years: FloatArray,
    settings: FloatArray,
    trades: FloatArray,
) -> int:
    """Fill one row per position from nothing to nothing, in order of exit, and return their count.

    A fill that turns a position round closes one and opens another, and its costs are split between
    them. `trades` needs a row for every fill.
    """
    sessions, symbols = quantity.shape
    taker = settings[TAKER]
    worse = settings[WORSE]
    mark = np.zeros(symbols)
    # One row per symbol: what is known of the position that is open.
    open_ = np.zeros((symbols, TRADE_COLUMNS))
    bought = np.zeros(symbols)
    done = 0
    for t in range(sessions):
        for i in range(symbols):
            before = quantity[t - 1, i] if t > 0 else 0.0
            after = quantity[t, i]
            if before != 0.0:
                if before < 0.0:
                    open_[i, CARRY] += before * mark[i] * settings[BORROW] * years[t]
                if dividend[t, i] != 0.0:
                    open_[i, CARRY] += before * dividend[t, i]
            change = after - before
            if change != 0.0:
                sign = 1.0 if change > 0.0 else -1.0
                seen = fill[t, i]
                price = seen * (1.0 + sign * worse)
                unit = abs(price - seen) + price * taker
                left = change
                if before * change < 0.0:
                    closed = -before if abs(change) >= abs(before) else change
                    open_[i, GROSS] -= closed * seen
                    open_[i, COSTS] += abs(closed) * unit
                    open_[i, EXIT_PRICE] += abs(closed) * price
                    left = after if before * after <= 0.0 else 0.0
                    if before * after <= 0.0:
                        trades[done] = open_[i]
                        trades[done, EXIT] = t
                        trades[done, ENTRY_PRICE] = open_[i, ENTRY_PRICE] / bought[i]
                        trades[done, EXIT_PRICE] = trades[done, EXIT_PRICE] / bought[i]
                        done += 1
                        open_[i] = 0.0
                        bought[i] = 0.0
                if left != 0.0:
                    if bought[i] == 0.0:
                        open_[i, SYMBOL] = i
                        open_[i, SIDE] = sign
                        open_[i, ENTRY] = t
                    open_[i, GROSS] -= left * seen
                    open_[i, COSTS] += abs(left) * unit
                    open_[i, ENTRY_PRICE] += abs(left) * price
                    bought[i] += abs(left)
                    open_[i, QUANTITY] = max(open_[i, QUANTITY], abs(after))
            if close[t, i] > 0.0:
                mark[i] = close[t, i]
    for i in range(symbols):
        left = quantity[sessions - 1, i]
        if left != 0.0:
            trades[done] = open_[i]
            trades[done, IS_OPEN] = 1.0
            trades[done, EXIT] = sessions - 1
            trades[done, GROSS] += left * mark[i]
            trades[done, ENTRY_PRICE] = open_[i, ENTRY_PRICE] / bought[i]
            trades[done, EXIT_PRICE] = np.nan
            done += 1
    return done
