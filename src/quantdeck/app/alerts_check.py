"""Checks alert rules of a file for the command line, and prints the catalogue of figures."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from quantdeck.alerts.catalogue import METRICS
from quantdeck.alerts.listing import listed
from quantdeck.alerts.values import signature
from quantdeck.alerts.write import rule_text
from quantdeck.app.words import counted
from quantdeck.model.errors import BadInput, BadRule

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.alerts.listing import Listed


def run_check(file: Path, *, as_json: bool) -> None:
    """Read a file of rules and print what each says, or what is wrong with it.

    Parameters
    ----------
    file : Path
        Rules, see `quantdeck.alerts.listing.listed`; ``-`` is standard input.
    as_json : bool
        Print a list of objects.

    Raises
    ------
    BadInput
        If it cannot be read, holds no rule, or one of them is wrong.
    """
    found = rules_of(file)
    if as_json:
        print(json.dumps([_row(each) for each in found]))  # noqa: T201
    else:
        for each in found:
            _print(each)
    wrong = [each.found for each in found if isinstance(each.found, BadRule)]
    if wrong:
        raise BadInput(
            f"{counted(len(wrong), 'rule')} of {len(found)} cannot be used, the first for line "
            f"{wrong[0].line}, column {wrong[0].column}"
        )


def rules_of(file: Path) -> list[Listed]:
    """Return the rules of a file, right or wrong.

    Raises
    ------
    BadInput
        If it cannot be read, or holds none.
    """
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {error}") from error
    found = listed(text)
    if not found:
        raise BadInput(
            f"{file} holds no rule; write one a line, such as high: last(BTCUSDT) > 65000"
        )
    return found


def run_metrics(*, as_json: bool) -> None:
    """Print the figures that rules can look at."""
    if as_json:
        rows = [
            {
                "name": each.name,
                "signature": signature(each),
                "unit": each.unit,
                "meaning": each.meaning,
                "group": each.group.value,
                "example": each.example,
            }
            for each in METRICS.values()
        ]
        print(json.dumps(rows))  # noqa: T201
        return
    for each in METRICS.values():
        print(f"{signature(each)}\n    {each.meaning} [{each.unit}]")  # noqa: T201


def _row(each: Listed) -> dict[str, Any]:
    row: dict[str, Any] = {"name": each.name, "line": each.line, "text": each.text}
    if isinstance(each.found, BadRule):
        fault = each.found
        place = {"line": fault.line, "column": fault.column}
        return row | {"ok": False, "error": {"message": fault.reason, **place}}
    return row | {"ok": True, "rule": rule_text(each.found.rule)}


def _print(each: Listed) -> None:
    name = f"{each.name}: " if each.name else ""
    if isinstance(each.found, BadRule):
        print(f"line {each.found.line}: {name}{each.found.reason}")  # noqa: T201
        picture = each.found.picture().replace("\n", "\n    ")
        print(f"    {picture}")  # noqa: T201
    else:
        print(f"line {each.line}: {name}{rule_text(each.found.rule)}")  # noqa: T201
