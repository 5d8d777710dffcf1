"""The trades of a playbook as a report: one HTML file with odds and payoff charts, readable offline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.model.instruments import root_of
from quantdeck.views.playbook import payoff_of
from quantdeck.views.strategy_report import ReportedStrategy, strategy_report_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.research.playbook.entry import Idea, Playbook
    from quantdeck.views.offline_page import SheetParts


def reported_trades(playbook: Playbook) -> list[ReportedStrategy]:
    """Return the option trades of a playbook as a report tells them, by rank.

    Parameters
    ----------
    playbook : Playbook
        Of a session.

    Returns
    -------
    list of ReportedStrategy
        Of one unit each; trades of shares have no odds, and are not among them.
    """
    found = (
        _reported(root_of(entry.symbol), entry.idea)
        for entry in playbook.entries
        if entry.idea is not None
    )
    return [each for each in found if each is not None]


def playbook_report_page(
    playbook: Playbook, trades: Sequence[ReportedStrategy], parts: SheetParts
) -> str:
    """Return the report of the option trades of a playbook.

    Parameters
    ----------
    playbook : Playbook
        Of a session.
    trades : sequence of ReportedStrategy
        Its trades; at least one.
    parts : SheetParts
        Script, style, version and time.

    Returns
    -------
    str
        HTML that works from a file and without a network.
    """
    lines = (
        f"Trades of the playbook of {playbook.session}, one unit each, bought at the ask and sold at the bid.",
        "Probabilities and expected values are risk-neutral: they are the market's, not the model's.",
    )
    return strategy_report_page(trades, lines, parts, is_simulated=playbook.is_simulated)


def _reported(name: str, idea: Idea) -> ReportedStrategy | None:
    drawn = payoff_of(idea)
    if drawn is None or idea.pop is None or idea.expected_value is None:
        return None
    return ReportedStrategy(
        name=f"{name} {idea.title}, {idea.expiry}",
        measure=idea.measure,
        probability=idea.pop,
        error=0.0,
        expected_value=idea.expected_value,
        prices=drawn[0],
        profits=drawn[1],
        cost=math.nan if idea.cost is None else idea.cost,
        max_loss=math.inf if idea.max_loss is None else idea.max_loss,
        max_profit=math.inf if idea.max_profit is None else idea.max_profit,
        breakevens=idea.breakevens,
    )
