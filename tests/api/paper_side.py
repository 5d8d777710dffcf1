"""The half of a deck that trades on paper."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.trading.guard import Guard
from tests.hub.paper_rig import PaperRig

if TYPE_CHECKING:
    from quantdeck.hub.paper_desk import PaperDesk


class PaperSide:
    paper: PaperDesk

    def _open_paper(self) -> None:
        self.paper_rig = PaperRig(guard=Guard(max_exposure=Decimal(5_000)))
        self.paper_rig.market.show(bid=99.0, ask=101.0)
        self.paper = self.paper_rig.desk
