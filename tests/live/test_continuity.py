from __future__ import annotations

import numpy as np
import pytest

from quantdeck.live.continuity import Accepted, Continuity
from quantdeck.model.events import Flag, Kind
from quantdeck.model.feed import Gap, GapState
from tests.live.rows import marks, quotes, trades

_SYMBOL = "BINANCE-USDM:BTCUSDT"


def _continuity(longest_gap: int = 1000) -> Continuity:
    return Continuity("binance-usdm", lambda _: _SYMBOL, longest_gap=longest_gap)


def _accept(continuity: Continuity, *ticks: tuple[int, int], flags: int = 0) -> Accepted:
    return continuity.accept(Kind.TRADE, trades(*ticks, flags=flags))


def _seqs(accepted: Accepted) -> list[int]:
    return accepted.rows["seq"].tolist()


def _spans(gaps: tuple[Gap, ...] | list[Gap]) -> list[tuple[int, int, GapState]]:
    return [(gap.first_seq, gap.last_seq, gap.state) for gap in gaps]


def test_continuity_when_numbers_follow_hands_the_batch_through() -> None:
    continuity = _continuity()
    rows = trades((10, 5), (20, 6), (20, 7))

    accepted = continuity.accept(Kind.TRADE, rows)

    assert accepted.rows is rows
    assert accepted == Accepted(rows)


def test_continuity_when_first_number_is_high_finds_no_gap() -> None:
    assert _accept(_continuity(), (10, 5_266_583_935)).gaps == ()


def test_continuity_when_rows_repeat_drops_them() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 1), (20, 2))

    accepted = _accept(continuity, (10, 1), (20, 2), (30, 3), (30, 3))

    assert (_seqs(accepted), accepted.duplicates) == ([3], 3)


def test_continuity_when_numbers_jump_reports_the_gap() -> None:
    continuity = _continuity()

    accepted = _accept(continuity, (10, 1), (50, 5))

    assert _seqs(accepted) == [1, 5]
    assert accepted.gaps == (
        Gap(
            source="binance-usdm",
            symbol=_SYMBOL,
            kind="trade",
            first_seq=2,
            last_seq=4,
            found_ns=51,
            after_ts_ns=10,
            before_ts_ns=50,
        ),
    )
    assert continuity.open_gaps() == list(accepted.gaps)


def test_continuity_when_a_gap_fills_reports_it_repaired_and_marks_the_rows_late() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 1), (50, 5))

    first = _accept(continuity, (30, 3), flags=Flag.REPAIRED)
    rest = _accept(continuity, (20, 2), (40, 4), (60, 6))

    assert (first.gaps, first.late) == ((), 1)
    assert first.rows["flags"].tolist() == [Flag.LATE | Flag.REPAIRED]
    assert _spans(rest.gaps) == [(2, 4, GapState.REPAIRED)]
    assert rest.rows["flags"].tolist() == [Flag.LATE, Flag.LATE, 0]
    assert continuity.open_gaps() == []


def test_continuity_when_a_gap_shrinks_says_what_is_still_missing() -> None:
    continuity = _continuity()
    [gap] = _accept(continuity, (10, 1), (90, 9)).gaps

    _accept(continuity, (50, 5))

    assert continuity.missing(Kind.TRADE, 0, gap) == [(2, 4), (6, 8)]
    assert continuity.open_gaps() == [gap]


def test_continuity_when_a_late_row_repeats_drops_it() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 1), (90, 9))

    accepted = _accept(continuity, (50, 5), (50, 5))

    assert (_seqs(accepted), accepted.late, accepted.duplicates) == ([5], 1, 1)


def test_continuity_when_rows_swap_within_a_batch_reports_no_gap() -> None:
    accepted = _accept(_continuity(), (10, 1), (30, 3), (20, 2))

    assert (_seqs(accepted), accepted.gaps, accepted.late) == ([1, 3, 2], (), 1)


def test_continuity_when_a_row_is_late_leaves_the_batch_it_was_given_alone() -> None:
    rows = trades((10, 1), (30, 3), (20, 2))

    _continuity().accept(Kind.TRADE, rows)

    assert rows["flags"].tolist() == [0, 0, 0]


