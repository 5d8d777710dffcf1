"""What a daily run is made of: steps with their inputs, and what came of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from quantdeck.model.errors import QuantdeckError
    from quantdeck.ports.jobs import JobTeller

    Inputs = Mapping[str, object]
    """What a step is made of, by what a person calls it; JSON."""

StepState = Literal["done", "unchanged", "failed", "stopped", "left out", "would run"]
"""``stopped``: a step that it needs has failed; ``left out``: the run began with a later one; ``would
run``: of a dry run."""


class StepDone(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the work of a step.

    Parameters
    ----------
    said : str
        In a line.
    result : dict
        What the steps behind it need; JSON.
    notes : tuple of str
        What was not as it should be; the step is done all the same.
    is_whole : bool
        False where it should be worked on again though its inputs are the same.
    """

    said: str
    result: dict[str, Any] = {}
    notes: tuple[str, ...] = ()
    is_whole: bool = True


class KeptStep(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a step beside its state: JSON of `quantdeck.ports.due.StepRecord.result`.

    Parameters
    ----------
    inputs : dict of str to str
        Digest of each input.
    result : dict
        As of `StepDone`.
    notes : tuple of str
        As of `StepDone`.
    """

    inputs: dict[str, str] = {}
    result: dict[str, Any] = {}
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step is told.

    Parameters
    ----------
    run_id : str
        Of the run.
    symbols : tuple of str
        As typed; those of the settings where empty.
    has_notice : bool
        Whether anybody is to be told.
    results : mapping of str to dict
        Of the steps before, by their names; of those that are done or unchanged.
    steps : mapping of str to StepRun
        How the steps before ended.
    tell : JobTeller
        Hears lines and progress.
    """

    run_id: str
    symbols: tuple[str, ...]
    has_notice: bool
    results: Mapping[str, Mapping[str, Any]]
    steps: Mapping[str, StepRun]
    tell: JobTeller


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Parameters
    ----------
    name, title : str
        What it is called, and what it does.
    needs : tuple of str
        Steps without which it makes no sense.
    work : callable
        Does it.
    inputs : callable or None
        Gives what it is made of; called in a thread. None works on it whenever it is its turn.
    stands : callable or None
        Whether what an earlier run made of the same is still in its place; called in a thread.
    is_last_word : bool
        Told of failures instead of being stopped by them.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    work: Callable[[StepContext], Awaitable[StepDone]]
    inputs: Callable[[StepContext], Inputs] | None = None
    stands: Callable[[Mapping[str, Any]], bool] | None = None
    is_last_word: bool = False


class StepRun(msgspec.Struct, frozen=True, kw_only=True):
    """How a step ended.

    Parameters
    ----------
    name : str
        Which.
    state : str
        As `StepState`.
    said : str
        In a line.
    notes : tuple of str
        What was not as it should be.
    seconds : float or None
        How long it took; None where nothing was done. [s]
    """

    name: str
    state: StepState
    said: str
    notes: tuple[str, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class DailyQuestion:
    """What is asked of a daily run.

    Parameters
    ----------
    symbols : tuple of str
        As typed; those of the settings where empty.
    first_step : str
        Begin with it, and work on it and all behind it again; empty begins with the first, and leaves
        out what is unchanged.
    has_notice : bool
        Whether anybody is told of it.
    """

    symbols: tuple[str, ...] = ()
    first_step: str = ""
    has_notice: bool = True


@dataclass(frozen=True, slots=True)
class DailyReport:
    """What came of a daily run.

    Parameters
    ----------
    run_id : str
        Of the run; empty of a dry run.
    began_ns, ended_ns : int
        When, UTC. [ns]
    steps : tuple of StepRun
        In order.
    said : str
        In a sentence.
    error : QuantdeckError or None
        Why the first step that failed did.
    results : mapping of str to dict
        What steps left, by their names.
    """

    run_id: str
    began_ns: int
    ended_ns: int
    steps: tuple[StepRun, ...]
    said: str
    error: QuantdeckError | None = field(default=None, compare=False)
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, "Mapping[str, Any]"])

    @property
    def failures(self) -> list[str]:
        """What failed, a sentence each."""
        return [f"{each.name}: {each.said}" for each in self.steps if each.state == "failed"]


def digests(inputs: Inputs) -> dict[str, str]:
    """Return a digest of each input.

    Parameters
    ----------
    inputs : mapping of str to JSON value
        What a step is made of.

    Returns
    -------
    dict of str to str
        By the same names.

    Examples
    --------
    >>> one, other = digests({"bars": {"a": 1, "b": 2}}), digests({"bars": {"b": 2, "a": 1}})
    >>> one == other
    True
    """
    return {
        name: hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:24]
        for name, value in inputs.items()
    }


def inputs_hash(known: Mapping[str, str]) -> str:
    """Return one digest of the digests of all inputs.

    Parameters
    ----------
    known : mapping of str to str
        As `digests` gives them.
    """
    return hashlib.sha256(msgspec.json.encode(dict(known), order="sorted")).hexdigest()
