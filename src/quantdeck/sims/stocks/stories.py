"""News that never happened: about one every twenty minutes, each marked as simulated, with its sentiment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.noise import generator
from quantdeck.sims.options.draws import uniform
from quantdeck.sims.stocks.listing import STOCKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quantdeck.sims.noise import IntArray
    from quantdeck.sims.stocks.market import StockMarket

EVERY_NS = 1_200_000_000_000
"""About the time between two stories. [ns]"""
_CHUNK = 4_096
_SALT_FIRST, _SALT_SECOND, _SALT_RARE = 71, 72, 73
_WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "positive": (
        ("{name} beats estimates on strong demand", "Sales grew faster than expected."),
        ("Analysts raise targets for {name}", "Better margins lead to upgrades."),
        ("{name} wins a large contract", "The order adds to a record backlog."),
    ),
    "neutral": (
        ("{name} to present at an investor conference", "No new guidance is expected."),
        ("What to watch in {name} this week", "Options imply an ordinary week."),
        ("{name} keeps its outlook unchanged", "Management repeats its targets."),
    ),
    "negative": (
        ("{name} misses estimates as costs rise", "Margins fell short of forecasts."),
        ("{name} shares slip after a downgrade", "Analysts fear weaker demand."),
        ("Regulators question {name}", "An inquiry weighs on the outlook."),
    ),
}
SENTIMENTS = tuple(_WORDS)
PUBLISHERS = (
    ("simulated-wire", "Simulated Wire", "wire.example"),
    ("market-fiction", "Market Fiction", "fiction.example"),
    ("the-made-up-times", "The Made-up Times", "times.example"),
    ("invented-street", "Invented Street", "street.example"),
)
"""Identifier, name and domain of who tells the stories."""
AUTHORS = ("A. Generator", "B. Seed", "C. Random")


@dataclass(frozen=True, slots=True)
class Story:
    """One story.

    Parameters
    ----------
    number : int
        Its name.
    published_ns : int
        When. [ns]
    title, description : str
        What.
    sentiments : tuple of pairs of str
        Symbol and sentiment of whom it concerns, the first most.
    publisher : tuple of str, str and str
        One of `PUBLISHERS`.
    author : str
        Who wrote it.
    """

    number: int
    published_ns: int
    title: str
    description: str
    sentiments: tuple[tuple[str, str], ...]
    publisher: tuple[str, str, str]
    author: str

    @property
    def url(self) -> str:
        """Address of the whole story, where nothing is."""
        return f"https://{self.publisher[2]}/news/{self.number}"

    @property
    def symbols(self) -> tuple[str, ...]:
        """Whom it concerns."""
        return tuple(symbol for symbol, _ in self.sentiments)


class Stories:
    """The news of a market.

    Parameters
    ----------
    market : StockMarket
        Whom they are about.
    """

    def __init__(self, market: StockMarket) -> None:
        self._seed = market.seed
        self._stocks = market.stocks
        main = [stock.symbol for stock in STOCKS]
        # Most stories are about the securities everybody knows.
        self._symbols = [*main, *(symbol for symbol in market.stocks if symbol not in main)]
        self._main = len(main)
        self._key = generator(self._seed, "stories").integers(1, 2**62, dtype=np.uint64)
        self._about = lru_cache(maxsize=64)(self._make_about)
        self._story = lru_cache(maxsize=4_096)(self._make_story)

    def numbers(
        self, first: int, last: int, symbol: str | None, *, descends: bool
    ) -> Iterator[int]:
        """Yield the numbers of the stories from `first` to `last`, perhaps those about one symbol.

        Parameters
        ----------
        first, last : int
            Numbers of stories, both included.
        symbol : str or None
            Whom they concern.
        descends : bool
            The newest first.
        """
        index = None if symbol is None else self._index(symbol)
        if index == -1:
            return
        chunks = range(first // _CHUNK, last // _CHUNK + 1)
        for chunk in reversed(chunks) if descends else chunks:
            about = self._about(chunk)
            hit = np.arange(_CHUNK) if index is None else np.flatnonzero((about == index).any(0))
            numbers = chunk * _CHUNK + hit
            numbers = numbers[(numbers >= first) & (numbers <= last)]
            yield from (numbers[::-1] if descends else numbers).tolist()

    def story(self, number: int) -> Story:
        """Return a story by its number."""
        return self._story(number)

    def between(
        self, after_ns: int, until_ns: int, symbol: str | None = None, *, descends: bool = True
    ) -> Iterator[Story]:
        """Yield the stories published in ``(after, until]``."""
        first, last = max(0, after_ns // EVERY_NS), until_ns // EVERY_NS
        for number in self.numbers(first, last, symbol, descends=descends):
            story = self.story(number)
            if after_ns < story.published_ns <= until_ns:
                yield story

    def _index(self, symbol: str) -> int:
        return self._symbols.index(symbol) if symbol in self._stocks else -1

    def _make_about(self, chunk: int) -> IntArray:
        # Whom the stories of a stretch concern, first and second, as places in `_symbols`.
        numbers = chunk * _CHUNK + np.arange(_CHUNK)
        keys = np.full(_CHUNK, self._key)
        rare = uniform(keys, _SALT_RARE, numbers) < 0.25
        count = np.where(rare, len(self._symbols), self._main)
        first = (uniform(keys, _SALT_FIRST, numbers) * count).astype(np.int64)
        second = (uniform(keys, _SALT_SECOND, numbers) * 2 * self._main).astype(np.int64)
        return np.stack((first, np.where(second < self._main, second, first)))

    def _make_story(self, number: int) -> Story:
        chunk, place = divmod(number, _CHUNK)
        rng = generator(self._seed, "story", number)
        places = dict.fromkeys(list[int](self._about(chunk)[:, place].tolist()))
        symbols = [self._symbols[each] for each in places]
        tones = [SENTIMENTS[int(rng.integers(3))] for _ in symbols]
        words = _WORDS[tones[0]]
        title, description = words[int(rng.integers(len(words)))]
        name = self._stocks[symbols[0]].name.removesuffix(".")
        second = int(rng.integers(1, EVERY_NS // 1_000_000_000)) * 1_000_000_000
        return Story(
            number,
            number * EVERY_NS + second,
            f"Simulated: {title.format(name=name)}",
            f"{description} Simulated story {number}; nothing of it happened.",
            tuple(zip(symbols, tones, strict=True)),
            PUBLISHERS[int(rng.integers(len(PUBLISHERS)))],
            AUTHORS[int(rng.integers(len(AUTHORS)))],
        )
