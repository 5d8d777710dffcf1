"""Fields of DXLink's events, in the order in which a server lists them that was not asked.

Source: dxFeed, "dxLink AsyncAPI specification" 1.0.2, schemas of events.
"""

from __future__ import annotations

_QUOTE = """eventType eventSymbol eventTime sequence timeNanoPart bidTime bidExchangeCode bidPrice bidSize
askTime askExchangeCode askPrice askSize"""
_TRADE = """eventType eventSymbol eventTime time timeNanoPart sequence exchangeCode price change size
dayId dayVolume dayTurnover tickDirection extendedTradingHours"""
_GREEKS = """eventType eventSymbol eventTime eventFlags index time sequence price volatility delta gamma
theta rho vega"""
_SUMMARY = """eventType eventSymbol eventTime dayId dayOpenPrice dayHighPrice dayLowPrice dayClosePrice
dayClosePriceType prevDayId prevDayClosePrice prevDayClosePriceType prevDayVolume openInterest"""
_PROFILE = """eventType eventSymbol eventTime description shortSaleRestriction tradingStatus statusReason
haltStartTime haltEndTime highLimitPrice lowLimitPrice high52WeekPrice low52WeekPrice beta earningsPerShare
dividendFrequency exDividendAmount exDividendDayId shares freeFloat"""
_CANDLE = """eventType eventSymbol eventTime eventFlags index time sequence count open high low close
volume VWAP bidVolume askVolume impVolatility openInterest"""

FIELDS: dict[str, tuple[str, ...]] = {
    "Quote": tuple(_QUOTE.split()),
    "Trade": tuple(_TRADE.split()),
    "Greeks": tuple(_GREEKS.split()),
    "Summary": tuple(_SUMMARY.split()),
    "Profile": tuple(_PROFILE.split()),
    "Candle": tuple(_CANDLE.split()),
}
"""Fields by type of event; no other type is served."""