def test_continuity_when_history_is_filled_in_accepts_it_once_and_as_late() -> None:
    continuity = _continuity()
    _accept(continuity, (100, 10))

    once = _accept(continuity, (70, 7), (80, 8), (90, 9), (100, 10), flags=Flag.REPAIRED)
    again = _accept(continuity, (70, 7), (80, 8), (90, 9), flags=Flag.REPAIRED)

    assert (_seqs(once), once.late, once.refetched, once.gaps) == ([7, 8, 9], 3, 1, ())
    assert (_seqs(again), again.refetched) == ([], 3)


def test_continuity_when_numbers_fall_back_with_later_times_starts_anew() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 501), (50, 505))

    accepted = _accept(continuity, (60, 1), (70, 2), (80, 4))

    assert _seqs(accepted) == [1, 2, 4]
    assert accepted.restarts == 1
    assert _spans(accepted.gaps) == [(502, 504, GapState.LOST), (3, 3, GapState.OPEN)]


def test_continuity_when_numbers_jump_ahead_too_far_starts_anew() -> None:
    continuity = _continuity(longest_gap=1000)
    _accept(continuity, (10, 1))

    at_most = _accept(continuity, (20, 1002))
    beyond = _accept(continuity, (30, 2004))

    assert (_spans(at_most.gaps), at_most.restarts) == ([(2, 1001, GapState.OPEN)], 0)
    assert (_spans(beyond.gaps), beyond.restarts) == ([(2, 1001, GapState.LOST)], 1)


def test_continuity_when_a_gap_is_given_up_reports_it_lost_and_drops_what_comes() -> None:
    continuity = _continuity()
    [gap] = _accept(continuity, (10, 1), (50, 5)).gaps

    lost = continuity.give_up(Kind.TRADE, 0, gap)

    assert _spans(lost) == [(2, 4, GapState.LOST)]
    assert continuity.give_up(Kind.TRADE, 0, gap) == []
    assert _accept(continuity, (20, 2)).duplicates == 1


def test_continuity_when_gaps_are_too_many_gives_up_the_oldest() -> None:
    continuity = _continuity()

    accepted = _accept(continuity, *((i, 2 * i) for i in range(1, 300)))

    lost = [gap for gap in accepted.gaps if gap.state is GapState.LOST]
    assert len(continuity.open_gaps()) == 256
    assert [gap.first_seq for gap in lost[:2]] == [3, 5]
    assert len(accepted.rows) == 299


def test_continuity_when_a_print_is_excluded_counts_its_number_as_seen() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 1))

    accepted = _accept(continuity, (20, 2), flags=Flag.EXCLUDED)
    after = _accept(continuity, (30, 3))

    assert (_seqs(accepted), accepted.excluded) == ([], 1)
    assert (_seqs(after), after.gaps) == ([3], ())


def test_continuity_when_an_excluded_print_is_late_fills_its_gap() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 1), (30, 3))

    accepted = _accept(continuity, (20, 2), flags=Flag.EXCLUDED)

    assert (_seqs(accepted), accepted.excluded, accepted.late) == ([], 1, 0)
    assert _spans(accepted.gaps) == [(2, 2, GapState.REPAIRED)]


def test_continuity_when_kinds_and_symbols_differ_keeps_them_apart() -> None:
    continuity = _continuity()

    continuity.accept(Kind.TRADE, trades((10, 1), symbol=0))
    aggregated = continuity.accept(Kind.AGG_TRADE, trades((10, 900), symbol=0))
    other = continuity.accept(Kind.TRADE, trades((10, 7), symbol=77))
    goes_on = continuity.accept(Kind.TRADE, trades((20, 2), symbol=0))

    assert [a.gaps for a in (aggregated, other, goes_on)] == [(), (), ()]
    assert [len(a.rows) for a in (aggregated, other, goes_on)] == [1, 1, 1]


def test_continuity_interrupt_when_capture_resumes_finds_no_gap() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 1), (50, 5))

    lost = continuity.interrupt(0)

    assert _spans(lost) == [(2, 4, GapState.LOST)]
    assert _accept(continuity, (90, 90)).gaps == ()
    assert continuity.interrupt(12345) == []


def test_continuity_interrupt_when_capture_resumes_finds_the_gaps_after_that() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 1), (20, 2))
    continuity.interrupt(0)
    _accept(continuity, (30, 3))

    assert _spans(_accept(continuity, (50, 5)).gaps) == [(4, 4, GapState.OPEN)]


