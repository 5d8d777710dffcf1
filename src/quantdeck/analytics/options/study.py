"""Everything the quoted chains of one underlying say: volatilities, surface, skew, parity, interest."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.expiry import rate_of_chain
from quantdeck.analytics.boxes.types import BoxRules, ExpiryRate
from quantdeck.analytics.options.expiry_study import ExpiryStudy, study_expiry
from quantdeck.analytics.options.surface import VolSurface, fit_smile
from quantdeck.analytics.options.svi_fit import calendar_excess
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.options import ExerciseStyle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from quantdeck.analytics.options.surface import FittedSmile
    from quantdeck.model.chains import ExpiryChain, SideQuotes

    Rates = Mapping[tuple[str, date], ExpiryRate]

_KEPT_NS = 60_000_000_000
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRules:
    """How chains are studied.

    Parameters
    ----------
    boxes : BoxRules
        Which quotes carry the parity line, from which the forwards come.
    rate : float
        Continuously compounded, for options that can be exercised early, whose parity gives none. [1/year]
    widest_spread : float
        Quotes whose spread is a larger share of their mid do not carry a smile.
    fewest : int
        Quotes that a smile needs, >= 5.
    wing : float
        Absolute delta of the risk reversal and the butterfly, in (0, 0.5).
    """

    boxes: BoxRules = field(default_factory=BoxRules)
    rate: float = 0.04
    widest_spread: float = 0.25
    fewest: int = 8
    wing: float = 0.25

    def __post_init__(self) -> None:
        if not (math.isfinite(self.rate) and self.widest_spread > 0.0 and self.fewest >= 5):
            raise BadInput(f"a finite rate, a spread above 0 and 5 quotes, were {self}")
        if not 0.0 < self.wing < 0.5:
            raise BadInput(f"delta of the wings must lie between 0 and 0.5, was {self.wing}")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OptionStudy:
    """What the chains of one underlying say at one moment.

    Parameters
    ----------
    underlying : str
        Canonical symbol.
    at_ns : int
        When the chains were seen, UTC. [ns]
    rules : OptionRules
        How they were studied.
    spot : float
        Price of the underlying; NaN where neither a vendor nor parity tells one. [price]
    spot_is_quoted : bool
        False where it is the discounted forward of the nearest expiry.
    expiries : tuple of ExpiryStudy
        Every root and expiry, ascending in time; those without volatilities say why in `refusal`.
    surface : VolSurface or None
        Through the smiles that could be fitted; None where none could.
    """

    underlying: str
    at_ns: int
    rules: OptionRules
    spot: float
    spot_is_quoted: bool
    expiries: tuple[ExpiryStudy, ...]
    surface: VolSurface | None

    def expiry(self, name: str) -> ExpiryStudy:
        """Return an expiry by its name.

        Parameters
        ----------
        name : str
            ``ROOT YYYY-MM-DD``.

        Returns
        -------
        ExpiryStudy
            The study.

        Raises
        ------
        NoData
            If there is no such expiry; the message names those there are.
        """
        for each in self.expiries:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in self.expiries) or "none"
        raise NoData(f"{self.underlying} has no expiry {name!r}; there are: {known}")

    def nearest(self, days: float) -> ExpiryStudy:
        """Return the fitted expiry nearest to a number of days, or any where none is fitted.

        Parameters
        ----------
        days : float
            Calendar days. [days]

        Returns
        -------
        ExpiryStudy
            The study.

        Raises
        ------
        NoData
            If there is no expiry at all.
        """
        fitted = [each for each in self.expiries if each.fitted is not None]
        choice = fitted or self.expiries
        if not choice:
            raise NoData(f"no option chain of {self.underlying} has arrived yet")
        return min(choice, key=lambda each: abs(each.days - days))


def study_chains(
    chains: Sequence[ExpiryChain],
    at_ns: int,
    rules: OptionRules | None = None,
    *,
    rates: Rates | None = None,
    rate_at: Callable[[float], float] | None = None,
    before: OptionStudy | None = None,
) -> OptionStudy:
    """Return forwards, volatilities, greeks, a surface, skew, parity, moves and interest of chains.

    Parameters
    ----------
    chains : sequence of ExpiryChain
        Of one underlying.
    at_ns : int
        When they were seen, UTC. [ns]
    rules : OptionRules, optional
        How they are studied.
    rates : mapping of (root, expiry) to ExpiryRate, optional
        Parity lines that are known already; the others, and those without a forward, are fitted here.
    rate_at : callable, optional
        Continuous rate of a time in years, for options that can be exercised early; `rules.rate` where not
        given.
    before : OptionStudy, optional
        An earlier study of the same underlying and rules: expiries whose quotes are the same within a minute
        are taken over from it.

    Returns
    -------
    OptionStudy
        One entry per root and expiry, whatever could be said of it.

    Raises
    ------
    BadInput
        If the chains are of several underlyings.
    NoData
        If there are none.

    Notes
    -----
    European chains: forward and discount factor from put-call parity (`rate_of_chain`), volatilities of
    Black's formula. American ones: rate from `rate_at`, dividend yield from `implied_yield`, volatilities
    through QuantLib. Smiles are SVI, fitted shortest first without calendar arbitrage (`fit_surface`); one
    that was taken over is fitted anew only where the expiry before now undercuts it. Where no price of the
    underlying is told, D F of the nearest expiry stands for it, which leaves out dividends until then.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> chain, at_ns = example_chain()
    >>> found = study_chains([chain], at_ns)
    >>> found.expiries[0].name, round(found.expiries[0].smile.forward), found.surface.has_arbitrage
    ('SPX 2026-12-18', 6080, False)
    """
    if not chains:
        raise NoData("no option chain has arrived yet")
    underlyings = sorted({chain.underlying for chain in chains})
    if len(underlyings) > 1:
        raise BadInput(f"one underlying at a time, were {', '.join(underlyings)}")
    chosen = rules or OptionRules()
    known = _lines(chains, at_ns, chosen, rates or {})
    spot, is_quoted = _spot(chains, known)
    taken_over = before.expiries if before is not None and before.rules == chosen else ()
    earlier = {each.chain.key: each for each in taken_over}
    found: list[ExpiryStudy] = []
    for chain in chains:
        kept = earlier.get(chain.key)
        if kept is not None and at_ns - kept.at_ns < _KEPT_NS and _same_quotes(kept.chain, chain):
            found.append(kept)
            continue
        priced = chain if chain.spot > 0.0 else replace(chain, spot=spot)
        found.append(
            study_expiry(
                priced,
                at_ns,
                known.get(chain.key),
                rate_at=rate_at or (lambda _: chosen.rate),
            )
        )
    # Those that are past have no days: they come first, as they would have.
    found.sort(key=lambda each: (np.nan_to_num(each.days, nan=-1.0), each.chain.root))
    studied = _fitted(found, earlier, chosen)
    smiles = tuple(each.fitted for each in studied if each.fitted is not None)
    refused = tuple(
        (each.chain.root, each.chain.expiry, each.refusal) for each in studied if each.refusal
    )
    return OptionStudy(
        underlying=underlyings[0],
        at_ns=at_ns,
        rules=chosen,
        spot=spot,
        spot_is_quoted=is_quoted,
        expiries=tuple(studied),
        surface=VolSurface(smiles, refused) if smiles else None,
    )


def _lines(
    chains: Sequence[ExpiryChain], at_ns: int, rules: OptionRules, known: Rates
) -> dict[tuple[str, date], ExpiryRate]:
    lines: dict[tuple[str, date], ExpiryRate] = {}
    for chain in chains:
        if chain.style is not ExerciseStyle.EUROPEAN:
            continue
        line = known.get(chain.key)
        # A line that was refused for the age of its quotes may still give a forward of that age.
        if line is None or not line.forward > 0.0:
            line = rate_of_chain(chain, at_ns, rules.boxes)
        lines[chain.key] = line
    return lines


def _spot(
    chains: Sequence[ExpiryChain], lines: Mapping[tuple[str, date], ExpiryRate]
) -> tuple[float, bool]:
    quoted = [chain.spot for chain in chains if chain.spot > 0.0]
    if quoted:
        return quoted[0], True
    implied = [line for line in lines.values() if line.forward > 0.0 and line.discount > 0.0]
    if not implied:
        return math.nan, False
    nearest = min(implied, key=lambda line: (line.expiry, line.root))
    return nearest.discount * nearest.forward, False


def _same_quotes(one: ExpiryChain, other: ExpiryChain) -> bool:
    return np.array_equal(one.strikes, other.strikes) and all(
        _same_side(a, b) for a, b in ((one.calls, other.calls), (one.puts, other.puts))
    )


def _same_side(one: SideQuotes, other: SideQuotes) -> bool:
    names = ("bid", "ask", "volume", "open_interest")
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in names
    )


def _fitted(
    studies: Sequence[ExpiryStudy],
    earlier: Mapping[tuple[str, date], ExpiryStudy],
    rules: OptionRules,
) -> list[ExpiryStudy]:
    last: FittedSmile | None = None
    found: list[ExpiryStudy] = []
    for each in studies:
        if each.smile is None:
            found.append(each)
            continue
        is_kept = earlier.get(each.chain.key) is each and each.fitted is not None
        if is_kept and each.fitted is not None and not _undercuts(each.fitted, last):
            last = each.fitted
            found.append(each)
            continue
        try:
            fitted = fit_smile(
                each.smile,
                None if last is None else last.fit,
                widest_spread=rules.widest_spread,
                fewest=rules.fewest,
            )
        except NoData as error:
            found.append(each.without_fit(f"{error}."))
            continue
        last = fitted
        found.append(each.with_fit(fitted, wing=rules.wing))
    return found


def _undercuts(found: FittedSmile, last: FittedSmile | None) -> bool:
    return last is not None and calendar_excess(found.fit, last.fit) < -_NEGLIGIBLE
