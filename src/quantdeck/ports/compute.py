"""Who does the work of a job that is large: this process, others on this machine, or a cluster.

A job builds items, an executor maps a function over them, the job folds the results. Which executor it is
makes no difference to the results, down to the last bit: the function is named and of the top level of a
module of quantdeck, items are plain data, and a seed belongs to an item, never to a worker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

C = TypeVar("C")
I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")


class Executor(Protocol):
    """Maps functions over items. Any thread may call it, several at a time."""

    @property
    def place(self) -> str:
        """Where the work is done, in words."""
        ...

    def map(  # noqa: PLR0913 - what a job decides
        self,
        function: Callable[[C, I], R],
        items: Sequence[I],
        common: C,
        *,
        on_progress: Callable[[float], None] | None = None,
        tell: Callable[[str], None] | None = None,
        chunk: int | None = None,
        retries: int = 2,
    ) -> list[R]:
        """Return ``function(common, item)`` of every item, in their order.

        Fulfils `quantdeck.model.spread.Spread`.

        Parameters
        ----------
        function : callable
            Of a module's top level. It is named to the workers, not sent: they have it installed.
        items : sequence
            Plain data that pickle takes.
        common : object
            What all items need, sent to each worker once; nobody may change it.
        on_progress : callable, optional
            Told the share of items that is done, in [0, 1], twice a second at least; what it raises ends
            the work, that of the workers too, and reaches the caller.
        tell : callable, optional
            Told in a sentence who did the work, and why where it stayed in this process.
        chunk : int or None
            Items that travel together; None measures it, so that a chunk is 0.1 s of work or more.
        retries : int
            How often work is done again whose worker was lost.

        Raises
        ------
        BadInput
            If the function has no name that a worker could find.
        ConfigError
            If the workers run other versions than this process, or an engine is not installed.
        ComputeError
            If the workers were lost, or the function failed with anything but an error of quantdeck.
        QuantdeckError
            What the function raised, with the item named: of several the first one's.
        """
        ...

    def close(self) -> None:
        """Let go of workers. Idempotent."""
        ...
