"""Where exit rules are kept, and what must be remembered of what they watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quantdeck.trading.exits import ExitRules


class Best(msgspec.Struct, frozen=True):
    """The most that a holding was worth, which a trailing stop counts from.

    Parameters
    ----------
    gain : float
        Highest gain so far, as a fraction of its cost; at least 0.
    cost : float
        What it cost then, without sign. [currency]
    additions : int
        How often it had been added to.
    """

    gain: float
    cost: float
    additions: int = 0


class ExitStore(Protocol):
    """Keeps rules and bests by account; several processes may use it at the same time.

    Raises
    ------
    StoreError
        By every method, if the records cannot be read or written.
    """

    def rules(self, account: str) -> dict[str, ExitRules]:
        """Return the rules of an account by their scope.

        A scope is ``account``, ``strategy:`` with a strategy behind it, or ``position:`` with a holding.
        """
        ...

    def put_rules(self, account: str, scope: str, rules: ExitRules | None) -> None:
        """Keep the rules of a scope; None removes them."""
        ...

    def bests(self, account: str) -> dict[str, Best]:
        """Return the best of every holding, by its id."""
        ...

    def put_bests(self, account: str, bests: Mapping[str, Best]) -> None:
        """Keep bests; of the same additions the higher one stays, whoever wrote it."""
        ...

    def forget(self, account: str, held: Iterable[str]) -> None:
        """Forget bests and rules of holdings that are not among these any more."""
        ...

    def told(self, account: str) -> int | None:
        """Return how many events of an account have been looked at for alerts; None for never."""
        ...

    def put_told(self, account: str, count: int) -> None:
        """Note how many have been; never goes back."""
        ...
