"""Panels that users write in Python: ``@panel`` before a function that answers what it shows.

A file of such functions is named by the setting ``panels.file``. Each makes one panel of the page
*Panels*; the function is handed a `Desk`, which it asks for bars, quotes, the tape and what other panels
show. ``docs/how-to/panels-of-your-own.md`` has an example.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from msgspec.structs import replace

from quantdeck.model.errors import BadInput
from quantdeck.views.panels import Column, Control, Format, Guide, Page, Panel, PanelKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.analytics.resample import Bars
    from quantdeck.live.board import LastTrade, Top
    from quantdeck.live.ticks import TickColumns
    from quantdeck.views.payloads import Payload, Row

__all__ = ["Column", "Control", "Desk", "Format", "Guide", "UserPanel", "panel"]

PAGE = "panels"
FAULT = f"{PAGE}.fault"
"""Id of the panel that says what is wrong with the file."""

KINDS = (
    *(PanelKind.TABLE, PanelKind.KPI, PanelKind.STATS, PanelKind.LOG, PanelKind.MARKDOWN),
    *(PanelKind.STREAM_LINES, PanelKind.CANDLES, PanelKind.CURVE, PanelKind.SURFACE),
)
"""What a function may draw."""

LEAST_EVERY_S = 0.2
_CONTROLS = ("choice", "select", "symbol", "integer", "toggle", "text")
_WITHOUT_COLUMNS = (PanelKind.KPI, PanelKind.LOG, PanelKind.MARKDOWN, PanelKind.CANDLES)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Desk(Protocol):
    """What a function may ask for. Everything it gives is a copy, as of the moment of asking.

    Symbols are as a person types them. What cannot be answered raises `quantdeck.model.errors.BadInput`
    or `NoData`, which the panel shows.
    """

    @property
    def now_ns(self) -> int:
        """The deck's time, in a replay that of the recording, UTC. [ns]."""
        ...

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured."""
        ...

    def bars(self, symbol: str, timeframe: str = "1m", count: int = 500) -> Bars:
        """Return the newest bars of 1s, 1m or 5m in memory, oldest first; the last may still grow."""
        ...

    def ticks(self, symbol: str, count: int = 1000) -> TickColumns:
        """Return the newest executions in memory, oldest first."""
        ...

    def top(self, symbol: str) -> Top | None:
        """Return best bid and ask, or None where no quote was received."""
        ...

    def last(self, symbol: str) -> LastTrade | None:
        """Return the newest execution, or None where none was received."""
        ...

    def shown(self, panel_id: str, **params: str) -> Payload:
        """Return what another panel shows, such as ``boxes.curve``."""
        ...

    def rows(self, panel_id: str, **params: str) -> list[Row]:
        """Return the rows of another panel of cards, lists or tables."""
        ...

    def sql(self, query: str, *, max_rows: int = 10_000) -> list[Row]:
        """Return the rows of read-only SQL over the tape."""
        ...


@dataclass(frozen=True, slots=True)
class UserPanel:
    """A function and the panel it fills. Made by `panel`.

    Parameters
    ----------
    name : str
        Of the function.
    make : callable
        The function itself.
    spec : Panel
        What the page is told of it.
    controls : tuple of Control
        Choices that become keyword arguments of the function.
    every_s : float
        So often it is called while somebody looks. [s]
    """

    name: str
    make: Callable[..., Any]
    spec: Panel
    controls: tuple[Control, ...]
    every_s: float

    def arguments(self, params: Mapping[str, str]) -> dict[str, Any]:
        """Return the function's keyword arguments for checked parameters of its topic."""
        types = {control.id: control.type for control in self.controls}
        return {name: _argument(types[name], text) for name, text in params.items()}


def panel(  # noqa: PLR0913 - what a panel can be told, all by name
    *,
    title: str,
    kind: str = "table",
    columns: Sequence[Column] = (),
    axes: Sequence[Column] = (),
    guides: Sequence[Guide] = (),
    controls: Sequence[Control] = (),
    every_s: float = 1.0,
    width: int = 6,
    height: int = 7,
    empty: str = "",
    help: str = "",
) -> Callable[[Callable[..., Any]], UserPanel]:
    """Make a panel of the function below.

    Parameters
    ----------
    title : str
        What it shows.
    kind : str
        ``table``, ``kpi``, ``stats``, ``log``, ``markdown``, ``stream-lines``, ``candles``, ``curve`` or
        ``surface``.
    columns : sequence of Column
        Columns, lines, curves or layers, and how their figures are written.
    axes : sequence of Column
        Of ``curve`` and ``surface``: x and y.
    guides : sequence of Guide
        Horizontal lines of ``stream-lines``.
    controls : sequence of Control
        Choices of the page that become keyword arguments; functions that name the same one share it.
    every_s : float
        So often the function is called while somebody looks, >= 0.2. [s]
    width, height : int
        Grid columns of 12, and rows of 40 px.
    empty : str
        What would fill it, said while there is nothing to show.
    help : str
        How it is computed; the function's docstring where empty.

    Returns
    -------
    callable
        Takes the function and returns the `UserPanel`.

    Raises
    ------
    BadInput
        If there is no such kind, or what is declared does not fit together.

    Examples
    --------
    >>> @panel(title="Prices", columns=(Column("last", "Last", Format.PRICE),))
    ... def prices(desk):
    ...     "Last price of each symbol."
    ...     return [{"id": symbol, "last": desk.last(symbol).price} for symbol in desk.symbols()]
    >>> prices.spec.id, prices.spec.help
    ('panels.prices', 'Last price of each symbol. Made by `prices`, every 1 s while somebody looks.')
    """

    def take(make: Callable[..., Any]) -> UserPanel:
        name = make.__name__
        shape = _checked_kind(kind)
        _check(name, shape, columns, controls, every_s=every_s)
        told = (help or inspect.getdoc(make) or "").strip()
        spec = Panel(
            id=f"{PAGE}.{name}",
            kind=shape,
            title=title,
            topic=f"{PAGE}.{name}",
            query=f"/api/v1/panels/{PAGE}.{name}",
            params=tuple(control.id for control in controls),
            columns=tuple(columns) or _plain_columns(shape),
            guides=tuple(guides),
            axes=tuple(axes),
            width=min(12, max(1, width)),
            height=max(2, height),
            empty=empty or f"What the function `{name}` answers.",
            help=f"{told} Made by `{name}`, every {every_s:g} s while somebody looks.".strip(),
        )
        made = UserPanel(name, make, spec, tuple(controls), every_s)
        _check_call(made)
        return made

    return take


