"""A process for the crash test of models: keeps one after the other until it is killed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from quantdeck.records.models import FolderModels
from quantdeck.research.card import Card
from quantdeck.research.model import text_hash
from quantdeck.research.predictions import KeptPredictions, Predictions

ROWS = 20_000


def main() -> None:
    """Keep models that are all of one number, make each the current one, and say its number."""
    store = FolderModels(Path(sys.argv[1]))
    first = int(sys.argv[2])
    for number in range(first, first + 1_000_000):
        text = f"{number}\n" * ROWS
        store.put(_card(number, text), text, _predictions(number))
        store.make_current(f"m{number}")
        print(number, flush=True)


def _card(number: int, text: str) -> Card:
    return Card(
        id=f"m{number}",
        created_ns=number,
        target="up",
        horizon=1,
        features=("gap",),
        features_hash="",
        data_hash="",
        symbols=("US:A",),
        first_session="2014-01-02",
        last_session="2016-12-30",
        rows=number,
        params={},
        seed=7,
        text_hash=text_hash(text),
    )


def _predictions(number: int) -> KeptPredictions:
    at = np.zeros(ROWS, np.int64)
    told = np.full(ROWS, float(number))
    rows = Predictions(at, at, told, told, told, told, told, at)
    return KeptPredictions(("US:A",), np.zeros(1, np.int64), rows)


if __name__ == "__main__":
    main()
