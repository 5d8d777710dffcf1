"""Whether a new model may take the place of the one in use: what has changed, and what is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.research.judge import rank_correlations
from quantdeck.research.model_words import estimate_words, is_suspicious

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.card import Card
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.folds import Rows

RECENT_SESSIONS = 63
"""Newest sessions whose features are compared with what the model in use learnt from: a quarter."""
SHIFTED = 0.25
"""Population stability index above which a feature is said to have shifted."""

_DESCRIBED_ROWS = 200_000
_LEAST_SHARE = 1e-4
_FEWEST_ROWS = 50
_VANISHED = 0.9
_KNOWN = 0.5
_ALIKE = 0.5
_SHRUNK = 0.5
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Drift:
    """A new model beside the one in use.

    Parameters
    ----------
    against : str
        Id of the model in use; empty where there is none.
    objections : tuple of str
        Why the new one should not be used; without any it may be.
    notes : tuple of str
        What else has changed.
    """

    against: str
    objections: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_let(self) -> bool:
        """Whether the new model may be used."""
        return not self.objections


def drift(new: Card, old: Card | None, table: FeatureTable) -> Drift:
    """Return what speaks against using a new model, and what has changed since the old one.

    Parameters
    ----------
    new : Card
        Of the model that was trained on the table.
    old : Card or None
        Of the model in use.
    table : FeatureTable
        Of the new model.

    Returns
    -------
    Drift
        It objects to an AUC that is too good to be believed; to another question or simulated prices in
        place of real ones; to data that end earlier; to features that were known and have vanished; and
        to an AUC whose whole interval lies below that of the model in use.
    """
    objections = _of_itself(new)
    if old is None:
        return Drift("", tuple(objections))
    objections += [*_question(new, old), *_data(new, old)]
    gone = vanished(old, table)
    if gone:
        objections.append(
            f"known when {old.id} was trained, and in hardly a row of the newest sessions: "
            f"{_named(gone)}; look whether a source has stopped"
        )
    objections += _worse(new, old)
    return Drift(old.id, tuple(objections), tuple(_notes(new, old, table)))


def _of_itself(new: Card) -> list[str]:
    judged = new.judgement
    if judged is None or not is_suspicious(judged.auc):
        return []
    return [
        f"its AUC of {estimate_words(judged.auc)} is too good to be believed of daily directions; look "
        "for a leak with quantdeck audit"
    ]


def _question(new: Card, old: Card) -> list[str]:
    if (new.target, new.horizon) == (old.target, old.horizon):
        return []
    return [
        f"it answers another question: {new.target} after {new.horizon}, and the model in use "
        f"{old.target} after {old.horizon}"
    ]


def _data(new: Card, old: Card) -> list[str]:
    found: list[str] = []
    if new.is_simulated and not old.is_simulated:
        found.append("it was trained on simulated prices, and the model in use on real ones")
    if not _question(new, old) and new.last_session < old.last_session:
        found.append(
            f"its data end on {new.last_session}, before those of the model in use, {old.last_session}"
        )
    return found


def _worse(new: Card, old: Card) -> list[str]:
    if new.judgement is None or old.judgement is None or _question(new, old):
        return []
    mine, theirs = new.judgement.auc, old.judgement.auc
    if mine.high is None or theirs.low is None or mine.high >= theirs.low:
        return []
    return [
        f"its AUC {estimate_words(mine)} lies below that of the model in use, {estimate_words(theirs)}"
    ]


def _notes(new: Card, old: Card, table: FeatureTable) -> list[str]:
    found: list[str] = []
    added = [name for name in new.features if name not in old.features]
    dropped = [name for name in old.features if name not in new.features]
    if added:
        found.append(f"new features: {_named(added)}")
    if dropped:
        found.append(f"without: {_named(dropped)}")
    if new.rows < _SHRUNK * old.rows:
        found.append(f"trained on {new.rows:,} rows, the model in use on {old.rows:,}")
    shifts = {name: value for name, value in stability(old, table).items() if value > SHIFTED}
    if shifts:
        ordered = sorted(shifts, key=lambda name: -shifts[name])
        told = [f"{name} {shifts[name]:.2f}" for name in ordered]
        found.append(
            f"shifted in the newest {RECENT_SESSIONS} sessions (stability index above {SHIFTED}): "
            f"{_named(told)}"
        )
    likeness = importance_likeness(new, old)
    if likeness is not None and likeness < _ALIKE:
        found.append(
            f"it leans on other features than the model in use: rank correlation {likeness:.2f}"
        )
    return found


def stability(old: Card, table: FeatureTable) -> dict[str, float]:
    """Return the population stability index of each feature in the newest sessions.

    Parameters
    ----------
    old : Card
        Whose deciles cut ten bins.
    table : FeatureTable
        Whose newest `RECENT_SESSIONS` sessions are counted into them.

    Returns
    -------
    dict of str to float
        0 where nothing has moved. Left out are features without deciles, those known in fewer than 50
        of the rows, and those that are one and the same for all symbols of a session: a quarter of the
        market is never like the years before. [1]

    Notes
    -----
    ``sum (q - p) ln(q / p)`` over the bins, with the share p in training and q now, each at least 1e-4.
    Deciles that fall together, as of a feature that counts, make one bin of the share of them all.
    By custom above 0.25 is a shift (N. Siddiqi, Credit Risk Scorecards (2006)).
    """
    found: dict[str, float] = {}
    is_row = table.is_row[:, -RECENT_SESSIONS:]
    for name, deciles in old.deciles.items():
        if name not in table.names or not deciles:
            continue
        values = np.where(is_row, table.column(name)[:, -RECENT_SESSIONS:], np.nan)
        recent = values[np.isfinite(values)].astype(np.float64)
        if len(recent) >= _FEWEST_ROWS and not _is_of_the_market(values):
            found[name] = _index(np.array(deciles), recent)
    return found


def _is_of_the_market(values: NDArray[np.float32]) -> bool:
    is_known = np.isfinite(values)
    low = np.where(is_known, values, np.inf).min(axis=0)
    high = np.where(is_known, values, -np.inf).max(axis=0)
    is_told = is_known.sum(axis=0) > 1
    return bool(is_told.any()) and bool((low[is_told] == high[is_told]).all())


def _index(deciles: FloatArray, recent: FloatArray) -> float:
    # A value at an edge counts below it, on both sides of the comparison.
    edges, last = np.unique(deciles[::-1], return_index=True)
    upto = np.append((len(deciles) - last) / (len(deciles) + 1.0), 1.0)
    before = np.diff(upto, prepend=0.0)
    counts = np.bincount(np.searchsorted(edges, recent, side="left"), minlength=len(before))
    p = np.maximum(before, _LEAST_SHARE)
    q = np.maximum(counts / len(recent), _LEAST_SHARE)
    return float(((q - p) * np.log(q / p)).sum())


def vanished(old: Card, table: FeatureTable) -> tuple[str, ...]:
    """Return features that were known in most rows of a training, and are in hardly any new one.

    Parameters
    ----------
    old : Card
        Of the model in use.
    table : FeatureTable
        Whose newest `RECENT_SESSIONS` sessions are looked at.

    Returns
    -------
    tuple of str
        In the order of the card.
    """
    is_row = table.is_row[:, -RECENT_SESSIONS:]

    def is_gone(name: str) -> bool:
        if old.missing.get(name, 1.0) >= _KNOWN:
            return False
        if name not in table.names:
            return True
        recent = table.column(name)[:, -RECENT_SESSIONS:][is_row]
        return len(recent) > 0 and float(np.isnan(recent).mean()) > _VANISHED

    return tuple(name for name in old.features if is_gone(name))


def importance_likeness(new: Card, old: Card) -> float | None:
    """Return the rank correlation of the importance of features that both models have.

    Parameters
    ----------
    new, old : Card
        Of two models.

    Returns
    -------
    float or None
        None where they share fewer than three, or one of them leans on none.
    """
    shared = [name for name in new.importance if name in old.importance]
    if len(shared) < 3:
        return None
    mine, theirs = (np.array([card.importance[name] for name in shared]) for card in (new, old))
    if not np.ptp(mine) or not np.ptp(theirs):
        return None
    return float(rank_correlations(mine, theirs, np.zeros(len(shared), np.int64))[0])


def described(known: Rows) -> dict[str, dict[str, Any]]:
    """Return medians, deciles and missing shares of features, as a card has them.

    Parameters
    ----------
    known : Rows
        Of a training.

    Returns
    -------
    dict
        ``medians``, ``deciles`` and ``missing``, each by the name of the feature.
    """
    step = max(1, len(known) // _DESCRIBED_ROWS)
    medians: dict[str, float] = {}
    deciles: dict[str, tuple[float, ...]] = {}
    missing: dict[str, float] = {}
    for at, name in enumerate(known.names):
        column = known.values[::step, at].astype(np.float64)
        is_known = np.isfinite(column)
        missing[name] = 1.0 - float(is_known.mean())
        if is_known.any():
            inner = np.quantile(column[is_known], np.arange(1, 10) / 10.0)
            deciles[name] = tuple(inner.tolist())
            medians[name] = float(inner[4])
    return {"medians": medians, "deciles": deciles, "missing": missing}


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
