"""The half of a deck that makes playbooks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from quantdeck.hub.playbook_desk import PlaybookDesk
from tests.hub.playbook_rig import playbook_parts


class PlaybookSide:
    clock: Any
    research: Any

    def _open_playbook(self) -> None:
        parts = SimpleNamespace(playbook=playbook_parts())
        machine: Any = SimpleNamespace(clock=self.clock, parts=parts, options=None, prices=None)
        self.playbook = PlaybookDesk(machine, self.research)
