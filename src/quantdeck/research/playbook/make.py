"""A playbook of the newest session: scores, views, trades and sizes, each with its reasons."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import NoData
from quantdeck.research.labels import Target
from quantdeck.research.playbook.entry import Entry, Idea, ModelUsed, Playbook, Richness, View
from quantdeck.research.playbook.ideas import option_idea, share_idea
from quantdeck.research.playbook.inputs import Chain, session_of
from quantdeck.research.playbook.ranking import newest, ranked
from quantdeck.research.playbook.rules import richness_of, rule_of
from quantdeck.research.playbook.strikes import expiry_of, implied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.research.card import Card
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.playbook.inputs import Foretold, PlaybookRules
    from quantdeck.research.playbook.rules import Rule

_SMALL = 5


def make_playbook(
    table: FeatureTable,
    rules: PlaybookRules,
    *,
    now_ns: int,
    foretold: Foretold | None = None,
    model_absent: str = "",
    chains: Mapping[str, Chain] | None = None,
) -> Playbook:
    """Return the playbook of the newest session of a table.

    Parameters
    ----------
    table : FeatureTable
        Features.
    rules : PlaybookRules
        How it is made.
    now_ns : int
        When it is made, UTC. [ns]
    foretold : Foretold or None
        What a model says.
    model_absent : str
        Why there is no model.
    chains : mapping of str to Chain, optional
        By symbol; those of the foremost are looked at.

    Returns
    -------
    Playbook
        Every symbol scored; the foremost with a trade, or the reason why they have none.

    Raises
    ------
    NoData
        If no symbol has a score.
    """
    found, known = ranked(table, rules, foretold), chains or {}
    entries = tuple(
        _with_idea(each, table, rules, known.get(each.symbol, Chain()), now_ns)
        if each.rank <= rules.top_n
        else each
        for each in found.entries
    )
    model = None if foretold is None else used(foretold.card)
    made = Playbook(
        session=session_of(table),
        known_ns=int(table.known_ns[-1]),
        made_ns=now_ns,
        inputs="",
        weights=dict(rules.weights),
        top_n=rules.top_n,
        entries=entries,
        left_out=found.left_out,
        model=model,
        model_absent="" if model is not None else model_absent or "no model has been trained",
        source=table.source,
        is_simulated=table.is_simulated,
        notes=tuple(_notes(table, entries, foretold)),
    )
    return msgspec.structs.replace(made, inputs=_digest(made))


def used(card: Card) -> ModelUsed:
    """Return what a playbook keeps of the card of its model.

    Parameters
    ----------
    card : Card
        Of the model.

    Returns
    -------
    ModelUsed
        Its id, its question and how it was judged.
    """
    auc = None if card.judgement is None else card.judgement.auc
    return ModelUsed(
        id=card.id,
        target=card.target,
        horizon=card.horizon,
        auc=None if auc is None else auc.value,
        auc_low=None if auc is None else auc.low,
        auc_high=None if auc is None else auc.high,
        is_calibrated=card.calibrator is not None,
        last_session=card.last_session,
        warnings=card.warnings,
    )


def _with_idea(
    entry: Entry, table: FeatureTable, rules: PlaybookRules, chain: Chain, now_ns: int
) -> Entry:
    at = table.symbols.index(entry.symbol)
    richness, told = _richness(entry, newest(table, "hv30", at), rules, chain, now_ns)
    rule = rule_of(View(entry.view), richness, entry.probability)
    rule = replace(rule, why=f"{told}{rule.why}")
    return msgspec.structs.replace(
        entry, richness=richness.value, idea=_idea(rule, at, table, rules, chain, now_ns)
    )


def _idea(
    rule: Rule, at: int, table: FeatureTable, rules: PlaybookRules, chain: Chain, now_ns: int
) -> Idea:
    if not rule.structure:
        return Idea(why=rule.why)
    why = chain.reason
    if chain.study is not None:
        try:
            return option_idea(
                rule,
                chain.study,
                source=chain.source,
                now_ns=now_ns,
                rules=rules.chains,
                limits=rules.limits,
            )
        except NoData as error:
            why = str(error)
    return share_idea(
        rule,
        why,
        price=_traded_close(table, at),
        atr=newest(table, "atr14", at),
        limits=rules.limits,
    )


def _richness(
    entry: Entry, realized: float | None, rules: PlaybookRules, chain: Chain, now_ns: int
) -> tuple[Richness, str]:
    known = Richness(entry.richness)
    if known is not Richness.UNKNOWN or chain.study is None or realized is None:
        return known, ""
    # A chain that was taken after the session is in no feature of it, and yet what would be traded.
    try:
        found = expiry_of(chain.study, rules.chains, now_ns=now_ns)
    except NoData:
        return known, ""
    volatility = implied(found)
    if volatility is None:
        return known, ""
    told = (
        f"The chain implies a volatility of {volatility:.1%} over {found.days:.0f} days, and "
        f"{realized:.1%} were realized in the last 30 sessions. "
    )
    return richness_of(volatility - realized, rules.thresholds), told


def _traded_close(table: FeatureTable, at: int) -> float | None:
    # The closes of a table are in shares of its first session; these two features tell the close as traded.
    mean, gap = newest(table, "sma20", at), newest(table, "sma20_gap", at)
    return None if mean is None or gap is None else mean * (1.0 + gap)


def _notes(table: FeatureTable, entries: tuple[Entry, ...], foretold: Foretold | None) -> list[str]:
    notes: list[str] = []
    if table.is_simulated:
        notes.append("Prices are simulated: nothing here says anything of a market.")
    if len(entries) < _SMALL:
        notes.append(
            f"Only {len(entries)} symbols are compared with each other: z says little of so few."
        )
    if foretold is None:
        return notes
    card = foretold.card
    notes += foretold.notes
    days = "session" if card.horizon == 1 else "sessions"
    if any(each.idea is not None and each.idea.expiry for each in entries):
        notes.append(
            f"The model foretells {card.horizon} {days}, and the options run for weeks: probability of "
            "profit and expected value are the market's, not the model's."
        )
    if card.target != Target.UP:
        notes.append(
            "The model foretells whether a symbol beats the median of the others, not whether it rises: "
            "a view is one against them."
        )
    if card.calibrator is None:
        notes.append("The model is not calibrated: its scores are told as they are.")
    if session_of(table) <= card.last_session:
        notes.append(
            f"The model was trained up to {card.last_session}, this session included: its probabilities "
            "of it are not out of sample."
        )
    return notes


def _digest(made: Playbook) -> str:
    plain = msgspec.structs.replace(made, made_ns=0, inputs="")
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()
