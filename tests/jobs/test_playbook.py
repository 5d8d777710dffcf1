"""Playbooks from the stores: which model and which chains they take, and what they do without."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec import structs

from quantdeck.jobs.playbook import PlaybookRequest, PlaybookStores, make_and_keep
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.ports.box_store import StoredSnapshot
from quantdeck.records.playbooks import PlaybookFiles
from quantdeck.research.playbook.inputs import Chain, PlaybookRules
from quantdeck.research.training import train
from tests.analytics.options.planted_chains import AT_NS, EXPIRIES, planted_chain
from tests.research.playbook.samples import study, table
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.research.card import Card
    from quantdeck.research.features.table import FeatureTable

TABLE = replace(table(), sessions=np.array([0, 1]) + AT_NS)
RULES = PlaybookRules(top_n=4)


@dataclass
class Tables:
    """One table."""

    table: FeatureTable

    def get(self, name: str | None = None) -> FeatureTable:
        """Return it."""
        return self.table


@dataclass
class Models:
    """One model, or why there is none."""

    found: tuple[Card, str] | Exception = field(
        default_factory=lambda: NoData("no model is kept; train one")
    )

    def get(self, model_id: str | None = None) -> tuple[Card, str]:
        """Return it."""
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@dataclass
class Chains:
    """The planted chain of one underlying."""

    asked: list[str] = field(default_factory=list)
    snapshot: ChainSnapshot | None = None

    def snapshots(self, *, underlying: str | None = None, source: str | None = None) -> list:
        """Return the newest, of SPX alone."""
        self.asked.append(underlying or "")
        stored = StoredSnapshot("x", AT_NS, "demo", "f", "simulated", "US:SPX", 3, 120, 1)
        return [stored] if underlying == "US:SPX" else []

    def read(self, stored: StoredSnapshot) -> ChainSnapshot:
        """Return it."""
        if self.snapshot is None:
            raise StoreError("torn")
        return self.snapshot


SNAPSHOT = ChainSnapshot(
    AT_NS,
    "simulated",
    Provenance("demo", Delay.SIMULATED, RunId("r")),
    tuple(planted_chain(each) for each in EXPIRIES),
)


def _stores(folder: Path, **changes: object) -> PlaybookStores:
    given = {
        "tables": Tables(TABLE),
        "models": Models(),
        "chains": Chains(snapshot=SNAPSHOT),
        "playbooks": PlaybookFiles(folder),
    }
    return PlaybookStores(**(given | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trained() -> tuple[FeatureTable, tuple[Card, str]]:
    learnt = synthetic_table(6, 260, names=("momentum", "reversal", "gap"))
    found = train(learnt, params={"num_iterations": 8})
    return learnt, (found.card, found.text)


def test_playbook_takes_the_kept_chain_and_goes_on_without_a_model(tmp_path: Path) -> None:
    stores = _stores(tmp_path)

    made = make_and_keep(stores, RULES, PlaybookRequest(now_ns=AT_NS))

    assert made.model is None
    assert made.model_absent == "no model is kept; train one"
    entry = made.entry("US:SPX")
    assert entry is not None
    assert entry.idea is not None
    assert entry.idea.chain_source == "demo"
    assert stores.playbooks.get() == made


def test_playbook_asks_chains_of_the_foremost_only(tmp_path: Path) -> None:
    chains = Chains(snapshot=SNAPSHOT)
    stores = _stores(tmp_path, chains=chains)

    made = make_and_keep(stores, PlaybookRules(top_n=2), PlaybookRequest(now_ns=AT_NS))

    assert chains.asked == [each.symbol for each in made.entries[:2]]


def test_playbook_takes_a_chain_that_is_watched_before_a_kept_one(tmp_path: Path) -> None:
    request = PlaybookRequest(now_ns=AT_NS, live={"US:SPX": Chain(study(), "live")})

    made = make_and_keep(_stores(tmp_path), RULES, request)

    ideas = {each.symbol: each.idea for each in made.entries}
    spx = ideas["US:SPX"]
    assert spx is not None
    assert spx.chain_source == "live"


def test_playbook_without_options_trades_shares(tmp_path: Path) -> None:
    chains = Chains(snapshot=SNAPSHOT)
    request = PlaybookRequest(now_ns=AT_NS, has_options=False)

    made = make_and_keep(_stores(tmp_path, chains=chains), RULES, request)

    assert chains.asked == []
    assert not any(each.idea and each.idea.expiry for each in made.entries)


def test_playbook_with_a_torn_chain_says_so(tmp_path: Path) -> None:
    made = make_and_keep(_stores(tmp_path, chains=Chains()), RULES, PlaybookRequest(now_ns=AT_NS))

    entry = made.entry("US:SPX")
    assert entry is not None
    assert entry.idea is not None
    assert "torn" in entry.idea.why + entry.idea.refusal


def test_playbook_made_twice_is_kept_once(tmp_path: Path) -> None:
    stores = _stores(tmp_path)
    first = make_and_keep(stores, RULES, PlaybookRequest(now_ns=AT_NS))

    second = make_and_keep(stores, RULES, PlaybookRequest(now_ns=AT_NS + 10**9))

    assert second == first


def test_playbook_of_a_model_has_its_probabilities(
    tmp_path: Path, trained: tuple[FeatureTable, tuple[Card, str]]
) -> None:
    learnt, model = trained
    said: list[str] = []
    stores = _stores(tmp_path, tables=Tables(learnt), models=Models(model))

    made = make_and_keep(stores, RULES, PlaybookRequest(now_ns=AT_NS, tell=said.append))

    assert made.model is not None
    assert made.model.id == model[0].id
    assert all(0.0 < (each.probability or 0.0) < 1.0 for each in made.entries)
    assert said[0] == f"model: {model[0].id}"


def test_playbook_with_features_that_are_not_known_now_names_them(
    tmp_path: Path, trained: tuple[FeatureTable, tuple[Card, str]]
) -> None:
    learnt, model = trained
    blind = learnt.values.copy()
    blind[learnt.names.index("reversal"), :, -1] = np.nan
    stores = _stores(tmp_path, tables=Tables(replace(learnt, values=blind)), models=Models(model))

    made = make_and_keep(stores, RULES, PlaybookRequest(now_ns=AT_NS))

    assert any(note.startswith("reversal was known in training") for note in made.notes)


def test_playbook_of_a_model_with_other_features_goes_on_unless_it_was_named(
    tmp_path: Path, trained: tuple[FeatureTable, tuple[Card, str]]
) -> None:
    stores = _stores(tmp_path, models=Models(trained[1]))

    made = make_and_keep(stores, RULES, PlaybookRequest(now_ns=AT_NS))

    assert "has no" in made.model_absent
    with pytest.raises(BadInput, match="has no"):
        make_and_keep(stores, RULES, PlaybookRequest(now_ns=AT_NS, model_id=trained[1][0].id))


def test_playbook_of_a_model_whose_text_is_another_goes_on_without_it(
    tmp_path: Path, trained: tuple[FeatureTable, tuple[Card, str]]
) -> None:
    learnt, (card, text) = trained
    other = structs.replace(card, features_hash="other")
    stores = _stores(tmp_path, tables=Tables(learnt), models=Models((other, text)))

    made = make_and_keep(stores, RULES, PlaybookRequest(now_ns=AT_NS))

    assert made.model is None
    assert made.model_absent
