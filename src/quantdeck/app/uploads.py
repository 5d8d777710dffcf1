"""What uploads are taken in with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.runs import new_run_id
from quantdeck.feeds.uploads.parse import FileParser
from quantdeck.hub.uploads import UploadParts

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock


def upload_parts(settings: Settings, folder: Path, clock: Clock) -> UploadParts:
    """Return what files are read with, and where they are kept while they come in.

    Parameters
    ----------
    settings : Settings
        Limits.
    folder : Path
        Of the tape.
    clock : Clock
        Names uploads by their time.
    """
    limits = settings.uploads
    return UploadParts(
        parse=FileParser(most_bytes=limits.max_bytes, most_rows=limits.max_rows),
        folder=folder / "uploads",
        new_run_id=lambda: new_run_id(clock),
    )
