"""The paper account of a deck or of a command: its book, its limits and what its trades cost."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from quantdeck.app.paper_settings import costs_of, guard_of
from quantdeck.hub.paper_book import PaperBook
from quantdeck.hub.paper_parts import PaperParts
from quantdeck.trading.journal import Deposited
from quantdeck.trading.paper_now import PaperRules

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock
    from quantdeck.records.open import Records
    from quantdeck.trading.account import Account
    from quantdeck.trading.journal import AnyEvent


def paper_parts(settings: Settings, records: Records, clock: Clock | None = None) -> PaperParts:
    """Return what a paper desk is made of; an account that is new gets its first deposit. Blocks.

    Parameters
    ----------
    settings : Settings
        The section ``paper``, and ``playbook.max_risk``.
    records : Records
        Where the account is kept.
    clock : Clock or None
        Where the time of the deposit comes from; None takes the system's.

    Raises
    ------
    ConfigError
        If a limit or a fee cannot be.
    StoreError
        If the account cannot be read or written.
    """
    guard = guard_of(settings)
    book = PaperBook(records.accounts, settings.paper.account)
    if not book.account.count:
        book.commit(partial(_opened, settings, _now_ns(clock)))
    return PaperParts(
        book=book,
        equity=records.equity,
        guard=guard,
        costs=partial(costs_of, settings),
        rules=PaperRules(
            fresh_s=settings.paper.fresh_s, fresh_option_s=settings.paper.fresh_option_s
        ),
    )


def _opened(settings: Settings, now_ns: int, account: Account) -> list[AnyEvent]:
    # Two processes may open an account at once: whoever is second finds the deposit there.
    if account.count:
        return []
    cash = Decimal(str(settings.paper.cash))
    return [Deposited(ts_ns=now_ns, money=cash, note="opening of the account")]


def _now_ns(clock: Clock | None) -> int:
    if clock is not None:
        return clock.now_ns()
    from quantdeck.net.clock import SystemClock

    return SystemClock().now_ns()
