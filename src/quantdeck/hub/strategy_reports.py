"""Reports of strategies on studied chains, with the script and the style that were built with the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.builder import compared_strategies
from quantdeck.analytics.strategies.study import chart_prices
from quantdeck.hub.tear_sheets import TearSheetFile, sheet_parts
from quantdeck.model.errors import NoData
from quantdeck.views.offline_page import sheet_policy
from quantdeck.views.strategy_report import ReportedStrategy, strategy_report_page

if TYPE_CHECKING:
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.strategies.builder import BuilderChoice, BuiltStrategy


def strategy_report(
    chains: OptionStudy,
    choice: BuilderChoice | None,
    *,
    source: str,
    is_simulated: bool,
    version: str,
    made_ns: int,
) -> TearSheetFile:
    """Return the report of all named strategies at one expiry.

    Parameters
    ----------
    chains : OptionStudy
        The chains.
    choice : BuilderChoice or None
        Expiry, prices and placement; its structure and strikes do not matter.
    source : str
        Where the quotes come from.
    is_simulated : bool
        Whether they are of a simulated market.
    version : str
        Of quantdeck.
    made_ns : int
        The time, UTC. [ns]

    Raises
    ------
    NoData
        If no strategy can be built; the message says why.
    StoreError
        If the page was not built.
    """
    rows = compared_strategies(chains, choice)
    built = [found for _, found in rows if not isinstance(found, str)]
    if not built:
        raise NoData(next((found for _, found in rows if isinstance(found, str)), "no strategy"))
    near = built[0].quoted.near
    lines = (
        f"{chains.underlying}, {near.name} · {near.days:.1f} days · source {source}",
        f"one contract, multiplier {near.chain.multiplier:g} · legs at the "
        f"{built[0].quoted.paid.value} price · money without interest on premiums, expected values in "
        "money of today",
    )
    parts = sheet_parts(version, made_ns)
    page = strategy_report_page(
        [_reported(each) for each in built], lines, parts, is_simulated=is_simulated
    )
    root = chains.underlying.partition(":")[2].lower()
    return TearSheetFile(page, sheet_policy(parts), f"{root}-strategies.html")


def _reported(built: BuiltStrategy) -> ReportedStrategy:
    study, unit = built.study, built.multiplier
    best = study.best_odds
    prices = chart_prices(study.strategy, study.market)
    strikes = " / ".join(f"{x:g}" for x in study.strategy.strikes)
    return ReportedStrategy(
        name=f"{study.strategy.name} {strikes}",
        measure=best.measure,
        probability=best.probability,
        error=best.error,
        expected_value=unit * best.expected_profit,
        prices=prices,
        profits=unit * study.line.at(prices),
        cost=unit * study.strategy.cost,
        max_loss=unit * study.extremes.max_loss,
        max_profit=unit * study.extremes.max_profit,
        margin=unit * study.margin.capital,
        breakevens=study.breakevens,
    )
