"""Binance's past by REST: instruments, bars, trades, funding, and the repair of gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from quantdeck.feeds.binance.requests import (
    AGG_TRADES_LIMIT,
    HISTORICAL_TRADES_LIMIT,
    KLINES_LIMIT,
    TRADES_LIMIT,
    AggTradeRow,
    ExchangeInfo,
    FundingRow,
    KlineRow,
    TradeRow,
    instrument,
    klines_weight,
    weight_limits,
)
from quantdeck.model.errors import AuthFailed, BadInput, NoData
from quantdeck.model.events import BAR_DTYPE, Flag, Kind, Rows
from quantdeck.model.instruments import Instrument, InstrumentTable, root_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from quantdeck.feeds.binance.markets import Market
    from quantdeck.model.feed import Gap
    from quantdeck.net.limiter import WeightLimiter
    from quantdeck.net.rest import RestClient
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink

_Shape = TypeVar("_Shape")
_NS_PER_MS = 1_000_000
_REPAIRED = int(Flag.REPAIRED)
_EXCLUDED = int(Flag.EXCLUDED)


class BinanceHistory:
    """The past of one market. Owned by its feed.

    Parameters
    ----------
    market : Market
        Which market.
    rest : RestClient
        Reads from it.
    limiter : WeightLimiter
        Budget of `rest`; given the venue's own limits once they are known.
    instruments : InstrumentTable
        Ids of canonical symbols.
    clock : Clock
        Stamps the receipt.
    """

    def __init__(
        self,
        market: Market,
        *,
        rest: RestClient,
        limiter: WeightLimiter,
        instruments: InstrumentTable,
        clock: Clock,
    ) -> None:
        self._market = market
        self._rest = rest
        self._limiter = limiter
        self._table = instruments
        self._clock = clock

    async def instruments(self, *, patience_s: float = 30.0) -> list[Instrument]:
        """Return what the market trades now, and take over its request limits."""
        info = await self._get("exchangeInfo", {}, ExchangeInfo, patience_s=patience_s)
        if limits := weight_limits(info):
            self._limiter.set_limits(limits)
        return [
            instrument(self._market, listing)
            for listing in info.symbols
            if listing.status == "TRADING"
            # Margined in coin: another market's symbols, listed here since the two were merged.
            and listing.margin_asset in {"", listing.quote_asset}
        ]

    async def bars(self, symbol: str, interval: str, *, start_ns: int, end_ns: int) -> Rows:
        """Return the venue's own bars that start in ``[start_ns, end_ns)``, oldest first.

        Parameters
        ----------
        symbol : str
            Canonical symbol.
        interval : str
            In the venue's words, such as ``1m``.
        start_ns, end_ns : int
            Range of the starts of bars, UTC. [ns]

        Returns
        -------
        structured array of dtype `BAR_DTYPE`
            `seq` is the end of the interval [ms]; bars that have ended are flagged as closed.
        """
        rows: list[tuple[object, ...]] = []
        recv_ns = self._clock.now_ns()
        number = self._table.id_of(symbol)
        async for page in self._klines(symbol, interval, start_ns=start_ns, end_ns=end_ns):
            recv_ns = self._clock.now_ns()
            for bar in page:
                end_ms = bar.end + 1
                closed = int(Flag.CLOSED) if end_ms * _NS_PER_MS <= recv_ns else 0
                ohlcv = (bar.open, bar.high, bar.low, bar.close, bar.volume)
                length_ns = (end_ms - bar.start) * _NS_PER_MS
                times = (bar.start * _NS_PER_MS, recv_ns, end_ms)
                rows.append((*times, *ohlcv, bar.trades, length_ns, number, closed, b""))
        return np.array(rows, dtype=BAR_DTYPE)

    async def funding(self, symbol: str, *, start_ns: int, end_ns: int) -> list[FundingRow]:
        """Return the funding payments of a perpetual in a range of times, oldest first.

        At most 1,000 rows, which is eleven months of eight-hourly funding.
        """
        if "fundingRate" not in self._market.weights:
            raise BadInput(f"{self._market.source} has no funding: it does not trade perpetuals")
        params: dict[str, str | int] = {
            "symbol": root_of(symbol),
            "startTime": start_ns // _NS_PER_MS,
            "endTime": end_ns // _NS_PER_MS,
            "limit": 1000,
        }
        return await self._get("fundingRate", params, list[FundingRow])

    async def recent_trades(
        self, symbol: str, kind: Kind, *, since_ns: int, sink: EventSink, max_pages: int
    ) -> int:
        """Put the newest trades into a sink, oldest first, flagged as repaired.

        Parameters
        ----------
        symbol : str
            Canonical symbol.
        kind : Kind
            ``AGG_TRADE`` or ``TRADE`` (of these, one page is offered).
        since_ns : int
            Earliest event, UTC. [ns]
        sink : EventSink
            Where they go; nothing is put before all have come.
        max_pages : int
            Requests at most: the newest trades are fetched first.

        Returns
        -------
        int
            How many there were.
        """
        root, since_ms = root_of(symbol), since_ns // _NS_PER_MS
        if kind is Kind.TRADE:
            page = await self._trades("trades", {"symbol": root, "limit": TRADES_LIMIT})
            return self._put_trades(sink, symbol, [row for row in page if row.time >= since_ms])
        rows = await self._agg_trades({"symbol": root, "limit": AGG_TRADES_LIMIT})
        for _ in range(max_pages - 1):
            first = rows[0] if rows else None
            if first is None or first.a == 0 or since_ms >= first.T:
                break
            start = max(0, first.a - AGG_TRADES_LIMIT)
            params: dict[str, str | int] = {"symbol": root, "fromId": start}
            older = await self._agg_trades({**params, "limit": AGG_TRADES_LIMIT})
            older = [row for row in older if row.a < first.a]
            if not older:
                break
            rows = older + rows
        return self._put_agg_trades(sink, symbol, [row for row in rows if since_ms <= row.T])

    async def repair(self, gap: Gap, sink: EventSink) -> int:
        """Put what a gap misses into a sink, flagged as repaired, and return the count.

        Raises
        ------
        NoData
            If the venue no longer offers any of it, or never does for this kind.
        VenueError
            If it cannot be fetched now.
        """
        if gap.kind == Kind.AGG_TRADE:
            count = await self._repair_agg_trades(gap, sink)
        elif gap.kind == Kind.TRADE:
            count = await self._repair_trades(gap, sink)
        else:
            raise NoData(f"{self._market.source} offers no past {gap.kind} events to repair with")
        if not count:
            raise NoData(
                f"{self._market.source} no longer offers {gap.kind} {gap.first_seq} to "
                f"{gap.last_seq} of {gap.symbol}"
            )
        return count

    async def _repair_agg_trades(self, gap: Gap, sink: EventSink) -> int:
        count, start = 0, gap.first_seq
        while start <= gap.last_seq:
            limit = min(AGG_TRADES_LIMIT, gap.last_seq - start + 1)
            params: dict[str, str | int] = {"symbol": root_of(gap.symbol), "fromId": start}
            page = await self._agg_trades({**params, "limit": limit})
            wanted = [row for row in page if start <= row.a <= gap.last_seq]
            count += self._put_agg_trades(sink, gap.symbol, wanted)
            if not wanted:
                break
            start = wanted[-1].a + 1
        return count

    async def _repair_trades(self, gap: Gap, sink: EventSink) -> int:
        root = root_of(gap.symbol)
        page = await self._trades("trades", {"symbol": root, "limit": TRADES_LIMIT})
        if page and page[0].id <= gap.first_seq:
            wanted = [row for row in page if gap.first_seq <= row.id <= gap.last_seq]
            return self._put_trades(sink, gap.symbol, wanted)
        count, start = 0, gap.first_seq
        while start <= gap.last_seq:
            limit = min(HISTORICAL_TRADES_LIMIT, gap.last_seq - start + 1)
            params: dict[str, str | int] = {"symbol": root, "fromId": start, "limit": limit}
            try:
                page = await self._trades("historicalTrades", params)
            except AuthFailed as error:
                raise NoData(f"older trades are offered with an API key only: {error}") from error
            wanted = [row for row in page if start <= row.id <= gap.last_seq]
            count += self._put_trades(sink, gap.symbol, wanted)
            if not wanted:
                break
            start = wanted[-1].id + 1
        return count

    async def _klines(
        self, symbol: str, interval: str, *, start_ns: int, end_ns: int
    ) -> AsyncIterator[list[KlineRow]]:
        start_ms, end_ms = -(-start_ns // _NS_PER_MS), -(-end_ns // _NS_PER_MS)
        while start_ms < end_ms:
            params: dict[str, str | int] = {"symbol": root_of(symbol), "interval": interval}
            params |= {"startTime": start_ms, "endTime": end_ms - 1, "limit": KLINES_LIMIT}
            weight = klines_weight(self._market, KLINES_LIMIT)
            page = await self._get("klines", params, list[KlineRow], weight=weight)
            yield page
            if len(page) < KLINES_LIMIT:
                return
            start_ms = page[-1].start + 1

    def _put_agg_trades(self, sink: EventSink, symbol: str, rows: list[AggTradeRow]) -> int:
        recv_ns, number = self._clock.now_ns(), self._table.id_of(symbol)
        for row in rows:
            side = -1 if row.m else 1
            ts_event = row.T * _NS_PER_MS
            sink.agg_trade(ts_event, recv_ns, row.a, row.p, row.q, number, side, _REPAIRED)
        return len(rows)

    def _put_trades(self, sink: EventSink, symbol: str, rows: list[TradeRow]) -> int:
        recv_ns, number = self._clock.now_ns(), self._table.id_of(symbol)
        for row in rows:
            side = -1 if row.is_buyer_maker else 1
            ts_event = row.time * _NS_PER_MS
            flags = _REPAIRED if row.price else _REPAIRED | _EXCLUDED
            sink.trade(ts_event, recv_ns, row.id, row.price, row.qty, number, side, flags)
        return len(rows)

    async def _agg_trades(self, params: Mapping[str, str | int]) -> list[AggTradeRow]:
        return await self._get("aggTrades", params, list[AggTradeRow])

    async def _trades(self, endpoint: str, params: Mapping[str, str | int]) -> list[TradeRow]:
        return await self._get(endpoint, params, list[TradeRow])

    async def _get(
        self,
        endpoint: str,
        params: Mapping[str, str | int],
        shape: type[_Shape],
        *,
        weight: int | None = None,
        patience_s: float = 90.0,
    ) -> _Shape:
        return await self._rest.get(
            f"{self._market.rest_prefix}/{endpoint}",
            params,
            shape=shape,
            weight=self._market.weights[endpoint] if weight is None else weight,
            patience_s=patience_s,
        )
