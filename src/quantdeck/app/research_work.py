"""Work of the Research page in threads: what is asked of it, its progress, and its end when cancelled."""

from __future__ import annotations

import asyncio
import threading
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.jobs.features import FeatureRequest
from quantdeck.model.errors import BadInput, QuantdeckError
from quantdeck.research.labels import Target
from quantdeck.research.schemes import Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.app.settings import Settings
    from quantdeck.ports.jobs import JobQuestion, JobTeller

    Progress = Callable[[int, int, str], None]

T = TypeVar("T")

_DAY_NS = 86_400_000_000_000


class Stopped(QuantdeckError):  # noqa: N818 - named as the other errors are
    """The job was cancelled while it worked."""


async def in_thread(work: Callable[[Progress], T], tell: JobTeller) -> T:
    """Return what work gives that runs in a thread, and tell what it says meanwhile.

    Cancelled, it lets the work end at its next word, waits for that, and is cancelled then: no thread
    goes on behind anybody's back.

    Parameters
    ----------
    work : callable
        Given a callable that takes steps done, steps in all, and what is being done; what that raises
        must end the work.
    tell : JobTeller
        Hears progress, and each new text once.
    """
    loop, stop, said = asyncio.get_running_loop(), threading.Event(), ""

    def show(done: int, of: int, text: str) -> None:
        nonlocal said
        tell.progress(done, of)
        if text and text != said:
            said = text
            tell.line(text)

    def on_progress(done: int, of: int, text: str) -> None:
        if stop.is_set():
            raise Stopped("the job was cancelled")
        loop.call_soon_threadsafe(show, done, of, text)

    running = asyncio.ensure_future(asyncio.to_thread(work, on_progress))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([running])
        # Looked at, so that nobody is told of an error that was asked for.
        running.exception()
        raise


def request_of(settings: Settings, question: JobQuestion) -> FeatureRequest:
    """Return which features are wanted.

    Raises
    ------
    BadInput
        If a symbol or a day is none.
    """
    typed = question.symbols or settings.research.symbols
    try:
        symbols = tuple(dict.fromkeys(map(typed_symbol, typed)))
    except BadInput as error:
        raise BadInput(str(error), field="symbols") from error
    start_ns, end_ns = day_span(question)
    return FeatureRequest(symbols=symbols, start_ns=start_ns, end_ns=end_ns)


def day_span(question: JobQuestion) -> tuple[int | None, int | None]:
    """Return the days of a question as ``[start_ns, end_ns)``; None is no limit. [ns].

    Raises
    ------
    BadInput
        If a day is none, or the last lies before the first.
    """
    first, last = _midnight(question.first, "first"), _midnight(question.last, "last")
    if first is not None and last is not None and last < first:
        raise BadInput(
            f"the last day, {question.last}, lies before the first, {question.first}", field="last"
        )
    return first, None if last is None else last + _DAY_NS


def way_of(settings: Settings, question: JobQuestion) -> Way:
    """Return how a model is trained and judged: by all folds.

    Raises
    ------
    BadInput
        If there is no such question.
    """
    chosen = settings.research
    try:
        target = Target(question.target or chosen.target)
    except ValueError as error:
        known = ", ".join(Target)
        raise BadInput(
            f"a model foretells {known}, not {question.target!r}", field="target"
        ) from error
    return Way(
        target=target,
        horizon=question.horizon or chosen.horizon,
        seed=chosen.seed,
        params=chosen.params or None,
        folds=chosen.folds,
    )


def _midnight(text: str, field: str) -> int | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no day; write it as 2025-01-31", field=field) from error
    return (day - date(1970, 1, 1)).days * _DAY_NS
