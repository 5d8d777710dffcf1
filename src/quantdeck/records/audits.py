"""The newest audit, in a file that people and other tools can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import StoreError
from quantdeck.records.report_files import write_text
from quantdeck.research.audit.report import AuditReport

if TYPE_CHECKING:
    from pathlib import Path

AUDIT = "audit.json"
"""Below the folder of what research leaves beside models and tables."""


class AuditFile:
    """Fulfils `quantdeck.ports.models.AuditStore`.

    Parameters
    ----------
    folder : Path
        Made with the first audit.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / AUDIT

    def put(self, report: AuditReport) -> None:
        """Keep a report in the place of the one before, whole or not at all.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
        write_text(self._file, f"{text}\n")

    def get(self) -> AuditReport | None:
        """Return the newest report; None where nothing was audited.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=AuditReport)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {self._file}: {error.strerror}") from error
        except msgspec.MsgspecError as error:
            raise StoreError(
                f"{self._file} is damaged: {error}; remove it, and audit anew"
            ) from error
