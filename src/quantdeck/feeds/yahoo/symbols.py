"""Which symbols Yahoo has, and what they stand for.

Stocks and funds listed in the US are ``US:AAPL`` and ``US:BRK.B``, as everywhere. All else is ``YAHOO:``
with Yahoo's own letters, whose two signs that are in no canonical symbol become endings: ``^GSPC`` is
``YAHOO:GSPC.INDEX``, ``EURUSD=X`` is ``YAHOO:EURUSD.FX`` and ``ES=F`` is ``YAHOO:ES.FUTURE``. Coins keep
their names: ``YAHOO:BTC-USD``.
"""

from __future__ import annotations

import re

from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import canonical, root_of, venue_of
from quantdeck.model.options import ROOTS, UNDERLYING_VENUE

VENUE = "YAHOO"
_INDICES = frozenset(terms.underlying for terms in ROOTS.values())
_ENDINGS = {"X": ".FX", "F": ".FUTURE"}
_INDEX = ".INDEX"
# A class of shares is a letter or two after the dash; a currency has three.
_US = re.compile(r"[A-Z][A-Z0-9]{0,5}(-[A-Z]{1,2})?")
_THEIRS = re.compile(r"\^?[A-Z0-9][A-Z0-9.-]*(=[XF])?")


def checked_symbol(text: str) -> str:
    """Return the canonical symbol of what a person typed, in Yahoo's letters or ours.

    Raises
    ------
    BadInput
        If it is neither.

    Examples
    --------
    >>> [checked_symbol(text) for text in ("aapl", "US:BRK.B", "brk-b", "^gspc", "eurusd=x", "btc-usd")]
    ['US:AAPL', 'US:BRK.B', 'US:BRK.B', 'YAHOO:GSPC.INDEX', 'YAHOO:EURUSD.FX', 'YAHOO:BTC-USD']
    """
    word = text.strip().upper()
    if ":" not in word:
        return canonical_symbol(word)
    symbol = canonical(word, default_venue=UNDERLYING_VENUE)
    if venue_of(symbol) not in (UNDERLYING_VENUE, VENUE):
        raise BadInput(
            f"{symbol} is no symbol of Yahoo's; write US:AAPL, ^GSPC, BTC-USD or EURUSD=X"
        )
    return symbol


def canonical_symbol(theirs: str) -> str:
    """Return the canonical symbol of one of Yahoo's.

    Raises
    ------
    BadInput
        If it cannot be one.

    Examples
    --------
    >>> canonical_symbol("^SPX"), canonical_symbol("ES=F"), canonical_symbol("VOD.L")
    ('US:SPX', 'YAHOO:ES.FUTURE', 'YAHOO:VOD.L')
    """
    if not _THEIRS.fullmatch(theirs):
        raise BadInput(
            f"{theirs!r} is no symbol of Yahoo's; write AAPL, ^GSPC, BTC-USD or EURUSD=X"
        )
    if theirs.startswith("^"):
        name = theirs[1:]
        return f"{UNDERLYING_VENUE}:{name}" if name in _INDICES else f"{VENUE}:{name}{_INDEX}"
    if _US.fullmatch(theirs):
        return f"{UNDERLYING_VENUE}:{theirs.replace('-', '.')}"
    name, sign, ending = theirs.partition("=")
    return f"{VENUE}:{name}{_ENDINGS[ending] if sign else ''}"


def yahoo_symbol(symbol: str) -> str:
    """Return Yahoo's letters for a canonical symbol.

    Raises
    ------
    BadInput
        If Yahoo has no such venue.

    Examples
    --------
    >>> [yahoo_symbol(s) for s in ("US:BRK.B", "US:SPX", "YAHOO:GSPC.INDEX", "YAHOO:EURUSD.FX")]
    ['BRK-B', '^SPX', '^GSPC', 'EURUSD=X']
    """
    root = root_of(checked_symbol(symbol))
    if venue_of(symbol) == UNDERLYING_VENUE:
        return f"^{root}" if root in _INDICES else root.replace(".", "-")
    if root.endswith(_INDEX):
        return "^" + root.removesuffix(_INDEX)
    for letter, ending in _ENDINGS.items():
        if root.endswith(ending):
            return f"{root.removesuffix(ending)}={letter}"
    return root
