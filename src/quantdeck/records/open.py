"""Opens the records of a data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.records.alerts import SqliteAlerts
from quantdeck.records.database import Database
from quantdeck.records.due import SqliteDue
from quantdeck.records.equity import SqliteEquity
from quantdeck.records.exits import SqliteExits
from quantdeck.records.findings import SqliteFindings
from quantdeck.records.layouts import SqliteLayouts
from quantdeck.records.paper import SqliteAccounts
from quantdeck.records.runs import SqliteRuns
from quantdeck.records.watchlist import SqliteWatchlist

if TYPE_CHECKING:
    from pathlib import Path

FILE = "records.sqlite"
"""In the folder of the tape: simulated and real records never meet."""


class Records:
    """Everything that is kept beside the tape.

    Parameters
    ----------
    database : Database
        Closed by `close`.

    Attributes
    ----------
    alerts : AlertStore
        Rules, alerts, deliveries.
    runs : RunStore
        Backtests and sweeps.
    watchlist : WatchStore
        Symbols on the Market page.
    accounts : AccountStore
        Events of paper accounts.
    equity : EquityStore
        What paper accounts were worth over time.
    due : DueStore
        The run ledger.
    findings : FindingStore
        What was detected.
    exits : ExitStore
        Exit rules of paper accounts.
    layouts : LayoutStore
        Arranged pages.
    is_new : bool
        True where there were no records before.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.alerts = SqliteAlerts(database)
        self.runs = SqliteRuns(database)
        self.watchlist = SqliteWatchlist(database)
        self.accounts = SqliteAccounts(database)
        self.equity = SqliteEquity(database)
        self.due = SqliteDue(database)
        self.findings = SqliteFindings(database)
        self.exits = SqliteExits(database)
        self.layouts = SqliteLayouts(database)
        self.is_new = database.is_new

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._database.close()


def open_records(folder: Path) -> Records:
    """Return the records of a data folder; several processes may have them open.

    Parameters
    ----------
    folder : Path
        Where the tape lies; made where absent.

    Returns
    -------
    Records
        To be closed.

    Raises
    ------
    StoreError
        If they cannot be opened, or are of a newer version.
    """
    return Records(Database(folder / FILE))
