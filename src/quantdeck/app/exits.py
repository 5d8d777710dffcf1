"""``quantdeck exits``: the exit rules of the paper account, from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from quantdeck.app.exit_flags import exit_rules, rule_words
from quantdeck.app.state import open_state
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.hub.exit_rules import ACCOUNT, POSITION, STRATEGY, RuleBook
from quantdeck.model.errors import BadInput
from quantdeck.trading.exits import ExitRules
from quantdeck.trading.holdings import Holdings

if TYPE_CHECKING:
    from quantdeck.app.exit_flags import ExitFlags
    from quantdeck.app.settings import Settings
    from quantdeck.records.open import Records
    from quantdeck.trading.holdings import Holding


def run_list(settings: Settings, *, demo: bool, as_json: bool) -> None:
    """Print what is held with its rules, and the rules of strategies and of the account.

    Raises
    ------
    StoreError
        If the records cannot be read.
    """
    name = settings.paper.account
    records = open_state(settings, demo=demo)
    try:
        held, book = _opened(settings, records)
        kept = records.exits.rules(name)
    finally:
        records.close()
    rows = [(_named(each), *book.for_holding(each)) for each in held.all()]
    wide = [(scope, rules, scope) for scope, rules in kept.items() if not _is_narrow(scope)]
    wide += [] if ACCOUNT in kept else [(ACCOUNT, *book.of(ACCOUNT, held))]
    for what, rules, scope in (*rows, *wide):
        if as_json:
            told = None if rules is None else msgspec.to_builtins(rules)
            print(json.dumps({"of": what, "rules": told, "rules_of": scope}))  # noqa: T201
        else:
            words = "closed by its strategy itself" if rules is None else rule_words(rules)
            mark = "" if scope == what else f" (of {scope})"
            print(f"{what}: {words}{mark}")  # noqa: T201


def run_set(settings: Settings, what: str, flags: ExitFlags, *, demo: bool) -> None:
    """Keep rules of a position, a strategy or the account, in the place of those it had.

    Raises
    ------
    BadInput
        If no rule is given, or one makes no sense, or several positions are of that name.
    NoData
        If nothing of that name is held.
    StoreError
        If the records cannot be written.
    """
    given = [n for n, v in msgspec.structs.asdict(flags).items() if v is not None]
    if not given or given == ["confirm_s"]:
        raise BadInput(
            "no rule was given; say --stop-loss, --take-profit, --trailing, --max-days or "
            "--days-to-expiry, or use quantdeck exits clear"
        )
    # A rule that is not given is none: nothing of the settings is mixed in but the wait.
    rules = exit_rules(ExitRules(confirm_s=settings.paper.exits.confirm_s), flags)
    _put(settings, what, rules, demo=demo)


def run_clear(settings: Settings, what: str, *, demo: bool) -> None:
    """Forget rules of a position, a strategy or the account, so that wider ones apply.

    Raises
    ------
    BadInput, NoData, StoreError
        As `run_set`.
    """
    _put(settings, what, None, demo=demo)


def _put(settings: Settings, what: str, rules: ExitRules | None, *, demo: bool) -> None:
    records = open_state(settings, demo=demo)
    try:
        held, book = _opened(settings, records)
        known = {each.id for each in held.all()}
        is_wide = what == ACCOUNT or what.startswith(STRATEGY)
        name = what if is_wide or what in known else typed_symbol(what)
        scope = book.scope(name, held)
        records.exits.put_rules(settings.paper.account, scope, rules)
        book.read()
        now, its_scope = book.of(name, held)
    finally:
        records.close()
    words = "closed by its strategy itself" if now is None else rule_words(now)
    print(f"{scope}: {words}{'' if its_scope == scope else f' (of {its_scope})'}")  # noqa: T201


def _opened(settings: Settings, records: Records) -> tuple[Holdings, RuleBook]:
    name = settings.paper.account
    book = RuleBook(records.exits, name, settings.paper.exits.rules())
    book.read()
    return Holdings.after(records.accounts.events(name)), book


def _named(holding: Holding) -> str:
    legs = ", ".join(f"{holding.of(symbol):+f} {symbol}" for symbol in holding.symbols)
    return f"{holding.id} ({legs})"


def _is_narrow(scope: str) -> bool:
    return scope.startswith(POSITION)
