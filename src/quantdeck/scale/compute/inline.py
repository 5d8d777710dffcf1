"""Does everything in this process: the embedded default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.scale.compute.calls import called, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class InlineExecutor:
    """Fulfils `quantdeck.ports.compute.Executor` without any worker.

    Examples
    --------
    >>> InlineExecutor().map(pow, [1, 2, 3], 2)
    [2, 4, 8]
    """

    @property
    def place(self) -> str:
        """Where the work is done, in words."""
        return "this process"

    def map(  # noqa: PLR0913 - of the port
        self,
        function: Callable[[Any, Any], Any],
        items: Sequence[Any],
        common: Any,
        *,
        on_progress: Callable[[float], None] | None = None,
        tell: Callable[[str], None] | None = None,  # noqa: ARG002 - there is nothing to tell
        chunk: int | None = None,  # noqa: ARG002 - of the port
        retries: int = 2,  # noqa: ARG002 - of the port
    ) -> list[Any]:
        """Return ``function(common, item)`` of every item; see the port.

        Raises
        ------
        QuantdeckError
            As the port says.
        """
        name_of(function)
        found: list[Any] = []
        for at in range(len(items)):
            found.append(called(function, common, items, at))
            if on_progress is not None:
                on_progress(len(found) / len(items))
        return found

    def close(self) -> None:
        """Let go of nothing."""
