from __future__ import annotations

from quantdeck.alerts.listing import listed
from quantdeck.alerts.parse import parse
from quantdeck.model.errors import BadRule


def test_listed_reads_names_comments_and_lines_that_go_on() -> None:
    text = "# mine\n\nvery high: last(BTCUSDT) > 1 # now\n  for 30s\n\nlast(BINANCE:ETHUSDT) > 2\n"

    found = listed(text)

    assert [(each.name, each.line) for each in found] == [("very high", 3), ("", 6)]
    assert found[0].text == "last(BTCUSDT) > 1 for 30s"
    assert [each.found.rule for each in found if not isinstance(each.found, BadRule)] == [
        parse("last(BTCUSDT) > 1 for 30s"),
        parse("last(BINANCE:ETHUSDT) > 2"),
    ]


def test_listed_places_errors_in_the_whole_text() -> None:
    text = "last(A) > 1\nhigh: last(A) > 1\n  and lats(B) > 1 # note\n"

    fault = listed(text)[1].found

    assert isinstance(fault, BadRule)
    assert (fault.line, fault.column) == (3, 7)
    assert fault.picture() == "  and lats(B) > 1 # note\n      ^^^^"


def test_listed_of_nothing_but_comments_is_empty() -> None:
    assert listed("\n# last(A) > 1\n   \n") == []
