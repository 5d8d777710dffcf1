"""Changes single values of `config.yaml` and leaves the rest of it, comments included, as it was."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import yaml

from quantdeck.model.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

_WIDE = 10_000
_MODE = 0o644


def with_value(text: str, key: str, value: Any) -> str:
    r"""Return the text of a settings file with one value changed or added.

    Parameters
    ----------
    text : str
        YAML with keys and values at the top; may be empty.
    key : str
        Dotted.
    value : str, int, float, bool, list or None
        What it becomes.

    Returns
    -------
    str
        Everything else in it is as it was.

    Raises
    ------
    ConfigError
        If the text is no such YAML, or is written so that one value cannot be changed by itself.

    Examples
    --------
    >>> with_value("port: 8050  # of the page\n", "port", 9000)
    'port: 9000  # of the page\n'
    >>> with_value("feeds:\n  alpaca:\n    enabled: true\n", "feeds.alpaca.symbols", ["SPY"])
    'feeds:\n  alpaca:\n    symbols: [SPY]\n    enabled: true\n'
    """
    before = _tree(text)
    made = _edited(text, key.split("."), _written(value))
    if _tree(made) != _merged(before, key.split("."), value):
        raise ConfigError(f"{key} cannot be changed by itself in this file; edit it by hand")
    return made


def replace_file(path: Path, text: str) -> None:
    """Write a file, whole or not at all, with the rights it had.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else _MODE
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        temporary.replace(target)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise StoreError(f"{path} cannot be written ({error.strerror})") from error


def _tree(text: str) -> dict[str, Any]:
    try:
        tree: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"it is not valid YAML: {' '.join(str(error).split())}") from error
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ConfigError("it has no keys and values at the top")
    return cast("dict[str, Any]", tree)


def _merged(tree: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    if len(path) == 1:
        return {**tree, path[0]: value}
    below: Any = tree.get(path[0])
    inner = cast("dict[str, Any]", below) if isinstance(below, dict) else {}
    return {**tree, path[0]: _merged(inner, path[1:], value)}


def _written(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=_WIDE)
    return text.removesuffix("\n").removesuffix("\n...")


def _edited(text: str, path: list[str], value: str) -> str:
    composed = yaml.compose(text, Loader=yaml.SafeLoader)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    root = cast("Any", composed)
    if not isinstance(root, yaml.MappingNode):
        ended = text if not text or text.endswith("\n") else f"{text}\n"
        return ended + _block(path, value, "")
    node, rest = root, path
    while True:
        found = _entry(node, rest[0])
        if found is None:
            return _added(text, node, rest, value)
        name, inner = found
        rest = rest[1:]
        if rest and isinstance(inner, yaml.MappingNode) and inner.value:
            node = inner
            continue
        new = _block(rest, value, " " * (_column(name) + 2)) if rest else value
        return _replaced(text, name, inner, new, is_block=bool(rest))


def _entry(node: Any, key: str) -> tuple[Any, Any] | None:
    return next((pair for pair in node.value if pair[0].value == key), None)


def _added(text: str, node: Any, path: list[str], value: str) -> str:
    at = node.start_mark.index
    if node.flow_style:
        inner = value
        for key in reversed(path[1:]):
            inner = f"{{{key}: {inner}}}"
        comma = ", " if node.value else ""
        return f"{text[: at + 1]}{path[0]}: {inner}{comma}{text[at + 1 :]}"
    indent = " " * node.start_mark.column
    if not indent:
        # Of the whole file: a new section goes to its end.
        end = _end(node)
        line_end = text.find("\n", end)
        head, tail = (text, "") if line_end < 0 else (text[: line_end + 1], text[line_end + 1 :])
        head = head if head.endswith("\n") else f"{head}\n"
        return head + _block(path, value, "") + tail
    return f"{text[:at]}{_block(path, value, indent).removeprefix(indent)}{indent}{text[at:]}"


def _replaced(text: str, name: Any, node: Any, new: str, *, is_block: bool) -> str:
    colon = text.index(":", name.end_mark.index) + 1
    start, end = node.start_mark.index, _end(node)
    between = text[colon:start]
    if is_block:
        return f"{text[:colon]}\n{new.removesuffix(chr(10))}{text[max(end, colon) :]}"
    # A list on lines of its own moves up to its key, unless a comment or a tag stands between.
    if between.isspace() or not between:
        return f"{text[:colon]} {new}{text[end:]}"
    return text[:start] + new + text[end:]


def _end(node: Any) -> int:
    # The end of a block is told as the beginning of what comes after it, comments passed over.
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last: Any = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    return end


def _block(path: list[str], value: str, indent: str) -> str:
    lines: list[str] = []
    for depth, key in enumerate(path):
        last = f" {value}" if depth == len(path) - 1 else ""
        lines.append(f"{indent}{'  ' * depth}{key}:{last}\n")
    return "".join(lines)


def _column(node: Any) -> int:
    column: int = node.start_mark.column
    return column
