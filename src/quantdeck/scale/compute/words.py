"""What executors say of where work was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.scale.compute.drive import Driven


def stayed(items: int) -> str:
    """Return that work was too little to be handed out.

    Examples
    --------
    >>> stayed(1200)
    '1,200 items worked on in this process: too little to be handed out'
    """
    return f"{items:,} {_items(items)} worked on in this process: too little to be handed out"


def handed_out(items: int, driven: Driven, place: str) -> str:
    """Return who worked on how much."""
    again = f"; {driven.again} of them again, as workers were lost" if driven.again else ""
    return (
        f"{items:,} {_items(items)} in {driven.chunks:,} chunks, {driven.seconds:.1f} s of work, on "
        f"{place}{again}"
    )


def _items(count: int) -> str:
    return "item" if count == 1 else "items"
