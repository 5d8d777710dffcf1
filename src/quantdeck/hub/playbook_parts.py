"""What the playbook desk of a machine is put together from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.ports.playbooks import PlaybookStore
    from quantdeck.research.playbook.entry import Playbook
    from quantdeck.research.playbook.inputs import Chain


@dataclass(frozen=True, slots=True)
class PlaybookParts:
    """What a playbook desk is put together from.

    Parameters
    ----------
    store : PlaybookStore
        Playbooks that are kept.
    make : callable
        Makes the playbook of the newest table of features, given the time [ns] and the chains that are
        watched just now, and keeps it. Blocks.
    """

    store: PlaybookStore
    make: Callable[[int, Mapping[str, Chain]], Playbook]
