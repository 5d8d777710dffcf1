"""Risk of a scoreboard for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.app.pairs_output import print_json
from quantdeck.app.pairs_text import number_text, say, show
from quantdeck.app.places import reports_folder
from quantdeck.model.errors import NoData
from quantdeck.records.report_files import read_rows, write_rows
from quantdeck.research.scoreboard_risk import COLUMNS, scoreboard_risk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quantdeck.app.settings import Settings

_WORDS = ("strategy", "first", "last", "rows")


def run_risk_report(
    settings: Settings,
    scoreboard: Path | None,
    out_file: Path | None,
    *,
    demo: bool = False,
    as_json: bool = False,
) -> None:
    """Write the risk of a scoreboard, and print it; see `quantdeck.cli.risk_report`.

    Raises
    ------
    NoData
        If there is no scoreboard, or no gain in it.
    StoreError
        If a file cannot be read or written.
    """
    folder = reports_folder(settings, demo=demo)
    source = scoreboard or folder / "scoreboard.csv"
    target = out_file or source.with_name(f"{source.stem}_risk.csv")
    board = read_rows(source)
    if not board:
        raise NoData(
            f"{source} is not there or has no row; quantdeck backtest and simulate add some"
        )
    rows = scoreboard_risk(board)
    write_rows(target, COLUMNS, rows)
    if as_json:
        print_json({"scoreboard": str(source), "rows": rows})
    else:
        show([_shown(row) for row in rows])
    say(f"written to {target}")


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.replace("_", " "): row[name] if name in _WORDS else number_text(row[name], 3)
        for name in COLUMNS
    }
