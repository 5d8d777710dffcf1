"""Trained models, each in a folder of its own that people and other tools can read.

::

    models/
    ├── current                             id of the model in use
    └── 20261121-214500-up-1d/
        ├── card.json                       what is said of it
        ├── model.txt                       LightGBM's own form
        └── predictions.npz                 what it said of rows that it had not seen

A folder is filled under another name and then renamed, so that it is there whole or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import os
import re
import secrets
import shutil
import zipfile
import zlib
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.model.errors import BadInput, Conflict, NoData, StoreError
from quantdeck.records.report_files import write_text
from quantdeck.research.card import Card
from quantdeck.research.model import text_hash
from quantdeck.research.predictions import KeptPredictions, Predictions

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

FOLDER = "models"
"""Below the folder of the tape: simulated and real models never meet."""

_CARD, _MODEL, _PREDICTIONS, _CURRENT = "card.json", "model.txt", "predictions.npz", "current"
_UNFINISHED = ".new-"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_STALE_S = 3600.0
_COLUMNS = tuple(Predictions.__dataclass_fields__)

_log = logging.getLogger(__name__)


class FolderModels:
    """Fulfils `quantdeck.ports.models.ModelStore`; several processes may use one folder.

    Parameters
    ----------
    folder : Path
        Made with the first model.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, card: Card, model_text: str, predictions: KeptPredictions | None = None) -> None:
        """Keep a model with its predictions out of sample, whole or not at all.

        Raises
        ------
        BadInput
            If its id cannot be the name of a folder.
        StoreError
            If the disk refuses.
        Conflict
            If there is one of that id.
        """
        target = self._place(card.id)
        if target.exists():
            raise Conflict(f"there is a model {card.id} already")
        contents = {
            _CARD: msgspec.json.format(msgspec.json.encode(card), indent=2),
            _MODEL: model_text.encode(),
        }
        if predictions is not None:
            contents[_PREDICTIONS] = _packed(predictions)
        unfinished = self._folder / f"{_UNFINISHED}{card.id}-{secrets.token_hex(4)}"
        with _refusals(f"keep model {card.id}"):
            try:
                unfinished.mkdir(parents=True)
                self._sweep(unfinished)
                for name, content in contents.items():
                    _write(unfinished / name, content)
                _sync(unfinished)
                unfinished.rename(target)
                _sync(self._folder)
            except OSError as error:
                if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
                    raise Conflict(f"there is a model {card.id} already") from error
                raise
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)

    def get(self, model_id: str | None = None) -> tuple[Card, str]:
        """Return a model and its text: that of an id, or the current one.

        Raises
        ------
        NoData
            If there is none.
        StoreError
            If it cannot be read, or is damaged.
        """
        folder = self._found(model_id)
        card = _card(folder)
        try:
            text = (folder / _MODEL).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"cannot read {folder / _MODEL}: {error}") from error
        if card.text_hash and card.text_hash != text_hash(text):
            raise StoreError(
                f"{folder / _MODEL} is damaged: it is not the text that its card was written for; "
                "remove the folder, and train anew"
            )
        return card, text

    def predictions(self, model_id: str | None = None) -> KeptPredictions | None:
        """Return what a model said of rows that it had not seen: that of an id, or the current one.

        Raises
        ------
        NoData
            If there is no such model.
        StoreError
            If they cannot be read, or are damaged.
        """
        file = self._found(model_id) / _PREDICTIONS
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {file}: {error}") from error
        try:
            return _unpacked(content)
        except (
            OSError,
            EOFError,
            ValueError,
            KeyError,
            BadInput,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise StoreError(
                f"{file} is damaged: {error}; remove the folder, and train anew"
            ) from error

    def cards(self) -> list[Card]:
        """Return the cards of all models, newest first; a damaged one is left out, and logged.

        Raises
        ------
        StoreError
            If the folder cannot be read.
        """
        found: list[Card] = []
        for folder in self._folders():
            try:
                found.append(_card(folder))
            except StoreError as error:
                _log.warning("model left out folder=%s reason=%s", folder.name, error)
        return sorted(found, key=lambda card: (card.created_ns, card.id), reverse=True)

    def current(self) -> str | None:
        """Return the id of the current model; None where there is none.

        Raises
        ------
        StoreError
            If the pointer cannot be read.
        """
        try:
            text = (self._folder / _CURRENT).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"cannot read {self._folder / _CURRENT}: {error}") from error
        # A folder that somebody has removed is no model any more.
        return text if _ID.fullmatch(text) and (self._folder / text / _CARD).exists() else None

    def make_current(self, model_id: str) -> None:
        """Let a model be the current one.

        Raises
        ------
        NoData
            If there is none of that id.
        StoreError
            If the disk refuses.
        """
        self._found(model_id)
        write_text(self._folder / _CURRENT, f"{model_id}\n")

    def _place(self, model_id: str) -> Path:
        if not _ID.fullmatch(model_id):
            raise BadInput(
                f"{model_id!r} cannot be the id of a model: letters, digits, '.', '_' and '-' can"
            )
        return self._folder / model_id

    def _found(self, model_id: str | None) -> Path:
        known = self.current() if model_id is None else model_id
        if known is None:
            raise NoData("there is no current model; quantdeck train makes one")
        folder = self._place(known)
        if not (folder / _CARD).exists():
            there = ", ".join(each.name for each in self._folders()[:5]) or "none"
            raise NoData(f"there is no model {known}; there is {there}. quantdeck train makes one")
        return folder

    def _folders(self) -> list[Path]:
        try:
            found = [each for each in self._folder.iterdir() if (each / _CARD).is_file()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"cannot read {self._folder}: {error.strerror}") from error
        return sorted((each for each in found if not each.name.startswith(".")), reverse=True)

    def _sweep(self, mine: Path) -> None:
        # What a process left that was killed while it wrote; a younger one may be another's at work.
        now_s = mine.stat().st_mtime
        for each in self._folder.glob(f"{_UNFINISHED}*"):
            with contextlib.suppress(FileNotFoundError):
                if now_s - each.stat().st_mtime > _STALE_S:
                    shutil.rmtree(each, ignore_errors=True)


def _card(folder: Path) -> Card:
    file = folder / _CARD
    try:
        return msgspec.json.decode(file.read_bytes(), type=Card)
    except FileNotFoundError as error:
        raise NoData(f"there is no model {folder.name} any more") from error
    except OSError as error:
        raise StoreError(f"cannot read {file}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"{file} is damaged: {error}; remove the folder, and train anew"
        ) from error


def _packed(kept: KeptPredictions) -> bytes:
    out = io.BytesIO()
    columns = {name: getattr(kept.rows, name) for name in _COLUMNS}
    symbols = np.array(kept.symbols, np.str_)
    np.savez_compressed(out, symbols=symbols, sessions=kept.sessions, **columns)
    return out.getvalue()


def _unpacked(content: bytes) -> KeptPredictions:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        rows = Predictions(**{name: file[name] for name in _COLUMNS})
        return KeptPredictions(tuple(file["symbols"].tolist()), file["sessions"], rows)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _refusals(what: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot {what}: {error.strerror or error}") from error
