"""Where things lie under the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings


def tape_folder(settings: Settings, *, demo: bool) -> Path:
    """Return the folder of the tape: simulated data never share one with real data.

    Parameters
    ----------
    settings : Settings
        Names the data folder.
    demo : bool
        True for what the simulators produce.
    """
    root = Path(settings.data_dir)
    return root / "demo" if demo else root
