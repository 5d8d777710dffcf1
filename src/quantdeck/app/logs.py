"""Where log lines go: all of them to a file in the data folder, trouble to the terminal as well."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any, TextIO, cast

from quantdeck.app.credentials import surroundings
from quantdeck.app.log_lines import JsonLines, Redactor, TextLines, secrets_in
from quantdeck.app.machine_settings import Logs
from quantdeck.model.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from pathlib import Path

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
"""What can be asked for by name."""

_CHATTY = ("httpx2", "httpcore2", "aiohttp.access", "uvicorn.error", "uvicorn.access", "picows")
_PRIVATE = 0o600


# Lines name symbols, accounts and files: each file is for the owner alone, after a rotation too.
class _File(RotatingFileHandler):
    def _open(self) -> Any:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, _PRIVATE)

        return cast("TextIO", open(self.baseFilename, "a", encoding="utf-8", opener=opener))


# Looks the stream up for every line: a progress bar that is shown takes its place.
class _Stderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except (OSError, ValueError):
            self.handleError(record)


def log_to(folder: Path, level: str, *, name: str = "quantdeck", logs: Logs | None = None) -> None:
    """Send the log to ``<folder>/logs/<name>.log`` and warnings to stderr, without keys.

    Parameters
    ----------
    folder : Path
        Data folder; made where absent.
    level : str
        Least severe line kept.
    name : str
        Of the file: processes that run beside each other on one folder have files of their own.
    logs : Logs or None
        Form, size and number of the files, and what is shown on stderr.

    Raises
    ------
    ConfigError
        If the folder cannot be written, or others can read the file of keys.
    """
    chosen = Logs() if logs is None else logs
    path = folder / "logs" / f"{name}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _File(path, maxBytes=chosen.max_bytes, backupCount=chosen.files, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"data_dir {folder} cannot be written ({error.strerror}); choose another with --data-dir"
        ) from error
    stderr = logging.StreamHandler(sys.stderr)
    stderr.setLevel(chosen.terminal.upper())
    redactor, root = Redactor(secrets_in(surroundings())), logging.getLogger()
    for handler, more in ((file, ""), (stderr, f"logs/{path.name}")):
        handler.setFormatter(
            JsonLines(redactor, service=name)
            if chosen.format == "json"
            else TextLines(redactor, more=more)
        )
        root.addHandler(handler)
    root.setLevel(level.upper())
    _quieten()


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
    handler.setFormatter(TextLines(Redactor(secrets_in(surroundings(is_strict=False)))))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
    _quieten()


def _quieten() -> None:
    # Every request of every library at INFO would drown what matters.
    for library in _CHATTY:
        logging.getLogger(library).setLevel(logging.WARNING)
    # asyncio warns of every write to a page that was closed, which is no news.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
