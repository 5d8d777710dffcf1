"""Pairs on paper for the deck, as the settings name them."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import BadInput, ConfigError
from quantdeck.model.instruments import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.app.pair_settings import PaperPair
    from quantdeck.app.settings import Settings
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.pair_paper import PairPaper
    from quantdeck.research.pairs.rules import PairRules
    from quantdeck.research.pairs.wanted import PairWanted

_MS = 1_000_000


def pair_parts(
    settings: Settings, *, default_venue: str
) -> Callable[[Machine], PairPaper | None] | None:
    """Return what makes the pairs of a machine; None where the settings name none.

    Parameters
    ----------
    settings : Settings
        The list ``paper.pairs``.
    default_venue : str
        Of symbols written without one.

    Returns
    -------
    callable or None
        Gives None for a machine without a paper account.

    Raises
    ------
    ConfigError
        If a pair cannot be traded, or two have one name.
    """
    if not settings.paper.pairs:
        return None
    wanted = [_wanted(each, default_venue) for each in settings.paper.pairs]
    twice = [name for name, count in Counter(each.name for each in wanted).items() if count > 1]
    if twice:
        raise ConfigError(f"paper.pairs: {', '.join(twice)} is named more than once")

    def make(machine: Machine) -> PairPaper | None:
        from quantdeck.hub.pair_desk import DeskPairs
        from quantdeck.hub.pair_paper import PairPaper

        if machine.paper is None:
            return None
        return PairPaper(
            wanted,
            account=DeskPairs(machine.paper, asyncio.get_running_loop()),
            around=machine,
            instruments=machine.parts.instruments,
            books=lambda: machine.state.books,
            tell=lambda text: machine.journal.write(text, tone="warn"),
        )

    return make


def _wanted(pair: PaperPair, default_venue: str) -> PairWanted:
    from quantdeck.analytics.pairs.estimators import checked_estimator
    from quantdeck.research.pairs.plan import name_of
    from quantdeck.research.pairs.wanted import PairWanted

    try:
        y, x = (canonical(text, default_venue=default_venue) for text in (pair.y, pair.x))
        checked_estimator(pair.estimator)
        rules = _rules(pair)
    except BadInput as error:
        raise ConfigError(f"paper.pairs, {pair.y} on {pair.x}: {error}") from error
    if y == x:
        raise ConfigError(f"paper.pairs: y and x must be two instruments, both were {y}")
    return PairWanted(
        name=name_of(y, x),
        y=y,
        x=x,
        timeframe=pair.timeframe,
        interval_ns=TIMEFRAMES[pair.timeframe],
        rules=rules,
        wait_ns=pair.wait_ms * _MS,
    )


def _rules(pair: PaperPair) -> PairRules:
    from quantdeck.research.pairs.question import RunQuestion

    # What trading costs is said by the account.
    names = (
        "estimator", "hedge_ratio", "hedge_window", "refit", "prices", "window", "entry", "exit",
        "stop", "max_hold", "freeze", "direction", "capital",
    )  # fmt: skip
    given = {name: getattr(pair, name) for name in names}
    return RunQuestion(**given, fee_bp=0.0, slippage_bp=0.0).rules()
