"""What the Trading page shows of the pairs that the deck trades on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.views.figures import ms_of
from quantdeck.views.panels import Column, Format, Panel, PanelKind
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.research.pairs.wanted import PairNow
    from quantdeck.views.payloads import PanelState, Row

PAIRS = Panel(
    id="trading.pairs",
    kind=PanelKind.TABLE,
    title="Pairs on paper",
    topic="trading.pairs",
    query="/api/v1/panels/trading.pairs",
    columns=(
        Column("strategy", "Strategy"),
        Column("state", "Now"),
        Column("score", "Score", Format.NUMBER, decimals=2, signed=True, help="Deviations."),
        Column("enter", "Opens at", Format.NUMBER, decimals=2),
        Column("leave", "Leaves at", Format.NUMBER, decimals=2),
        Column("stop", "Gives up at", Format.NUMBER, decimals=2),
        Column("hedge", "Hedge ratio", Format.NUMBER, decimals=4, help="x sold for one of y."),
        Column("bar", "Bar", Format.TIME, help="Start of the newest closed bar."),
        Column("timeframe", "Length"),
        Column("rows", "Bars", Format.COUNT, help="Looked at since the start."),
        Column("late", "Late", Format.COUNT, help="Trades received after their bar had decided."),
        Column("waits", "An order waits because"),
    ),
    width=12,
    height=5,
    empty="Name pairs in `paper.pairs` of `config.yaml`, and capture both legs.",
    help=(
        "Line, score and rules are those of the Pairs backtest, row by row. A closed bar decides; both legs "
        "are weighed against the limits together, and trade at the side they cross, up to the size shown. "
        "Quotes are taken in the order of their receipt, so a replay gives the same fills. A pair has exits "
        "of its own: exit rules pass over it."
    ),
)


def pairs_payload(pairs: Sequence[PairNow], state: PanelState) -> RowsPayload:
    """Return the pairs that are traded, and what their newest bar has shown.

    Parameters
    ----------
    pairs : sequence of PairNow
        In the order of the settings.
    state : PanelState
        Of the panel.

    Examples
    --------
    >>> from quantdeck.views.payloads import PanelState
    >>> pairs_payload([], PanelState("live", 0.0, "paper account", "")).rows
    []
    """
    if not pairs:
        return RowsPayload(empty_state(state, "No pair is traded"), [])
    return RowsPayload(state, [_row(each) for each in pairs])


def _row(pair: PairNow) -> Row:
    wanted = pair.wanted
    return {
        "id": wanted.name,
        "strategy": f"pairs:{wanted.name}",
        "state": pair.state,
        "score": pair.zscore,
        "enter": wanted.rules.entry,
        "leave": wanted.rules.exit,
        "stop": wanted.rules.stop,
        "hedge": pair.hedge_ratio,
        "bar": None if pair.bar_ns is None else ms_of(pair.bar_ns),
        "timeframe": wanted.timeframe,
        "rows": pair.rows,
        "late": pair.late,
        "waits": pair.waiting,
    }
