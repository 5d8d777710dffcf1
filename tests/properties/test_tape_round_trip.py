"""What is written is what is read, whatever it is and however it came."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.tape.columns import fields, key_fields
from quantdeck.tape.layout import Layout
from quantdeck.tape.manifest import Manifest
from quantdeck.tape.reader import Reader
from quantdeck.tape.seal import seal
from quantdeck.tape.segment import SegmentFile, SegmentScan

_SYMBOLS = ("BINANCE-USDM:BTCUSDT", "BINANCE:ETH.X-1", "SIM:Z")
_moderate = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@st.composite
def _rows(draw, kind: Kind):
    dtype = DTYPES[kind]
    count = draw(st.integers(0, 12))
    rows = np.zeros(count, dtype=dtype)
    # Few different keys, so that some come twice; times on both sides of midnights.
    rows["ts_event"] = draw(
        hnp.arrays(np.int64, count, elements=st.integers(-3, 3).map(lambda h: h * 43_200 * 10**9))
    )
    rows["seq"] = draw(hnp.arrays(np.int64, count, elements=st.integers(0, 3)))
    rows["ts_recv"] = draw(hnp.arrays(np.int64, count, elements=st.integers(-(2**40), 2**40)))
    rows["symbol"] = draw(hnp.arrays(np.int32, count, elements=st.integers(0, 2)))
    for name in fields(kind):
        if name not in ("ts_event", "seq", "ts_recv", "symbol"):
            rows[name] = draw(hnp.arrays(dtype[name], count))
    return rows


@st.composite
def _batches(draw):
    provenances = st.builds(
        Provenance,
        st.sampled_from(("binance-usdm", "a/b c")),
        st.sampled_from(list(Delay)),
        st.sampled_from(("run-1", "run-2")).map(RunId),
    )
    kinds = draw(st.lists(st.sampled_from(list(Kind)), max_size=6))
    return [Batch(kind, draw(_rows(kind)), draw(provenances)) for kind in kinds]


@_moderate
@given(batches=_batches(), cuts=st.lists(st.integers(0, 6), max_size=3), sealed=st.integers(0, 4))
def test_tape_whatever_is_written_reads_back_each_event_once(batches, cuts, sealed):
    with _tape() as (layout, manifest):
        parts = _chunks(batches, cuts)
        for number, part in enumerate(parts):
            path = _write(layout, part, number)
            if number < sealed:
                seal(layout, manifest, [path])

        found = _read(Reader(layout.root))

    written = _written(batches)
    for kind in Kind:
        assert found[kind].keys() == written[kind].keys()
        assert all(row in written[kind][key] for key, row in found[kind].items())


@_moderate
@given(batches=_batches(), again=st.integers(1, 2))
def test_tape_when_the_same_is_written_again_does_not_change(batches, again):
    with _tape() as (layout, manifest):
        seal(layout, manifest, [_write(layout, batches, 0)])
        once = _read(Reader(layout.root))
        files = manifest.snapshot().files

        for number in range(1, again + 1):
            seal(layout, manifest, [_write(layout, batches, number)])

        assert _read(Reader(layout.root)) == once
        assert manifest.snapshot().files == files


@_moderate
@given(batches=_batches(), data=st.data())
def test_segment_when_cut_or_damaged_anywhere_reads_as_a_prefix(batches, data):
    with _tape() as (layout, _):
        # A file of one frame a batch, so that a prefix is a number of batches.
        path = layout.wal / "1.seg"
        file = SegmentFile(path, _instruments(), created_ns=0)
        for one in batches:
            file.append([one])
        file.close()
        whole = path.read_bytes()
        place = data.draw(st.integers(0, len(whole) - 1))
        if data.draw(st.booleans()):
            damaged = whole[:place]
        else:
            flipped = whole[place] ^ data.draw(st.integers(1, 255))
            damaged = whole[:place] + bytes([flipped]) + whole[place + 1 :]
        path.write_bytes(damaged)

        scan = SegmentScan(path)
        scan.read_on()

        assert scan.end <= len(damaged)
        got = {kind: _joined(b.rows for b in scan.blocks if b.kind is kind) for kind in Kind}
        lengths = [
            {kind: _joined(b.rows for b in batches[:n] if b.kind is kind) for kind in Kind}
            for n in range(len(batches) + 1)
        ]
        assert any(
            {k: sorted(v) for k, v in got.items()} == {k: sorted(v) for k, v in some.items()}
            for some in lengths
        )


@contextmanager
def _tape():
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder))
        layout.wal.mkdir()
        layout.parquet.mkdir()
        manifest = Manifest(layout.manifest)
        try:
            yield layout, manifest
        finally:
            manifest.close()


def _instruments() -> InstrumentTable:
    table = InstrumentTable()
    for symbol in _SYMBOLS:
        table.id_of(symbol)
    return table


def _write(layout, batches, number) -> Path:
    path = layout.wal / f"{number}.seg"
    file = SegmentFile(path, _instruments(), created_ns=0)
    file.append(batches)
    file.close()
    return path


def _chunks(batches, cuts):
    places = sorted({0, *(min(c, len(batches)) for c in cuts), len(batches)})
    return [batches[a:b] for a, b in pairwise(places)] or [[]]


def _joined(arrays) -> list[bytes]:
    return [row.tobytes() for array in arrays for row in array]


def _read(reader: Reader):
    found = {}
    for kind in Kind:
        rows = reader.table(kind).to_pylist()
        assert [(r["ts_event"], r["seq"]) for r in rows] == sorted(
            (r["ts_event"], r["seq"]) for r in rows
        )
        found[kind] = {_key(kind, row): _text(row) for row in rows}
        assert len(found[kind]) == len(rows)
    return found


def _written(batches):
    found = {kind: {} for kind in Kind}
    for one in batches:
        p = one.provenance
        for row in one.rows:
            named = {name: row[name].item() for name in fields(one.kind)}
            named |= {
                "symbol": _SYMBOLS[row["symbol"]],
                "source": p.source,
                "delay": p.delay.value,
                "ingest_run_id": p.run_id,
            }
            found[one.kind].setdefault(_key(one.kind, named), set()).add(_text(named))
    return found


def _key(kind, row):
    return (row["source"], row["symbol"], *(row[name] for name in key_fields(kind)))


def _text(row) -> str:
    # NaN is not equal to itself, its text is.
    return repr(sorted(row.items()))
