"""Builds option strategies on the chains that the option desk studies, in a thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.analytics.strategies.builder import (
    BuilderChoice,
    build_strategy,
    compared_strategies,
)
from quantdeck.hub.option_desk import OptionQuestion
from quantdeck.hub.shared_work import SharedWork
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.strategies.builder import BuiltStrategy
    from quantdeck.analytics.strategies.structures import Structure
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.option_desk import OptionDesk

_SECOND_NS = 1_000_000_000
NO_CHAINS = "no option chains are watched: set up a vendor of chains, or start the deck with --demo"


@dataclass(frozen=True, slots=True)
class StrategyQuestion:
    """What is asked for.

    Parameters
    ----------
    underlying : str
        Canonical symbol, such as ``US:SPX``.
    choice : BuilderChoice
        What is to be built.
    """

    underlying: str
    choice: BuilderChoice = field(default_factory=BuilderChoice)


@dataclass(frozen=True, slots=True, eq=False)
class StrategyAnswer:
    """A strategy and the chains it was built on.

    Parameters
    ----------
    chains : OptionStudy
        The chains.
    built : BuiltStrategy
        The strategy.
    """

    chains: OptionStudy
    built: BuiltStrategy


@dataclass(frozen=True, slots=True, eq=False)
class ComparedStrategies:
    """All named strategies on the same chains.

    Parameters
    ----------
    chains : OptionStudy
        The chains.
    rows : tuple of (Structure, BuiltStrategy or str)
        A text says why one cannot be built.
    """

    chains: OptionStudy
    rows: tuple[tuple[Structure, BuiltStrategy | str], ...]


class StrategyDesk:
    """Owned by the answers of the deck; asked by the page and the API.

    Parameters
    ----------
    machine : Machine
        Whose option desk is asked for chains.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        fresh_s = 5.0 if machine.options is None else machine.options.parts.refresh_s
        fresh_ns = int(fresh_s * _SECOND_NS)
        now_ns = machine.clock.monotonic_ns
        self._built = SharedWork[StrategyQuestion, StrategyAnswer](now_ns, fresh_ns=fresh_ns)
        self._compared = SharedWork[StrategyQuestion, ComparedStrategies](now_ns, fresh_ns=fresh_ns)

    @property
    def revision(self) -> int:
        """Changes with every answer."""
        return self._built.made + self._compared.made

    def known(self, question: StrategyQuestion) -> StrategyAnswer | None:
        """Return the strategy if it was built on chains that still stand."""
        return self._built.known(question)

    def known_comparison(self, question: StrategyQuestion) -> ComparedStrategies | None:
        """Return the comparison if it was made on chains that still stand."""
        return self._compared.known(question)

    async def build(self, question: StrategyQuestion) -> StrategyAnswer:
        """Return the strategy, built on the newest chains.

        Raises
        ------
        BadInput
            If there is no such strategy or strike.
        NoData
            If there are no chains, no such expiry, or a quote is missing.
        VenueError
            If chains cannot be fetched now, and none were before.
        """
        return await self._built.get(question, lambda: self._build(question))

    async def compare(self, question: StrategyQuestion) -> ComparedStrategies:
        """Return all named strategies at the expiry and placement of a question.

        Raises
        ------
        NoData
            If there are no chains.
        VenueError
            If chains cannot be fetched now, and none were before.
        """
        return await self._compared.get(question, lambda: self._compare(question))

    def option_desk(self) -> OptionDesk:
        """Return who has the chains.

        Raises
        ------
        NoData
            If nobody has.
        """
        desk = self._machine.options
        if desk is None:
            raise NoData(NO_CHAINS)
        return desk

    async def _build(self, question: StrategyQuestion) -> StrategyAnswer:
        chains = await self.option_desk().study(OptionQuestion(question.underlying))
        built = await asyncio.to_thread(build_strategy, chains, question.choice)
        return StrategyAnswer(chains, built)

    async def _compare(self, question: StrategyQuestion) -> ComparedStrategies:
        chains = await self.option_desk().study(OptionQuestion(question.underlying))
        rows = await asyncio.to_thread(compared_strategies, chains, question.choice)
        return ComparedStrategies(chains, rows)
