"""Pairs that the tests of views look at."""

from __future__ import annotations

import numpy as np

from quantdeck.live.bars import SECOND_NS, BarBooks
from quantdeck.live.pair_state import PairQuestion, PairState
from quantdeck.live.ticks import TickBook
from quantdeck.model.events import TRADE_DTYPE, Kind, Rows


def price_rows(y: list[float], x: list[float], step_ns: int = SECOND_NS) -> Rows:
    rows = np.zeros(2 * len(y), TRADE_DTYPE)
    for symbol, prices in ((0, y), (1, x)):
        side = rows[symbol::2]
        side["symbol"], side["price"], side["size"] = symbol, prices, 1.0
        side["ts_event"] = np.arange(len(y)) * step_ns
        side["seq"] = np.arange(len(y))
    return rows


def state_of(
    rows: Rows, timeframe: str = "1s", *, log: bool = True, estimator: str = "ols"
) -> PairState:
    books, ticks = BarBooks(), TickBook()
    ticks.update(books.update(Kind.TRADE, rows))
    question = PairQuestion(0, 1, timeframe, 20, 300, log, estimator)
    return PairState(books, ticks, question)


def reverting(seconds: int = 300) -> Rows:
    random = np.random.default_rng(3)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=seconds)))
    y = 3.0 * x**0.9 * np.exp(random.normal(scale=1e-3, size=seconds))
    return price_rows(y.tolist(), x.tolist())


def wandering(seconds: int = 300) -> Rows:
    random = np.random.default_rng(11)
    y, x = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=(2, seconds)), axis=1))
    return price_rows(y.tolist(), x.tolist())
