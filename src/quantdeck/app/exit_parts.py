"""The exits of a deck: rules by the settings, and the lists of the reports folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.places import reports_folder
from quantdeck.hub.exit_parts import ExitSetup
from quantdeck.records.paper_files import PaperPaths, put_files

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.records.open import Records


def exit_setup(settings: Settings, records: Records, *, demo: bool) -> ExitSetup:
    """Return where the exits of a deck's paper account are kept.

    Parameters
    ----------
    settings : Settings
        The section ``paper``.
    records : Records
        Where rules and events are kept.
    demo : bool
        Whether the market is simulated.
    """
    name, folder = settings.paper.account, reports_folder(settings, demo=demo)
    paths = PaperPaths(
        orders=folder / "orders.csv",
        portfolio=folder / "portfolio.csv",
        pnl=folder / "pnl.csv",
    )

    def write_files() -> None:
        events = records.accounts.events(name)
        if events:
            put_files(events, paths, run=name, simulated=demo)

    return ExitSetup(
        events=records.accounts,
        store=records.exits,
        defaults=settings.paper.exits.rules(),
        write_files=write_files,
    )
