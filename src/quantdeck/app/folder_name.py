"""What a run ledger that machines share knows a data folder by.

A name of the machine would be none: containers change it, and one machine may have several folders. So the
folder has a file of its own with its name, which is made once. Where the ledger lies in the folder, there is
nothing to tell apart, and no file is made.
"""

from __future__ import annotations

import re
import socket
from secrets import token_hex
from typing import TYPE_CHECKING

from quantdeck.app.archive import reveal
from quantdeck.app.places import FOLDER_NAME, tape_folder
from quantdeck.model.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings

_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}")
_LONGEST_HOST = 40
_PRIVATE_FOLDER = 0o700


def folder_name(settings: Settings, *, demo: bool) -> str:
    """Return the name of the data folder, which is made at the first time and then kept.

    Parameters
    ----------
    settings : Settings
        The section ``state``, and the data folder.
    demo : bool
        Of the demo's folder.

    Returns
    -------
    str
        Of letters, digits and hyphens; empty where the ledger lies in the folder, and always has.

    Raises
    ------
    StoreError
        If the file cannot be read or written, or holds no name.
    """
    path = tape_folder(settings, demo=demo) / FOLDER_NAME
    try:
        if not path.exists():
            if not settings.state.url:
                return ""
            _make(path)
        name = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no text"
        raise StoreError(f"{path} cannot be had: {said}; check the data folder") from error
    if not _FORM.fullmatch(name):
        raise StoreError(
            f"{path} should hold a name of letters, digits and hyphens, and holds {name[:80]!r}; restore "
            "it, or remove it to have a new one made"
        )
    return name


def _make(path: Path) -> None:
    # Of the machine it only reminds.
    words = re.sub(r"[^A-Za-z0-9]+", "-", socket.gethostname())[:_LONGEST_HOST].strip("-")
    path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{token_hex(4)}.tmp")
    try:
        aside.write_text(f"{words or 'folder'}-{token_hex(4)}\n", encoding="utf-8")
        reveal(aside, path)
    except FileExistsError:
        # Another process has named it in this moment.
        pass
    finally:
        aside.unlink(missing_ok=True)
