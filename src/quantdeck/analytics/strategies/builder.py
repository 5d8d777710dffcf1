"""A strategy built on the studied chains of one underlying, and all named strategies beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.catalogue import STRUCTURES, structure
from quantdeck.analytics.strategies.chain_legs import (
    PaidPrice,
    Placement,
    placed_strikes,
    quoted_strategy,
)
from quantdeck.analytics.strategies.simulation import PATHS
from quantdeck.analytics.strategies.study import market_of, study_strategy
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.options import ExerciseStyle, Settlement

if TYPE_CHECKING:
    from quantdeck.analytics.options.expiry_study import ExpiryStudy
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.strategies.chain_legs import QuotedStrategy
    from quantdeck.analytics.strategies.structures import Structure
    from quantdeck.analytics.strategies.study import StrategyStudy

_MONTH_DAYS = 30.0
_LATER = 1.5
_WIDE = 0.25
_OLD_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderChoice:
    """What is to be built.

    Parameters
    ----------
    structure : str
        Key or name of a strategy.
    expiry : str
        ``ROOT YYYY-MM-DD``; empty for the one nearest to 30 days.
    far : str
        Of strategies with two expiries; empty for the first one half again as far away.
    paid : PaidPrice
        At which price legs are opened.
    placement : Placement
        Where strikes are looked for.
    strikes : tuple of float
        Ascending, in the place of what the placement gives; empty for that. [price]
    drift : float or None
        A view of one's own of the price, for one more line of odds. [1/year]
    """

    structure: str = "iron-condor"
    expiry: str = ""
    far: str = ""
    paid: PaidPrice = PaidPrice.MID
    placement: Placement = field(default_factory=Placement)
    strikes: tuple[float, ...] = ()
    drift: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BuiltStrategy:
    """A strategy on quoted chains, and what is said of it.

    Parameters
    ----------
    quoted : QuotedStrategy
        Its legs with their quotes.
    study : StrategyStudy
        Limits, odds, greeks and margin.
    natural_cost : float
        Paid where every leg is bought at its ask and sold at its bid; NaN where a side is absent. [price]
    warnings : tuple of str
        What its figures leave out, and what is wrong with its quotes.
    """

    quoted: QuotedStrategy
    study: StrategyStudy
    natural_cost: float
    warnings: tuple[str, ...]

    @property
    def multiplier(self) -> float:
        """Cash per point of one contract."""
        return self.quoted.near.chain.multiplier


def build_strategy(
    chains: OptionStudy, choice: BuilderChoice | None = None, *, paths: int = PATHS
) -> BuiltStrategy:
    """Return a named strategy with the prices of the chains, and everything that is said of it.

    Parameters
    ----------
    chains : OptionStudy
        Of the underlying.
    choice : BuilderChoice, optional
        What is to be built: an iron condor of about 30 days where not given.
    paths : int
        Of the simulated odds; 0 leaves them out.

    Returns
    -------
    BuiltStrategy
        With warnings.

    Raises
    ------
    BadInput
        If there is no such strategy or strike, or an index would have to be bought.
    NoData
        If there is no such expiry, or a quote is missing.

    Notes
    -----
    Shares cannot be had of an index: strategies with shares need an underlying whose options are American.
    """
    chosen = choice or BuilderChoice()
    named = structure(chosen.structure)
    near = chains.expiry(chosen.expiry) if chosen.expiry else chains.nearest(_MONTH_DAYS)
    far = _far(chains, near, chosen.far) if named.expiries > 1 else None
    if named.needs_shares and near.chain.style is ExerciseStyle.EUROPEAN:
        raise BadInput(
            f"{chains.underlying} is an index: {named.title} needs shares of it; choose a strategy "
            "of options alone, or an underlying that is traded",
            field="structure",
        )
    strikes = chosen.strikes or placed_strikes(named, near, far, placement=chosen.placement)
    quoted = quoted_strategy(named, strikes, near, far, paid=chosen.paid)
    study = study_strategy(quoted.strategy, market_of(quoted, drift=chosen.drift), paths=paths)
    natural = _natural(quoted)
    return BuiltStrategy(quoted, study, natural, _warnings(quoted))


def compared_strategies(
    chains: OptionStudy, choice: BuilderChoice | None = None
) -> tuple[tuple[Structure, BuiltStrategy | str], ...]:
    """Return every named strategy at the same expiry and placement.

    Parameters
    ----------
    chains : OptionStudy
        Of the underlying.
    choice : BuilderChoice, optional
        Expiries, prices and placement; its structure and strikes do not matter.

    Returns
    -------
    tuple of (Structure, BuiltStrategy or str)
        In the order of the catalogue; a text says why one cannot be built.
    """
    chosen = choice or BuilderChoice()
    found: list[tuple[Structure, BuiltStrategy | str]] = []
    for key, named in STRUCTURES.items():
        one = replace(chosen, structure=key, strikes=())
        try:
            found.append((named, build_strategy(chains, one, paths=0)))
        except (BadInput, NoData) as error:
            found.append((named, str(error)))
    return tuple(found)


def _far(chains: OptionStudy, near: ExpiryStudy, name: str) -> ExpiryStudy:
    if name:
        return chains.expiry(name)
    later = [
        each
        for each in chains.expiries
        if each.smile is not None and each.chain.root == near.chain.root and each.days > near.days
    ]
    if not later:
        raise NoData(f"no expiry of {near.chain.root} after {near.name} has volatilities")
    apart = [each for each in later if each.days >= _LATER * near.days]
    return apart[0] if apart else later[-1]


def _natural(quoted: QuotedStrategy) -> float:
    total = 0.0
    for each in quoted.legs:
        leg = each.leg
        price = (each.ask if leg.quantity > 0.0 else each.bid) if leg.is_option else leg.premium
        total += leg.quantity * price
    return total


def _warnings(quoted: QuotedStrategy) -> tuple[str, ...]:
    near = quoted.near
    found: list[str] = []
    sold = [leg for leg in quoted.strategy.options if leg.quantity < 0.0]
    if near.chain.style is ExerciseStyle.AMERICAN:
        early = "what is sold may be assigned before the expiry, above all in the money and before a dividend; "
        found.append(
            f"Options of {near.chain.root} can be exercised early: {early if sold else ''}"
            "values before the expiry are those of European options."
        )
    if near.chain.settlement is Settlement.AM:
        found.append(
            f"{near.name} settles at opening prices: its last trade is the day before, and the "
            "opening may be far from the last price."
        )
    if quoted.far is not None:
        found.append(
            f"What {quoted.far.name} is worth on {near.chain.expiry} assumes that its volatilities stay as "
            "they are."
        )
    found.extend(_quote_warnings(quoted))
    if near.fitted is None:
        found.append(f"No smile could be fitted to {near.name}: {near.refusal or 'too few quotes'}")
    elif near.fitted.fit.density_least < 0.0:
        found.append(f"The smile of {near.name} allows butterfly arbitrage: it gives no odds.")
    return tuple(found)


def _quote_warnings(quoted: QuotedStrategy) -> list[str]:
    found: list[str] = []
    options = [each for each in quoted.legs if each.leg.is_option]
    wide = [e for e in options if not (e.bid > 0.0 and e.ask - e.bid <= _WIDE * e.mid)]
    if wide:
        names = ", ".join(f"{e.leg.kind} {e.leg.strike:g}" for e in wide)
        found.append(
            f"Wide or one-sided: {names} (spread above {100 * _WIDE:.0f} % of the mid, or no bid)."
        )
    ages = [e.age_s for e in options if math.isfinite(e.age_s)]
    if ages and max(ages) > _OLD_S:
        found.append(f"Stale: the oldest quote of its legs was {max(ages):,.0f} s old when seen.")
    return found
