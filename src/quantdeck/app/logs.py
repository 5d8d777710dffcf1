"""Where log lines go: all of them to a file in the data folder, trouble to the terminal as well."""

from __future__ import annotations

import copy
import logging
import sys
import time
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from pathlib import Path

_FILE_BYTES = 5_000_000
_FILES = 3
_FORM = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
"""What can be asked for by name."""

_CHATTY = ("httpx2", "httpcore2", "aiohttp.access", "uvicorn.error", "uvicorn.access", "picows")


class _Brief(logging.Formatter):
    # A person in front of a terminal is told what happened; the trace is in the file.
    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        plain = copy.copy(record)
        plain.exc_info = plain.exc_text = plain.stack_info = None
        line = super().format(plain)
        if error is None:
            return line
        return f"{line} ({type(error).__name__}: {error}; more in logs/quantdeck.log)"


# Looks the stream up for every line: a progress bar that is shown takes its place.
class _Stderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except (OSError, ValueError):
            self.handleError(record)


def log_to(folder: Path, level: str, *, name: str = "quantdeck") -> None:
    """Send the log to ``<folder>/logs/<name>.log`` and warnings to stderr.

    Parameters
    ----------
    folder : Path
        Data folder; made where absent.
    level : str
        Least severe line kept.
    name : str
        Of the file: processes that run beside each other on one folder have files of their own.

    Raises
    ------
    ConfigError
        If the folder cannot be written.
    """
    path = folder / "logs" / f"{name}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(path, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"data_dir {folder} cannot be written ({error.strerror}); choose another with --data-dir"
        ) from error
    stderr = logging.StreamHandler(sys.stderr)
    stderr.setLevel(logging.WARNING)
    root = logging.getLogger()
    for handler, form in ((file, logging.Formatter), (stderr, _Brief)):
        formatter = form(_FORM, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(level.upper())
    # Every request of every library at INFO would drown what matters.
    for library in _CHATTY:
        logging.getLogger(library).setLevel(logging.WARNING)
    # asyncio warns of every write to a page that was closed, which is no news.
    logging.getLogger("asyncio").setLevel(logging.ERROR)


def log_plainly(level: str, path: Path | None = None) -> None:
    """Send the log of one command to a file, or to stderr where none is named.

    Parameters
    ----------
    level : str
        Least severe line kept: ``DEBUG``, ``INFO``, ``WARNING`` or ``ERROR``.
    path : Path or None
        The file; what is in it already stays.

    Raises
    ------
    BadInput
        If there is no such level.
    ConfigError
        If the file cannot be written.
    """
    if level.upper() not in LEVELS:
        raise BadInput(f"--log-level {level!r} is not known; there are {', '.join(LEVELS)}")
    try:
        handler = _Stderr() if path is None else logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written ({error.strerror}); name another with --log-file"
        ) from error
    formatter = logging.Formatter(_FORM, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
    for library in _CHATTY:
        logging.getLogger(library).setLevel(logging.WARNING)
