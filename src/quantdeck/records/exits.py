"""Exit rules and bests, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import StoreError
from quantdeck.ports.exits import Best
from quantdeck.trading.exits import ExitRules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quantdeck.ports.database import Database

_POSITION = "position:"


class SqlExits:
    """Fulfils `quantdeck.ports.exits.ExitStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def rules(self, account: str) -> dict[str, ExitRules]:
        """Return the rules of an account by their scope."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT scope, body FROM exit_rules WHERE account = ? ORDER BY scope", (account,)
            ).fetchall()
        try:
            return {scope: msgspec.json.decode(body, type=ExitRules) for scope, body in rows}
        except msgspec.MsgspecError as error:
            raise StoreError(
                f"the exit rules of {account} cannot be read ({error}); they were written by another "
                "version, or the file is damaged"
            ) from error

    def put_rules(self, account: str, scope: str, rules: ExitRules | None) -> None:
        """Keep the rules of a scope; None removes them."""
        with self._database.writing() as connection:
            if rules is None:
                connection.execute(
                    "DELETE FROM exit_rules WHERE account = ? AND scope = ?", (account, scope)
                )
                return
            connection.execute(
                "INSERT INTO exit_rules VALUES (?, ?, ?) "
                "ON CONFLICT (account, scope) DO UPDATE SET body = excluded.body",
                (account, scope, msgspec.json.encode(rules)),
            )

    def bests(self, account: str) -> dict[str, Best]:
        """Return the best of every holding, by its id."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT holding, gain, cost, additions FROM exit_bests WHERE account = ?",
                (account,),
            ).fetchall()
        return {holding: Best(gain, cost, additions) for holding, gain, cost, additions in rows}

    def put_bests(self, account: str, bests: Mapping[str, Best]) -> None:
        """Keep bests; of the same additions the higher one stays, whoever wrote it."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT INTO exit_bests AS kept VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (account, holding) DO UPDATE SET "
                "gain = CASE WHEN kept.additions = excluded.additions AND kept.gain > excluded.gain "
                "THEN kept.gain ELSE excluded.gain END, "
                "cost = excluded.cost, additions = excluded.additions "
                "WHERE excluded.additions >= kept.additions",
                [
                    (account, holding, best.gain, best.cost, best.additions)
                    for holding, best in bests.items()
                ],
            )

    def forget(self, account: str, held: Iterable[str]) -> None:
        """Forget bests and rules of holdings that are not among these any more."""
        kept = set(held)
        bests = self.bests(account).keys() - kept
        scopes = [
            scope
            for scope in self.rules(account)
            if scope.startswith(_POSITION) and scope.removeprefix(_POSITION) not in kept
        ]
        # Asked after every trade, where there is nothing to forget as a rule.
        if not (bests or scopes):
            return
        with self._database.writing() as connection:
            connection.executemany(
                "DELETE FROM exit_bests WHERE account = ? AND holding = ?",
                [(account, holding) for holding in bests],
            )
            connection.executemany(
                "DELETE FROM exit_rules WHERE account = ? AND scope = ?",
                [(account, scope) for scope in scopes],
            )

    def told(self, account: str) -> int | None:
        """Return how many events of an account have been looked at for alerts; None for never."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT events FROM account_told WHERE account = ?", (account,)
            ).fetchone()
        return None if row is None else row[0]

    def put_told(self, account: str, count: int) -> None:
        """Note how many have been; never goes back."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO account_told AS kept VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET "
                "events = excluded.events WHERE excluded.events > kept.events",
                (account, count),
            )
