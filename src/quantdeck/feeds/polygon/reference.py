"""What Polygon tells of companies: details, statements, splits, dividends and listed contracts.

Source: Massive, REST documentation, reference data.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from msgspec import Raw, Struct

from quantdeck.feeds.polygon.endpoints import Endpoint
from quantdeck.feeds.polygon.rest import Envelope
from quantdeck.feeds.polygon.symbols import ticker_of
from quantdeck.model.errors import BadMessage, NoData
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from quantdeck.feeds.polygon.rest import PolygonRest

_PER_PAGE = 1000
_STATEMENTS_PER_PAGE = 100
_DAY_S = 86_400.0
_Row = TypeVar("_Row")


class Split(Struct, frozen=True):
    """So many new shares for so many old ones, from a day on."""

    ticker: str
    execution_date: date
    split_from: float
    split_to: float
    id: str = ""

    @property
    def ratio(self) -> float:
        """New shares for an old one; 0 where it cannot be."""
        return self.split_to / self.split_from if self.split_from > 0 else 0.0


class Dividend(Struct, frozen=True):
    """Cash per share for those who held it before a day; as of that day's shares."""

    ticker: str
    ex_dividend_date: date
    cash_amount: float
    currency: str = "USD"
    dividend_type: str = ""
    frequency: int | None = None
    pay_date: date | None = None
    record_date: date | None = None
    declaration_date: date | None = None
    id: str = ""


class Company(Struct, frozen=True):
    """What a ticker stands for."""

    ticker: str
    name: str = ""
    market: str = ""
    locale: str = ""
    primary_exchange: str = ""
    type: str = ""
    active: bool = True
    currency_name: str = ""
    cik: str = ""
    composite_figi: str = ""
    market_cap: float | None = None
    sic_description: str = ""
    list_date: date | None = None
    total_employees: int | None = None
    weighted_shares_outstanding: float | None = None
    share_class_shares_outstanding: float | None = None
    homepage_url: str = ""


class Item(Struct, frozen=True):
    """One line of a statement."""

    value: float
    unit: str = ""
    label: str = ""
    order: int | None = None


class Statements(Struct, frozen=True):
    """A company's statements of one period: by statement, by line."""

    start_date: date | None = None
    end_date: date | None = None
    filing_date: date | None = None
    timeframe: str = ""
    fiscal_period: str = ""
    fiscal_year: str = ""
    cik: str = ""
    company_name: str = ""
    tickers: list[str] | None = None
    financials: dict[str, dict[str, Item]] = {}


class ContractRow(Struct, frozen=True):
    """One listed option."""

    ticker: str
    underlying_ticker: str = ""
    exercise_style: str = ""
    shares_per_contract: float = 100.0
    primary_exchange: str = ""
    additional_underlyings: list[Raw] | None = None


class IndicatorRow(Struct, frozen=True, gc=False):
    """Value of an indicator at the bar that starts then [ms]."""

    timestamp: int
    value: float


class _Rows(Envelope, frozen=True, kw_only=True):
    results: Raw = Raw()


class _One(Envelope, frozen=True, kw_only=True):
    results: Company | None = None


class _Values(Struct, frozen=True):
    values: list[IndicatorRow] | None = None


class _Indicator(Envelope, frozen=True, kw_only=True):
    results: _Values | None = None


class _Market(Envelope, frozen=True, kw_only=True):
    market: str = ""


async def splits(
    rest: PolygonRest, symbol: str, *, first: date | None = None, last: date | None = None
) -> list[Split]:
    """Return the splits of a stock between two days, oldest first.

    Raises
    ------
    NotEntitled, VenueError
        If they cannot be had.
    """
    params = {"ticker": root_of(symbol), "limit": _PER_PAGE, **_days("execution_date", first, last)}
    rows = await _all(rest, Endpoint.SPLITS, "/v3/reference/splits", params, shape=Split)
    return sorted(
        (row for row in rows if row.ratio > 0 and row.ticker == root_of(symbol)),
        key=lambda row: row.execution_date,
    )


async def dividends(
    rest: PolygonRest, symbol: str, *, first: date | None = None, last: date | None = None
) -> list[Dividend]:
    """Return the dividends of a stock with an ex-date between two days, oldest first.

    Raises
    ------
    NotEntitled, VenueError
        If they cannot be had.
    """
    limits = _days("ex_dividend_date", first, last)
    params = {"ticker": root_of(symbol), "limit": _PER_PAGE, **limits}
    rows = await _all(rest, Endpoint.DIVIDENDS, "/v3/reference/dividends", params, shape=Dividend)
    return sorted(
        (row for row in rows if row.ticker == root_of(symbol)),
        key=lambda row: (row.ex_dividend_date, row.id),
    )


