"""Which sessions a model is trained on and which it is tested on, none of which the training has seen.

All symbols of a session stand on the same side: rows of one day tell of one market, and a split through
the day lets a model look up the answer in its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from math import ceil, comb
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, TooLittleData

if TYPE_CHECKING:
    from quantdeck.analytics.types import BoolArray

MOST_SPLITS = 200
"""More combinations than these would be trained for hours."""
EMBARGO_SHARE = 0.01
"""Of all sessions: the embargo where none is named (López de Prado 2018, section 7.4.2)."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One division of T sessions.

    Parameters
    ----------
    train, test : array of bool of shape (T,)
        No session is in both, and some are in neither.
    text : str
        The division in words, by indices of sessions.
    """

    train: BoolArray
    test: BoolArray
    text: str

    @property
    def spans(self) -> tuple[slice, ...]:
        """Unbroken spans of test sessions, in order of time."""
        return spans_of(self.test)


def default_embargo(sessions: int) -> int:
    """Return ``ceil(0.01 * sessions)``.

    Parameters
    ----------
    sessions : int
        Of the table.

    Returns
    -------
    int
        At least 1. [sessions]

    Examples
    --------
    >>> default_embargo(2520)
    26
    """
    return max(1, ceil(EMBARGO_SHARE * sessions))


def walk_forward(
    sessions: int, *, folds: int, first: int, horizon: int, embargo: int
) -> tuple[Split, ...]:
    """Return expanding splits: each test span follows everything that its model was trained on.

    Parameters
    ----------
    sessions : int
        T.
    folds : int
        Test spans of equal length; together they cover the sessions from `first` on.
    first : int
        Index of the first tested session.
    horizon : int
        Sessions from a row to the close that answers it.
    embargo : int
        Further sessions left out between training and test.

    Returns
    -------
    tuple of Split
        In order of time; a fold whose test begins at s is trained on sessions t with
        ``t + horizon + embargo < s``.

    Raises
    ------
    BadInput
        If a count cannot be, or the first test begins before there is anything to train on.
    TooLittleData
        If there are fewer sessions than test spans.

    Examples
    --------
    >>> [split.text for split in walk_forward(10, folds=2, first=6, horizon=1, embargo=1)]
    ['trained on 0-3, tested on 6-7', 'trained on 0-5, tested on 8-9']
    """
    _check(horizon, embargo)
    if folds < 1:
        raise BadInput(f"a walk forward has at least one fold, was {folds}")
    left_out = horizon + embargo
    if first <= left_out:
        raise BadInput(
            f"a test that begins at session {first} has nothing to train on once {horizon} + {embargo} "
            "sessions before it are left out; let it begin later"
        )
    if sessions - first < folds:
        raise TooLittleData(
            f"{folds} test spans from session {first} on need {first + folds} sessions; there are "
            f"{sessions}",
            needed=first + folds,
            found=sessions,
        )
    every = np.arange(sessions)
    edges = np.linspace(first, sessions, folds + 1).round().astype(int)
    found: list[Split] = []
    for start, stop in pairwise(edges.tolist()):
        train = every + left_out < start
        test = (every >= start) & (every < stop)
        found.append(Split(train, test, _words(train, test)))
    return tuple(found)


def combinatorial(
    sessions: int, *, groups: int, tests: int, horizon: int, embargo: int
) -> tuple[Split, ...]:
    """Return every choice of test groups, trained on the rest, before as well as after.

    Every session is tested ``comb(groups - 1, tests - 1)`` times, by models that never saw it. Such
    models know the future of what they are tested on, so that their figures judge a way of training,
    and nothing may be traded on them.

    Parameters
    ----------
    sessions : int
        T.
    groups : int
        Equal spans that the sessions are cut into.
    tests : int
        How many of them are tested at once.
    horizon : int
        Sessions from a row to the close that answers it: rows whose label reaches into a test span, or
        which stand within the labels of one, are left out.
    embargo : int
        Further sessions left out after each test span, and before it.

    Returns
    -------
    tuple of Split
        ``comb(groups, tests)`` of them.

    Raises
    ------
    BadInput
        If a count cannot be.
    TooLittleData
        If there are fewer sessions than groups, or nothing remains to be trained on.

    Notes
    -----
    Source: M. López de Prado, Advances in Financial Machine Learning (2018), sections 7.4 and 12.4.

    Examples
    --------
    >>> len(combinatorial(100, groups=6, tests=2, horizon=1, embargo=1))
    15
    """
    _check(horizon, embargo)
    if not 1 <= tests < groups or comb(groups, tests) > MOST_SPLITS:
        raise BadInput(
            f"combinatorial splits take 1 to {groups - 1} of {groups} groups for tests, "
            f"and no more than {MOST_SPLITS} combinations; asked for {tests}"
        )
    if sessions < groups:
        raise TooLittleData(
            f"{groups} groups need as many sessions; there are {sessions}",
            needed=groups,
            found=sessions,
        )
    every = np.arange(sessions)
    edges = np.linspace(0, sessions, groups + 1).round().astype(int)
    found: list[Split] = []
    for chosen in combinations(range(groups), tests):
        test = np.zeros(sessions, np.bool_)
        for group in chosen:
            test[edges[group] : edges[group + 1]] = True
        train = ~test
        for span in spans_of(test):
            is_near = (every + horizon + embargo >= span.start) & (
                every <= span.stop - 1 + horizon + embargo
            )
            train &= ~is_near
        if not train.any():
            raise TooLittleData(
                f"{groups} groups of {sessions} sessions leave nothing to train on once {horizon} + "
                f"{embargo} sessions around each test are left out; take fewer groups for tests, or "
                "bring more sessions",
                found=sessions,
            )
        found.append(Split(train, test, _words(train, test)))
    return tuple(found)


def spans_of(is_in: BoolArray) -> tuple[slice, ...]:
    """Return the unbroken spans of sessions that are in.

    Parameters
    ----------
    is_in : array of bool of shape (T,)
        Which are.

    Returns
    -------
    tuple of slice
        In order of time.

    Examples
    --------
    >>> spans_of(np.array([False, True, True, False, True]))
    (slice(1, 3, None), slice(4, 5, None))
    """
    steps = np.diff(np.concatenate(([0], is_in.astype(np.int8), [0])))
    starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return tuple(slice(int(a), int(b)) for a, b in zip(starts, stops, strict=True))


def _check(horizon: int, embargo: int) -> None:
    if horizon < 1:
        raise BadInput(f"a label lies at least one session ahead, was {horizon}")
    if embargo < 0:
        raise BadInput(f"an embargo is a count of sessions, was {embargo}")


def _words(train: BoolArray, test: BoolArray) -> str:
    sides = (
        ", ".join(f"{span.start}-{span.stop - 1}" for span in spans_of(side))
        for side in (train, test)
    )
    return "trained on {}, tested on {}".format(*sides)
