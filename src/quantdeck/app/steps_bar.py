"""The progress of long work in a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Steps = Callable[[int, int, str], None]


@contextmanager
def steps_bar(text: str) -> Generator[Steps]:
    """Show a bar on stderr where that is a terminal, and nothing elsewhere.

    Parameters
    ----------
    text : str
        What is being done, until the work says it itself.

    Yields
    ------
    callable
        Takes steps done, steps in all, and what is being done.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(20), TaskProgressColumn())
    bar = Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task(text, total=None)

    def tell(done: int, of: int, said: str) -> None:
        bar.update(task, completed=done, total=of, description=said)

    with bar:
        yield tell
