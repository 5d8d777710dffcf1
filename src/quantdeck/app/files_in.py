"""What kind of files is to be imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.feeds.uploads.pieces import holds_frames
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def are_trades(files: Sequence[Path]) -> bool:
    """Return whether files hold trades; False where they hold recorded frames, or nothing.

    Parameters
    ----------
    files : sequence of Path
        At least one.

    Raises
    ------
    BadInput
        If a file cannot be read, or some hold the one and some the other.
    """
    kinds: dict[bool, Path] = {}
    for file in files:
        if not file.is_file():
            raise BadInput(f"{file} is not a file; name files of trades or of recorded frames")
        try:
            # An empty file is as good as one of frames
            kinds.setdefault(file.stat().st_size > 0 and not holds_frames(file), file)
        except OSError as error:
            raise BadInput(f"{file} cannot be read: {error.strerror}") from error
    if len(kinds) > 1:
        raise BadInput(
            f"{kinds[True].name} holds trades and {kinds[False].name} recorded frames; import them "
            "one after the other"
        )
    return True in kinds
