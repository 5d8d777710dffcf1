"""A table of features in parts, by workers none of which ever holds all of it.

Symbols are divided into blocks. What a feature says of a symbol by itself is computed block by block; what
looks at all symbols, and ranks, column by column, from what the blocks have left in files; then each block
is written as one Parquet file. The values are those of the table built at once, bit for bit.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping  # noqa: TC003 - read by msgspec
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from quantdeck.app.feature_parts import feature_sources
from quantdeck.jobs.features import FeatureRequest, chosen, nothing, panel_of, usable
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay
from quantdeck.research.features import catalogue
from quantdeck.research.features.assemble import known_times
from quantdeck.research.features.build import build
from quantdeck.research.features.carry import carried
from quantdeck.research.features.panel import PRICES, Panel
from quantdeck.research.features.rows import session_rank
from quantdeck.research.features.table import FeatureTable, part_of
from quantdeck.tape.features.files import write_features

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.app.settings import Settings
    from quantdeck.jobs.features import FeatureSources
    from quantdeck.ports.compute import Executor
    from quantdeck.research.features.chain_figures import ChainFigures

BLOCK = 256
"""Symbols of a part."""

_SCRATCH = ".unfinished"
_INPUTS = (*PRICES, "total", "scale")
_STAGES = 5


class Survey(NamedTuple):
    """What the bars of a block are.

    Parameters
    ----------
    symbols : tuple of str
        That have enough sessions.
    sessions : array of int64
        Their dates. [ns]
    calendar : str
        Of all of them.
    sources : tuple of str
        Where they come from.
    is_simulated : bool
        Whether any is.
    left_out : dict of str to str
        The others, and why.
    """

    symbols: tuple[str, ...]
    sessions: IntArray
    calendar: str
    sources: tuple[str, ...]
    is_simulated: bool
    left_out: dict[str, str]


class BlockWork(NamedTuple):
    """What all blocks have in common.

    Parameters
    ----------
    settings : Settings
        Files of a person's own features, and how chains are read.
    folder : str
        Data folder, which all workers have.
    output : str
        Where parts go, likewise.
    request : FeatureRequest
        What is wanted.
    blocks : tuple of tuple of str
        Symbols, ascending.
    sessions : array of int64 of shape (T,)
        Of all blocks. [ns]
    columns : tuple of str
        Of the table.
    told : Survey
        Of all blocks.
    """

    settings: Settings
    folder: str
    output: str
    request: FeatureRequest
    blocks: tuple[tuple[str, ...], ...]
    sessions: IntArray
    columns: tuple[str, ...]
    told: Survey

    def file(self, name: str, block: int | None = None) -> Path:
        """Return where a column is kept meanwhile: of a block, or of all symbols."""
        where = "all" if block is None else f"{block:05}"
        return Path(self.output) / _SCRATCH / f"{where}-{name}.npy"

    def part(self, block: int) -> Path:
        """Return the file of a part."""
        return Path(self.output) / f"part-{block:05}.parquet"


class Parts(NamedTuple):
    """What was written.

    Parameters
    ----------
    files : tuple of Path
        One for each block.
    rows, symbols, sessions, columns : int
        How much.
    left_out : dict of str to str
        Symbols without a row, and why.
    """

    files: tuple[Path, ...]
    rows: int
    symbols: int
    sessions: int
    columns: int
    left_out: dict[str, str]


def build_parts(  # noqa: PLR0913 - who works and who is told are no part of the question
    settings: Settings,
    folder: Path,
    request: FeatureRequest,
    output: Path,
    executor: Executor,
    *,
    block: int = BLOCK,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Parts:
    """Write a table of features in parts.

    Parameters
    ----------
    settings : Settings
        Files of a person's own features.
    folder : Path
        Data folder; all workers have it.
    request : FeatureRequest
        What is wanted.
    output : Path
        Folder of the parts, new or empty; all workers have it.
    executor : Executor
        Who works.
    block : int
        Symbols of a part.
    on_progress : callable
        Told the share that is done; what it raises ends the work.

    Raises
    ------
    BadInput
        If there is something in the folder, or a feature is unknown.
    NoData
        If no symbol has enough sessions.
    StoreError
        If a file cannot be read or written.
    """
    if output.exists() and any(output.iterdir()):
        raise BadInput(f"{output} is not empty; name a new folder for the parts")
    left_out: dict[str, str] = {}
    sources = feature_sources(settings, folder)
    columns = request.names or catalogue.names()
    needed = dict.fromkeys(catalogue.find(name) for name in columns)
    every = sorted(each.symbol for each in chosen(request, sources.histories, left_out))
    nobody = np.empty(0, np.int64)
    work = BlockWork(
        settings=settings,
        folder=str(folder.resolve()),
        output=str(output.resolve()),
        request=request,
        blocks=(),
        sessions=nobody,
        columns=columns,
        told=Survey((), nobody, "", (), is_simulated=False, left_out={}),
    )
    stage = _stages(on_progress)
    surveys = executor.map(_surveyed, _cut(every, block), work, on_progress=stage())
    told = _together(surveys, left_out)
    work = work._replace(blocks=tuple(_cut(told.symbols, block)), sessions=told.sessions, told=told)
    scratch = output / _SCRATCH
    scratch.mkdir(parents=True)
    try:
        numbers = list(range(len(work.blocks)))
        executor.map(_own, numbers, work, on_progress=stage())
        kinds: dict[str, list[str]] = {}
        for each in needed:
            if not each.is_own:
                kinds.setdefault(each.function.__module__, []).append(each.name)
        executor.map(_whole, list(map(tuple, kinds.values())), work, on_progress=stage())
        ranks = [name for name in columns if catalogue.find(name).name != name]
        executor.map(_ranked, ranks, work, on_progress=stage())
        rows = executor.map(_written, numbers, work, on_progress=stage())
    finally:
        shutil.rmtree(scratch)
    files = tuple(map(work.part, numbers))
    kept = len(work.sessions) if request.start_ns is None else _kept(work)
    return Parts(files, sum(rows), len(told.symbols), kept, len(columns), told.left_out)


class _Remembered:
    # What was taken from chains before; workers add nothing, as one of several would undo another's.
    def __init__(self, sources: FeatureSources) -> None:
        self._known: dict[str, ChainFigures] = {}
        if sources.figures is not None:
            self._known |= sources.figures.chain_figures()

    def chain_figures(self) -> Mapping[str, ChainFigures]:
        return self._known

    def keep_chain_figures(self, figures: Mapping[str, ChainFigures]) -> None:
        pass


def _stages(on_progress: Callable[[float], None]) -> Callable[[], Callable[[float], None]]:
    begun = 0

    def next_one() -> Callable[[float], None]:
        nonlocal begun
        before, begun = begun, begun + 1
        return lambda share: on_progress((before + share) / _STAGES)

    return next_one


def _cut(symbols: Sequence[str], block: int) -> list[tuple[str, ...]]:
    return [tuple(symbols[at : at + block]) for at in range(0, len(symbols), block)]


def _surveyed(work: BlockWork, symbols: tuple[str, ...]) -> Survey:
    sources = feature_sources(work.settings, Path(work.folder))
    left_out: dict[str, str] = {}
    histories = [sources.histories.read(symbol, "1d") for symbol in symbols]
    kept = [each for each in histories if usable(each, work.request.end_ns, left_out) is not None]
    end_ns = np.iinfo(np.int64).max if work.request.end_ns is None else work.request.end_ns
    dates = [days[days < end_ns] for each in kept if len(days := carried(each).start_ns)]
    return Survey(
        tuple(each.symbol for each in kept),
        np.unique(np.concatenate(dates)) if dates else np.empty(0, np.int64),
        kept[0].calendar if kept else "",
        tuple(dict.fromkeys(each.provenance.source for each in kept)),
        any(each.provenance.delay is Delay.SIMULATED for each in kept),
        left_out,
    )


def _together(surveys: Sequence[Survey], left_out: dict[str, str]) -> Survey:
    for each in surveys:
        left_out |= each.left_out
    found = [each for each in surveys if each.symbols]
    if not found:
        raise nothing(left_out)
    return Survey(
        tuple(symbol for each in found for symbol in each.symbols),
        np.unique(np.concatenate([each.sessions for each in found])),
        found[0].calendar,
        tuple(dict.fromkeys(name for each in found for name in each.sources)),
        any(each.is_simulated for each in found),
        left_out,
    )


def _own(work: BlockWork, block: int) -> None:
    sources = feature_sources(work.settings, Path(work.folder))
    sources = replace(sources, figures=_Remembered(sources))
    histories = [sources.histories.read(symbol, "1d") for symbol in work.blocks[block]]
    panel, _ = panel_of(histories, work.request, sources, sessions=work.sessions)
    for name in (*_INPUTS, *panel.extra):
        np.save(work.file(f"input {name}", block), panel.input(name))
    needed = dict.fromkeys(catalogue.find(name) for name in work.columns)
    names = [each.name for each in needed if each.is_own]
    if names:
        table = build(panel, names)
        for name in names:
            np.save(work.file(name, block), table.column(name))


def _whole(work: BlockWork, names: tuple[str, ...]) -> None:
    _own_files(work)
    extra = {
        path.stem.partition("-input ")[2]
        for path in (Path(work.output) / _SCRATCH).glob("*-input *.npy")
    }.difference(_INPUTS)
    told = work.told
    panel = Panel(
        symbols=told.symbols,
        sessions=work.sessions,
        known_ns=known_times(work.sessions, told.calendar),
        extra={name: _input(work, name) for name in sorted(extra)},
        calendar=told.calendar,
        source=", ".join(told.sources),
        is_simulated=told.is_simulated,
        **{name: _input(work, name) for name in _INPUTS},
    )
    table = build(panel, names)
    for name in names:
        np.save(work.file(name), table.column(name))


def _input(work: BlockWork, name: str) -> FloatArray:
    # A block of whose symbols nothing is known has none.
    parts = [
        np.load(path)
        if (path := work.file(f"input {name}", block)).exists()
        else np.full((len(symbols), len(work.sessions)), np.nan)
        for block, symbols in enumerate(work.blocks)
    ]
    return np.concatenate(parts)


def _ranked(work: BlockWork, name: str) -> None:
    _own_files(work)
    base = catalogue.find(name)
    if base.is_own:
        blocks = range(len(work.blocks))
        values = np.concatenate([np.load(work.file(base.name, block)) for block in blocks])
    else:
        values = np.load(work.file(base.name))
    np.save(work.file(name), session_rank(values))


def _written(work: BlockWork, block: int) -> int:
    _own_files(work)
    told, symbols = work.told, work.blocks[block]
    first = sum(map(len, work.blocks[:block]))
    rows = slice(first, first + len(symbols))
    inputs = {
        name: np.load(work.file(f"input {name}", block)) for name in ("open", "close", "total")
    }
    values = np.empty((len(work.columns), len(symbols), len(work.sessions)), np.float32)
    for at, name in enumerate(work.columns):
        base = catalogue.find(name)
        if base.is_own and base.name == name:
            values[at] = np.load(work.file(name, block))
        else:
            values[at] = np.load(work.file(name), mmap_mode="r")[rows]
    table = FeatureTable(
        names=work.columns,
        symbols=symbols,
        sessions=work.sessions,
        known_ns=known_times(work.sessions, told.calendar),
        values=values,
        is_row=_traded(inputs["close"]),
        calendar=told.calendar,
        source=", ".join(told.sources),
        is_simulated=told.is_simulated,
        not_comparable=tuple(n for n in work.columns if _is_level(n)),
        **inputs,
    )
    if work.request.start_ns is not None:
        table = part_of(table, slice(len(work.sessions) - _kept(work), None))
    write_features(table, work.part(block))
    return len(table)


def _kept(work: BlockWork) -> int:
    first = int(np.searchsorted(work.sessions, work.request.start_ns or 0))
    if first == len(work.sessions):
        raise BadInput("no session lies within the dates asked for; ask for earlier ones")
    return len(work.sessions) - first


def _is_level(name: str) -> bool:
    base = catalogue.find(name)
    return base.name == name and not base.is_comparable


def _traded(close: FloatArray) -> NDArray[np.bool_]:
    return np.isfinite(close)


# A worker registers what a person has added when it first needs it.
def _own_files(work: BlockWork) -> None:
    feature_sources(work.settings, Path(work.folder))
