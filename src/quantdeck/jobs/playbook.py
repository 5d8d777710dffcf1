"""Makes the playbook of the newest session: features, probabilities, chains, trades; and keeps it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quantdeck.analytics.options.study import OptionRules, study_chains
from quantdeck.model.errors import BadInput, ConfigError, NoData, StoreError
from quantdeck.research.model import MissingFeatures, load, told_missing
from quantdeck.research.playbook.inputs import Chain, Foretold
from quantdeck.research.playbook.make import make_playbook
from quantdeck.research.playbook.ranking import ranked
from quantdeck.research.playbook.strikes import nearest_expiries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.ports.collecting import ChainKeeper
    from quantdeck.ports.models import FeatureStore, ModelStore
    from quantdeck.ports.playbooks import PlaybookStore
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.playbook.entry import Playbook
    from quantdeck.research.playbook.inputs import PlaybookRules

_NEWEST = slice(-1, None)


@dataclass(frozen=True, slots=True)
class PlaybookStores:
    """What a playbook is made from, and where it is kept.

    Parameters
    ----------
    tables : FeatureStore
        Features.
    models : ModelStore
        Who foretells.
    chains : ChainKeeper or None
        Options; None where no chains are kept.
    playbooks : PlaybookStore
        Takes what is made.
    """

    tables: FeatureStore
    models: ModelStore
    chains: ChainKeeper | None
    playbooks: PlaybookStore


@dataclass(frozen=True, slots=True, eq=False)
class PlaybookRequest:
    """What is asked of a playbook.

    Parameters
    ----------
    now_ns : int
        UTC. [ns]
    table : FeatureTable or None
        Features; the newest table that is kept where None.
    model_id : str or None
        The current model where None.
    has_model : bool
        False asks no model.
    has_options : bool
        False looks at no chain.
    live : mapping of str to Chain or None
        Chains of symbols that are watched just now: they come before kept ones.
    studied : OptionRules
        How kept chains are studied.
    tell : callable or None
        Takes a line of what is being done.
    """

    now_ns: int
    table: FeatureTable | None = None
    model_id: str | None = None
    has_model: bool = True
    has_options: bool = True
    live: Mapping[str, Chain] | None = None
    studied: OptionRules = OptionRules()  # noqa: RUF009 - frozen
    tell: Callable[[str], None] | None = None

    def say(self, text: str) -> None:
        """Tell a line to whoever listens."""
        if self.tell is not None:
            self.tell(text)


def make_and_keep(
    stores: PlaybookStores, rules: PlaybookRules, request: PlaybookRequest
) -> Playbook:
    """Make a playbook and keep it; blocks for as long as chains take to be studied.

    Parameters
    ----------
    stores : PlaybookStores
        What it is made from, and where it is kept.
    rules : PlaybookRules
        How it is made.
    request : PlaybookRequest
        What is asked.

    Returns
    -------
    Playbook
        As it is kept: an earlier one where nothing has changed since.

    Raises
    ------
    NoData
        If there is no table of features, no symbol has a score, or a model was named that is not kept.
    BadInput
        If a model was named that has features which the table lacks.
    StoreError
        If something cannot be read or written.
    """
    table = stores.tables.get() if request.table is None else request.table
    foretold, absent = _foretold(stores, table, request)
    request.say(f"model: {absent}" if foretold is None else f"model: {foretold.card.id}")
    chains = _chains(stores, table, rules, foretold, request) if request.has_options else {}
    made = make_playbook(
        table,
        rules,
        now_ns=request.now_ns,
        foretold=foretold,
        model_absent=absent,
        chains=chains,
    )
    return stores.playbooks.put(made)


def _foretold(
    stores: PlaybookStores, table: FeatureTable, request: PlaybookRequest
) -> tuple[Foretold | None, str]:
    if not request.has_model:
        return None, "none was asked"
    try:
        card, text = stores.models.get(request.model_id)
        model = load(card, text)
        absent = model.missing(table, _NEWEST)
        with warnings.catch_warnings():
            # Said in the playbook itself.
            warnings.simplefilter("ignore", MissingFeatures)
            probability = model.predict(table, _NEWEST)[:, 0]
    except (NoData, BadInput, ConfigError, StoreError) as error:
        # A playbook goes on without the model in use, and says why; not without one that was named.
        if request.model_id is not None:
            raise
        return None, str(error)
    notes = (f"{told_missing(absent)}.",) if absent else ()
    return Foretold(probability, card, notes), ""


def _chains(
    stores: PlaybookStores,
    table: FeatureTable,
    rules: PlaybookRules,
    foretold: Foretold | None,
    request: PlaybookRequest,
) -> dict[str, Chain]:
    live = request.live or {}
    found: dict[str, Chain] = {}
    for entry in ranked(table, rules, foretold).entries[: rules.top_n]:
        symbol = entry.symbol
        known = live.get(symbol)
        if known is not None and known.study is not None:
            found[symbol] = known
        elif stores.chains is not None:
            found[symbol] = _kept(stores.chains, symbol, rules, request)
    return found


def _kept(store: ChainKeeper, symbol: str, rules: PlaybookRules, request: PlaybookRequest) -> Chain:
    newest = next(iter(store.snapshots(underlying=symbol)), None)
    if newest is None:
        return Chain()
    taken = datetime.fromtimestamp(newest.taken_ns / 1e9, UTC)
    request.say(f"{symbol}: chain of {taken:%Y-%m-%d %H:%M} UTC from {newest.source}")
    try:
        snapshot = store.read(newest)
    except (NoData, StoreError) as error:
        return Chain(reason=f"its newest chain cannot be read: {error}")
    chains = nearest_expiries(snapshot.chains, snapshot.taken_ns, rules.chains)
    if not chains:
        return Chain(reason="its newest chain has no expiry in the weeks ahead")
    study = study_chains(chains, snapshot.taken_ns, request.studied)
    return Chain(study, snapshot.provenance.source)
