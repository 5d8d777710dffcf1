"""Sentences that several commands say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, which takes an s where there is not one of it.

    Examples
    --------
    >>> counted(1, "gap"), counted(2000, "gap")
    ('1 gap', '2,000 gaps')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def nothing_recorded(files: Sequence[Path], source: str, *, frames: int, broken: int) -> NoData:
    """Return the error of files in which there is no event.

    Parameters
    ----------
    files : sequence of Path
        Recorded frames.
    source : str
        Where they were said to be recorded.
    frames, broken : int
        Lines that could be read, and that could not.

    Examples
    --------
    >>> from pathlib import Path
    >>> print(nothing_recorded([Path("a.gz")], "binance-usdm", frames=0, broken=0))
    a.gz is empty: there is no frame in it
    """
    names = ", ".join(file.name for file in files)
    if not frames and not broken:
        be, it = ("is", "it") if len(files) == 1 else ("are", "them")
        return NoData(f"{names} {be} empty: there is no frame in {it}")
    return NoData(
        f"no event of {source} is in {names} ({counted(broken, 'broken line')}); is it recorded "
        "there, as local_ns JSON lines?"
    )
