"""A playbook of a session: order, explanations, trades of the foremost, and what a reader must know."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.playbook.entry import Playbook
from quantdeck.research.playbook.inputs import Chain, PlaybookRules
from quantdeck.research.playbook.make import make_playbook
from tests.analytics.options.planted_chains import AT_NS
from tests.research.playbook.samples import SYMBOLS, VALUES, foretold, study, table

FORETOLD = (0.56, 0.44, 0.50, 0.55)


def _made(**changes: object) -> Playbook:
    given = {"now_ns": AT_NS, "foretold": foretold(*FORETOLD), "chains": {"US:SPX": Chain(study())}}
    return make_playbook(table(), PlaybookRules(top_n=4), **(given | changes))  # type: ignore[arg-type]


def test_playbook_is_ordered_by_score_and_scores_are_sums() -> None:
    made = _made()

    scores = [each.score for each in made.entries]
    assert scores == sorted(scores, reverse=True)
    assert [each.rank for each in made.entries] == [1, 2, 3, 4]
    for each in made.entries:
        assert each.score == sum(c.contribution for c in each.contributions if c.contribution)


def test_playbook_tells_what_is_absent_instead_of_taking_it_for_nought() -> None:
    entry = _made().entry("US:BBB")

    assert entry is not None
    assert entry.absent == ("news_sent", "iv_edge")
    assert entry.coverage == pytest.approx(0.75)


def test_playbook_trades_options_where_there_is_a_chain_and_shares_elsewhere() -> None:
    made = _made()

    kinds = {each.symbol: each.idea.structure for each in made.entries if each.idea}
    assert kinds == {
        "US:AAA": "long_shares",
        "US:BBB": "short_shares",
        "US:CCC": "",
        "US:SPX": "bull_put_spread",
    }
    assert made.entries[0].idea is not None
    assert made.entries[0].idea.stop == pytest.approx(98.0)


def test_playbook_without_iv_edge_tells_dear_options_by_the_chain_itself() -> None:
    values = VALUES | {"iv_edge": (np.nan,) * 4, "hv30": (0.2, 0.2, 0.2, 0.03)}

    made = make_playbook(
        table(values),
        PlaybookRules(top_n=4),
        now_ns=AT_NS,
        foretold=foretold(*FORETOLD),
        chains={"US:SPX": Chain(study())},
    )

    entry = made.entry("US:SPX")
    assert entry is not None
    assert entry.richness == "rich"
    assert "iv_edge" in entry.absent
    assert entry.idea is not None
    assert entry.idea.structure == "bull_put_spread"
    assert "3.0% were realized" in entry.idea.why


def test_playbook_has_trades_of_the_foremost_only() -> None:
    made = make_playbook(table(), PlaybookRules(top_n=2), now_ns=AT_NS)

    assert [each.idea is not None for each in made.entries] == [True, True, False, False]


def test_playbook_without_a_model_says_so_and_goes_on() -> None:
    made = make_playbook(table(), PlaybookRules(), now_ns=AT_NS)

    assert made.model is None
    assert made.model_absent == "no model has been trained"
    assert all("prob_up" in each.absent for each in made.entries)


def test_playbook_with_a_model_keeps_its_id_and_what_it_said() -> None:
    made = _made()

    assert made.model is not None
    assert made.model.id == "20260612-200000-up-1d"
    assert made.model.auc_high == 0.521
    said = {each.symbol: each.probability for each in made.entries}
    assert [said[symbol] for symbol in SYMBOLS] == list(FORETOLD)


def test_playbook_made_later_of_the_same_has_the_same_digest() -> None:
    assert _made().inputs == _made(now_ns=AT_NS + 1).inputs
    assert _made().inputs != _made(foretold=foretold(0.5, 0.5, 0.5, 0.5)).inputs


def test_playbook_leaves_out_what_did_not_trade() -> None:
    made = make_playbook(table(halted=1), PlaybookRules(), now_ns=AT_NS)

    assert made.left_out == {"US:BBB": "it did not trade in the session"}
    assert made.entry("US:BBB") is None


def test_playbook_of_a_session_that_the_model_has_seen_says_so() -> None:
    seen = foretold(*FORETOLD)
    card = msgspec.structs.replace(seen.card, last_session="2026-06-12", target="beats_median")

    made = _made(foretold=type(seen)(seen.probability, card))

    assert any("not out of sample" in note for note in made.notes)
    assert any("beats the median" in note for note in made.notes)


def test_playbook_of_a_table_without_factors_is_refused() -> None:
    values = {"sma20": VALUES["sma20"]}

    with pytest.raises(NoData, match="no symbol has a score on 2026-06-12"):
        make_playbook(table(values), PlaybookRules(), now_ns=AT_NS)


def test_playbook_survives_json() -> None:
    made = _made()

    assert msgspec.json.decode(msgspec.json.encode(made), type=Playbook) == made


def test_rules_with_an_unknown_factor_are_refused() -> None:
    with pytest.raises(BadInput, match="there is no factor 'luck'"):
        PlaybookRules(weights={"luck": 1.0})


def test_probabilities_that_are_not_known_count_as_absent() -> None:
    made = _made(foretold=foretold(np.nan, 0.44, 0.5, 0.55))

    entry = made.entry("US:AAA")
    assert entry is not None
    assert entry.probability is None
    assert "prob_up" in entry.absent
