"""Channels of Polygon's streams, what stands in for one that the plan lacks, and in what words.

A refusal names no channel, so channels are subscribed one at a time, each for a portion of the symbols.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

LARGEST = 200
"""Subscriptions of a request."""

MOST_OPTION_QUOTES = 1000
"""Contracts whose quotes one connection carries, by the vendor's documentation."""


class Channel(StrEnum):
    """What a symbol can be subscribed for; the value is the vendor's prefix."""

    TRADES = "T"
    QUOTES = "Q"
    SECONDS = "A"
    MINUTES = "AM"


WORDS = {
    Channel.TRADES: "trades",
    Channel.QUOTES: "quotes",
    Channel.SECONDS: "bars of a second",
    Channel.MINUTES: "bars of a minute",
}
"""In words."""

NAMES = {
    "trades": Channel.TRADES,
    "quotes": Channel.QUOTES,
    "seconds": Channel.SECONDS,
    "minutes": Channel.MINUTES,
}
"""By the names that users write."""

INSTEAD = {
    Channel.TRADES: (Channel.TRADES, Channel.SECONDS, Channel.MINUTES),
    Channel.QUOTES: (Channel.QUOTES,),
    Channel.SECONDS: (Channel.SECONDS, Channel.MINUTES),
    Channel.MINUTES: (Channel.MINUTES,),
}
"""What is taken for each, best first."""


def channel_of(name: str) -> Channel:
    """Return a channel by the name that users write.

    Raises
    ------
    BadInput
        If there is none of this name.

    Examples
    --------
    >>> channel_of("minutes").value
    'AM'
    """
    found = NAMES.get(name.lower())
    if found is None:
        raise BadInput(f"there is no channel {name!r}; there are {', '.join(NAMES)}")
    return found


class Subscriptions:
    """Brings what is subscribed in line with what is wanted, one channel and portion at a time.

    Parameters
    ----------
    tickers : callable
        Returns the vendor's symbols that are wanted; asked again after `look_again`.
    channels : sequence of Channel
        What is wanted of them.
    refused : callable
        Tells whether the plan is known to lack a channel here.
    on_refused : callable
        Takes a channel that turned out not to be in the plan, and the vendor's words.
    largest : int
        Subscriptions of a request.

    Attributes
    ----------
    confirmed : dict of str to None
        What the server says is subscribed, as ``T.AAPL``.
    unconfirmed : dict of str to None
        What it neither confirmed nor refused.

    Examples
    --------
    >>> lacks = set()
    >>> made = Subscriptions(
    ...     lambda: ["AAPL"],
    ...     [Channel.TRADES],
    ...     refused=lacks.__contains__,
    ...     on_refused=lambda channel, said: lacks.add(channel),
    ... )
    >>> made.next(), made.refuse("not authorized")
    (('subscribe', ('T.AAPL',)), None)
    >>> made.next()
    ('subscribe', ('A.AAPL',))
    >>> made.confirm("A.AAPL")
    >>> made.next() is None, list(made.confirmed)
    (True, ['A.AAPL'])
    """

    def __init__(
        self,
        tickers: Callable[[], Collection[str]],
        channels: Sequence[Channel],
        *,
        refused: Callable[[Channel], bool],
        on_refused: Callable[[Channel, str], None],
        largest: int = LARGEST,
    ) -> None:
        self.confirmed: dict[str, None] = {}
        self.unconfirmed: dict[str, None] = {}
        self._tickers = tickers
        self._channels = tuple(channels)
        self._refused = refused
        self._on_refused = on_refused
        self._largest = largest
        self._asked: dict[str, None] = {}
        self._channel: Channel | None = None
        self._refusals = 0
        self._said = ""
        self._any_confirmed = False
        self._settled = False

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._asked)

    @property
    def served(self) -> dict[Channel, Channel | None]:
        """For each wanted channel, the one that stands for it; None where there is none."""
        return {
            wanted: next((each for each in INSTEAD[wanted] if not self._refused(each)), None)
            for wanted in self._channels
        }

    def look_again(self) -> None:
        """Take note that what is wanted has changed."""
        self._settled = False

    def next(self) -> tuple[str, tuple[str, ...]] | None:
        """Return the next action and its subscriptions; None if nothing is to be changed, or awaited."""
        if self._asked or self._settled:
            return None
        tickers = self._tickers()
        chosen = [each for each in dict.fromkeys(self.served.values()) if each is not None]
        wanted = {f"{channel.value}.{ticker}": channel for channel in chosen for ticker in tickers}
        gone = tuple(name for name in self.confirmed if name not in wanted)[: self._largest]
        if gone:
            for name in gone:
                del self.confirmed[name]
            return "unsubscribe", gone
        self.unconfirmed = {name: None for name in self.unconfirmed if name in wanted}
        new = [n for n in wanted if n not in self.confirmed and n not in self.unconfirmed]
        if not new:
            self._settled = True
            return None
        self._channel = wanted[new[0]]
        same = [name for name in new if wanted[name] is self._channel][: self._largest]
        self._asked = dict.fromkeys(same)
        self._refusals, self._any_confirmed, self._said = 0, False, ""
        return "subscribe", tuple(same)

    def confirm(self, name: str) -> None:
        """Take the server's word that something is subscribed."""
        self.confirmed[name] = None
        self.unconfirmed.pop(name, None)
        if name in self._asked:
            del self._asked[name]
            self._any_confirmed = True
            self._finish_if_all_answered()

    def refuse(self, said: str) -> None:
        """Take a refusal, which names neither channel nor symbol."""
        if not self._asked:
            return
        self._refusals += 1
        self._said = said
        self._finish_if_all_answered()

    def overdue(self) -> bool:
        """Take what is not answered yet as refused or not confirmed; return whether nothing came."""
        nothing = not self._any_confirmed and not self._refusals
        self._finish()
        return nothing

    def _finish_if_all_answered(self) -> None:
        if self._refusals >= len(self._asked):
            self._finish()

    # A channel of which everything was refused is not in the plan; else it is the symbols.
    def _finish(self) -> None:
        left, self._asked = self._asked, {}
        channel = self._channel
        has_some = any(name.partition(".")[0] == channel for name in self.confirmed)
        if self._refusals and channel is not None and not has_some:
            self._on_refused(channel, self._said)
        else:
            self.unconfirmed |= left
