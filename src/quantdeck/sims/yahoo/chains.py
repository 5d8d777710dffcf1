"""``/v7/finance/options``: the chain of one expiry, with the dates of all."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.model.options import Right
from quantdeck.sims.options import sessions
from quantdeck.sims.options.draws import uniform
from quantdeck.sims.stocks.contracts import StockOptions
from quantdeck.sims.yahoo.fault_table import YahooFault
from quantdeck.sims.yahoo.refusals import not_found
from quantdeck.sims.yahoo.spoil import is_on

if TYPE_CHECKING:
    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.stocks.contracts import Contract
    from quantdeck.sims.yahoo.candles import YahooPrices
    from quantdeck.sims.yahoo.listing import Security
    from quantdeck.sims.yahoo.quotes import Quotes

_NS = 1_000_000_000
_DAY_S = 86_400
_SALT_VOLUME, _SALT_INTEREST, _SALT_WHEN = 71, 72, 73
Values = dict[str, Any]


class Chains:
    """Answers questions for option chains.

    Parameters
    ----------
    prices : YahooPrices
        Of the underlyings.
    quotes : Quotes
        Of the underlyings.
    faults : FaultBoard
        What is switched on.
    """

    def __init__(self, prices: YahooPrices, quotes: Quotes, faults: FaultBoard) -> None:
        self._prices, self._quotes, self._faults = prices, quotes, faults
        self._options = StockOptions(prices.market)

    def chain(self, security: Security, wanted_s: str | None, now_ns: int) -> Values:
        """Return the chain of an expiry, the nearest where none is named.

        Parameters
        ----------
        security : Security
            Underlying.
        wanted_s : str or None
            Midnight UTC of the expiry. [s]
        now_ns : int
            The vendor's time. [ns]

        Raises
        ------
        Refusal
            If there is no such expiry.
        """
        result: Values = {
            "underlyingSymbol": security.symbol,
            "expirationDates": [],
            "strikes": [],
            "hasMiniOptions": False,
            "quote": self._quotes.quote(security, now_ns),
            "options": [],
        }
        contracts = self._listed(security, now_ns)
        if contracts:
            expiries = sorted({each.expiry for each in contracts})
            expiry = expiries[0] if wanted_s is None else _expiry(wanted_s)
            if expiry not in expiries:
                raise not_found("optionChain", "No data found for this expiration date")
            chosen = [each for each in contracts if each.expiry == expiry]
            result["expirationDates"] = [_seconds(each) for each in expiries]
            result["strikes"] = sorted({each.strike for each in chosen})
            result["options"] = [self._expiry(security, chosen, now_ns)]
        return {"optionChain": {"result": [result], "error": None}}

    def _listed(self, security: Security, now_ns: int) -> list[Contract]:
        if security.stock is None or not security.has_options:
            return []
        today = sessions.local_date(now_ns)
        # Contracts stay in the list until midnight of their last day.
        return list(self._options.listed(security.stock, today))

    def _expiry(self, security: Security, contracts: list[Contract], now_ns: int) -> Values:
        rows = self._rows(security, contracts, now_ns)
        calls = [row for each, row in zip(contracts, rows, strict=True) if each.right is Right.CALL]
        puts = [row for each, row in zip(contracts, rows, strict=True) if each.right is Right.PUT]
        return {
            "expirationDate": _seconds(contracts[0].expiry),
            "hasMiniOptions": False,
            "calls": calls,
            "puts": puts,
        }

    def _rows(self, security: Security, contracts: list[Contract], now_ns: int) -> list[Values]:
        if security.stock is None:
            return []
        spot, at_ns = self._prices.last(security, now_ns)
        values = self._options.values_at(security.stock, tuple(contracts), at_ns, spot)
        count = len(contracts)
        strikes = np.array([each.strike for each in contracts])
        keys = (strikes * 1_000).astype(np.uint64) * np.uint64(2_654_435_761) + np.uint64(
            contracts[0].expiry.toordinal()
        )
        days = np.full(count, at_ns // sessions.DAY_NS)
        near = np.exp(-8.0 * np.abs(np.log(strikes / spot)))
        volume = (3_000.0 * near * uniform(keys, _SALT_VOLUME, days)).astype(np.int64)
        interest = (20_000.0 * near * uniform(keys, _SALT_INTEREST, days // 5)).astype(np.int64)
        ages_s = (uniform(keys, _SALT_WHEN, days) ** 2 / np.maximum(near, 0.02) * 3_600).astype(int)
        is_zero = is_on(self._faults, YahooFault.ZERO_QUOTES, security.symbol)
        lacks = is_on(self._faults, YahooFault.MISSING_FIELDS, security.symbol)
        rows: list[Values] = []
        for place, contract in enumerate(contracts):
            last = round(float(values.price[place]), 2)
            is_call = contract.right is Right.CALL
            row: Values = {
                "contractSymbol": contract.osi,
                "strike": contract.strike,
                "currency": "USD",
                "lastPrice": last,
                "change": 0.0,
                "percentChange": 0.0,
                "volume": int(volume[place]),
                "openInterest": int(interest[place]),
                "bid": 0.0 if is_zero else float(values.bid[place]),
                "ask": 0.0 if is_zero else float(values.ask[place]),
                "contractSize": "REGULAR",
                "expiration": _seconds(contract.expiry),
                "lastTradeDate": at_ns // _NS - int(ages_s[place]),
                "impliedVolatility": 1e-5 if is_zero else float(values.volatility[place]),
                "inTheMoney": contract.strike < spot if is_call else contract.strike > spot,
            }
            if not volume[place]:
                # Yahoo leaves out what there has been none of today.
                del row["volume"]
            if lacks:
                for name in ("bid", "ask", "openInterest", "lastTradeDate"):
                    del row[name]
            rows.append(row)
        return rows


def _expiry(text: str) -> date:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0.0 <= seconds < 1e11:
        raise not_found("optionChain", "No data found for this expiration date")
    return date(1970, 1, 1) + timedelta(seconds // _DAY_S)


def _seconds(day: date) -> int:
    return sessions.days_of(day) * _DAY_S
