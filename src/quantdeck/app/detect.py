"""Detection on the command line, and what every run of it is put together from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from quantdeck.app.alert_parts import channels
from quantdeck.app.credentials import surroundings
from quantdeck.app.places import tape_folder
from quantdeck.app.state import open_state
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.times import parse_time
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.hub.notices import tell_once
from quantdeck.hub.paper_book import PaperBook
from quantdeck.jobs.detect import DetectQuestion, DetectStores, detect
from quantdeck.model.alerts import DeliveryState, FiredAlert
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.findings import KINDS, counts_text, lines_of, message_of
from quantdeck.net.clock import SystemClock
from quantdeck.records.playbooks import PlaybookFiles
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.model.alerts import Delivery
    from quantdeck.model.findings import Finding, FindingKind, Findings
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.notifier import Notifier
    from quantdeck.records.open import Records

WATCHED, IN_PLAYBOOK, HELD = 1.0, 1.5, 2.0
"""How much a symbol matters, for news and options: the highest that it has."""
DETECTION = "detect"
"""Name of the rule that messages about findings stand under."""

_TOLD_LATE_NS = 24 * 3_600_000_000_000
_MINUTE_NS = 60_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectOrder:
    """What ``quantdeck detect`` is told.

    Parameters
    ----------
    symbols : tuple of str
        As typed; everything recorded, watched, held and in the playbook where empty.
    since, until : str or None
        Times as typed: from where the last run ended, to now, where None.
    kinds : tuple of str
        As typed; all where empty.
    notify : bool
        Tell the channels that are set up.
    demo : bool
        Of the demo's folder.
    """

    symbols: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    kinds: tuple[str, ...] = ()
    notify: bool = False
    demo: bool = False


def detect_stores(
    settings: Settings, folder: Path, records: Records, *, demo: bool
) -> DetectStores:
    """Return what is looked at, and where findings are kept.

    Parameters
    ----------
    settings : Settings
        Where sealed files lie.
    folder : Path
        Data folder, or that of the demo.
    records : Records
        Of it.
    demo : bool
        Whether the data are simulated.
    """
    return DetectStores(
        reader=tape_reader(settings, folder, demo=demo),
        collected=RecordStore(folder),
        chains=ChainStore(folder),
        findings=records.findings,
    )


def weights_of(settings: Settings, folder: Path, records: Records) -> dict[str, float]:
    """Return how much symbols matter: those watched, in the newest playbook, and held on paper.

    Raises
    ------
    StoreError
        If something cannot be read.
    """
    found = dict.fromkeys(map(typed_symbol, settings.history.symbols), WATCHED)
    found |= dict.fromkeys(records.watchlist.watched(), WATCHED)
    try:
        playbook = PlaybookFiles(folder).get()
        found |= {each.symbol: IN_PLAYBOOK for each in playbook.entries[: playbook.top_n]}
    except NoData:
        pass
    if settings.paper.account in records.accounts.accounts():
        held = PaperBook(records.accounts, settings.paper.account).account.positions()
        found |= dict.fromkeys(held, HELD)
    return found


async def detected(
    settings: Settings,
    folder: Path,
    records: Records,
    symbols: Sequence[str] = (),
    *,
    demo: bool,
    clock: Clock,
) -> Findings:
    """Look once, and keep what was found; nobody is told.

    Parameters
    ----------
    settings : Settings
        Says what is out of the ordinary.
    folder : Path
        Data folder, or that of the demo.
    records : Records
        Of it.
    symbols : sequence of str
        As typed; everything where empty.
    demo : bool
        Whether the data are simulated.
    clock : Clock
        Where the time comes from.

    Raises
    ------
    BadInput
        If a symbol is none.
    StoreError
        If something cannot be read or kept.
    """
    typed = tuple(dict.fromkeys(map(typed_symbol, symbols)))

    def look() -> Findings:
        question = DetectQuestion(
            now_ns=clock.now_ns(),
            weights=weights_of(settings, folder, records),
            symbols=typed,
            simulated=demo,
        )
        stores = detect_stores(settings, folder, records, demo=demo)
        return detect(question, stores, settings.detect.rules())

    return await asyncio.to_thread(look)


async def tell_findings(
    records: Records,
    used: Sequence[Notifier],
    *,
    clock: Clock,
    simulated: bool,
    pause_min: float = 0.0,
) -> tuple[tuple[Finding, ...], list[Delivery]]:
    """Tell what nobody was told yet, in one message, and return it with what became of the message.

    Parameters
    ----------
    records : Records
        Where findings and messages are kept.
    used : sequence of Notifier
        Who is told.
    clock : Clock
        Where the time comes from.
    simulated : bool
        Whether the data are simulated.
    pause_min : float
        So long after a message there is no other. [min]

    Raises
    ------
    StoreError
        If the records cannot be read or written.
    """
    store, now_ns = records.findings, clock.now_ns()
    untold = await asyncio.to_thread(
        lambda: store.take_untold(
            now_ns=now_ns,
            since_ns=now_ns - _TOLD_LATE_NS,
            pause_ns=int(pause_min * _MINUTE_NS),
        )
    )
    if untold is None:
        return (), []
    alert = FiredAlert(
        id=untold.message,
        rule_id=DETECTION,
        rule_name="Detection",
        text="large trades, news and option activity that are out of the ordinary",
        fired_ns=now_ns,
        # A line for toasts and terminals; the others are in the details.
        message=message_of(untold.findings, 1) or "",
        details="\n".join(lines_of(untold.findings)),
        simulated=simulated,
    )
    deliveries = await tell_once(records.alerts, used, alert, clock=clock)
    # It lies in the records by now: what was not sent waits there.
    await asyncio.to_thread(store.told, untold.message)
    return untold.findings, deliveries


def run_detect(settings: Settings, order: DetectOrder, *, as_json: bool) -> None:
    """Look once, keep and print what was found, and tell it if that is wanted.

    Raises
    ------
    BadInput
        If a symbol, a time or a kind is none.
    ConfigError
        If a channel is set up wrongly.
    StoreError
        If something cannot be read or kept.
    """
    clock, folder = SystemClock(), tape_folder(settings, demo=order.demo)
    kinds = _kinds(order.kinds)
    typed = tuple(dict.fromkeys(map(typed_symbol, order.symbols)))
    now_ns, since_ns, until_ns = clock.now_ns(), parse_time(order.since), parse_time(order.until)
    if since_ns is not None and since_ns >= (until_ns or now_ns):
        raise BadInput(f"--since {order.since} is not before the end of what is looked at")
    if until_ns is not None and until_ns > now_ns:
        raise BadInput(f"--until {order.until} is in the future")
    used = _channels(settings, clock, demo=order.demo) if order.notify else []
    if not folder.is_dir():
        raise NoData(f"nothing is recorded in {folder}; begin with quantdeck up or collect")
    records = open_state(settings, demo=order.demo)
    try:
        question = DetectQuestion(
            now_ns=now_ns,
            weights=weights_of(settings, folder, records),
            symbols=typed,
            since_ns=since_ns,
            until_ns=until_ns,
            kinds=kinds,
            simulated=order.demo,
        )
        stores = detect_stores(settings, folder, records, demo=order.demo)
        found = detect(question, stores, settings.detect.rules())
        _print(found, as_json=as_json)
        if order.notify:
            told, deliveries = asyncio.run(_tell(records, used, clock, simulated=order.demo))
            if not as_json:
                _print_told(told, deliveries)
    finally:
        records.close()


async def _tell(
    records: Records, used: Sequence[Notifier], clock: Clock, *, simulated: bool
) -> tuple[tuple[Finding, ...], list[Delivery]]:
    try:
        return await tell_findings(records, used, clock=clock, simulated=simulated)
    finally:
        for each in used:
            await each.close()


def _channels(settings: Settings, clock: Clock, *, demo: bool) -> list[Notifier]:
    mode = Mode.DEMO if demo else Mode.LIVE
    return channels(settings, surroundings(), mode=mode, clock=clock, write=_write).used


def _write(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def _kinds(typed: Sequence[str]) -> tuple[FindingKind, ...]:
    unknown = [each for each in typed if each not in KINDS]
    if unknown:
        raise BadInput(f"{unknown[0]!r} is no kind of finding; there are {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if not typed or kind in typed)


def _print(found: Findings, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(found).decode())  # noqa: T201
        return
    mark = " (simulated data)" if found.simulated else ""
    print(f"{_moment(found.since_ns)} to {_moment(found.until_ns)} UTC{mark}")  # noqa: T201
    looked = ", ".join(f"{count:,} {_UNITS[kind]}" for kind, count in found.looked.items())
    head = counts_text(found.new) or "nothing new out of the ordinary"
    print(f"{head}; looked at {looked}")  # noqa: T201
    for each in found.new:
        print(f"  {_moment(each.ts_ns)}  {each.text}  {each.url}".rstrip())  # noqa: T201
    for note in found.notes:
        print(f"  {note}")  # noqa: T201


_UNITS = {"trade": "orders", "news": "stories", "options": "option contracts"}


def _print_told(told: tuple[Finding, ...], deliveries: Sequence[Delivery]) -> None:
    if not told:
        print("nobody is told: there is nothing that was not told before")  # noqa: T201
        return
    for each in deliveries:
        is_sent = each.state is DeliveryState.SENT
        why = "" if is_sent else f": {each.detail or 'it waits'}"
        print(f"{each.channel}: {each.state.value}{why}")  # noqa: T201


def _moment(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // 1_000_000_000, UTC):%Y-%m-%d %H:%M:%S}"
