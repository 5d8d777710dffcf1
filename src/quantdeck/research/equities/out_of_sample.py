"""Which of a model's predictions may be traded in the past: those of rows that it had not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.predictions import Predictions

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.research.card import Card
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.model import Model
    from quantdeck.research.predictions import KeptPredictions


@dataclass(frozen=True, slots=True, eq=False)
class Tradable:
    """Predictions that may be traded.

    Parameters
    ----------
    predictions : Predictions
        Indices into the table.
    scheme : str
        Where they come from, in words.
    warnings : tuple of str
        What a reader must know.
    """

    predictions: Predictions
    scheme: str
    warnings: tuple[str, ...]


def tradable(
    card: Card, kept: KeptPredictions | None, table: FeatureTable, model: Model | None = None
) -> Tradable:
    """Return what a model said of sessions that it had not seen, and nothing else.

    Parameters
    ----------
    card : Card
        Of the model.
    kept : KeptPredictions or None
        Out of sample, as they were kept with it.
    table : FeatureTable
        Whose sessions are traded.
    model : Model or None
        Asked itself about the sessions after those that it was trained on, the horizon left out; None
        leaves them out.

    Returns
    -------
    Tradable

    Raises
    ------
    BadInput
        If the kept predictions are of combinatorial splits, whose models know the future of what they
        were tested on; or the table lacks a feature of the model.
    TooLittleData
        If there is no such session in the table.
    """
    parts: list[Predictions] = []
    words: list[str] = []
    if kept is not None:
        _check_forward(kept.rows)
        past = kept.on(table)
        if len(past):
            parts.append(past)
            scheme = card.judgement.scheme.partition(";")[0] if card.judgement else "walk-forward"
            words.append(f"{_span(table, past.session)} by {scheme}")
    first = first_unseen(card, table)
    if model is not None and first < len(table.sessions):
        new = _asked(table, model, first)
        if len(new):
            parts.append(new)
            words.append(f"{_span(table, new.session)} by the model itself")
    if not parts:
        raise TooLittleData(
            f"the model {card.id} was trained on {card.first_session} to {card.last_session}, and the "
            "table has no session that it had not seen: train it with cv, or give newer sessions"
        )
    return Tradable(_joined(parts), "; ".join(words), _warnings(card, table))


def first_unseen(card: Card, table: FeatureTable) -> int:
    """Return the first session at which a model could have been asked about what it had not seen.

    Parameters
    ----------
    card : Card
        Of the model.
    table : FeatureTable
        Whose sessions are meant.

    Returns
    -------
    int
        That of the close which answered the last row it was trained on; the count of sessions, or more,
        where there is none.
    """
    last = np.datetime64(card.last_session, "ns").astype(np.int64)
    return int(np.searchsorted(table.sessions, last, side="right")) - 1 + card.horizon


def _check_forward(rows: Predictions) -> None:
    if not len(rows):
        return
    keys = rows.session * (int(rows.symbol.max()) + 1) + rows.symbol
    if len(np.unique(keys)) != len(keys) or (np.diff(rows.fold[np.argsort(keys)]) < 0).any():
        raise BadInput(
            "these predictions are of combinatorial splits: their models were trained on sessions after "
            "those that they foretell, and nothing may be traded on them; train with walk_forward"
        )


def _asked(table: FeatureTable, model: Model, first: int) -> Predictions:
    # Scores, by which symbols are ranked: calibration may make all probabilities the same.
    scores = model.scores(table, slice(first, None))
    symbol, session = np.nonzero(np.isfinite(scores))
    order = np.lexsort((symbol, session))
    symbol, session = symbol[order].astype(np.int64), session[order].astype(np.int64)
    found = scores[symbol, session]
    unknown: FloatArray = np.full(len(found), np.nan)
    return Predictions(
        session=session + first,
        symbol=symbol,
        score=found,
        probability=unknown,
        base=unknown,
        label=unknown,
        returns=unknown,
        fold=np.full(len(found), -1, np.int64),
    )


def _joined(parts: list[Predictions]) -> Predictions:
    # Where both tell of a session, that of the walk forward counts.
    if len(parts) == 1:
        return parts[0]
    past, new = parts
    later = new.session > int(past.session.max())
    joined = {
        name: np.concatenate((getattr(past, name), getattr(new, name)[later]))
        for name in Predictions.__dataclass_fields__
    }
    return Predictions(**joined)


def _span(table: FeatureTable, session: IntArray) -> str:
    first, last = (
        table.sessions[int(at)].astype("datetime64[ns]").astype("datetime64[D]")
        for at in (session.min(), session.max())
    )
    return f"{first} to {last}"


def _warnings(card: Card, table: FeatureTable) -> tuple[str, ...]:
    said: list[str] = []
    if card.data_hash and card.data_hash != table.fingerprint():
        said.append("the table is not the one that the model was trained on")
    if card.tuning:
        said.append(
            "parameters were searched for on sessions that are traded here: the result flatters them"
        )
    if card.horizon > 1:
        said.append(f"it foretells {card.horizon} sessions: decide as seldom")
    return tuple(said)
