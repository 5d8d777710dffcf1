"""The addresses of REST, and who answers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantdeck.sims.polygon.plans import Right
from quantdeck.sims.polygon.rest_aggregates import AggregateRest
from quantdeck.sims.polygon.rest_events import EventRest
from quantdeck.sims.polygon.rest_financials import FinancialRest
from quantdeck.sims.polygon.rest_indicators import IndicatorRest
from quantdeck.sims.polygon.rest_options import OptionRest
from quantdeck.sims.polygon.rest_reference import ReferenceRest
from quantdeck.sims.polygon.rest_snapshots import SnapshotRest
from quantdeck.sims.polygon.rest_ticks import TickRest

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.polygon.venue import Venue

_SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks"


@dataclass(frozen=True, slots=True)
class Route:
    """One address.

    Parameters
    ----------
    path : str
        With the names of its parts.
    answer : callable
        Takes the request and the parts.
    right : Right or None
        What a plan must include.
    is_market : bool
        Whether it tells of the market, and says so when that is late.
    """

    path: str
    answer: Callable[..., Any]
    right: Right | None = None
    is_market: bool = False


def routes(venue: Venue) -> tuple[Route, ...]:
    """Return every address; those without parts come before those with."""
    candles, ticks = AggregateRest(venue), TickRest(venue)
    snapshots, options = SnapshotRest(venue, ticks), OptionRest(venue)
    reference, events = ReferenceRest(venue), EventRest(venue)
    reports, indicators = FinancialRest(venue), IndicatorRest(venue)
    span = "{multiple}/{span}/{start}/{end}"
    return (
        Route(f"/v2/aggs/ticker/{{ticker}}/range/{span}", candles.range, is_market=True),
        Route("/v2/aggs/ticker/{ticker}/prev", candles.previous, is_market=True),
        Route("/v2/aggs/grouped/locale/us/market/stocks/{day}", candles.grouped, is_market=True),
        Route("/v1/open-close/{ticker}/{day}", candles.open_close, is_market=True),
        Route("/v3/trades/{ticker}", ticks.trades, Right.TRADES, is_market=True),
        Route("/v3/quotes/{ticker}", ticks.quotes, Right.QUOTES, is_market=True),
        Route("/v2/last/trade/{ticker}", ticks.last_trade, Right.TRADES, is_market=True),
        Route("/v2/last/nbbo/{ticker}", ticks.last_quote, Right.QUOTES, is_market=True),
        Route(f"{_SNAPSHOT}/tickers", snapshots.all, Right.SNAPSHOTS, is_market=True),
        Route(f"{_SNAPSHOT}/tickers/{{ticker}}", snapshots.one, Right.SNAPSHOTS, is_market=True),
        Route(f"{_SNAPSHOT}/{{direction}}", snapshots.movers, Right.SNAPSHOTS, is_market=True),
        Route("/v3/snapshot/options/{underlying}", options.chain, Right.SNAPSHOTS, is_market=True),
        Route(
            "/v3/snapshot/options/{underlying}/{ticker}",
            options.one,
            Right.SNAPSHOTS,
            is_market=True,
        ),
        Route("/v3/reference/options/contracts", options.contracts),
        Route("/v3/reference/options/contracts/{ticker}", options.contract),
        Route("/v3/reference/tickers", reference.tickers),
        Route("/v3/reference/tickers/types", reference.types),
        Route("/v3/reference/tickers/{symbol}", reference.ticker),
        Route("/v1/related-companies/{symbol}", reference.related),
        Route("/v3/reference/exchanges", reference.exchanges),
        Route("/v3/reference/conditions", reference.conditions),
        Route("/v3/reference/splits", reference.splits),
        Route("/v3/reference/dividends", reference.dividends),
        Route("/stocks/v1/splits", reference.splits_v1),
        Route("/stocks/v1/dividends", reference.dividends_v1),
        Route("/v2/reference/news", events.news),
        Route("/v1/marketstatus/now", events.status),
        Route("/v1/marketstatus/upcoming", events.upcoming),
        Route("/vX/reference/financials", reports.experimental),
        Route("/stocks/financials/v1/balance-sheets", reports.balance, Right.FINANCIALS),
        Route("/stocks/financials/v1/income-statements", reports.income, Right.FINANCIALS),
        Route("/stocks/financials/v1/cash-flow-statements", reports.cash_flow, Right.FINANCIALS),
        Route("/stocks/financials/v1/ratios", reports.ratios, Right.FINANCIALS),
        Route("/v1/indicators/sma/{ticker}", indicators.sma, is_market=True),
        Route("/v1/indicators/ema/{ticker}", indicators.ema, is_market=True),
        Route("/v1/indicators/rsi/{ticker}", indicators.rsi, is_market=True),
        Route("/v1/indicators/macd/{ticker}", indicators.macd, is_market=True),
    )
