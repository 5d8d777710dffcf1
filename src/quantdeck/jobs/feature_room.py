"""Whether a table of features fits in memory, asked before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.history import KeptHistory

BYTES_A_CELL = 12
"""What a cell (feature x symbol x session) takes while a table is built and kept: 4 as a value, 4 once more
as it is written, and its share of what it is made of; `benchmarks/features_memory.py` measures it. [B]"""


def check_room(
    kept: Sequence[KeptHistory], columns: int, *, end_ns: int | None = None, free: int | None
) -> None:
    """Refuse a table that would take more memory than there is.

    Parameters
    ----------
    kept : sequence of KeptHistory
        Daily bars that it is to be made of.
    columns : int
        Features.
    end_ns : int or None
        Nothing from here on is wanted; None is no limit. [ns]
    free : int or None
        Memory that is free; None where nobody knows, and then nothing is refused. [B]

    Raises
    ------
    BadInput
        If it would; says how much, and what to do.

    Notes
    -----
    Sessions are those of the symbol that has most, extended as densely to the first and the last date of
    all.
    """
    if free is None or not kept:
        return
    longest = max(kept, key=lambda each: each.rows)
    span_ns = max(longest.last_ns - longest.first_ns, 1)
    last_ns = max(each.last_ns for each in kept)
    all_ns = min(last_ns, last_ns if end_ns is None else end_ns) - min(e.first_ns for e in kept)
    sessions = 1 + round((longest.rows - 1) * max(all_ns, 0) / span_ns)
    needed = BYTES_A_CELL * columns * len(kept) * sessions
    if needed <= free:
        return
    raise BadInput(
        f"{columns:,} features of {len(kept):,} symbols over about {sessions:,} sessions take some "
        f"{needed / 1e9:,.1f} GB while the table is built, and {free / 1e9:,.1f} GB are free here; name "
        "fewer symbols, or write the table in parts with quantdeck features --parts FOLDER",
        field="symbols",
    )
