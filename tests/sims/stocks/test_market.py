"""The simulated stock market: its calendar, its candles, its actions."""

from __future__ import annotations

from datetime import date, timedelta

import exchange_calendars
import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.sims.options import sessions
from quantdeck.sims.options.listed import Size
from quantdeck.sims.stocks import calendar
from quantdeck.sims.stocks.market import StockMarket

MARKET = StockMarket(seed=7, size=Size.SMALL)
FRIDAY = date(2026, 11, 20)
HALF_DAY = date(2025, 11, 28)
LIBRARY_WARNS = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


def _seconds(symbol: str, day: date, minute: int):
    stock = MARKET.stocks[symbol]
    return MARKET.intraday.seconds(stock, calendar.sessions_before(day), minute)


@LIBRARY_WARNS
def test_sessions_are_those_of_the_exchange() -> None:
    known = exchange_calendars.get_calendar("XNYS", start="2007-01-01", end="2027-10-30")

    ours = [day for day in calendar.all_sessions() if day <= date(2027, 10, 30)]

    assert ours == [stamp.date() for stamp in known.sessions]


@LIBRARY_WARNS
def test_early_closes_are_those_of_the_exchange() -> None:
    known = exchange_calendars.get_calendar("XNYS", start="2007-01-01", end="2027-10-30")

    ours = [
        day
        for day in calendar.all_sessions()
        if day <= date(2027, 10, 30) and calendar.is_early(day)
    ]

    assert ours == [stamp.date() for stamp in known.early_closes]


def test_calendar_outside_its_years_says_which_it_has() -> None:
    with pytest.raises(BadInput, match="from 2007 to 2045"):
        calendar.is_session(date(1999, 6, 1))


@pytest.mark.parametrize("symbol", ["AAPL", "SPY", "GE", "KO"])
def test_sessions_hold_their_open_and_close(symbol: str) -> None:
    _, rows = MARKET.sessions(MARKET.stocks[symbol], date(2007, 1, 1), FRIDAY)

    assert (rows.high >= np.maximum(rows.opened, rows.closed)).all()
    assert (rows.low <= np.minimum(rows.opened, rows.closed)).all()
    assert ((rows.low <= rows.mean) & (rows.mean <= rows.high)).all()
    assert (rows.low > 0.0).all()
    assert (rows.volume > 0).all()


@pytest.mark.parametrize("day", [FRIDAY, HALF_DAY])
def test_minutes_add_up_to_their_session(day: date) -> None:
    stock = MARKET.stocks["MSFT"]
    _, whole = MARKET.sessions(stock, day, day)

    minutes = MARKET.intraday.minutes(stock, calendar.sessions_before(day))

    assert len(minutes.opened) == calendar.minutes_of(day)
    assert minutes.opened[0] == whole.opened[0]
    assert minutes.closed[-1] == whole.closed[0]
    assert minutes.high.max() == whole.high[0]
    assert minutes.low.min() == whole.low[0]
    assert minutes.volume.sum() == whole.volume[0]
    assert (minutes.opened[1:] == minutes.closed[:-1]).all()


@pytest.mark.parametrize("minute", [0, 7, 209, 389])
def test_seconds_add_up_to_their_minute(minute: int) -> None:
    stock = MARKET.stocks["AAPL"]
    minutes = MARKET.intraday.minutes(stock, calendar.sessions_before(FRIDAY))

    seconds = _seconds("AAPL", FRIDAY, minute)

    assert seconds.prices[0] == minutes.opened[minute]
    assert seconds.prices[-1] == minutes.closed[minute]
    assert seconds.prices.max() == minutes.high[minute]
    assert seconds.prices.min() == minutes.low[minute]
    assert seconds.volume.sum() == minutes.volume[minute]


def test_trades_add_up_to_their_seconds() -> None:
    stock = MARKET.stocks["AAPL"]
    minute = calendar.open_minute(FRIDAY) + 30

    trades = MARKET.ticks.trades(stock, minute)

    seconds = _seconds("AAPL", FRIDAY, 30)
    second = (trades.ts_ns - minute * calendar.MINUTE_NS) // 1_000_000_000
    assert trades.size.sum() == seconds.volume.sum()
    assert (np.bincount(second, weights=trades.size) == seconds.volume).all()
    assert (np.diff(trades.ts_ns) >= 0).all()
    assert trades.price.max() == seconds.prices.max()


