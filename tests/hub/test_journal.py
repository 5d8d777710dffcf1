from __future__ import annotations

import pytest

from quantdeck.hub.journal import Journal
from quantdeck.model.feed import Delay, FeedState, FeedStatus, Gap, GapState
from quantdeck.ports.tape import TapeStatus


class _Clock:
    def now_ns(self) -> int:
        return 5

    def monotonic_ns(self) -> int:
        return 5

    async def sleep(self, seconds: float) -> None:
        raise AssertionError


def _feed(state: FeedState, detail: str = "") -> FeedStatus:
    return FeedStatus("binance-usdm/market", state, 0, Delay.REALTIME, detail)


def test_journal_change_of_state_is_one_line_with_the_reason() -> None:
    journal = Journal(_Clock().now_ns)
    journal.observe([_feed(FeedState.LIVE)], None)

    for _ in range(3):
        journal.observe([_feed(FeedState.BACKOFF, "closed 1006, again in 0.4 s")], None)

    assert [(line.tone, line.text) for line in journal.lines()] == [
        ("bad", "binance-usdm/market: disconnected. closed 1006, again in 0.4 s"),
        ("good", "binance-usdm/market: live"),
    ]


def test_journal_feed_not_started_yet_is_no_news() -> None:
    journal = Journal(_Clock().now_ns)

    journal.observe([_feed(FeedState.STOPPED)], None)

    assert journal.lines() == []


def test_journal_tape_that_stops_is_bad_news() -> None:
    journal = Journal(_Clock().now_ns)
    journal.observe([], TapeStatus("writing"))

    journal.observe([], TapeStatus("stopped", "The disk is full."))

    assert journal.lines()[0].tone == "bad"
    assert journal.lines()[0].text == "tape: stopped. The disk is full."


@pytest.mark.parametrize(
    ("state", "tone", "word"),
    [
        (GapState.OPEN, "bad", "missing"),
        (GapState.REPAIRED, "good", "fetched"),
        (GapState.LOST, "bad", "lost"),
    ],
)
def test_journal_gap_is_told_with_count_and_numbers(state: GapState, tone: str, word: str) -> None:
    journal = Journal(_Clock().now_ns)

    journal.note_gap(Gap("s", "BINANCE:BTCUSDT", "trade", 5, 7, 0, state=state))

    (line,) = journal.lines()
    assert line.tone == tone
    assert all(part in line.text for part in ("3 events", word, "BTCUSDT", "5 to 7"))
