"""What a request needs: one table for every route and every topic of the stream.

A route that is not named here needs `Scope.READ` to be read and `Scope.WRITE` for everything else, so that
one that was forgotten is not open to those who may only look.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.model.errors import NotAllowed
from quantdeck.model.users import SCOPES, Role, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.model.users import Caller
    from quantdeck.views.panels import Action, Page, Panel

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_ANY_READER = (
    # Each computes an answer from what it is sent, and changes nothing.
    r"/api/v1/sql",
    r"/api/v1/strategies/evaluate",
    r"/api/v1/paper/preview",
    r"/api/v1/alerts/(check|test)",
    # A person's own password, sessions and tokens; the routes see to whose they are.
    r"/api/v1/account(/.*)?",
    # How a person likes the views.
    r"/api/v1/look",
    r"/api/v1/layouts(/.*)?",
)
_TRADERS = (
    r"/api/v1/paper/.*",
    r"/api/v1/trading/.*",
)
ADMIN_JOBS = frozenset({"backup", "compact", "retention"})
"""Jobs that see to the data folder as a whole, or remove what it holds."""
_JOBS = "/api/v1/jobs"
_ADMINS = (
    r"/api/v1/users(/.*)?",
    r"/api/v1/audit",
    r"/api/v1/setup(/.*)?",
    rf"/api/v1/scheduler/jobs/({'|'.join(sorted(ADMIN_JOBS))})/.*",
)


def _one_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in patterns))


_IS_ADMINS = _one_of(_ADMINS)
_IS_ANY_READERS = _one_of(_ANY_READER)
_IS_TRADERS = _one_of(_TRADERS)


def needed(method: str, path: str) -> Scope:
    """Return what a request has to be allowed.

    Parameters
    ----------
    method : str
        Of HTTP.
    path : str
        With or without its parameters filled in.

    Returns
    -------
    Scope
        One is enough.

    Examples
    --------
    >>> needed("GET", "/api/v1/bars"), needed("POST", "/api/v1/paper/orders")
    (<Scope.READ: 'read'>, <Scope.TRADE: 'trade'>)
    """
    if _IS_ADMINS.fullmatch(path):
        return Scope.ADMIN
    if method in _READING or _IS_ANY_READERS.fullmatch(path):
        return Scope.READ
    return Scope.TRADE if _IS_TRADERS.fullmatch(path) else Scope.WRITE


def needed_for_job(kind: str) -> Scope:
    """Return what has to be allowed to begin or cancel a job.

    Parameters
    ----------
    kind : str
        Of the job.

    Examples
    --------
    >>> needed_for_job("train"), needed_for_job("retention")
    (<Scope.WRITE: 'write'>, <Scope.ADMIN: 'admin'>)
    """
    return Scope.ADMIN if kind in ADMIN_JOBS else Scope.WRITE


def check(caller: Caller, need: Scope) -> None:
    """Refuse what somebody may not do.

    Parameters
    ----------
    caller : Caller
        Who asks.
    need : Scope
        What it takes.

    Raises
    ------
    NotAllowed
        If they have it not; says who has, and what to do.
    """
    if need not in caller.scopes:
        raise NotAllowed(_why_not(caller, need))


def _why_not(caller: Caller, need: Scope) -> str:
    who = caller.name or "you"
    roles = [role for role in Role if need in SCOPES[role]]
    kinds = " and ".join(f"{role}s" for role in roles)
    if caller.token and need is Scope.ADMIN:
        return "no API token may do this: an admin does it on the page"
    if caller.token and caller.role in roles:
        return (
            f"the token {caller.token} of {who} may not do this: it needs the scope {need}; make a "
            "token that has it"
        )
    return f"{who} may not do this, as a {caller.role}: {kinds} may; ask an admin for another role"


def needed_for_topic(name: str) -> Scope:
    """Return what a subscription has to be allowed: every topic is there to be looked at.

    Parameters
    ----------
    name : str
        Of the topic, without parameters.
    """
    del name
    return Scope.READ


def pages_for(pages: Iterable[Page], scopes: frozenset[Scope]) -> tuple[Page, ...]:
    """Return pages without the buttons and forms that somebody may not use.

    Parameters
    ----------
    pages : iterable of Page
        As they are for an admin.
    scopes : frozenset of Scope
        What is allowed.

    Returns
    -------
    tuple of Page
        The same where everything is.
    """
    if scopes == frozenset(Scope):
        return tuple(pages)
    return tuple(
        structs.replace(
            page,
            panels=tuple(shown for panel in page.panels if (shown := _panel_for(panel, scopes))),
        )
        for page in pages
    )


def _panel_for(panel: Panel, scopes: frozenset[Scope]) -> Panel | None:
    actions = tuple(each for each in panel.actions if _may(each, scopes))
    if len(actions) == len(panel.actions):
        return panel
    if not any(each.where == "form" for each in actions) and panel.fields:
        return None
    return structs.replace(panel, actions=actions)


def _may(action: Action, scopes: frozenset[Scope]) -> bool:
    path = action.path.partition("?")[0]
    kind = action.body.get("kind", "") if path == _JOBS else ""
    return (needed_for_job(kind) if kind else needed(action.method, path)) in scopes
