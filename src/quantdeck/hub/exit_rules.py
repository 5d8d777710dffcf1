"""Which exit rules apply to what is held: the holding's own, its strategy's, the account's, the settings'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.ports.exits import ExitStore
    from quantdeck.trading.exits import ExitRules
    from quantdeck.trading.holdings import Holding, Holdings

ACCOUNT, SETTINGS = "account", "settings"
STRATEGY, POSITION = "strategy:", "position:"
_CLOSES_ITSELF = "pairs:"


class RuleBook:
    """Owned by an exit watch.

    Parameters
    ----------
    store : ExitStore
        Where rules are kept.
    account : str
        Whose.
    defaults : ExitRules
        Of the settings.
    """

    def __init__(self, store: ExitStore, account: str, defaults: ExitRules) -> None:
        self._store = store
        self._account = account
        self._defaults = defaults
        self._kept: dict[str, ExitRules] = {}

    def read(self) -> None:
        """Read again what is kept; blocks.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        self._kept = self._store.rules(self._account)

    def for_holding(self, holding: Holding) -> tuple[ExitRules | None, str]:
        """Return the rules of a holding and their scope; None where its strategy closes it itself.

        Parameters
        ----------
        holding : Holding
            What is held.
        """
        own, strategy = f"{POSITION}{holding.id}", f"{STRATEGY}{holding.strategy}"
        for scope in (own, strategy):
            if scope in self._kept:
                return self._kept[scope], scope
        # One leg of a pair that is closed alone would leave the other without its hedge.
        if holding.strategy.startswith(_CLOSES_ITSELF):
            return None, strategy
        return self._for_all()

    def of(self, name: str, held: Holdings) -> tuple[ExitRules | None, str]:
        """Return the rules of a name as `scope` takes it, and the scope that they are from.

        Raises
        ------
        BadInput, NoData
            As `scope`.
        """
        scope = self.scope(name, held)
        if scope.startswith(POSITION):
            wanted = scope.removeprefix(POSITION)
            return self.for_holding(next(each for each in held.all() if each.id == wanted))
        return (self._kept[scope], scope) if scope in self._kept else self._for_all()

    def scope(self, name: str, held: Holdings) -> str:
        """Return the scope that a name stands for.

        Parameters
        ----------
        name : str
            ``account``, ``strategy:`` with a strategy, the id of a holding, or a symbol that is part of one
            holding alone.
        held : Holdings
            What is held.

        Raises
        ------
        BadInput
            If several holdings are of that symbol.
        NoData
            If nothing of that name is held.
        """
        if name == ACCOUNT or name.startswith(STRATEGY):
            return name
        bare = name.removeprefix(POSITION)
        found = [each for each in held.all() if each.id == bare] or held.of(bare)
        if not found:
            known = ", ".join(each.id for each in held.all()) or "nothing"
            raise NoData(f"nothing is held of {bare!r}; held are: {known}")
        if len(found) > 1:
            names = ", ".join(each.id for each in found)
            raise BadInput(f"{bare} is held several times; name one of these: {names}")
        return f"{POSITION}{found[0].id}"

    def _for_all(self) -> tuple[ExitRules, str]:
        if ACCOUNT in self._kept:
            return self._kept[ACCOUNT], ACCOUNT
        return self._defaults, SETTINGS
