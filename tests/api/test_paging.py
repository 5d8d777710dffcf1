from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.api.paging import tick_page
from quantdeck.model.events import Kind
from quantdeck.ports.tape import Coverage

_SYMBOL = "BINANCE:BTCUSDT"


class _Tape:
    def __init__(self, rows):
        self.rows = sorted(rows)
        self.longest = 0

    def table(self, kind, *, symbols, start_ns, end_ns):
        chosen = [row for row in self.rows if start_ns <= row[0] < end_ns]
        self.longest = max(self.longest, len(chosen))
        ts, seq, source = zip(*chosen, strict=True) if chosen else ((), (), ())
        return pa.table(
            {
                "ts_event": pa.array(ts, pa.int64()),
                "seq": pa.array(seq, pa.int64()),
                "source": pa.array(source, pa.string()),
            }
        )

    def coverage(self):
        times = [row[0] for row in self.rows]
        return [
            Coverage("trade", "x", "imported", _SYMBOL, len(times), min(times), max(times)),
        ]


_rows = st.lists(
    st.tuples(
        st.integers(0, 40).map(lambda s: s * 300_000_000), st.integers(0, 3), st.sampled_from("ab")
    ),
    min_size=1,
    max_size=60,
    unique=True,
)


@given(rows=_rows, limit=st.integers(1, 20), start=st.integers(0, 12_000_000_000))
def test_pages_put_together_are_the_range_each_event_once(rows, limit, start):
    tape, seen, cursor = _Tape(rows), [], None

    while True:
        page = tick_page(
            tape, Kind.TRADE, _SYMBOL, start_ns=start, end_ns=None, limit=limit, cursor=cursor
        )
        found = page.table.to_pylist()
        assert len(found) == limit or page.next is None
        seen += [(row["ts_event"], row["seq"], row["source"]) for row in found]
        cursor = page.next
        if cursor is None:
            break

    assert seen == [row for row in tape.rows if row[0] >= start]


def test_page_of_a_long_range_reads_little_of_it():
    tape = _Tape([(at * 1_000_000_000, at, "a") for at in range(20_000)])

    page = tick_page(tape, Kind.TRADE, _SYMBOL, start_ns=0, end_ns=None, limit=100)

    assert page.table.num_rows == 100
    assert tape.longest < 1_000


def test_range_before_the_first_event_is_empty():
    tape = _Tape([(10_000_000_000, 1, "a")])

    page = tick_page(tape, Kind.TRADE, _SYMBOL, start_ns=0, end_ns=5, limit=100)

    assert (page.table.num_rows, page.next) == (0, None)
    assert page.table.column_names == ["ts_event", "seq", "source"]
