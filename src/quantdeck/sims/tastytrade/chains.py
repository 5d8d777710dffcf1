"""Option chains and instruments, in the vendor's words.

Source: developer.tastytrade.com, "Instruments": ``/option-chains/{symbol}`` flat, nested and compact,
``/instruments/equities`` and ``/instruments/equity-options``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quantdeck.model.options import ROOTS, ExerciseStyle, Right, parse_osi, terms_of
from quantdeck.sims.options.sessions import close_ns, previous_session
from quantdeck.sims.tastytrade.answers import Item, not_found

if TYPE_CHECKING:
    from datetime import date

    from quantdeck.sims.options.listed import Expiry, Listed

INDEXES = {"SPX": "S & P 500 Index", "XSP": "S&P 500 Mini Index"}
STOCKS = {"SPY": "State Street SPDR S&P 500 ETF Trust"}
DESCRIPTIONS = {**INDEXES, **STOCKS}
_NS = 1_000_000_000
_SHARES = 100


def padded(symbol: str) -> str:
    """Return an OSI name with its root padded to six places, as the REST side writes it.

    Examples
    --------
    >>> padded("SPXW261218C05000000")
    'SPXW  261218C05000000'
    """
    return f"{symbol[:-15]:<6}{symbol[-15:]}"


def streamer_symbol(symbol: str) -> str:
    """Return how the stream writes an OSI name without padding.

    Examples
    --------
    >>> streamer_symbol("SPXW261218C05000000"), streamer_symbol("SPY261218P00002500")
    ('.SPXW261218C5000', '.SPY261218P2.5')
    """
    whole, part = divmod(int(symbol[-8:]), 1000)
    fraction = f".{part:03d}".rstrip("0") if part else ""
    return f".{symbol[:-8]}{whole}{fraction}"


def nested(listed: Listed, underlying: str) -> list[Item]:
    """Return the items of ``/option-chains/{symbol}/nested``, one per root.

    Raises
    ------
    Refusal
        If there are no options on it.
    """
    by_root: dict[str, list[Item]] = {}
    for (root, expiry), symbols in _expiries(listed, underlying).items():
        by_root.setdefault(root, []).append(
            {
                **_expiry_words(listed, root, expiry),
                "strikes": [_strike_row(call, put) for call, put in _pairs(symbols)],
            }
        )
    return [
        {
            "underlying-symbol": underlying,
            "root-symbol": root,
            "option-chain-type": "Standard",
            "shares-per-contract": _SHARES,
            "tick-sizes": _tick_sizes(root),
            "deliverables": [_deliverable(number, root, underlying)],
            "expirations": expirations,
        }
        for number, (root, expirations) in enumerate(by_root.items(), 1)
    ]


def flat(listed: Listed, underlying: str) -> list[Item]:
    """Return the items of ``/option-chains/{symbol}``, one per contract.

    Raises
    ------
    Refusal
        If there are no options on it.
    """
    return [
        option(listed, symbol)
        for symbols in _expiries(listed, underlying).values()
        for symbol in symbols
    ]


def compact(listed: Listed, underlying: str) -> list[Item]:
    """Return the items of ``/option-chains/{symbol}/compact``, one per root and type of expiry.

    Raises
    ------
    Refusal
        If there are no options on it.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for (root, expiry), symbols in _expiries(listed, underlying).items():
        words = _expiry_words(listed, root, expiry)
        key = (root, words["expiration-type"], words["settlement-type"])
        found.setdefault(key, []).extend(symbols)
    return [
        {
            "underlying-symbol": underlying,
            "root-symbol": root,
            "option-chain-type": "Standard",
            "expiration-type": expiration_type,
            "settlement-type": settlement,
            "shares-per-contract": _SHARES,
            "deliverables": [_deliverable(1, root, underlying)],
            "symbols": [padded(symbol) for symbol in symbols],
            "streamer-symbols": [streamer_symbol(symbol) for symbol in symbols],
        }
        for (root, expiration_type, settlement), symbols in found.items()
    ]