def test_continuity_interrupt_when_the_past_is_fetched_takes_only_what_was_not_seen() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 1), (20, 2), (40, 4))
    continuity.interrupt(0)
    _accept(continuity, (90, 9))

    accepted = _accept(continuity, *((10 * seq, seq) for seq in range(10)))

    assert accepted.rows["seq"].tolist() == [0, 3, 5, 6, 7, 8]
    assert (accepted.duplicates, accepted.late, accepted.gaps) == (4, 6, ())


def test_continuity_interrupt_when_numbers_start_anew_begins_with_them() -> None:
    continuity = _continuity()
    _accept(continuity, (10, 100), (20, 101))
    continuity.interrupt(0)

    accepted = _accept(continuity, (500, 1), (510, 2))

    assert (accepted.rows["seq"].tolist(), accepted.restarts) == ([1, 2], 1)


def test_continuity_when_quotes_rise_hands_the_batch_through() -> None:
    rows = quotes((5, 9.0, 11.0), (900, 9.0, 11.0), (901, 9.5, np.nan))

    assert _continuity().accept(Kind.QUOTE, rows).rows is rows


def test_continuity_when_quotes_are_older_drops_them_as_stale() -> None:
    continuity = _continuity()
    continuity.accept(Kind.QUOTE, quotes((10, 9.0, 11.0)))

    accepted = continuity.accept(Kind.QUOTE, quotes((8, 1.0, 2.0), (9, 1.0, 2.0), (11, 9.0, 11.5)))

    assert (_seqs(accepted), accepted.stale, accepted.duplicates) == ([11], 2, 0)


def test_continuity_when_quotes_repeat_tells_duplicates_from_stale_ones() -> None:
    continuity = _continuity()
    continuity.accept(Kind.QUOTE, quotes((10, 9.0, np.nan)))

    accepted = continuity.accept(Kind.QUOTE, quotes((10, 9.0, np.nan), (10, 9.0, 12.0)))

    assert (_seqs(accepted), accepted.duplicates, accepted.stale) == ([], 1, 1)


def test_continuity_when_only_lower_quotes_come_for_long_starts_anew() -> None:
    continuity = _continuity()
    continuity.accept(Kind.QUOTE, quotes((1000, 9.0, 11.0), recv=[0]))
    seconds = [1, 2, 3, 4, 5]
    lower = quotes(
        *((i, 9.0, 11.0) for i in seconds), recv=[second * 10**9 + 1 for second in seconds]
    )

    accepted = continuity.accept(Kind.QUOTE, lower)

    assert (_seqs(accepted), accepted.stale, accepted.restarts) == ([3, 4, 5], 2, 1)


def test_continuity_when_marks_repeat_or_fall_back_drops_them() -> None:
    continuity = _continuity()

    accepted = continuity.accept(Kind.MARK, marks((10, 1.0), (10, 1.0), (9, 1.0), (20, 1.0)))

    assert accepted.rows["ts_event"].tolist() == [10, 20]
    assert (accepted.duplicates, accepted.stale) == (1, 1)


@pytest.mark.parametrize("kind", [Kind.TRADE, Kind.QUOTE, Kind.MARK, Kind.BAR])
def test_continuity_when_a_batch_is_empty_gives_it_back(kind: Kind) -> None:
    from quantdeck.model.events import DTYPES

    rows = np.zeros(0, DTYPES[kind])

    assert _continuity().accept(kind, rows) == Accepted(rows)


def test_continuity_rows_fetched_again_are_no_duplicates_of_the_venue() -> None:
    continuity = Continuity("s", str)
    continuity.accept(Kind.TRADE, trades((10, 1), (20, 2), (50, 5)))

    sent = continuity.accept(Kind.TRADE, trades((10, 1), (20, 2)))
    fetched = continuity.accept(
        Kind.TRADE, trades((10, 1), (20, 2), (30, 3), (50, 5), flags=Flag.REPAIRED)
    )

    assert (sent.duplicates, sent.refetched) == (2, 0)
    assert (fetched.duplicates, fetched.refetched) == (0, 3)
    assert fetched.rows["seq"].tolist() == [3]
