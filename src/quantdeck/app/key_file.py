"""Where keys are kept when a person hands them to the deck: `.env`, for its owner alone, or a keyring.

The file keeps its other lines, is never half written, and is readable by its owner alone. A keyring of
the operating system takes the texts themselves; `.env` then names which of them are there.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from quantdeck.app.log_lines import is_secret_name
from quantdeck.model.errors import BadInput, ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

ENV_FILE = Path(".env")
"""In the working directory."""
IN_KEYRING = "KEYS_IN_KEYRING"
"""Line of the file that names what the keyring keeps, separated by commas."""
MAX_CHARACTERS = 4096
"""Longest text that is kept."""

_SERVICE = "quantdeck"
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")


def kept_keys(file: Path = ENV_FILE) -> dict[str, str]:
    """Return what the file holds, with what it says is in the keyring.

    Parameters
    ----------
    file : Path
        It may be missing.
    """
    written = file_keys(file)
    return {**written, **_from_keyring(_named_in_keyring(written))}


def file_keys(file: Path = ENV_FILE) -> dict[str, str]:
    """Return what the file holds, in clear; empty where there is none."""
    written = dotenv_values(file) if file.is_file() else {}
    return {name: text for name, text in written.items() if text is not None}


def keyring_keys(file: Path = ENV_FILE) -> tuple[str, ...]:
    """Return the names whose texts the keyring keeps."""
    return _named_in_keyring(file_keys(file))


def keep_in_file(values: Mapping[str, str], file: Path = ENV_FILE) -> None:
    """Write texts to the file, in place of what it held under their names.

    Parameters
    ----------
    values : mapping of str to str
        Names of environment variables, and their texts.
    file : Path
        Made where it is missing; readable by its owner alone afterwards.

    Raises
    ------
    BadInput
        If a name or a text cannot stand on a line; the text is not told.
    StoreError
        If the file cannot be written.
    """
    for name, text in values.items():
        _refuse_unfit(name, text)
    in_keyring = [name for name in keyring_keys(file) if name not in values]
    lines = _without(file, {*values, IN_KEYRING})
    lines += [f"{name}={_quoted(text)}" for name, text in values.items()]
    _write(file, [*lines, *_keyring_line(in_keyring)])
    _forget_in_keyring(set(values))


def keep_in_keyring(values: Mapping[str, str], file: Path = ENV_FILE) -> None:
    """Hand texts to the keyring of the operating system; the file names them.

    Raises
    ------
    BadInput
        If there is no keyring, or a name or a text is unfit; the text is not told.
    StoreError
        If the keyring refuses, or the file cannot be written.
    """
    for name, text in values.items():
        _refuse_unfit(name, text)
    if not has_keyring():
        raise BadInput(
            "there is no keyring here; choose the file, or install one: pip install "
            "'quantdeck[keyring]'"
        )
    import keyring
    from keyring.errors import KeyringError

    try:
        for name, text in values.items():
            keyring.set_password(_SERVICE, name, text)
    except KeyringError as error:
        raise StoreError(f"the keyring took nothing: {type(error).__name__}") from error
    names = dict.fromkeys((*keyring_keys(file), *values))
    _write(file, [*_without(file, {*values, IN_KEYRING}), *_keyring_line(names)])


def forget(names: Collection[str], file: Path = ENV_FILE) -> None:
    """Remove texts from the file and from the keyring. Idempotent.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    if file.is_file():
        left = [name for name in keyring_keys(file) if name not in names]
        _write(file, [*_without(file, {*names, IN_KEYRING}), *_keyring_line(left)])
    _forget_in_keyring(set(names))


def has_keyring() -> bool:
    """Return whether the operating system has a keyring that can be used."""
    if find_spec("keyring") is None:
        return False
    import keyring

    # A backend says with its priority whether it works here; the one that fails says 0.
    backend: Any = keyring.get_keyring()
    return float(getattr(backend, "priority", 0)) > 0


def is_exposed(file: Path = ENV_FILE) -> bool:
    """Return whether others on this machine can read the file."""
    try:
        # Windows has other means than modes.
        return os.name == "posix" and bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
    except OSError:
        return False


def refuse_exposed(file: Path = ENV_FILE) -> None:
    """Refuse a file with a key that others on this machine can read.

    Parameters
    ----------
    file : Path
        It may be missing; without a key in it anybody may read it.

    Raises
    ------
    ConfigError
        If they can; no key is told.
    """
    if not is_exposed(file):
        return
    held = [n for n, text in file_keys(file).items() if is_secret_name(n) and text.strip()]
    if held:
        mode = stat.S_IMODE(file.stat().st_mode)
        raise ConfigError(
            f"{file} holds {held[0]}, and others on this machine can read it (mode {mode:o}); make it "
            f"yours alone: chmod 600 {file} (where a disk has no modes, set keys in the environment)"
        )


def _named_in_keyring(written: Mapping[str, str]) -> tuple[str, ...]:
    parts = written.get(IN_KEYRING, "").split(",")
    return tuple(name for part in parts if _NAME.fullmatch(name := part.strip()))


def _from_keyring(names: Iterable[str]) -> dict[str, str]:
    if not (wanted := tuple(names)) or find_spec("keyring") is None:
        return {}
    import keyring
    from keyring.errors import KeyringError

    found: dict[str, str] = {}
    for name in wanted:
        with suppress(KeyringError):
            text = keyring.get_password(_SERVICE, name)
            found |= {} if text is None else {name: text}
    return found


def _forget_in_keyring(names: set[str]) -> None:
    if find_spec("keyring") is None:
        return
    import keyring
    from keyring.errors import KeyringError

    for name in names:
        with suppress(KeyringError):
            keyring.delete_password(_SERVICE, name)


def _keyring_line(names: Iterable[str]) -> list[str]:
    text = ",".join(names)
    return [f"{IN_KEYRING}={text}"] if text else []


def _refuse_unfit(name: str, text: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise BadInput(f"{name[:80]!r} is no name of a key")
    if not text.strip() or len(text) > MAX_CHARACTERS:
        raise BadInput(f"{name} must have from 1 to {MAX_CHARACTERS} characters")
    if not text.isprintable():
        raise BadInput(f"{name} must be one line without control characters")


def _quoted(text: str) -> str:
    # Within single quotes nothing is expanded.
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _without(file: Path, names: Collection[str]) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{file.name} cannot be read: {error}") from error
    return [line for line in lines if (m := _LINE.match(line)) is None or m[1] not in names]


def _write(file: Path, lines: Iterable[str]) -> None:
    target = file.resolve()
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.write("".join(f"{line}\n" for line in lines))
            written.flush()
            os.fsync(written.fileno())
        temporary.replace(target)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise StoreError(
            f"{file.name} cannot be written ({error.strerror}); set the keys in the environment"
        ) from error
