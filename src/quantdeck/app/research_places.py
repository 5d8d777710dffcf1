"""Where research leaves what belongs neither to a model nor to a table: audits and searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.places import tape_folder
from quantdeck.records.audits import AuditFile
from quantdeck.records.tunings import TuningFolder

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings

FOLDER = "research"
"""Below the folder of the tape: what was learnt from simulated prices stays with them."""


def research_folder(settings: Settings, *, demo: bool) -> Path:
    """Return the folder.

    Parameters
    ----------
    settings : Settings
        Names the data folder.
    demo : bool
        That of simulated prices.
    """
    return tape_folder(settings, demo=demo) / FOLDER


def audits_of(settings: Settings, *, demo: bool) -> AuditFile:
    """Return where the newest audit is kept.

    Parameters
    ----------
    settings : Settings
        Names the data folder.
    demo : bool
        Of simulated prices.
    """
    return AuditFile(research_folder(settings, demo=demo))


def tunings_of(settings: Settings, *, demo: bool) -> TuningFolder:
    """Return where searches for parameters are kept.

    Parameters
    ----------
    settings : Settings
        Names the data folder.
    demo : bool
        Of simulated prices.
    """
    return TuningFolder(research_folder(settings, demo=demo))