def option(listed: Listed, symbol: str) -> Item:
    """Return a contract as ``/instruments/equity-options/{symbol}`` does; an OSI name, no padding.

    Raises
    ------
    Refusal
        If it is not listed.
    """
    row = listed.ids.get(symbol)
    if row is None:
        raise not_found(f"equity option {symbol}")
    root, _, right, strike = parse_osi(symbol)
    terms = terms_of(root)
    expiry = listed.expiry_of(row)
    words = _expiry_words(listed, root, expiry)
    european = terms.style is ExerciseStyle.EUROPEAN
    return {
        "symbol": padded(symbol),
        "instrument-type": "Equity Option",
        "active": True,
        "strike-price": str(strike),
        "root-symbol": root,
        "underlying-symbol": terms.underlying,
        "expiration-date": words["expiration-date"],
        "exercise-style": "European" if european else "American",
        "shares-per-contract": _SHARES,
        "option-type": "C" if right is Right.CALL else "P",
        "option-chain-type": "Standard",
        "expiration-type": words["expiration-type"],
        "settlement-type": words["settlement-type"],
        "stops-trading-at": _stamp(close_ns(_last_day(root, expiry.day))),
        "market-time-instrument-collection": "Cash Settled Equity Option"
        if european
        else "Equity Option",
        "days-to-expiration": words["days-to-expiration"],
        "expires-at": _stamp(close_ns(expiry.day)),
        "is-closing-only": False,
        "streamer-symbol": streamer_symbol(symbol),
    }


def equity(symbol: str) -> Item:
    """Return a stock or index as ``/instruments/equities/{symbol}`` does.

    Raises
    ------
    Refusal
        If there is no such.
    """
    if symbol not in DESCRIPTIONS:
        raise not_found(f"equity {symbol}")
    is_index = symbol in INDEXES
    return {
        "id": 1 + list(DESCRIPTIONS).index(symbol),
        "symbol": symbol,
        "instrument-type": "Index" if is_index else "Equity",
        "short-description": DESCRIPTIONS[symbol][:20],
        "description": DESCRIPTIONS[symbol],
        "is-index": is_index,
        "is-etf": not is_index,
        "listed-market": "OTC" if is_index else "ARCX",
        "lendability": "Easy To Borrow",
        "borrow-rate": "0.0",
        "market-time-instrument-collection": "Equity",
        "is-closing-only": False,
        "is-options-closing-only": False,
        "is-illiquid": False,
        "active": True,
        "streamer-symbol": symbol,
        "tick-sizes": [{"value": "0.0001", "threshold": "1.0"}, {"value": "0.01"}],
        "option-tick-sizes": _tick_sizes("SPX" if is_index else symbol),
    }


def _expiries(listed: Listed, underlying: str) -> dict[tuple[str, Expiry], list[str]]:
    rows: list[int] = listed.rows_of_underlying(underlying).tolist()
    if not rows:
        raise not_found(f"option chain for {underlying}")
    found: dict[tuple[str, Expiry], list[str]] = {}
    for row in rows:
        symbol = listed.symbols[row]
        found.setdefault((symbol[:-15], listed.expiry_of(row)), []).append(symbol)
    return found


# Calls come first, puts on the same strikes after them.
def _pairs(symbols: list[str]) -> zip[tuple[str, str]]:
    calls = [symbol for symbol in symbols if symbol[-9] == "C"]
    puts = [symbol for symbol in symbols if symbol[-9] == "P"]
    return zip(calls, puts, strict=True)


def _strike_row(call: str, put: str) -> Item:
    return {
        "strike-price": str(int(call[-8:]) / 1000),
        "call": padded(call),
        "call-streamer-symbol": streamer_symbol(call),
        "put": padded(put),
        "put-streamer-symbol": streamer_symbol(put),
    }


def _expiry_words(listed: Listed, root: str, expiry: Expiry) -> Item:
    day = expiry.day
    is_third = 15 <= day.day <= 21 and day.weekday() >= 3
    if day.weekday() != 4 and not is_third:
        kind = "End-Of-Month" if day.day >= 28 else "Weekly"
    else:
        kind = "Regular" if is_third else "Weekly"
    return {
        "expiration-type": kind,
        "expiration-date": day.isoformat(),
        "days-to-expiration": (day - listed.session).days,
        "settlement-type": terms_of(root).settlement.value.upper(),
    }


def _last_day(root: str, day: date) -> date:
    return previous_session(day) if terms_of(root).settlement.value == "am" else day


def _tick_sizes(root: str) -> list[Item]:
    if root in ROOTS:
        return [{"value": "0.05", "threshold": "3.0"}, {"value": "0.1"}]
    return [{"value": "0.01"}]


def _deliverable(number: int, root: str, underlying: str) -> Item:
    return {
        "id": number,
        "root-symbol": root,
        "deliverable-type": "Shares",
        "description": f"{_SHARES} shares of {underlying}",
        "amount": f"{_SHARES}.0",
        "symbol": underlying,
        "instrument-type": "Index" if underlying in INDEXES else "Equity",
        "percent": "100",
    }


def _stamp(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // _NS, UTC):%Y-%m-%dT%H:%M:%S}.000+00:00"
