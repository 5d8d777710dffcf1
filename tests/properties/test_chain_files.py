"""Chains survive being written and read, and no bytes make a reader fail in another way."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quantdeck.model.chains import NO_TIME, ChainSnapshot
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.options import Right, terms_of
from quantdeck.tape.chains.assemble import Assembly, Quoted, Terms
from quantdeck.tape.chains.files import FORMATS, read_chain, write_chain
from quantdeck.tape.chains.table import snapshot_of, table_of

READING = Provenance("file", Delay.IMPORTED, RunId("reading"))

prices = st.none() | st.floats(0.01, 1e5).map(lambda x: round(x, 2))
counts = st.none() | st.integers(0, 10**6).map(float)
times = st.none() | st.integers(1, 2**62)
contracts = st.tuples(
    st.sampled_from(["SPX", "SPXW", "XSP", "SPY"]),
    st.dates(date(2026, 1, 1), date(2031, 12, 31)),
    st.sampled_from(list(Right)),
    st.integers(1, 20_000_000).map(lambda milli: milli / 1000),
)
quotes = st.tuples(prices, prices, counts, counts, times, counts, counts)


def nan(value: float | None) -> float:
    return float("nan") if value is None else value


@st.composite
def snapshots(draw: st.DrawFn) -> ChainSnapshot:
    assembly = Assembly()
    listed = draw(st.dictionaries(contracts, quotes, min_size=1, max_size=12))
    for (root, expiry, right, strike), told in listed.items():
        bid, ask, bid_size, ask_size, ts_ns, volume, interest = told
        known = terms_of(root)
        quoted = Quoted(
            nan(bid),
            nan(ask),
            nan(bid_size),
            nan(ask_size),
            NO_TIME if ts_ns is None else ts_ns,
            nan(volume),
            nan(interest),
        )
        terms = Terms(root, expiry, "US:X", known.settlement, known.style, 100.0)
        assembly.add(terms, right, strike, quoted)
    text = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=9)
    feed = draw(text.filter(lambda word: word.strip() == word and not word.startswith("'")))
    provenance = Provenance("vendor", draw(st.sampled_from(list(Delay))), RunId("run"))
    spot = nan(draw(prices))
    return ChainSnapshot(draw(st.integers(1, 2**62)), feed, provenance, assembly.chains(spot=spot))


@settings(max_examples=60)
@given(snapshots())
def test_snapshot_survives_being_a_table(snapshot: ChainSnapshot) -> None:
    table = table_of(snapshot)

    found = snapshot_of(table)

    assert table_of(found).equals(table)
    assert [chain.key for chain in found.chains] == [chain.key for chain in snapshot.chains]


@pytest.mark.parametrize("form", ["csv", "parquet"])
@settings(max_examples=30)
@given(snapshots())
def test_snapshot_survives_being_a_file(form: str, snapshot: ChainSnapshot) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"chain.{form}"

        write_chain(snapshot, path)
        found = read_chain(path, form=None, provenance=READING)

    assert found.broken == ()
    assert table_of(found.snapshot).equals(table_of(snapshot))


_HEADERS = {
    "csv": b"taken_ns,symbol,bid,ask,quote_ns,strike\n",
    "vendor-csv": b'X,Last: 1,C\n"Date: January 7, 2024 at 10:52 AM EST"\n'
    b"Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,"
    b"Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest\n",
    "spx-2011": b"SPX,1,+1,\nJan 24 2011 @ 14:03 ET,\n"
    b"Calls,Last Sale,Net,Bid,Ask,Vol,Open Int,Puts,Last Sale,Net,Bid,Ask,Vol,Open Int,\n",
    "parquet": b"PAR1",
}


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(max_size=60) | st.just("1,SPX700119C00005000,1,2,3,5"), max_size=4))
@example(lines=["1,SPX700119C00005000,1,2,99999999999999999999,5"])
@example(lines=["99999999999999999999,SPX700119C00005000,1,2,1,5"])
@example(
    lines=["11 Jan 1 (SPXW1199A1075-E)" + ",1" * 6 + ",11 Jan 1 (SPXW1199M1075-E),1,1,1,1,1,1,"]
)
def test_any_text_is_read_or_refused(form: str, lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "chain"
    path.write_bytes(_HEADERS[form] + "\n".join(lines).encode("utf-8", "surrogatepass"))

    try:
        found = read_chain(path, form=form, provenance=READING)
    except BadInput:
        return

    assert found.snapshot.chains
    assert all(np.isfinite(chain.strikes).all() for chain in found.snapshot.chains)


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(form: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "chain"
    path.write_bytes(content)

    with pytest.raises(BadInput):
        read_chain(path, form=form, provenance=READING)
