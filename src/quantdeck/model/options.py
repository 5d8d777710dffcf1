"""Listed options: what a contract is, how it is written, and what its root says of it.

A contract's canonical symbol is ``OPRA:`` and its OSI name without padding, such as
``OPRA:SPXW261218C05000000``; an underlying is ``US:SPX``. Two roots of one underlying (SPX, SPXW) are
two classes of contracts that settle at different times and are never mixed.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

import msgspec

from quantdeck.model.errors import BadInput

OPTION_VENUE = "OPRA"
UNDERLYING_VENUE = "US"

# Read from the right: a root may end in a digit after a corporate action.
_OSI = re.compile(r"([A-Z][A-Z0-9.]{0,5}) *(\d{6})([CP])(\d{8})")


class Right(StrEnum):
    """What the holder may do."""

    CALL = "call"
    PUT = "put"


class ExerciseStyle(StrEnum):
    """When the holder may do it."""

    EUROPEAN = "european"
    AMERICAN = "american"


class Settlement(StrEnum):
    """Which price of the last day settles a contract."""

    AM = "am"
    """The opening prices; the last trade is the day before."""
    PM = "pm"
    """The close."""


class RootTerms(msgspec.Struct, frozen=True):
    """What every contract of a root shares.

    Parameters
    ----------
    root : str
        First part of the OSI name.
    underlying : str
        What it settles on, without venue.
    style : ExerciseStyle
        European or American.
    settlement : Settlement
        Opening or closing prices.
    """

    root: str
    underlying: str
    style: ExerciseStyle
    settlement: Settlement


_EUROPEAN, _AMERICAN = ExerciseStyle.EUROPEAN, ExerciseStyle.AMERICAN
_AM, _PM = Settlement.AM, Settlement.PM

ROOTS: dict[str, RootTerms] = {
    terms.root: terms
    for terms in (
        RootTerms("SPX", "SPX", _EUROPEAN, _AM),
        RootTerms("SPXW", "SPX", _EUROPEAN, _PM),
        RootTerms("XSP", "XSP", _EUROPEAN, _PM),
        RootTerms("NDX", "NDX", _EUROPEAN, _AM),
        RootTerms("NDXP", "NDX", _EUROPEAN, _PM),
        RootTerms("RUT", "RUT", _EUROPEAN, _AM),
        RootTerms("RUTW", "RUT", _EUROPEAN, _PM),
    )
}
"""Cash-settled European index roots. A box of any other root is not a loan."""


def terms_of(root: str) -> RootTerms:
    """Return what is known of a root: American, PM and its own underlying unless it is in `ROOTS`.

    An index-looking name is not enough to be taken for European.

    Examples
    --------
    >>> terms_of("SPXW").style.value, terms_of("SPY").style.value
    ('european', 'american')
    """
    return ROOTS.get(root) or RootTerms(root, root, _AMERICAN, _PM)


class OptionContract(msgspec.Struct, frozen=True):
    """One listed option.

    Parameters
    ----------
    symbol : str
        Canonical symbol, ``OPRA:`` and the OSI name without padding.
    underlying : str
        Canonical symbol of what it settles on, such as ``US:SPX``.
    root : str
        First part of the OSI name.
    expiry : datetime.date
        Day of the settlement price.
    right : Right
        Call or put.
    strike : float
        Exercise price.
    style : ExerciseStyle
        European or American.
    settlement : Settlement
        Opening or closing prices.
    multiplier : float
        Cash per point.
    standard : bool
        False where what is delivered was adjusted.
    open_interest : float or None
        Open contracts, as of the day before at best; None where the vendor does not say.
    streamer_symbol : str
        The vendor's name for it in its stream where that is another one; empty otherwise.
    """

    symbol: str
    underlying: str
    root: str
    expiry: date
    right: Right
    strike: float
    style: ExerciseStyle
    settlement: Settlement
    multiplier: float = 100.0
    standard: bool = True
    open_interest: float | None = None
    streamer_symbol: str = ""


def osi(root: str, expiry: date, right: Right, strike: float) -> str:
    """Return the OSI name without padding.

    Examples
    --------
    >>> osi("SPXW", date(2026, 12, 18), Right.CALL, 5000)
    'SPXW261218C05000000'
    """
    return f"{root}{expiry:%y%m%d}{right.name[0]}{round(strike * 1000):08d}"


def parse_osi(text: str) -> tuple[str, date, Right, float]:
    """Return root, expiry, right and strike of an OSI name, padded or not.

    Raises
    ------
    BadInput
        If it is not one.

    Examples
    --------
    >>> parse_osi("SPXW  261218C05000000")
    ('SPXW', datetime.date(2026, 12, 18), <Right.CALL: 'call'>, 5000.0)
    """
    found = _OSI.fullmatch(text)
    if found is None:
        raise BadInput(f"{text!r} is not an option symbol; write one such as SPXW261218C05000000")
    root, day, letter, strike = found.groups()
    try:
        expiry = date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
    except ValueError as error:
        raise BadInput(f"{text!r} is not an option symbol: {day} is not a day") from error
    return root, expiry, Right.CALL if letter == "C" else Right.PUT, int(strike) / 1000


def contract_of(text: str, **known: object) -> OptionContract:
    """Return the contract an OSI name stands for, by the terms of its root.

    Parameters
    ----------
    text : str
        OSI name, padded or not, with or without ``OPRA:``.
    **known
        What a vendor says of it beside, as fields of `OptionContract`; it overrides the root's.

    Raises
    ------
    BadInput
        If it is not an OSI name.

    Examples
    --------
    >>> contract_of("SPX261218P04000000").settlement.value
    'am'
    """
    root, expiry, right, strike = parse_osi(text.removeprefix(f"{OPTION_VENUE}:"))
    terms = terms_of(root)
    contract = OptionContract(
        symbol=f"{OPTION_VENUE}:{osi(root, expiry, right, strike)}",
        underlying=f"{UNDERLYING_VENUE}:{terms.underlying}",
        root=root,
        expiry=expiry,
        right=right,
        strike=strike,
        style=terms.style,
        settlement=terms.settlement,
    )
    return msgspec.structs.replace(contract, **known) if known else contract