def test_quotes_are_never_crossed_and_hold_the_price() -> None:
    stock = MARKET.stocks["XOM"]

    quotes = MARKET.ticks.quotes(stock, calendar.open_minute(FRIDAY) + 5)

    assert (quotes.price < quotes.other).all()
    price = _seconds("XOM", FRIDAY, 5).prices[:-1]
    assert (quotes.price[::2] <= price + 1e-9).all()
    assert (price <= quotes.other[::2] + 1e-9).all()


def test_split_moves_prices_by_its_ratio_and_nothing_else() -> None:
    stock = MARKET.stocks["AMZN"]
    days, rows = MARKET.sessions(stock, date(2022, 6, 1), date(2022, 6, 10))

    factors = MARKET.factors(stock, days, as_of=FRIDAY)

    assert sorted(set(factors.tolist())) == [1.0, 20.0]
    moves = np.diff(np.log(rows.closed / factors))
    assert np.abs(moves).max() < 0.15
    assert np.diff(np.log(rows.closed)).min() < -2.0


def test_dividend_is_known_before_and_lowers_the_open() -> None:
    stock = MARKET.stocks["TLT"]
    dividends = MARKET.daily.of(stock).dividends
    daily = MARKET.daily.of(stock)
    places = [calendar.sessions_before(each.ex_day) for each in dividends]

    gaps = [float(daily.opened[p] - daily.closed[p - 1]) for p in places]

    assert all(each.declared < each.ex_day <= each.record_day < each.pay_day for each in dividends)
    # Other moves of the night even out over forty years.
    assert np.mean(gaps) == pytest.approx(-np.mean([each.amount for each in dividends]), rel=0.3)


def test_session_so_far_grows_to_the_whole_session() -> None:
    stock = MARKET.stocks["JPM"]
    _, whole = MARKET.sessions(stock, FRIDAY, FRIDAY)
    close = sessions.close_ns(FRIDAY)

    early = MARKET.so_far(stock, close - 3_600_000_000_000)
    late = MARKET.so_far(stock, close - 1)

    assert early is not None
    assert late is not None
    assert early.volume[0] < late.volume[0] <= whole.volume[0]
    assert late.high[0] == whole.high[0]
    assert MARKET.so_far(stock, close) is None


def test_prices_between_sessions_stay_near_the_last_close() -> None:
    stock = MARKET.stocks["AAPL"]
    saturday = sessions.instant(date(2026, 11, 21), sessions.OPEN)

    prices = [MARKET.price(stock, saturday + n * 60_000_000_000) for n in range(60)]

    assert all(abs(price / 238.0 - 1.0) < 0.001 for price in prices)
    assert len(set(prices)) > 5


def test_price_of_the_evening_before_a_split_is_still_the_old_one() -> None:
    stock = MARKET.stocks["KO"]
    friday, monday = date(2026, 12, 4), date(2026, 12, 7)

    evening = MARKET.price(stock, sessions.close_ns(friday) + 3_600_000_000_000)
    morning = MARKET.price(stock, sessions.open_ns(monday) - 3_600_000_000_000)

    assert evening / morning == pytest.approx(2.0, rel=0.002)


def test_two_markets_of_one_seed_are_the_same_and_of_another_differ() -> None:
    day = FRIDAY - timedelta(1)

    closes = [
        float(market.sessions(market.stocks["NVDA"], day, day)[1].closed[0])
        for market in (MARKET, StockMarket(seed=7, size=Size.FULL), StockMarket(seed=8))
    ]

    assert closes[0] == closes[1]
    assert closes[0] != closes[2]


def test_market_knows_calm_and_stressed_times() -> None:
    stress = MARKET.daily.stress[: calendar.sessions_before(FRIDAY)]
    _, rows = MARKET.sessions(MARKET.stocks["SPY"], date(2007, 1, 1), FRIDAY - timedelta(1))

    moves = np.diff(np.log(rows.closed))

    assert 0.03 < stress.mean() < 0.4
    assert moves[stress[1:] > 0].std() > 2.0 * moves[stress[1:] == 0].std()
