"""Kernels: Python functions over arrays that are compiled to machine code on their first call.

Numba is imported when the first kernel runs, not when its module is imported. Each kernel has one
signature, fixed where it is written, so that nothing compiles again because an array happened to be
strided or read-only. Compiled code is cached on disk beside the source (or in the user's cache
folder where that is read-only); kernels release the interpreter's lock and divide as IEEE 754 does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

Argument = Literal[
    "floats",
    "float_rows",
    "ints",
    "ids",
    "flags",
    "dense_floats",
    "dense_ints",
    "floats_out",
    "ints_out",
    "float_rows_out",
    "int_rows_out",
    "float",
    "int",
]
"""What a kernel takes: arrays it reads (any stride; `ids` are int32 and `flags` uint8, as in packed
rows; `float_rows` have two dimensions; `dense` ones are contiguous, which vector instructions need),
arrays it fills (contiguous; `rows` are two-dimensional, one row per column of the result), or
scalars."""

_known: list[Kernel[..., Any]] = []
_parts: list[Callable[..., Any]] = []


class Kernel(Generic[P, R]):
    """A function and its compiled form, which is made when it is first called.

    Parameters
    ----------
    function : callable
        The Python function; kept as `python` so that a test can compare both forms.
    arguments : tuple of Argument
        Kind of every parameter, in order.
    """

    def __init__(self, function: Callable[P, R], arguments: tuple[Argument, ...]) -> None:
        self.python = function
        self._arguments = arguments
        self._compiled: Callable[P, R] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the compiled function."""
        compiled = self._compiled or self.compile()
        return compiled(*args, **kwargs)

    def compile(self) -> Callable[P, R]:
        """Return the compiled function, from the cache on disk where that is up to date."""
        import numba  # a quarter of a second that most commands never need

        kinds: dict[Argument, Any] = {
            "floats": numba.types.Array(numba.float64, 1, "A", readonly=True, aligned=False),
            "float_rows": numba.types.Array(numba.float64, 2, "A", readonly=True, aligned=False),
            "ints": numba.types.Array(numba.int64, 1, "A", readonly=True, aligned=False),
            "ids": numba.types.Array(numba.int32, 1, "A", readonly=True, aligned=False),
            "flags": numba.types.Array(numba.uint8, 1, "A", readonly=True, aligned=False),
            "dense_floats": numba.types.Array(numba.float64, 1, "C", readonly=True),
            "dense_ints": numba.types.Array(numba.int64, 1, "C", readonly=True),
            "floats_out": numba.types.Array(numba.float64, 1, "C"),
            "ints_out": numba.types.Array(numba.int64, 1, "C"),
            "float_rows_out": numba.types.Array(numba.float64, 2, "C"),
            "int_rows_out": numba.types.Array(numba.int64, 2, "C"),
            "float": numba.float64,
            "int": numba.int64,
        }
        _register_parts()
        signature = tuple(kinds[argument] for argument in self._arguments)
        compiler = cast(
            "Callable[[Callable[P, R]], Callable[P, R]]",
            numba.njit(signature, cache=True, nogil=True, error_model="numpy"),
        )
        self._compiled = compiler(self.python)
        return self._compiled


def kernel(*arguments: Argument) -> Callable[[Callable[P, R]], Kernel[P, R]]:
    """Return a decorator that makes a kernel of a function over arrays and scalars.

    Parameters
    ----------
    *arguments : Argument
        Kind of every parameter of the function, in order.

    Returns
    -------
    callable
        Decorator giving a `Kernel`.

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.rolling_kernels import slide_zscore
    >>> compiled, interpreted = np.empty(4), np.empty(4)
    >>> slide_zscore(np.array([1.0, 2.0, 4.0, 3.0]), 3, compiled)
    >>> slide_zscore.python(np.array([1.0, 2.0, 4.0, 3.0]), 3, interpreted)
    >>> np.array_equal(compiled, interpreted, equal_nan=True)
    True
    """

    def decorate(function: Callable[P, R]) -> Kernel[P, R]:
        made = Kernel(function, arguments)
        _known.append(made)
        return made

    return decorate


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Let kernels of the same file call this function; to Python it is what it was.

    Parameters
    ----------
    function : callable
        Of numbers. It stands in the file of its kernels, because the cache on disk is made anew when
        that file changes.

    Returns
    -------
    callable
        The same function.

    Examples
    --------
    >>> @part
    ... def square(x: float) -> float:
    ...     return x * x
    >>> square(3.0)
    9.0
    """
    _parts.append(function)
    return function


def _register_parts() -> None:
    from numba.core.compiler_lock import global_compiler_lock
    from numba.extending import register_jitable

    # Kernels are compiled in several threads, and none may begin before its parts are known.
    with global_compiler_lock:
        while _parts:
            register_jitable(error_model="numpy")(_parts.pop())


def known_kernels() -> tuple[Kernel[..., Any], ...]:
    """Return every kernel of the modules imported so far.

    Returns
    -------
    tuple of Kernel
        In the order in which they were defined.
    """
    return tuple(_known)
