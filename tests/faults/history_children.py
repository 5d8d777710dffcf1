"""A process for the crash test of histories: keeps ever longer ones until it is killed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, ActionKind, CorporateAction, History
from quantdeck.tape.history.store import BarStore

_DAY_NS = 86_400_000_000_000
_AT_ONCE = 50


def main() -> None:
    """Keep fifty days more each time, a dividend on the first of them, and say how many there are."""
    store = BarStore(Path(sys.argv[1]))
    first = int(sys.argv[2])
    told = Provenance("yahoo", Delay.DELAYED, RunId(f"run-{first}"))
    for start in range(first, first + 1_000_000, _AT_ONCE):
        rows = np.zeros(_AT_ONCE, HISTORY_DTYPE)
        days = start + np.arange(_AT_ONCE)
        rows["start_ns"], rows["close"] = days * _DAY_NS, days
        action = CorporateAction(start * _DAY_NS, ActionKind.DIVIDEND, 1.0)
        history = History("US:SPY", "1d", rows, told, fetched_ns=start * _DAY_NS, actions=(action,))
        print(store.keep(history).rows, flush=True)


if __name__ == "__main__":
    main()
