"""What a worker does with a chunk of items, and how functions and failures travel: by their names."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import pickle
import platform
import traceback
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from quantdeck import __version__
from quantdeck.model import errors
from quantdeck.model.errors import BadInput, ComputeError, QuantdeckError
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LIBRARIES = ("numpy", "numba", "scipy", "polars")
_LONGEST_NAME = 80
# What a function may fail with; anything else ends the worker, and is told as that.
_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
# Made of a message alone, so that it can be said where it happened.
_SPOKEN = {
    each.__name__: each
    for each in (
        errors.BadInput,
        errors.NoData,
        errors.TooLittleData,
        errors.ConfigError,
        errors.StoreError,
        errors.Conflict,
    )
}


class Failure(NamedTuple):
    """An item whose function failed.

    Parameters
    ----------
    at : int
        Place of the item.
    kind, message : str
        Of the error.
    is_ours : bool
        Whether it is an error of quantdeck.
    trace : str
        Where it happened.
    """

    at: int
    kind: str
    message: str
    is_ours: bool
    trace: str


class Outcome(NamedTuple):
    """What came of a chunk.

    Parameters
    ----------
    results : bytes
        Pickled list, of the items before the one that failed.
    seconds : float
        Of the work alone. [s]
    worker : str
        Who did it.
    failure : Failure or None
        The first.
    """

    results: bytes
    seconds: float
    worker: str
    failure: Failure | None


def name_of(function: Callable[..., object]) -> str:
    """Return the name by which a worker finds a function.

    Raises
    ------
    BadInput
        If it is no function of the top level of a module.

    Examples
    --------
    >>> name_of(name_of)
    'quantdeck.scale.compute.calls:name_of'
    """
    module = getattr(function, "__module__", "")
    name = f"{module}:{getattr(function, '__qualname__', '')}"
    try:
        found = function_named(name)
    except (AttributeError, ImportError, ValueError):
        found = None
    if found is not function or module == "__main__":
        raise BadInput(
            f"{function!r} cannot be called by another process; give a function of the top level of a "
            "module that is installed there"
        )
    return name


def function_named(name: str) -> Callable[[Any, Any], Any]:
    """Return the function of a name."""
    module, _, within = name.partition(":")
    return functools.reduce(getattr, within.split("."), importlib.import_module(module))  # pyright: ignore[reportReturnType]


def work(
    function: Callable[[Any, Any], Any],
    common: object,
    items: Sequence[object],
    *,
    first: int,
    worker: str,
) -> Outcome:
    """Return what a function gives of the items of a chunk; `first` is the place of the first of them."""
    clock = SystemClock()
    begun_ns = clock.monotonic_ns()
    results: list[object] = []
    failure = None
    for at, item in enumerate(items, first):
        try:
            results.append(function(common, item))
        except (QuantdeckError, *_FAULTS) as error:
            failure = failure_of(error, at)
            break
    seconds = (clock.monotonic_ns() - begun_ns) / 1e9
    return Outcome(pickle.dumps(results, pickle.HIGHEST_PROTOCOL), seconds, worker, failure)


def failure_of(error: Exception, at: int) -> Failure:
    """Return an error as what can travel."""
    return Failure(
        at,
        type(error).__name__,
        str(error),
        isinstance(error, QuantdeckError),
        "".join(traceback.format_exception(error)),
    )


def called(function: Callable[[Any, Any], Any], common: Any, items: Sequence[Any], at: int) -> Any:
    """Return what a function gives of one item, in this process.

    Raises
    ------
    QuantdeckError
        What it failed with, the item named.
    """
    try:
        return function(common, items[at])
    except (QuantdeckError, *_FAULTS) as error:
        fail(failure_of(error, at), items[at], len(items))


def fail(failure: Failure, item: object, of: int) -> NoReturn:
    """Raise what an item failed with, the item named.

    Raises
    ------
    QuantdeckError
        Of the kind that it was, where that kind needs no more than a message.
    ComputeError
        Otherwise.
    """
    which = f"item {failure.at + 1} of {of} ({_shown(item)})"
    if failure.is_ours:
        kind: type[QuantdeckError] = _SPOKEN.get(failure.kind, ComputeError)
        error = kind(f"{which}: {failure.message}")
    else:
        error = ComputeError(f"{which}: {failure.kind}: {failure.message}")
    error.add_note(failure.trace)
    raise error


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions on which results to the last bit depend."""
    found = {"quantdeck": __version__, "Python": platform.python_version().rpartition(".")[0]}
    for name in _LIBRARIES:
        found[name] = importlib.metadata.version(name)
    return found


def differing(ours: dict[str, str], theirs: dict[str, str]) -> str:
    """Return in words which versions differ; empty where none does.

    Examples
    --------
    >>> differing({"numpy": "2.4.6"}, {"numpy": "2.4.5"})
    'numpy 2.4.5 there, 2.4.6 here'
    """
    return ", ".join(
        f"{name} {theirs.get(name, 'absent')} there, {ours.get(name, 'absent')} here"
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    )


def _shown(item: object) -> str:
    said = " ".join(repr(item).split())
    return said if len(said) <= _LONGEST_NAME else said[: _LONGEST_NAME - 1] + "…"
