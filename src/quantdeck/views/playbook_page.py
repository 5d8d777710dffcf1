"""The Playbook page: which symbols, why, with which trade, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass

from quantdeck.views.panels import Page
from quantdeck.views.playbook_panels import PANELS, session_control, symbol_control


@dataclass(frozen=True, slots=True)
class PlaybookChoices:
    """What there is to choose from on the page.

    Parameters
    ----------
    sessions : tuple of str
        Dates of playbooks that are kept, newest first.
    symbols : tuple of str
        Canonical symbols that were scored, foremost first.
    """

    sessions: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


def playbook_page(choices: PlaybookChoices) -> Page:
    """Return the Playbook page.

    Parameters
    ----------
    choices : PlaybookChoices
        What there is to choose from.

    Examples
    --------
    >>> page = playbook_page(PlaybookChoices(("2026-11-20",), ("US:SPY",)))
    >>> [(control.id, control.options) for control in page.controls]
    [('session', ('newest', '2026-11-20')), ('symbol', ('foremost', 'US:SPY'))]
    """
    return Page(
        id="playbook",
        title="Playbook",
        icon="playbook",
        question="What is worth a look tomorrow, with which trade, and how much of it?",
        controls=(session_control(choices.sessions), symbol_control(choices.symbols)),
        panels=PANELS,
    )
