"""Where things lie under the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quantdeck.sims.version import MARKET_VERSION

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings

DEMO_FOLDER = f"demo-{MARKET_VERSION}"
"""Below the data folder."""


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
