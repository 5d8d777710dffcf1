"""The file of a user's panels: what it defines, and where in it something went wrong."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from quantdeck.hub.guarded import StillRunning, TimeUp
from quantdeck.model.errors import QuantdeckError
from quantdeck.views.user_panels import UserPanel, check_together

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "quantdeck_user_panels"
"""The name that the file has among the modules of the process."""


@dataclass(frozen=True, slots=True)
class UserPanelFile:
    """What a file said when it was read.

    Parameters
    ----------
    path : Path
        Its name, for traces.
    text : bytes
        Python.
    """

    path: Path
    text: bytes

    def panels(self) -> tuple[UserPanel, ...]:
        """Run the file and return the panels it defines, in its order; raises whatever it raises."""
        code = compile(self.text, str(self.path), "exec")
        module = ModuleType(MODULE)
        module.__file__ = str(self.path)
        # Dataclasses look their module up.
        sys.modules[MODULE] = module
        exec(code, module.__dict__)  # noqa: S102 - the owner's own file, named in the owner's settings
        found = {id(each): each for each in vars(module).values() if isinstance(each, UserPanel)}
        panels = tuple(found.values())
        check_together(panels)
        return panels

    def fault(self, error: BaseException | None, *, timeout_s: float) -> str:
        """Return what went wrong in it, where, and what the line says.

        Parameters
        ----------
        error : BaseException or None
            As it was raised.
        timeout_s : float
            What a function is allowed. [s]
        """
        line = None if error is None else _line_of(error, self.path)
        where = self.path.name if line is None else f"{self.path.name}, line {line}"
        return f"{where}: {_what(error, timeout_s)}{_quoted(self.text, line)}"


def _what(error: BaseException | None, timeout_s: float) -> str:
    if error is None:
        return "answered nothing"
    if isinstance(error, TimeUp):
        return f"took longer than {timeout_s:g} s and was interrupted; panels.timeout_s allows more"
    if isinstance(error, StillRunning):
        return f"took longer than {timeout_s:g} s and cannot be interrupted; it is not called again before it ends"
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    if isinstance(error, QuantdeckError):
        return str(error)
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _line_of(error: BaseException, path: Path) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return lines[-1] if lines else None


def _quoted(text: bytes, line: int | None) -> str:
    lines = text.decode("utf-8", "replace").splitlines()
    if line is None or not 0 < line <= len(lines) or not lines[line - 1].strip():
        return ""
    return f" ({lines[line - 1].strip()[:120]})"
