"""Volatilities of recorded chains against the vendor's own column.

On 2024-01-05 they agree. On 2022-02-04 the vendor's calls and puts of one strike disagree with each other
by several points, because its index level and its quotes are of different moments; ours take the forward
from the quotes and lie in the middle.
"""

from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest

from quantdeck.analytics.boxes import BoxRules, Status, rates_of_snapshot
from quantdeck.analytics.options import Reason, smile_of_chain
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.tape.chains.files import read_chain

CALL, CALL_VOLATILITY, PUT, PUT_VOLATILITY = 1, 7, 12, 18
NEAR = 0.03


def _vendor(path):
    found = {}
    with gzip.open(path, "rt") as lines:
        for row in csv.reader(lines):
            if len(row) > PUT_VOLATILITY and row[CALL].startswith("SPX"):
                found[row[CALL]] = float(row[CALL_VOLATILITY])
                found[row[PUT]] = float(row[PUT_VOLATILITY])
    return found


def _beside(folder, name):
    """Return ours, the vendor's of the call, and of the put, of strikes near the money."""
    path = folder / "spx-chains" / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not among the recorded data")
    vendor = _vendor(path)
    origin = Provenance("file", Delay.IMPORTED, RunId("test"))
    snapshot = read_chain(path, form="vendor-csv", provenance=origin).snapshot
    rows = []
    rates = rates_of_snapshot(snapshot, BoxRules())
    for chain, rate in zip(snapshot.chains, rates, strict=True):
        if rate.status is not Status.OK or not 30 <= rate.days <= 400:
            continue
        smile = smile_of_chain(
            chain, snapshot.taken_ns, forward=rate.forward, discount=rate.discount
        )
        for at in np.flatnonzero(np.abs(smile.log_moneyness) < NEAR):
            tail = f"{round(1000 * smile.strikes[at]):08d}"
            stem = f"{chain.root}{chain.expiry:%y%m%d}"
            pair = [vendor.get(f"{stem}{right}{tail}", 0.0) for right in "CP"]
            if min(pair) > 0.0 and smile.quoted.reason[at] == Reason.OK:
                rows.append((smile.quoted.mid[at], *pair))
    return np.array(rows).T


def test_volatilities_of_january_2024_are_the_vendors(shared_data) -> None:
    ours, call, put = _beside(shared_data, "spx_2024-01-07")

    assert len(ours) > 500
    assert np.median(np.abs(ours - call)) < 0.0005
    assert np.median(np.abs(ours - put)) < 0.0005
    assert np.quantile(np.abs(ours - 0.5 * (call + put)), 0.99) < 0.002


def test_volatilities_of_february_2022_lie_between_the_vendors_calls_and_puts(shared_data) -> None:
    ours, call, put = _beside(shared_data, "spx_2022-02-05")

    assert np.median(call - put) > 0.02
    assert np.mean((put <= ours) & (ours <= call)) > 0.98
    assert abs(np.median(ours - 0.5 * (call + put))) < 0.001