async def company(rest: PolygonRest, symbol: str) -> Company:
    """Return what a ticker stands for.

    Raises
    ------
    NoData
        If the vendor does not know it.
    NotEntitled, VenueError
        If it cannot be had.
    """
    path = f"/v3/reference/tickers/{ticker_of(symbol)}"
    answer = await rest.ask(Endpoint.TICKER, path, {}, shape=_One, fresh_s=_DAY_S)
    if answer.results is None:
        raise NoData(f"polygon knows nothing of {symbol}")
    return answer.results


async def statements(rest: PolygonRest, symbol: str, *, count: int = 8) -> list[Statements]:
    """Return the newest statements of a company, newest first.

    Raises
    ------
    NotEntitled, VenueError
        If they cannot be had.
    """
    params = {
        "ticker": root_of(symbol),
        "limit": min(count, _STATEMENTS_PER_PAGE),
        "sort": "filing_date",
        "order": "desc",
    }
    path = "/vX/reference/financials"
    answer = await rest.ask(Endpoint.FINANCIALS, path, params, shape=_Rows, fresh_s=_DAY_S)
    return rest.readable(answer.results, Statements)[:count]


async def contracts(
    rest: PolygonRest,
    underlying: str,
    *,
    first: date,
    last: date | None = None,
    expiries: int | None = None,
) -> list[ContractRow]:
    """Return the listed options on an underlying, by expiry.

    Parameters
    ----------
    rest : PolygonRest
        Reads.
    underlying : str
        Canonical symbol.
    first, last : datetime.date
        Days of expiry, both included.
    expiries : int or None
        No further page is asked for once so many have been seen whole.

    Raises
    ------
    NotEntitled, VenueError
        If they cannot be had.
    """
    params = {
        "underlying_ticker": root_of(underlying),
        "expired": "false",
        "sort": "expiration_date",
        "order": "asc",
        "limit": _PER_PAGE,
        **_days("expiration_date", first, last),
    }
    found: list[ContractRow] = []
    days: set[str] = set()
    pages = rest.pages(
        Endpoint.CONTRACTS, "/v3/reference/options/contracts", params, shape=_Rows, fresh_s=_DAY_S
    )
    async for page in pages:
        rows = rest.readable(page.results, ContractRow)
        found += rows
        # The six digits before C or P and the strike.
        days |= {row.ticker[-15:-9] for row in rows}
        # The last one seen may go on on the next page.
        if expiries is not None and len(days) > expiries:
            break
    return found


async def moving_average(
    rest: PolygonRest, symbol: str, *, window: int = 50, count: int = 1
) -> list[IndicatorRow]:
    """Return the vendor's simple moving average of daily closes, newest first.

    Raises
    ------
    NotEntitled, VenueError
        If it cannot be had.
    """
    params = {
        "timespan": "day",
        "adjusted": "true",
        "window": window,
        "series_type": "close",
        "order": "desc",
        "limit": count,
    }
    path = f"/v1/indicators/sma/{ticker_of(symbol)}"
    answer = await rest.ask(Endpoint.INDICATORS, path, params, shape=_Indicator, fresh_s=3600.0)
    return list(answer.results.values or ()) if answer.results else []


async def market_state(rest: PolygonRest) -> str:
    """Return ``open``, ``closed`` or ``extended-hours``.

    Raises
    ------
    BadMessage
        If the vendor does not say.
    NotEntitled, VenueError
        If it cannot be had.
    """
    answer = await rest.ask(
        Endpoint.MARKET, "/v1/marketstatus/now", {}, shape=_Market, fresh_s=30.0
    )
    if not answer.market:
        raise BadMessage("polygon", "the market status says nothing", b"")
    return answer.market


async def _all(
    rest: PolygonRest,
    endpoint: Endpoint,
    path: str,
    params: dict[str, str | int],
    *,
    shape: type[_Row],
) -> list[_Row]:
    pages = rest.pages(endpoint, path, params, shape=_Rows, fresh_s=_DAY_S)
    return [row async for page in pages for row in rest.readable(page.results, shape)]


def _days(name: str, first: date | None, last: date | None) -> dict[str, str]:
    limits = {f"{name}.gte": first, f"{name}.lte": last}
    return {key: day.isoformat() for key, day in limits.items() if day is not None}