def user_page(
    panels: Sequence[UserPanel], *, file: str, fault: str = "", symbols: Sequence[str] = ()
) -> Page:
    """Return the page of the user's panels.

    Parameters
    ----------
    panels : sequence of UserPanel
        In the order of the file.
    file : str
        Its name.
    fault : str
        What is wrong with it; empty where nothing is.
    symbols : sequence of str
        What a choice of symbols begins with, where it names none.

    Returns
    -------
    Page
        With a panel about the file itself where something is wrong with it, or it has no function.

    Examples
    --------
    >>> user_page([], file="panels.py").panels[0].id
    'panels.fault'
    """
    controls = {
        control.id: _with_symbol(control, symbols) for each in panels for control in each.controls
    }
    about = (_fault_panel(file),) if fault or not panels else ()
    return Page(
        id=PAGE,
        title="Panels",
        icon="table",
        question=f"What do the functions of {file} show?",
        controls=tuple(controls.values()),
        panels=(*about, *(each.spec for each in panels)),
    )


def check_together(panels: Sequence[UserPanel]) -> None:
    """Refuse functions of one file whose choices of the same name differ.

    Parameters
    ----------
    panels : sequence of UserPanel
        Of one file.

    Raises
    ------
    BadInput
        If they do.
    """
    known: dict[str, tuple[str, Control]] = {}
    for each in panels:
        for control in each.controls:
            other, first = known.setdefault(control.id, (each.name, control))
            if first != control:
                raise BadInput(
                    f"the control {control.id!r} of {each.name} is not that of {other}; give it another "
                    "id, or declare it once and name it in both"
                )


def _fault_panel(file: str) -> Panel:
    return Panel(
        id=FAULT,
        kind=PanelKind.MARKDOWN,
        title=file,
        topic=FAULT,
        query=f"/api/v1/panels/{FAULT}",
        width=12,
        height=4,
        empty=f"Put `@panel` before a function of {file}; it is read again whenever it is saved.",
        help=f"What is wrong with {file}, by line. The panels below are those it had before.",
    )


def _checked_kind(kind: str) -> PanelKind:
    if kind not in [each.value for each in KINDS]:
        raise BadInput(
            f"there is no kind of panel {kind!r}; there are: {', '.join(each.value for each in KINDS)}"
        )
    return PanelKind(kind)


def _check(
    name: str,
    kind: PanelKind,
    columns: Sequence[Column],
    controls: Sequence[Control],
    *,
    every_s: float,
) -> None:
    if not _NAME.fullmatch(name) or f"{PAGE}.{name}" == FAULT:
        raise BadInput(
            f"a panel cannot be called {name!r}; use up to 40 small letters, digits and underscores"
        )
    if kind not in _WITHOUT_COLUMNS and not columns:
        raise BadInput(
            f"{name} draws a {kind.value} and needs columns, such as Column('last', 'Last')"
        )
    if not every_s >= LEAST_EVERY_S:
        raise BadInput(f"every_s of {name} must be at least {LEAST_EVERY_S:g}, was {every_s!r}")
    for control in controls:
        if control.type not in _CONTROLS:
            raise BadInput(
                f"the control {control.id!r} of {name} has the type {control.type!r}; "
                f"there are: {', '.join(_CONTROLS)}"
            )


def _check_call(made: UserPanel) -> None:
    names = [control.id for control in made.controls]
    try:
        inspect.signature(made.make).bind(None, **dict.fromkeys(names))
    except TypeError as error:
        takes = ", ".join(["desk", *names])
        raise BadInput(f"{made.name} must take ({takes}): {error}") from error


def _plain_columns(kind: PanelKind) -> tuple[Column, ...]:
    return (Column("value", "Value", Format.NUMBER),) if kind is PanelKind.KPI else ()


def _with_symbol(control: Control, symbols: Sequence[str]) -> Control:
    if control.type != "symbol" or control.default or not symbols:
        return control
    return replace(control, default=symbols[0])


def _argument(kind: str, text: str) -> Any:
    if kind == "integer":
        return int(text)
    return text == "true" if kind == "toggle" else text
