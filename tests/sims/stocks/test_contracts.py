"""Options on simulated stocks: what is listed, and that prices allow no free lunch."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from quantdeck.model.options import Right
from quantdeck.sims.options import sessions
from quantdeck.sims.options.listed import Size
from quantdeck.sims.stocks.calendar import is_session
from quantdeck.sims.stocks.contracts import StockOptions
from quantdeck.sims.stocks.market import StockMarket
from quantdeck.sims.stocks.option_ticks import OptionTicks

MARKET = StockMarket(seed=7, size=Size.SMALL)
OPTIONS = StockOptions(MARKET)
FRIDAY = date(2026, 11, 20)
NOON_NS = sessions.open_ns(FRIDAY) + 9_000_000_000_000


def _chain(symbol: str, expiry: date | None = None):
    stock = MARKET.stocks[symbol]
    listed = OPTIONS.listed(stock, FRIDAY)
    return stock, tuple(each for each in listed if expiry in (None, each.expiry))


def test_expiries_are_sessions_from_today_on() -> None:
    _, chain = _chain("AAPL")

    expiries = sorted({each.expiry for each in chain})

    assert expiries[0] == FRIDAY
    assert all(is_session(day) for day in expiries)
    assert len(expiries) > 6
    assert date(2028, 1, 21) in expiries


def test_strikes_stay_listed_as_the_price_moves_away() -> None:
    stock = MARKET.stocks["NVDA"]
    expiry = date(2026, 12, 18)

    early, late = (
        {each for each in OPTIONS.listed(stock, day) if each.expiry == expiry}
        for day in (date(2026, 9, 21), FRIDAY)
    )

    assert early
    assert early <= late


def test_expired_contracts_were_listed_before() -> None:
    stock, friday = MARKET.stocks["AAPL"], date(2026, 10, 16)

    gone = OPTIONS.expired(stock, friday, friday)

    assert set(gone) == {each for each in OPTIONS.listed(stock, friday) if each.expiry == friday}


@pytest.mark.parametrize("symbol", ["AAPL", "TLT", "XOM"])
def test_american_prices_are_worth_exercise_and_order_by_strike(symbol: str) -> None:
    stock, chain = _chain(symbol, date(2027, 1, 15))
    spot = MARKET.price(stock, NOON_NS)

    values = OPTIONS.values(stock, chain, NOON_NS)

    strike = np.array([each.strike for each in chain])
    is_call = np.array([each.right is Right.CALL for each in chain])
    inner = np.maximum(np.where(is_call, spot - strike, strike - spot), 0.0)
    assert (values.price >= inner - 1e-4).all()
    assert (np.diff(values.price[is_call]) <= 1e-4).all()
    assert (np.diff(values.price[~is_call]) >= -1e-4).all()
    assert (values.bid <= values.price + 1e-4).all()
    assert (values.price <= values.ask + 1e-4).all()


def test_smile_is_higher_for_low_strikes() -> None:
    stock, chain = _chain("AAPL", date(2027, 1, 15))

    values = OPTIONS.values(stock, chain, NOON_NS)

    calls = len(chain) // 2
    low, at_money = values.volatility[0], values.volatility[:calls].min()
    assert low > 1.3 * at_money


def test_minute_trades_are_at_the_bid_or_the_ask() -> None:
    stock, chain = _chain("AAPL", date(2026, 12, 4))
    spot = MARKET.price(stock, NOON_NS)
    nearest = min(chain, key=lambda each: abs(each.strike - spot))
    ticks = OptionTicks(MARKET, OPTIONS)

    made = [ticks.trades(nearest, NOON_NS // 60_000_000_000 + n) for n in range(30)]

    count = sum(len(each.ts_ns) for each in made)
    assert 10 < count < 90
    assert all((each.price > 0.0).all() and (each.size > 0).all() for each in made)


def test_session_candles_of_a_chain_are_those_of_each_contract() -> None:
    _, chain = _chain("KO", date(2026, 12, 18))
    ticks = OptionTicks(MARKET, OPTIONS)

    together = ticks.session_of(chain[:5], FRIDAY, NOON_NS)
    alone = [ticks.session(each, FRIDAY, NOON_NS) for each in chain[:5]]

    assert together is not None
    assert together.closed.tolist() == [float(each.closed[0]) for each in alone]
    assert (together.high >= together.low).all()


def test_session_candle_of_a_day_after_the_expiry_is_none() -> None:
    _, chain = _chain("KO", FRIDAY)

    made = OptionTicks(MARKET, OPTIONS).session(chain[0], date(2026, 11, 23), 2**62)

    assert made is None
