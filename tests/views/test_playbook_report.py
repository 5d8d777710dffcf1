"""The option trades of a playbook as an offline report."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from quantdeck.views.offline_page import SheetParts
from quantdeck.views.playbook_report import playbook_report_page, reported_trades
from tests.hub.playbook_rig import sample

PARTS = SheetParts("/* script */", "/* style */", "1.2.3", 0)


def test_trade_of_options_is_told_with_its_odds_and_limits() -> None:
    (trade,) = reported_trades(sample())
    entry = sample().entry("US:SPX")
    assert entry is not None
    assert entry.idea is not None

    assert trade.name.startswith("SPX ")
    assert trade.probability == entry.idea.pop
    assert -trade.profits.min() == pytest.approx(entry.idea.max_loss)
    assert np.interp(trade.breakevens, trade.prices, trade.profits) == pytest.approx(0.0, abs=1.0)


def test_page_says_that_odds_are_the_markets_and_marks_what_is_simulated() -> None:
    made = msgspec.structs.replace(sample(), is_simulated=True)

    page = playbook_report_page(made, reported_trades(made), PARTS)

    assert (
        "the market's, not the model's" in page or "the market&#x27;s, not the model&#x27;s" in page
    )
    assert "SIMULATED" in page.upper()
    assert "http://" not in page


def test_playbook_of_shares_has_no_trades_to_report() -> None:
    entries = tuple(each for each in sample().entries if each.symbol != "US:SPX")

    assert reported_trades(msgspec.structs.replace(sample(), entries=entries)) == []
