"""What is subscribed, what is asked for, and what was refused: one request at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.feeds.alpaca.refusals import Remedy
from quantdeck.feeds.alpaca.wire import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

LARGEST = 500
"""Symbols of a request: of messages with some thousands the server loses some."""
_ASKED_TWICE = "the server does not confirm it"


class Portions:
    """Brings what is subscribed in line with what is wanted, portion by portion.

    A refused portion is halved until what stands in the way is found: a symbol that the server does
    not take, or the count that the plan allows. A symbol that is missing from the server's answer is
    asked for once more.

    Parameters
    ----------
    wanted : callable
        Returns the symbols to be subscribed, best first; asked again after `look_again`.
    on_cap : callable
        Takes the count of symbols that turned out to be allowed.
    largest : int
        Symbols of a request.

    Attributes
    ----------
    confirmed : dict of str to None
        What the server says is subscribed.
    refused : dict of str to str
        What is left out, and why.

    Examples
    --------
    >>> from quantdeck.feeds.alpaca.refusals import Remedy
    >>> portions = Portions(lambda: ["A", "B", "C"], on_cap=print, largest=2)
    >>> portions.next().quotes
    ('A', 'B')
    >>> portions.confirm(["A", "B"])
    >>> portions.take_confirmed(), portions.next().quotes
    (['A', 'B'], ('C',))
    >>> portions.refuse(Remedy.SHRINK, "the plan allows no more")
    2
    >>> portions.next() is None
    True
    """

    def __init__(
        self,
        wanted: Callable[[], Collection[str]],
        *,
        on_cap: Callable[[int], None],
        largest: int = LARGEST,
    ) -> None:
        self.confirmed: dict[str, None] = {}
        self.refused: dict[str, str] = {}
        self._wanted = wanted
        self._on_cap = on_cap
        self._largest = largest
        self._portion = largest
        self._cap: int | None = None
        self._asked: Request | None = None
        self._doubtful: set[str] = set()
        self._fresh: list[str] = []
        self._settled = False

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._asked is not None

    def look_again(self) -> None:
        """Take note that what is wanted has changed."""
        self._settled = False

    def next(self) -> Request | None:
        """Return the next request, or None where nothing is to be changed or an answer is awaited."""
        if self._asked is not None or self._settled:
            return None
        wanted = self._wanted()
        gone = tuple(name for name in self.confirmed if name not in wanted)[: self._largest]
        if gone:
            self._asked = Request("unsubscribe", gone, gone)
            return self._asked
        for name in [name for name in self.refused if name not in wanted]:
            del self.refused[name]
        new = [name for name in wanted if name not in self.confirmed and name not in self.refused]
        room = len(new) if self._cap is None else max(0, self._cap - len(self.confirmed))
        portion = tuple(new[: min(self._portion, room)])
        if portion:
            self._asked = Request("subscribe", portion, portion)
        else:
            self._settled = True
        return self._asked

    def confirm(self, quotes: Sequence[str]) -> None:
        """Take the server's word on what is subscribed now."""
        self._settled = False
        now = dict.fromkeys(quotes)
        self._fresh += [name for name in now if name not in self.confirmed]
        self.confirmed = now
        asked, self._asked = self._asked, None
        if asked is None or asked.action != "subscribe":
            return
        for name in asked.quotes:
            if name in now:
                self._doubtful.discard(name)
            elif name in self._doubtful:
                self.refused[name] = _ASKED_TWICE
            else:
                self._doubtful.add(name)

    def take_confirmed(self) -> list[str]:
        """Return what has been confirmed since the last call."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def refuse(self, remedy: Remedy, why: str) -> None:
        """Take note that the request was refused; nothing has changed at the server."""
        self._settled = False
        asked, self._asked = self._asked, None
        if asked is None or asked.action != "subscribe":
            return
        if remedy is Remedy.LEAVE_OUT:
            self.refused.update(dict.fromkeys(asked.quotes, why))
        elif len(asked.quotes) > 1:
            self._portion = len(asked.quotes) // 2
        elif remedy is Remedy.SPLIT:
            self.refused.update(dict.fromkeys(asked.quotes, why))
            self._portion = self._largest
        else:
            self._cap = len(self.confirmed)
            self._on_cap(self._cap)
