"""What the Playbook page shows of a playbook."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from quantdeck.research.playbook.inputs import PlaybookRules
from quantdeck.research.playbook.make import make_playbook
from quantdeck.research.playbook.sizes import RiskLimits
from quantdeck.views import playbook as shown
from quantdeck.views.encode import to_csv, to_json
from quantdeck.views.payloads import PanelState
from quantdeck.views.playbook_panels import TRADES
from quantdeck.views.playbook_words import notes_text, why_text
from tests.analytics.options.planted_chains import AT_NS
from tests.hub.playbook_rig import sample
from tests.research.playbook.samples import table

STATE = PanelState("demo", 1.0, "synthetic")


def _entry(symbol: str):
    found = sample().entry(symbol)
    assert found is not None
    return found


def test_trades_are_of_the_foremost_with_a_link_to_their_reasons() -> None:
    rows = shown.trades_payload(sample(), STATE, session="newest").rows

    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert rows[0]["why"] == f"/playbook?session=newest&symbol={rows[0]['symbol']}"
    assert all(0.0 <= row["coverage"] <= 1.0 for row in rows)


def test_factors_add_up_to_the_score_in_the_last_row() -> None:
    rows = shown.factors_payload(_entry("US:SPX"), STATE).rows

    assert sum(row["contribution"] or 0.0 for row in rows[:-1]) == rows[-1]["contribution"]
    assert {row["factor"]: row["weight"] for row in rows}["news_sent"] is None


def test_payoff_passes_nought_at_its_breakevens_and_ends_at_its_limits() -> None:
    entry = _entry("US:SPX")
    assert entry.idea is not None

    profit, zeros = shown.payoff_payload(entry, STATE).curves

    assert np.interp(zeros.x, profit.x, profit.y) == pytest.approx(0.0, abs=1.0)
    assert profit.y.max() == pytest.approx(entry.idea.max_profit)
    assert -profit.y.min() == pytest.approx(entry.idea.max_loss)


def test_payoff_of_shares_is_empty_with_a_reason() -> None:
    payload = shown.payoff_payload(_entry("US:AAA"), STATE)

    assert payload.curves == ()
    assert payload.state.detail == "This trade is of shares."


def test_map_has_the_foremost_symbol_at_the_top_and_holes_where_nothing_is_known() -> None:
    made = sample()

    payload = shown.map_payload(made, STATE)

    assert payload.names[0] == made.entries[0].symbol.removeprefix("US:")
    cells = payload.layers["contribution"]
    assert np.isnan(cells).sum() == sum(len(each.absent) for each in made.entries)


def test_summary_says_what_the_model_is_worth() -> None:
    cards = {row["id"]: row for row in shown.summary_payload(sample(), STATE).rows}

    assert cards["auc"]["value"] == 0.513
    assert cards["auc"]["note"] == "[0.505, 0.521]; 0.5 is a coin"


def test_why_of_a_symbol_names_what_is_not_known_and_what_bounds_its_size() -> None:
    text = why_text(_entry("US:SPX"))

    assert "Not known: news_sent" in text
    assert "risk_per_trade" in text
    assert "risk-neutral)" in text


def test_why_of_a_trade_beyond_its_limit_names_the_limit() -> None:
    rules = PlaybookRules(limits=RiskLimits(by_strategy={"shares": 0.5}))
    made = make_playbook(table(), rules, now_ns=AT_NS)
    entry = made.entry("US:AAA")
    assert entry is not None

    text = why_text(entry)

    assert "**No size:**" in text
    assert "max_risk shares allows 0.50" in text


def test_notes_without_a_model_say_so() -> None:
    made = msgspec.structs.replace(sample(), model=None, model_absent="no model has been trained")

    assert "**No model.** No model has been trained." in notes_text(made)


def test_notes_of_a_model_that_is_no_better_than_a_coin_say_so() -> None:
    made = sample()
    assert made.model is not None
    coin = msgspec.structs.replace(made.model, auc=0.501, auc_low=0.49, auc_high=0.51)

    text = notes_text(msgspec.structs.replace(made, model=coin))

    assert "not to be told from a coin" in text


def test_payloads_can_be_written() -> None:
    payload = shown.trades_payload(sample(), STATE, session="newest")

    assert to_json(payload).startswith(b"{")
    header = to_csv(payload, TRADES.columns).decode().splitlines()[0]
    assert "pop" in header
