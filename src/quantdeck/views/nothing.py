"""Payloads with nothing in them, for panels that wait for something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.views.panels import PanelKind
from quantdeck.views.payloads import (
    CandlesPayload,
    CurvePayload,
    LinesPayload,
    LogPayload,
    PanelState,
    RowsPayload,
    SurfacePayload,
    TextPayload,
)

if TYPE_CHECKING:
    from quantdeck.views.payloads import Payload


def nothing_of(kind: PanelKind, reason: str) -> Payload:
    """Return the payload of a panel that has nothing to show, and why.

    Parameters
    ----------
    kind : PanelKind
        Of the panel.
    reason : str
        What is missing and what would bring it.

    Examples
    --------
    >>> nothing_of(PanelKind.TABLE, "no prices yet").state.word
    'empty'
    """
    state = PanelState("empty", None, "", reason)
    floats, ints = np.empty(0), np.empty(0, np.int64)
    made: dict[PanelKind, Payload] = {
        PanelKind.STREAM_LINES: LinesPayload(state, ints, {}),
        PanelKind.CURVE: CurvePayload(state, ()),
        PanelKind.SURFACE: SurfacePayload(state, floats, floats, {}),
        PanelKind.CANDLES: CandlesPayload(
            state, 2, ints, floats, floats, floats, floats, floats, ints
        ),
        PanelKind.LOG: LogPayload(state, []),
        PanelKind.MARKDOWN: TextPayload(state, reason),
        PanelKind.FORM: TextPayload(state, reason),
    }
    return made.get(kind, RowsPayload(state, []))
