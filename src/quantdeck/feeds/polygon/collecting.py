"""Everything about stocks from Polygon; fulfils `quantdeck.ports.collecting.CollectVendor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from quantdeck.feeds.polygon.bars import Timeframe, midnight_ns, start_ns
from quantdeck.feeds.polygon.chains import PolygonChains
from quantdeck.feeds.polygon.endpoints import DELAY_S, SOURCE, Endpoint
from quantdeck.feeds.polygon.history import (
    AFTER_CLOSE_NS,
    PolygonHistory,
    date_of,
    dividend_actions,
    split_actions,
)
from quantdeck.feeds.polygon.news import news
from quantdeck.feeds.polygon.prices import BarRow
from quantdeck.feeds.polygon.reference import moving_average, statements
from quantdeck.feeds.polygon.snapshots import stock_snapshots
from quantdeck.feeds.polygon.symbols import ticker_of
from quantdeck.feeds.sentiment import scored
from quantdeck.model.collected import (
    IndicatorReading,
    QuoteReading,
    Record,
    StatementLine,
    Story,
)
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.headlines import Insight, Sentiment
from quantdeck.ports.collecting import Gathered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.feeds.polygon.prices import StockSnapshot
    from quantdeck.feeds.polygon.reference import Statements
    from quantdeck.feeds.polygon.rest import PolygonRest
    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.feed import RunId
    from quantdeck.model.headlines import Headline
    from quantdeck.model.history import CorporateAction, History
    from quantdeck.ports.chains import ChainRequest
    from quantdeck.ports.history import HistoryRequest

_NS = 1_000_000_000
_SCORES = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}
_DAY = Timeframe(1, "day")
_READINGS = 10
_R = TypeVar("_R", bound=Record)


class PolygonCollecting:
    """Asks for what a collector keeps. Owned by whoever owns the REST client.

    Parameters
    ----------
    rest : PolygonRest
        Reads.
    run_id : RunId
        Written on everything.
    simulated : bool
        What answers is a simulator.
    """

    def __init__(self, rest: PolygonRest, *, run_id: RunId, simulated: bool = False) -> None:
        self._rest = rest
        self._run_id = run_id
        self._simulated = simulated
        self._history = PolygonHistory(rest, run_id=run_id, simulated=simulated)
        self._chains = PolygonChains(rest, run_id=run_id, simulated=simulated)

    @property
    def source(self) -> str:
        """Short name of the service."""
        return SOURCE

    @property
    def requests(self) -> int:
        """Requests that the vendor answered so far, refusals included."""
        return self._rest.requests

    @property
    def cache_hits(self) -> int:
        """Answers that were found in the cache so far."""
        return self._rest.cache_hits

    @property
    def day_settles_ns(self) -> int:
        """So long after the close of a session its bar is whole, on a plan with late data. [ns]."""
        return AFTER_CLOSE_NS + int(DELAY_S) * _NS

    async def bars(self, request: HistoryRequest) -> History:
        """Return bars as traded, that have ended; see `quantdeck.feeds.polygon.history`.

        Raises
        ------
        BadInput, NoData, NotEntitled, VenueError
            If they cannot be had.
        """
        return await self._history.bars(request)

    async def splits(self, symbol: str, span_ns: tuple[int, int]) -> list[CorporateAction]:
        """Return the splits from the first day to the last.

        Raises
        ------
        NotEntitled, VenueError
            If they cannot be had.
        """
        days = date_of(span_ns[0]), date_of(span_ns[1])
        return await split_actions(self._rest, symbol, days)

    async def dividends(self, symbol: str, span_ns: tuple[int, int]) -> list[CorporateAction]:
        """Return the dividends from the first day to the last.

        Raises
        ------
        NotEntitled, VenueError
            If they cannot be had.
        """
        days = date_of(span_ns[0]), date_of(span_ns[1])
        return await dividend_actions(self._rest, symbol, days)

    async def quotes(self, symbols: Sequence[str]) -> Gathered[QuoteReading]:
        """Return snapshots of as many of the stocks as the vendor knows.

        Raises
        ------
        NotEntitled, VenueError
            If they cannot be had.
        """
        names = {ticker_of(symbol): symbol for symbol in symbols}
        found = await stock_snapshots(self._rest, list(names))
        return self._gathered(
            (
                quote
                for each in found
                if each.ticker in names
                if (quote := _quote(each, names[each.ticker])).ts_ns
            ),
            Endpoint.STOCK_SNAPSHOT,
        )

    async def chain(self, request: ChainRequest) -> ChainSnapshot:
        """Return the quotes of the wanted chains; see `quantdeck.feeds.polygon.chains`.

        Raises
        ------
        BadInput, NoData, NotEntitled, VenueError
            If they cannot be had.
        """
        return await self._chains.snapshot(request)

    async def statements(self, symbol: str) -> Gathered[StatementLine]:
        """Return the lines of the newest statements.

        Raises
        ------
        NotEntitled, VenueError
            If they cannot be had.
        """
        found = await statements(self._rest, symbol)
        lines = (line for each in found for line in _lines(symbol, each))
        return self._gathered(lines, Endpoint.FINANCIALS)

    async def moving_average(self, symbol: str, *, window: int) -> Gathered[IndicatorReading]:
        """Return the newest values of the vendor's average of daily closes in today's shares.

        Raises
        ------
        NotEntitled, VenueError
            If they cannot be had.
        """
        rows = await moving_average(self._rest, symbol, window=window, count=_READINGS)
        readings = (
            IndicatorReading(
                symbol=symbol,
                name=f"sma{window}",
                interval="1d",
                start_ns=start_ns(BarRow(t=row.timestamp), _DAY),
                value=row.value,
            )
            for row in rows
        )
        return self._gathered(readings, Endpoint.INDICATORS)

    async def stories(self, symbol: str, *, count: int) -> Gathered[Story]:
        """Return the newest stories about a company.

        Raises
        ------
        NotEntitled, VenueError
            If they cannot be had.
        """
        found = await news(self._rest, (symbol,), count=count)
        return self._gathered((story_of(each) for each in found), Endpoint.NEWS)

    def _gathered(self, records: Iterable[_R], endpoint: Endpoint) -> Gathered[_R]:
        known = {each.name: each for each in self._rest.entitlements.known()}
        is_late = endpoint in known and known[endpoint].delay == "delayed"
        told = Delay.DELAYED if is_late else Delay.REALTIME
        delay = Delay.SIMULATED if self._simulated else told
        where = Provenance(SOURCE, delay, self._run_id)
        return Gathered(tuple(records), where, self._rest.clock.now_ns())


def story_of(headline: Headline) -> Story:
    """Return a headline as it is kept.

    Its score is that of all companies that the vendor judges, so that it is the same whoever was asked
    about; without one that of a word list, where that is installed.

    Parameters
    ----------
    headline : Headline
        With a name or an address.

    Examples
    --------
    >>> from quantdeck.model.headlines import Headline
    >>> story = story_of(Headline(title="T", url="u", publisher="p", published_ns=1, sources=("x",)))
    >>> story.id, story.headline
    ('u', 'T')
    """
    sentiment = _mean(headline.insights) or scored(headline).sentiment
    return Story(
        id=headline.id or headline.url,
        headline=headline.title,
        summary=headline.summary,
        publisher=headline.publisher,
        url=headline.url,
        symbols=headline.symbols,
        published_ns=headline.published_ns,
        updated_ns=headline.published_ns,
        sentiment=None if sentiment is None else sentiment.score,
        sentiment_by="" if sentiment is None else sentiment.by,
    )


def _mean(insights: Sequence[Insight]) -> Sentiment | None:
    scores = [_SCORES[each.label] for each in insights]
    return Sentiment(sum(scores) / len(scores), SOURCE) if scores else None


# A price of 0 is one that is not there.
def _quote(found: StockSnapshot, symbol: str) -> QuoteReading:
    quote, trade, day, before = found.last_quote, found.last_trade, found.day, found.prev_day
    minute = found.minute
    times = [quote.t if quote else None, trade.t if trade else None]
    last = trade.p if trade and trade.p else (minute.c if minute else None)
    return QuoteReading(
        symbol=symbol,
        # The vendor renews its own stamp though nothing has changed.
        ts_ns=max(each or 0 for each in times) or found.updated,
        bid=(quote.bid or None) if quote else None,
        ask=(quote.ask or None) if quote else None,
        bid_size=(quote.bid_size or None) if quote else None,
        ask_size=(quote.ask_size or None) if quote else None,
        last=last or (day.c if day else None) or None,
        volume=day.v if day else None,
        previous_close=(before.c or None) if before else None,
    )


def _lines(symbol: str, found: Statements) -> list[StatementLine]:
    if found.end_date is None:
        return []
    period = " ".join(part for part in (found.fiscal_year, found.fiscal_period) if part)
    filed = found.filing_date
    return [
        StatementLine(
            symbol=symbol,
            period=period or found.end_date.isoformat(),
            timeframe=found.timeframe,
            statement=statement,
            item=item,
            label=line.label,
            value=line.value,
            unit=line.unit,
            end_ns=midnight_ns(found.end_date),
            filed_ns=None if filed is None else midnight_ns(filed),
        )
        for statement, lines in found.financials.items()
        for item, line in lines.items()
    ]
