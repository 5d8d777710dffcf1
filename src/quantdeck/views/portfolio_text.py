"""Portfolios as people type them: ``US:SPY=0.6, US:TLT=40 %``, or names alone for equal weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import canonical, root_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXAMPLE = "write it as US:SPY=0.6, US:TLT=0.4, or as US:SPY, US:TLT for equal weights"


@dataclass(frozen=True, slots=True)
class TypedPortfolio:
    """What a text says.

    Parameters
    ----------
    symbols : tuple of str
        Canonical symbols, each once.
    weights : tuple of float or None
        Target of each; None for equal ones.
    """

    symbols: tuple[str, ...]
    weights: tuple[float, ...] | None


def read_portfolio(text: str, known: Sequence[str] = ()) -> TypedPortfolio:
    """Return the symbols and weights of a text.

    Parameters
    ----------
    text : str
        Names with or without weights, between commas; a weight may be in per cent.
    known : sequence of str
        Canonical symbols that a name without a venue is looked for in first.

    Returns
    -------
    TypedPortfolio
        Symbols in canonical form.

    Raises
    ------
    BadInput
        If there is no name, one is no symbol or there twice, some have weights and others none, or a
        weight is no number.

    Examples
    --------
    >>> read_portfolio("spy=60 %, US:TLT=0.4", ["US:SPY"])
    TypedPortfolio(symbols=('US:SPY', 'US:TLT'), weights=(0.6, 0.4))
    >>> read_portfolio("US:SPY, US:TLT").weights
    """
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    if not parts:
        raise BadInput(f"no asset is named; {_EXAMPLE}", field="weights")
    symbols: list[str] = []
    weights: list[float] = []
    for part in parts:
        name, sign, weight = part.partition("=")
        symbols.append(symbol_of(name, known))
        if sign:
            weights.append(_weight(name, weight))
    twice = next((symbol for symbol in symbols if symbols.count(symbol) > 1), None)
    if twice is not None:
        raise BadInput(f"{twice} is named twice; add up its weights", field="weights")
    if weights and len(weights) < len(symbols):
        raise BadInput(
            f"{len(weights)} of {len(symbols)} assets have a weight; {_EXAMPLE}", field="weights"
        )
    return TypedPortfolio(tuple(symbols), tuple(weights) if weights else None)


def read_symbols(text: str, known: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the symbols of a text, each once, in canonical form; none of an empty one.

    Parameters
    ----------
    text : str
        Names between commas.
    known : sequence of str
        As `read_portfolio`.

    Raises
    ------
    BadInput
        If one is no symbol.

    Examples
    --------
    >>> read_symbols("qqq, US:GLD,", ["US:QQQ"]), read_symbols("")
    (('US:QQQ', 'US:GLD'), ())
    """
    names = (part.strip() for part in text.replace(";", ",").split(","))
    return tuple(dict.fromkeys(symbol_of(name, known) for name in names if name))


def symbol_of(name: str, known: Sequence[str] = ()) -> str:
    """Return the canonical symbol that a name stands for.

    Parameters
    ----------
    name : str
        With or without a venue.
    known : sequence of str
        Looked through first where it has none.

    Raises
    ------
    BadInput
        If it is no symbol.

    Examples
    --------
    >>> symbol_of("btcusdt", ["US:SPY", "BINANCE:BTCUSDT"]), symbol_of("ibm")
    ('BINANCE:BTCUSDT', 'US:IBM')
    """
    word = name.strip().upper()
    same = next((symbol for symbol in known if root_of(symbol) == word), None)
    return same or canonical(name, default_venue="US")


def write_portfolio(symbols: Sequence[str], weights: Sequence[float] | None = None) -> str:
    """Return the text of a portfolio, which `read_portfolio` reads again.

    Examples
    --------
    >>> write_portfolio(["US:SPY", "US:TLT"], [0.6, 0.4]), write_portfolio(["US:SPY"])
    ('US:SPY=0.6, US:TLT=0.4', 'US:SPY')
    """
    if weights is None:
        return ", ".join(symbols)
    return ", ".join(f"{s}={w:.12g}" for s, w in zip(symbols, weights, strict=True))


def _weight(name: str, text: str) -> float:
    word = text.strip()
    try:
        value = float(word.removesuffix("%").strip()) / (100.0 if word.endswith("%") else 1.0)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > 100.0:
        raise BadInput(
            f"the weight of {name.strip()} is {text.strip()[:20]!r}, which is no number of at most "
            f"100; {_EXAMPLE}",
            field="weights",
        )
    return value
