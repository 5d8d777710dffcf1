"""Answers of REST that are wrong in some way, as the faults say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from quantdeck.sims.noise import generator
from quantdeck.sims.polygon.fault_table import PolygonFault

if TYPE_CHECKING:
    from quantdeck.sims.faultboard import FaultBoard

_LISTS = ("results", "tickers")


def distorted(body: dict[str, Any], faults: FaultBoard, number: int) -> dict[str, Any]:
    """Return the body of an answer as the faults have it.

    Parameters
    ----------
    body : dict
        As it should be.
    faults : FaultBoard
        What is wrong.
    number : int
        Counts the requests; another one is wrong in other places.
    """
    if faults.has(PolygonFault.NO_RESULTS):
        return {name: each for name, each in body.items() if name not in (*_LISTS, "next_url")}
    for name in _LISTS:
        rows = body.get(name)
        if isinstance(rows, list):
            body[name] = _rows(cast("list[dict[str, Any]]", rows), faults, number)
    return body


def _rows(rows: list[dict[str, Any]], faults: FaultBoard, number: int) -> list[dict[str, Any]]:
    rng = generator(0, "distorted", number)
    missing, twice, bare = (
        0.0 if (fault := faults.get(name)) is None else float(fault.value or 0.0)
        for name in (
            PolygonFault.MISSING_ROWS,
            PolygonFault.DUPLICATE_ROWS,
            PolygonFault.MISSING_FIELDS,
        )
    )
    if not (missing or twice or bare):
        return rows
    found: list[dict[str, Any]] = []
    for row in rows:
        draws = rng.random(4).tolist()
        if draws[0] < missing:
            continue
        if draws[1] < bare and row:
            gone = list(row)[int(draws[3] * len(row))]
            row = {name: value for name, value in row.items() if name != gone}  # noqa: PLW2901
        found += [row, row] if draws[2] < twice else [row]
    return found
