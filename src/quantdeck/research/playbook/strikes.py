"""Strikes of a structure from a chain: by delta, among quotes that can be traded on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.parity import quote_age_s
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import NoData
from quantdeck.model.options import Settlement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.types import BoolArray, FloatArray
    from quantdeck.model.chains import ExpiryChain, SideQuotes
    from quantdeck.research.playbook.rules import LegRule, Structure

_MOST_DAYS = 120.0
_FEWEST = 4
_STUDIED = 3
_DAY_NS = 86_400_000_000_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRules:
    """Which quotes and expiries a trade is made of.

    Parameters
    ----------
    days, least_days : float
        To the expiry that is looked for, and to the nearest that will do. [days]
    max_quote_age_s : float
        A quote that was older when its chain was taken, or when the session before ended where the market
        was closed then, does not count; one whose time the vendor does not tell counts as the chain's. [s]
    max_chain_age_days : float
        An older chain is not used. [days]
    max_spread : float
        Spread over mid; a wider quote does not count. [1]
    """

    days: float = 35.0
    least_days: float = 5.0
    max_quote_age_s: float = 900.0
    max_chain_age_days: float = 4.0
    max_spread: float = 0.5


@dataclass(frozen=True, slots=True)
class Quoted:
    """A leg with the quote it trades at.

    Parameters
    ----------
    rule : LegRule
        What it was chosen by.
    strike, bid, ask : float
        [price]
    age_s : float
        NaN where not known. [s]
    delta : float
        From the smile.
    """

    rule: LegRule
    strike: float
    bid: float
    ask: float
    age_s: float
    delta: float

    @property
    def price(self) -> float:
        """The ask of what is bought, the bid of what is sold. [price]."""
        return self.ask if self.rule.side > 0 else self.bid


def tradable(side: SideQuotes, at_ns: int, rules: ChainRules) -> BoolArray:
    """Return where a quote has both sides, is fresh and not too wide.

    Parameters
    ----------
    side : SideQuotes
        Calls or puts.
    at_ns : int
        When the chain was taken, UTC. [ns]
    rules : ChainRules
        What is fresh, and what too wide.

    Returns
    -------
    array of bool of shape (strikes,)
        True where a leg can be traded.
    """
    age_s = quote_age_s(side.ts_ns, _traded_until(at_ns))
    with np.errstate(invalid="ignore", divide="ignore"):
        is_whole = (side.bid > 0.0) & (side.ask > side.bid)
        width = (side.ask - side.bid) / (0.5 * (side.ask + side.bid))
        is_fresh = ~(age_s > rules.max_quote_age_s)
    return is_whole & is_fresh & (width <= rules.max_spread)


def nearest_expiries(
    chains: Sequence[ExpiryChain], at_ns: int, rules: ChainRules
) -> list[ExpiryChain]:
    """Return the chains of the three expiries nearest to the days looked for.

    Parameters
    ----------
    chains : sequence of ExpiryChain
        Of one underlying.
    at_ns : int
        When they were taken, UTC. [ns]
    rules : ChainRules
        What is looked for.

    Returns
    -------
    list of ExpiryChain
        Those that `expiry_of` may choose, so that no other has to be studied; ascending in time.
    """
    today = at_ns // _DAY_NS
    days = {chain.expiry: (chain.expiry - _EPOCH).days - today for chain in chains}
    near = [each for each in days if rules.least_days - 1 <= days[each] <= _MOST_DAYS + 1]
    near.sort(key=lambda each: (abs(days[each] - rules.days), each))
    return sorted(
        (chain for chain in chains if chain.expiry in near[:_STUDIED]), key=lambda each: each.expiry
    )


def expiry_of(study: OptionStudy, rules: ChainRules, *, now_ns: int) -> ExpiryStudy:
    """Return the expiry nearest to the days looked for whose chain can be traded on.

    Parameters
    ----------
    study : OptionStudy
        Of one underlying.
    rules : ChainRules
        What is looked for.
    now_ns : int
        UTC. [ns]

    Returns
    -------
    ExpiryStudy
        With a fitted smile and at least four fresh two-sided quotes of calls and of puts.

    Raises
    ------
    NoData
        If there is none, or the chain is too old; the message says what is wrong with the nearest.
    """
    if now_ns - study.at_ns > rules.max_chain_age_days * _DAY_NS:
        taken = datetime.fromtimestamp(study.at_ns / 1e9, UTC)
        raise NoData(
            f"the newest chain is of {taken:%Y-%m-%d %H:%M} UTC, older than the "
            f"{rules.max_chain_age_days:g} days allowed"
        )
    near = [each for each in study.expiries if rules.least_days <= each.days <= _MOST_DAYS]
    near.sort(key=lambda each: abs(each.days - rules.days))
    said = ""
    for each in near:
        counts = [
            int(tradable(side, study.at_ns, rules).sum())
            for side in (each.chain.calls, each.chain.puts)
        ]
        if each.smile is not None and each.fitted is not None and min(counts) >= _FEWEST:
            return each
        if not said:
            said = (
                each.refusal
                if each.fitted is None
                else (
                    f"{each.name} has {counts[0]} calls and {counts[1]} puts with fresh quotes of both "
                    f"sides, and {_FEWEST} of each are needed"
                )
            )
    if not near:
        said = f"it has no expiry in {rules.least_days:g} to {_MOST_DAYS:g} days"
    raise NoData(f"the chain cannot be traded on: {said.rstrip('.')}")


def implied(found: ExpiryStudy) -> float | None:
    """Return the volatility at the forward that the smile of an expiry is fitted to.

    Parameters
    ----------
    found : ExpiryStudy
        As `expiry_of` gives it.

    Returns
    -------
    float or None
        None where no smile is fitted. [1/sqrt(year)]
    """
    return None if found.fitted is None else float(found.fitted.volatility(np.zeros(1))[0])


def choose(structure: Structure, found: ExpiryStudy, rules: ChainRules) -> list[Quoted]:
    """Return the legs of a structure, each at the tradable strike nearest to its delta.

    Parameters
    ----------
    structure : Structure
        What is looked for.
    found : ExpiryStudy
        As `expiry_of` gives it.
    rules : ChainRules
        Which quotes count.

    Returns
    -------
    list of Quoted
        In the order of the structure; legs of one kind on different strikes, each farther out than the
        one before.

    Raises
    ------
    NoData
        If there are too few strikes.
    """
    legs: list[Quoted] = []
    for kind, wanted in groupby(structure.legs, key=lambda leg: leg.kind):
        legs += _of_kind(structure, list(wanted), found, _Side.of(kind, found, rules))
    return legs


def _traded_until(at_ns: int) -> int:
    # Over a weekend nobody quotes: what was quoted at the last close is what there is.
    sessions = us_sessions()
    return min(at_ns, sessions.last_trade_ns(sessions.trade_date(at_ns), Settlement.PM))


@dataclass(frozen=True, slots=True)
class _Side:
    kind: str
    chain: ExpiryChain
    quotes: SideQuotes
    deltas: FloatArray
    age_s: FloatArray
    is_open: BoolArray

    @classmethod
    def of(cls, kind: str, found: ExpiryStudy, rules: ChainRules) -> _Side:
        chain, smile = found.chain, found.smile
        if smile is None:
            raise NoData(f"{found.name} has no volatilities: {found.refusal}")
        is_call = kind == "call"
        quotes = chain.calls if is_call else chain.puts
        # The smile stands on the strikes of its chain.
        deltas = (smile.call_greeks if is_call else smile.put_greeks).delta
        is_open = tradable(quotes, found.at_ns, rules) & np.isfinite(deltas)
        return cls(kind, chain, quotes, deltas, quote_age_s(quotes.ts_ns, found.at_ns), is_open)


def _of_kind(
    structure: Structure, wanted: Sequence[LegRule], found: ExpiryStudy, side: _Side
) -> Iterator[Quoted]:
    free = side.is_open.copy()
    for rule in wanted:
        at = np.flatnonzero(free)
        if not len(at):
            raise NoData(
                f"{found.name} has too few {side.kind}s with fresh quotes of both sides for a "
                f"{structure.title.lower()}"
            )
        best = int(at[np.argmin(np.abs(np.abs(side.deltas[at]) - rule.delta))])
        yield Quoted(
            rule=rule,
            strike=float(side.chain.strikes[best]),
            bid=float(side.quotes.bid[best]),
            ask=float(side.quotes.ask[best]),
            age_s=float(side.age_s[best]),
            delta=float(side.deltas[best]),
        )
        # The next leg lies farther out: above for calls, below for puts.
        if side.kind == "call":
            free[: best + 1] = False
        else:
            free[best:] = False
