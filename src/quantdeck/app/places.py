"""Where things lie under the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quantdeck.sims.version import MARKET_VERSION

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings

DEMO_FOLDER = f"demo-{MARKET_VERSION}"
"""Below the data folder."""

MIRROR_NAME = "followers/mirror.name"
"""Below the folder of a tape that is a mirror: what the bus knows it by."""

FOLDER_NAME = "folder.name"
"""Below the folder of a tape: what a run ledger that machines share knows the folder by."""

REPORTS = "reports"
"""Beside the data folder."""


def tape_folder(settings: Settings, *, demo: bool) -> Path:
    """Return the folder of the tape: simulated data share none with real data or another market.

    Parameters
    ----------
    settings : Settings
        Names the data folder.
    demo : bool
        True for what the simulators produce.
    """
    root = Path(settings.data_dir)
    return root / DEMO_FOLDER if demo else root


def reports_folder(settings: Settings, *, demo: bool) -> Path:
    """Return the folder of reports: beside the data folder, and of the demo inside of its own.

    Parameters
    ----------
    settings : Settings
        Names it, or the data folder.
    demo : bool
        True for what was made of simulated data.
    """
    if settings.research.reports_dir:
        root = Path(settings.research.reports_dir)
        return root / DEMO_FOLDER if demo else root
    if demo:
        return tape_folder(settings, demo=True) / REPORTS
    return Path(settings.data_dir).absolute().parent / REPORTS
