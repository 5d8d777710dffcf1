"""Answers that are wrong in some way, as the faults say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.sims.newsapi.fault_table import NewsFault
from quantdeck.sims.noise import generator

if TYPE_CHECKING:
    from quantdeck.sims.faultboard import FaultBoard

_REMOVED = {
    "source": {"id": None, "name": "[Removed]"},
    "author": None,
    "title": "[Removed]",
    "description": "[Removed]",
    "url": "https://removed.com",
    "urlToImage": None,
    "content": "[Removed]",
}


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
    if "articles" not in body:
        return body
    rng = generator(0, "newsapi distorted", number)
    removed, bare, twice = (
        0.0 if (fault := faults.get(name)) is None else float(fault.value or 0.0)
        for name in (NewsFault.REMOVED, NewsFault.MISSING_FIELDS, NewsFault.DUPLICATES)
    )
    rows: list[dict[str, Any]] = []
    for article in body["articles"]:
        draws = rng.random(4).tolist()
        row = article | _REMOVED if draws[0] < removed else article
        if draws[1] < bare:
            gone = list(row)[int(draws[3] * len(row))]
            row = {name: value for name, value in row.items() if name != gone}
        rows += [row, row] if draws[2] < twice else [row]
    return body | {"articles": rows}
