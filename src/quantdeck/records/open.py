"""Opens the records of a data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.records.alerts import SqlAlerts
from quantdeck.records.database import SqliteDatabase
from quantdeck.records.due import SqlDue
from quantdeck.records.duties import SqlDuties
from quantdeck.records.equity import SqlEquity
from quantdeck.records.exits import SqlExits
from quantdeck.records.findings import SqlFindings
from quantdeck.records.layouts import SqlLayouts
from quantdeck.records.paper import SqlAccounts
from quantdeck.records.runs import SqlRuns
from quantdeck.records.watchlist import SqlWatchlist

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.ports.database import Database

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
    duties : DutyStore
        What one process at a time does.
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
        self.alerts = SqlAlerts(database)
        self.runs = SqlRuns(database)
        self.watchlist = SqlWatchlist(database)
        self.accounts = SqlAccounts(database)
        self.equity = SqlEquity(database)
        self.due = SqlDue(database)
        self.duties = SqlDuties(database)
        self.findings = SqlFindings(database)
        self.exits = SqlExits(database)
        self.layouts = SqlLayouts(database)
        self.is_new = database.is_new

    def close(self) -> None:
        """Close the database. Idempotent."""
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
    return Records(SqliteDatabase(folder / FILE))
