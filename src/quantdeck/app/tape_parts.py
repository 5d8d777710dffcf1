"""The tape as the settings want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.credentials import store_keys
from quantdeck.app.places import DEMO_FOLDER, MIRROR_NAME
from quantdeck.app.settings import Retention
from quantdeck.model.errors import ConfigError
from quantdeck.model.events import Kind
from quantdeck.ports.catalog import SharedPlace
from quantdeck.tape.columns import schema
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import RetentionRule, TapeOptions

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.clock import Clock
    from quantdeck.tape.reader import Reader
    from quantdeck.tape.writer import Tape


def tape_options(settings: Settings) -> TapeOptions:
    """Return the writer's settings."""
    tape = settings.tape
    is_shared = bool(tape.store.url)
    return TapeOptions(
        sync_interval_ms=tape.sync_interval_ms,
        roll_rows=tape.roll_rows,
        roll_seconds=tape.roll_seconds,
        queue_rows=tape.queue_rows,
        grace_seconds=tape.store.grace_hours * 3600 if is_shared else TapeOptions().grace_seconds,
        # Ending within two seconds matters more than an early seal; the next start seals.
        seal_on_close=False,
        retention={
            kind: RetentionRule(max_age_days=rule.max_age_days, max_bytes=rule.max_bytes)
            for kind in Kind
            if (rule := getattr(tape.retention, kind.value)) != Retention()
        },
    )


def tape_reader(settings: Settings, folder: Path, *, demo: bool) -> Reader:
    """Return the reader of the tape in a folder, and of the store that machines share, if one is set.

    Parameters
    ----------
    settings : Settings
        The section ``tape.store``.
    folder : Path
        Of the tape; it need not be there.
    demo : bool
        That of the demo, whose files meet no real ones.

    Raises
    ------
    ConfigError
        If the address of the store is wrong, its keys are missing, or its client is not installed.
    """
    return open_reader(folder, shared_place(settings, folder, demo=demo))


def tape_writer(
    settings: Settings,
    folder: Path,
    instruments: InstrumentTable,
    clock: Clock,
    *,
    demo: bool,
    options: TapeOptions | None = None,
) -> Tape:
    """Return the writer of the tape in a folder, whose sealed files go where the settings want them.

    Parameters
    ----------
    settings : Settings
        The section ``tape``.
    folder : Path
        Of the tape; made where absent.
    instruments : InstrumentTable
        What the symbol ids of batches stand for.
    clock : Clock
        Where the time comes from.
    demo : bool
        That of the demo, whose files meet no real ones.
    options : TapeOptions, optional
        In the place of `tape_options`.

    Raises
    ------
    ConfigError
        As `tape_reader` does.
    StoreError
        As `quantdeck.tape.open.open_writer` does.
    """
    return open_writer(
        folder,
        instruments,
        clock=clock,
        options=options or tape_options(settings),
        shared=shared_place(settings, folder, demo=demo),
    )


def shared_place(settings: Settings, folder: Path, *, demo: bool) -> SharedPlace | None:
    """Return the store that machines share, or None where none is set or the tape is a mirror.

    Parameters
    ----------
    settings : Settings
        The section ``tape.store``.
    folder : Path
        Of the tape.
    demo : bool
        That of the demo, whose files meet no real ones.

    Raises
    ------
    ConfigError
        As `tape_reader` does.
    """
    store = settings.tape.store
    # What a mirror copies is in the store already, from the machine that captured it.
    if not store.url or (folder / MIRROR_NAME).exists():
        return None
    try:
        # Only who asks for it has the library.
        from quantdeck.scale.delta import DeltaLog
        from quantdeck.scale.objects import ObjectStore, StorePlace
    except ImportError as error:
        raise ConfigError(
            f"tape.store.url is {store.url}, but delta-rs is not installed; install "
            "quantdeck[scale], or leave tape.store.url empty"
        ) from error
    from quantdeck.net.clock import SystemClock

    url = f"{store.url.rstrip('/')}/{DEMO_FOLDER}" if demo else store.url
    place = StorePlace(url, store.endpoint, store.region, store_keys())
    columns = {kind.value: schema(kind) for kind in Kind}
    return SharedPlace(ObjectStore(place), DeltaLog(place, columns, SystemClock()))
