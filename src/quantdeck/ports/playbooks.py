"""Where playbooks are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quantdeck.research.playbook.entry import Playbook


class PlaybookStore(Protocol):
    """Keeps playbooks, one of each session. Called in threads."""

    def put(self, playbook: Playbook) -> Playbook:
        """Keep a playbook, whole or not at all, in the place of an earlier one of its session.

        Returns
        -------
        Playbook
            What is kept: the earlier one where it was made of the same.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def get(self, session: str | None = None) -> Playbook:
        """Return the playbook of a session, or the newest.

        Raises
        ------
        NoData
            If there is none; the message says how to make one.
        StoreError
            If it cannot be read, or is damaged.
        """
        ...

    def sessions(self) -> list[str]:
        """Return the dates of the sessions that there are playbooks of, newest first."""
        ...
