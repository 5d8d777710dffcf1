"""``/v7/finance/quote``, ``/v10/finance/quoteSummary`` and the search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.sims.options.sessions import DAY_NS, days_of
from quantdeck.sims.yahoo.candles import actions
from quantdeck.sims.yahoo.hours import MarketState, offset_s, zone_name
from quantdeck.sims.yahoo.listing import SECURITIES, QuoteType

if TYPE_CHECKING:
    from quantdeck.sims.yahoo.candles import YahooPrices
    from quantdeck.sims.yahoo.listing import Security

_NS = 1_000_000_000
_MILLION = 1e6
_DELAYED_MIN = 15
Values = dict[str, Any]


class Quotes:
    """Answers questions for what a symbol costs and is.

    Parameters
    ----------
    prices : YahooPrices
        What it costs.
    """

    def __init__(self, prices: YahooPrices) -> None:
        self._prices = prices

    def quote(self, security: Security, now_ns: int) -> Values:
        """Return the quote of a symbol."""
        price, at_ns = self._prices.last(security, now_ns)
        traded, state = self._prices.traded(security, now_ns)
        days = self._prices.days(security, now_ns)
        year = days.within(now_ns - 365 * DAY_NS, now_ns + 1)
        before = float(days.closed[-2])
        spread = 0.01 if price < 500 else 0.02
        values: Values = {
            "language": "en-US",
            "region": "US",
            "quoteType": security.kind.value,
            "typeDisp": security.kind.value.capitalize(),
            "quoteSourceName": "Simulated",
            "triggerable": True,
            "currency": "USD",
            "marketState": state.value,
            "exchange": security.exchange,
            "fullExchangeName": security.exchange_name,
            "shortName": security.name,
            "longName": security.name,
            "exchangeTimezoneName": security.zone,
            "exchangeTimezoneShortName": zone_name(security, now_ns),
            "gmtOffSetMilliseconds": offset_s(security, now_ns) * 1_000,
            "market": "ccc_market" if security.kind is QuoteType.COIN else "us_market",
            "sourceInterval": _DELAYED_MIN,
            "exchangeDataDelayedBy": 0,
            "tradeable": False,
            "priceHint": 2,
            "regularMarketPrice": round(price, 4),
            "regularMarketTime": at_ns // _NS,
            "regularMarketOpen": round(float(days.opened[-1]), 4),
            "regularMarketDayHigh": round(float(days.high[-1]), 4),
            "regularMarketDayLow": round(float(days.low[-1]), 4),
            "regularMarketVolume": int(days.volume[-1]),
            "regularMarketPreviousClose": round(before, 4),
            "regularMarketChange": round(price - before, 6),
            "regularMarketChangePercent": round(100.0 * (price / before - 1.0), 6),
            "bid": round(traded - spread, 2),
            "ask": round(traded + spread, 2),
            "bidSize": 8,
            "askSize": 10,
            "fiftyTwoWeekHigh": round(float(year.high.max()), 4),
            "fiftyTwoWeekLow": round(float(year.low.min()), 4),
            "fiftyDayAverage": round(float(days.closed[-50:].mean()), 4),
            "twoHundredDayAverage": round(float(days.closed[-200:].mean()), 4),
            "averageDailyVolume3Month": int(days.volume[-64:-1].mean()),
            "averageDailyVolume10Day": int(days.volume[-11:-1].mean()),
            "firstTradeDateMilliseconds": int(days.start_ns[0]) // 1_000_000,
            "symbol": security.symbol,
        }
        if security.kind is QuoteType.INDEX:
            for name in ("bid", "ask", "bidSize", "askSize"):
                del values[name]
        else:
            values["marketCap"] = self._capital(security, price)
        if security.kind is QuoteType.EQUITY and security.stock is not None:
            values["sharesOutstanding"] = int(security.stock.shares * _MILLION)
        if state in (MarketState.PRE, MarketState.POST):
            word = "pre" if state is MarketState.PRE else "post"
            values[f"{word}MarketPrice"] = traded
            values[f"{word}MarketTime"] = now_ns // _NS
            values[f"{word}MarketChange"] = round(traded - price, 6)
        return values

    def summary(self, security: Security, modules: list[str], now_ns: int) -> Values:
        """Return the modules asked for that there are."""
        made = {
            "quoteType": self._quote_type,
            "price": self._price,
            "summaryDetail": self._detail,
            "financialData": self._financial,
            "defaultKeyStatistics": self._statistics,
            "assetProfile": self._profile,
        }
        found = {name: made[name](security, now_ns) for name in modules if name in made}
        return {name: values for name, values in found.items() if values}

    def search(self, text: str, count: int) -> Values:
        """Return the symbols whose name or letters hold a text."""
        word = text.strip().upper()
        hits = [
            each
            for each in SECURITIES.values()
            if word and (word in each.symbol or word in each.name.upper())
        ]
        quotes = [
            {
                "exchange": each.exchange,
                "shortname": each.name,
                "quoteType": each.kind.value,
                "symbol": each.symbol,
                "index": "quotes",
                "score": 20_000.0 - 100.0 * place,
                "typeDisp": each.kind.value.capitalize(),
                "longname": each.name,
                "exchDisp": each.exchange_name,
                "isYahooFinance": True,
            }
            for place, each in enumerate(sorted(hits, key=lambda each: each.symbol != word)[:count])
        ]
        return {"explains": [], "count": len(quotes), "quotes": quotes, "news": [], "lists": []}

    def _capital(self, security: Security, price: float) -> int:
        count = security.stock.shares if security.stock else 0.0
        if security.coin is not None:
            count = security.coin.coins
        return int(count * _MILLION * price)

    def _quote_type(self, security: Security, now_ns: int) -> Values:
        days = self._prices.days(security, now_ns)
        return {
            "exchange": security.exchange,
            "quoteType": security.kind.value,
            "symbol": security.symbol,
            "underlyingSymbol": security.symbol,
            "shortName": security.name,
            "longName": security.name,
            "firstTradeDateEpochUtc": int(days.start_ns[0]) // _NS,
            "timeZoneFullName": security.zone,
            "timeZoneShortName": zone_name(security, now_ns),
            "gmtOffSetMilliseconds": offset_s(security, now_ns) * 1_000,
            "maxAge": 1,
        }

    def _price(self, security: Security, now_ns: int) -> Values:
        return {"maxAge": 1, **self.quote(security, now_ns)}

    def _detail(self, security: Security, now_ns: int) -> Values:
        told = self.quote(security, now_ns)
        values: Values = {
            "maxAge": 1,
            "previousClose": told["regularMarketPreviousClose"],
            "open": told["regularMarketOpen"],
            "dayLow": told["regularMarketDayLow"],
            "dayHigh": told["regularMarketDayHigh"],
            "volume": told["regularMarketVolume"],
            "fiftyTwoWeekLow": told["fiftyTwoWeekLow"],
            "fiftyTwoWeekHigh": told["fiftyTwoWeekHigh"],
            "currency": "USD",
        }
        if "marketCap" in told:
            values["marketCap"] = told["marketCap"]
        stock = security.stock
        if stock is not None and stock.dividend_yield > 0:
            dividends = actions(self._prices.market, stock, now_ns)[0]
            year = sum(amount for ex_ns, amount in dividends if ex_ns > now_ns - 365 * DAY_NS)
            values["dividendRate"] = round(year, 4)
            values["dividendYield"] = round(year / told["regularMarketPrice"], 6)
            values["exDividendDate"] = dividends[-1][0] // _NS
        if security.kind is QuoteType.EQUITY and stock is not None:
            values["beta"] = stock.beta
        return values

    def _financial(self, security: Security, now_ns: int) -> Values:
        if security.kind is not QuoteType.EQUITY:
            return {}
        price = self._prices.last(security, now_ns)[0]
        return {"maxAge": 86_400, "currentPrice": price, "financialCurrency": "USD"}

    def _statistics(self, security: Security, now_ns: int) -> Values:
        stock = security.stock
        if stock is None or security.kind is QuoteType.INDEX:
            return {}
        splits = actions(self._prices.market, stock, now_ns)[1]
        values: Values = {"maxAge": 1, "priceHint": 2}
        if security.kind is QuoteType.EQUITY:
            values["sharesOutstanding"] = int(stock.shares * _MILLION)
            values["beta"] = stock.beta
        if splits:
            day, old, new = splits[-1]
            values["lastSplitFactor"] = f"{new}:{old}"
            values["lastSplitDate"] = days_of(day) * 86_400
        return values

    def _profile(self, security: Security, now_ns: int) -> Values:
        del now_ns
        if security.stock is None or security.kind is not QuoteType.EQUITY:
            return {}
        return {
            "maxAge": 86_400,
            "industry": security.stock.sic[1].title(),
            "country": "United States",
            "longBusinessSummary": f"Simulated data named after {security.name}.",
            "companyOfficers": [],
        }
