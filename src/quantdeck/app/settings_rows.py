"""Every setting as a row of a form: its kind, its limits, its value and where that comes from."""

from __future__ import annotations

import os
import re
import types
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
import yaml
from msgspec import Meta

from quantdeck.app.settings import ALIASES, ENV_PREFIX, Settings, load
from quantdeck.model.errors import BadInput
from quantdeck.ports.setup import SettingRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    _Kind = Literal["text", "integer", "number", "toggle", "choice", "list", "fixed"]


# Where keys are sent, which code is run, which files are read and who is let in is for whoever owns the
# machine, not for whoever may use its page: a key must not be had by sending it elsewhere.
_BY_HAND = re.compile(
    r"data_dir|host|accounts\..*|panels\.file|cv\.file|research\.(features_files|reports_dir)"
    r"|alerts\.email\.(host|port|security)|.*url"
)


class Field(msgspec.Struct, frozen=True):
    """What a setting may be; as the columns of `quantdeck.ports.setup.SettingRow`."""

    key: str
    kind: _Kind
    options: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    may_be_empty: bool
    help: str


def fields() -> dict[str, Field]:
    """Return what every setting may be, by its dotted key, in the order of the tree.

    Examples
    --------
    >>> fields()["port"].kind, fields()["feeds.alpaca.data_feed"].options
    ('integer', ('opra', 'indicative'))
    """
    return {field.key: field for field in _fields(Settings, "")}


def rows(
    file: Path, *, environ: Mapping[str, str], flags: Mapping[str, Any]
) -> tuple[SettingRow, ...]:
    """Return every setting with its value and where that comes from.

    Parameters
    ----------
    file : Path
        Settings file; it may be missing.
    environ : mapping of str to str
        Environment.
    flags : mapping of str to object
        Dotted keys and values of the command line; None values are passed over.

    Raises
    ------
    ConfigError
        If something of it is wrong.
    """
    here = file if file.exists() else None
    tree = _tree(here)
    now = load(here or Path(os.devnull), environ=environ, flags=flags)
    given = {key for key, value in flags.items() if value is not None}
    in_environment = environment_keys(environ)
    default = Settings()
    found: list[SettingRow] = []
    for field in fields().values():
        source = (
            "flag"
            if field.key in given
            else "environment"
            if field.key in in_environment
            else "file"
            if _has(tree, field.key)
            else "default"
        )
        section, _, _ = field.key.rpartition(".")
        found.append(
            SettingRow(
                field.key,
                section,
                field.kind,
                field.options,
                field.minimum,
                field.maximum,
                field.may_be_empty,
                typed(value_at(now, field.key)),
                typed(value_at(default, field.key)),
                source,
                field.help,
            )
        )
    return tuple(found)


def environment_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that an environment holds, and the variable of each.

    Examples
    --------
    >>> environment_keys({"WEBAPP_PORT": "9000", "QUANTDECK_SQL__MAX_ROWS": "5", "HOME": "/root"})
    {'port': 'WEBAPP_PORT', 'sql.max_rows': 'QUANTDECK_SQL__MAX_ROWS'}
    """
    found = {key: name for name, key in ALIASES.items() if environ.get(name, "").strip()}
    for name in environ:
        if name.startswith(ENV_PREFIX):
            found[name.removeprefix(ENV_PREFIX).lower().replace("__", ".")] = name
    return found


def untyped(field: Field, text: str) -> Any:
    """Return the value that a person typed, as a settings file holds it.

    Parameters
    ----------
    field : Field
        What it may be.
    text : str
        As typed.

    Raises
    ------
    BadInput
        If it is none of that kind; whether it is within its limits is not looked at.

    Examples
    --------
    >>> untyped(fields()["feeds.alpaca.symbols"], "SPY, QQQ"), untyped(fields()["port"], "9000")
    (['SPY', 'QQQ'], 9000)
    """
    plain = text.strip()
    if field.kind == "fixed":
        raise BadInput(f"{field.key} can be changed in the file alone")
    if not plain and field.may_be_empty:
        return None
    if field.kind == "list":
        return [_number_or_text(part.strip()) for part in plain.split(",") if part.strip()]
    if field.kind == "toggle":
        if plain not in {"true", "false"}:
            raise BadInput(f"{field.key} must be true or false, was {plain[:40]!r}")
        return plain == "true"
    if field.kind in {"integer", "number"}:
        try:
            return int(plain) if field.kind == "integer" else float(plain)
        except ValueError:
            noun = "a whole number" if field.kind == "integer" else "a number"
            raise BadInput(f"{field.key} must be {noun}, was {plain[:40]!r}") from None
    return plain


def typed(value: Any) -> str:
    """Return a value as a person types it.

    Examples
    --------
    >>> typed(("SPY", "QQQ")), typed(None), typed(True), typed(2.0)
    ('SPY, QQQ', '', 'true', '2.0')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        many = cast("tuple[Any, ...]", value)
        return ", ".join(typed(msgspec.to_builtins(each)) for each in many)
    return str(value)


def value_at(settings: Settings, key: str) -> Any:
    """Return the value of a dotted key."""
    found: Any = settings
    for part in key.split("."):
        found = getattr(found, part)
    return found


def _tree(file: Path | None) -> Any:
    return {} if file is None else yaml.safe_load(file.read_text(encoding="utf-8"))


def _has(tree: Any, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = cast("dict[str, Any]", tree)[part]
    return True


def _number_or_text(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _fields(struct: type[msgspec.Struct], prefix: str) -> Iterator[Field]:
    for name, hint in _hints(struct).items():
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from _fields(hint, f"{prefix}{name}.")
        else:
            yield _field(f"{prefix}{name}", hint)


def _hints(struct: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(struct, include_extras=True)
    return {field.name: hints[field.name] for field in msgspec.structs.fields(struct)}


def _field(key: str, hint: Any) -> Field:
    bare, metas = _unwrapped(hint)
    inner = get_args(bare) if get_origin(bare) in (Union, types.UnionType) else ()
    may_be_empty = types.NoneType in inner
    if may_be_empty:
        left = [each for each in inner if each is not types.NoneType]
        bare, more = _unwrapped(left[0]) if len(left) == 1 else (None, [])
        metas += more
    kind, options = ("fixed", ()) if _BY_HAND.fullmatch(key) else _kind(bare)
    return Field(
        key,
        kind,
        options,
        next((float(n) for m in metas for n in (m.ge, m.gt) if n is not None), None),
        next((float(n) for m in metas for n in (m.le, m.lt) if n is not None), None),
        may_be_empty,
        next((m.description for m in metas if m.description), ""),
    )


def _unwrapped(hint: Any) -> tuple[Any, list[Meta]]:
    if get_origin(hint) is Annotated:
        bare, *metas = get_args(hint)
        inner, more = _unwrapped(bare)
        return inner, [*(m for m in metas if isinstance(m, Meta)), *more]
    return hint, []


def _kind(bare: Any) -> tuple[_Kind, tuple[str, ...]]:
    if get_origin(bare) is Literal:
        return "choice", tuple(map(str, get_args(bare)))
    if get_origin(bare) is tuple:
        each, _ = _unwrapped(get_args(bare)[0])
        if get_origin(each) is Literal:
            return "list", tuple(map(str, get_args(each)))
        return ("list", ()) if each in (str, int, float) else ("fixed", ())
    plain: dict[Any, _Kind] = {bool: "toggle", int: "integer", float: "number", str: "text"}
    return plain.get(bare, "fixed"), ()
