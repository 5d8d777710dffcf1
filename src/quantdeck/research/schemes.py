"""Ways of training: the question, the parameters, and how sessions are split to judge by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.research.labels import Target
from quantdeck.research.splits import Split, combinatorial, default_embargo, spans_of, walk_forward

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.research.features.table import FeatureTable

    Scheme = Literal["walk_forward", "combinatorial"]

SCHEMES = ("walk_forward", "combinatorial")
"""Ways of splitting."""

_FIRST_SHARE = 0.4
_QUICK_FIRST_SHARE = 0.7
_QUICK_FOLDS = 2
_SHORTEST_TEST = 10
_SHORTEST_TRAINING = 20
_TESTS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Way:
    """How a model is trained and judged.

    Parameters
    ----------
    target : Target
        The question.
    horizon : int
        Sessions ahead.
    params : mapping of str to number or bool
        Of LightGBM, where they differ from `quantdeck.research.boosting.DEFAULTS`.
    seed : int
        Of everything drawn.
    folds : int
        Test spans of a walk forward, groups of combinatorial splits.
    scheme : str
        One of `SCHEMES`.
    embargo : int or None
        Sessions left out beyond the horizon; None takes 1 % of all.
    is_quick : bool
        Judge by the last 30 % of the sessions alone, in two test spans.
    """

    target: Target = Target.UP
    horizon: int = 1
    params: Mapping[str, Any] | None = None
    seed: int = 7
    folds: int = 8
    scheme: Scheme = "walk_forward"
    embargo: int | None = None
    is_quick: bool = False


def splits_of(table: FeatureTable, way: Way) -> tuple[Split, ...]:
    """Return how a way of training divides the sessions of a table.

    Parameters
    ----------
    table : FeatureTable
        Sessions before its first row, and after its last, are in no split.
    way : Way
        Scheme, folds, horizon and embargo. Fewer folds are made where a test span would be shorter
        than 10 sessions.

    Returns
    -------
    tuple of Split
        Empty where the sessions do not suffice for one.

    Raises
    ------
    BadInput
        If a count cannot be, or there is no such scheme.
    TooLittleData
        If combinatorial splits leave nothing to train on.
    """
    if way.scheme not in SCHEMES:
        raise BadInput(
            f"there is no scheme {way.scheme!r}; there are {', '.join(SCHEMES)}", field="scheme"
        )
    if way.folds < 1:
        raise BadInput(f"at least one fold is needed, was {way.folds}", field="folds")
    held = _held(table)
    sessions = held.stop - held.start
    embargo = embargo_of(table, way)
    if way.scheme == "combinatorial":
        groups = min(way.folds, sessions // _SHORTEST_TEST)
        if groups <= _TESTS_AT_ONCE:
            return ()
        found = combinatorial(
            sessions, groups=groups, tests=_TESTS_AT_ONCE, horizon=way.horizon, embargo=embargo
        )
    else:
        share = _QUICK_FIRST_SHARE if way.is_quick else _FIRST_SHARE
        first = max(ceil(share * sessions), way.horizon + embargo + _SHORTEST_TRAINING)
        wanted = min(_QUICK_FOLDS, way.folds) if way.is_quick else way.folds
        folds = min(wanted, (sessions - first) // _SHORTEST_TEST)
        if folds < 1:
            return ()
        found = walk_forward(
            sessions, folds=folds, first=first, horizon=way.horizon, embargo=embargo
        )
    return tuple(_placed(split, table, held) for split in found)


def scheme_words(splits: Sequence[Split], way: Way, *, embargo: int) -> str:
    """Return splits, purge and embargo in words.

    Parameters
    ----------
    splits : sequence of Split
        Of `splits_of`.
    way : Way
        Scheme and horizon.
    embargo : int
        Sessions left out beyond the horizon.

    Returns
    -------
    str

    Examples
    --------
    >>> scheme_words((), Way(), embargo=5)
    'expanding walk-forward, 0 test spans, purge 1 session, embargo 5 sessions'
    """
    count = len(splits)
    name = (
        f"expanding walk-forward, {_counted(count, 'test span')}"
        if way.scheme == "walk_forward"
        else f"combinatorial, {_counted(count, 'split')} of {_TESTS_AT_ONCE} test groups each"
    )
    purge, further = _counted(way.horizon, "session"), _counted(embargo, "session")
    return f"{name}, purge {purge}, embargo {further}"


def embargo_of(table: FeatureTable, way: Way) -> int:
    """Return the sessions that are left out beyond the horizon.

    Parameters
    ----------
    table : FeatureTable
        Whose sessions are split.
    way : Way
        Names it, or leaves it to `quantdeck.research.splits.default_embargo`.

    Returns
    -------
    int
        Sessions.
    """
    held = _held(table)
    return default_embargo(held.stop - held.start) if way.embargo is None else way.embargo


def day_of(table: FeatureTable, session: int) -> str:
    """Return the date of a session.

    Parameters
    ----------
    table : FeatureTable
        Whose session.
    session : int
        Index.

    Returns
    -------
    str
        Such as ``2025-01-31``.
    """
    return f"{datetime.fromtimestamp(int(table.sessions[session]) / 1e9, UTC):%Y-%m-%d}"


def _held(table: FeatureTable) -> slice:
    has_row = np.flatnonzero(table.is_row.any(axis=0))
    return slice(int(has_row[0]), int(has_row[-1]) + 1) if len(has_row) else slice(0, 0)


def _placed(split: Split, table: FeatureTable, held: slice) -> Split:
    train, test = (np.zeros(len(table.sessions), np.bool_) for _ in range(2))
    train[held], test[held] = split.train, split.test
    words = (
        ", ".join(f"{day_of(table, s.start)} to {day_of(table, s.stop - 1)}" for s in spans)
        for spans in (spans_of(train), spans_of(test))
    )
    return Split(train, test, "trained on {}; tested on {}".format(*words))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
