from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import pytest

from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine, Parts
from quantdeck.model.events import Kind
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import TapeOptions
from quantdeck.views.payloads import Mode
from tests.hub.box_rig import NEAR, SPX, BoxRig
from tests.hub.deck_rig import BTC, ETH, SECOND_NS, deck_rig

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.model.instruments import Instrument
    from quantdeck.views.payloads import StatusPayload


def test_machine_when_closed_has_written_what_it_took_in(tmp_path: Path) -> None:
    async def main() -> None:
        async with deck_rig(tmp_path, runs=True) as rig:
            rig.fill()
            await rig.deck.close()
            await rig.deck.close()

    asyncio.run(main())

    assert open_reader(tmp_path).table(Kind.AGG_TRADE).num_rows == 180


def test_machine_asks_for_instruments_until_the_vendor_answers(tmp_path: Path) -> None:
    async def main() -> tuple[float | None, bool]:
        async with deck_rig(tmp_path) as rig:
            rig.feed.refusals = 3
            rig.deck.run()
            await rig.until(lambda: rig.machine.instrument(BTC) is not None)
            found = rig.machine.instrument(BTC)
            return found.tick_size if found else None, rig.deck.health().ready

    assert asyncio.run(main()) == (0.01, True)


def test_machine_publishes_what_is_wanted(tmp_path: Path) -> None:
    async def main() -> bool:
        async with deck_rig(tmp_path, runs=True) as rig:
            client = rig.deck.topics.connect(lambda: None)
            topic = client.subscribe("dashboard.symbols", hz=10)
            rig.fill()
            await rig.until(lambda: rig.deck.topics.has_state(topic))
            return True

    assert asyncio.run(main())


def test_machine_notes_rate_and_lag_while_it_captures(tmp_path: Path) -> None:
    async def main() -> int:
        async with deck_rig(tmp_path, runs=True) as rig:
            rig.fill()
            for _ in range(3):
                rig.clock.ns += SECOND_NS
                before = len(rig.machine.rates.history().second)
                await rig.until(lambda: len(rig.machine.rates.history().second) > before)  # noqa: B023 - called at once
            return len(rig.machine.rates.history().second)

    assert asyncio.run(main()) >= 3


def test_machine_notes_no_lag_while_nothing_comes(tmp_path: Path) -> None:
    async def main() -> list[float]:
        async with deck_rig(tmp_path, runs=True) as rig:
            rig.fill()
            await rig.until(lambda: len(rig.machine.rates.history().second) > 0)
            rig.clock.ns += 60 * SECOND_NS
            before = len(rig.machine.rates.history().second)
            await rig.until(lambda: len(rig.machine.rates.history().second) > before)
            return rig.machine.rates.history().p50_ns.tolist()

    assert math.isnan(asyncio.run(main())[-1])


def test_machine_once_stopped_shows_no_rate_and_lag_as_if_they_were_of_now(
    tmp_path: Path,
) -> None:
    async def main() -> tuple[list[float], StatusPayload]:
        async with deck_rig(tmp_path, runs=True) as rig:
            rig.fill()
            await rig.until(lambda: len(rig.machine.rates.history().second) > 0)
            rig.clock.ns += SECOND_NS
            await rig.deck.stop_capture()
            await rig.until(lambda: math.isnan(rig.machine.rates.history().per_second[-1]))
            rig.clock.ns += 5 * SECOND_NS
            return rig.machine.rates.history().per_second.tolist(), rig.deck.status()

    rates, status = asyncio.run(main())

    assert math.isfinite(rates[0])
    assert sum(map(math.isnan, rates)) == 1
    assert (status.messages_per_s, status.lag_ms, status.skew_ms) == (0.0, None, None)


def test_machine_started_again_tells_from_when_to_when_nothing_was_captured(
    tmp_path: Path,
) -> None:
    async def main() -> list[str]:
        async with deck_rig(tmp_path) as rig:
            await rig.deck.stop_capture()
            rig.clock.ns += 11 * SECOND_NS
            await rig.deck.start_capture(None)
            return [line.text for line in rig.machine.journal.lines()]

    assert asyncio.run(main())[1] == (
        "nothing was captured from 2025-11-20 12:00:00 to 12:00:11 UTC (11 s): executions of the "
        "last minutes are fetched, quotes and marks are not to be had"
    )


def test_machine_gives_up_a_gap_that_nobody_can_fill_and_keeps_it_on_record(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        async with deck_rig(tmp_path, runs=True) as rig:
            rig.feed.trades(BTC, [1.0, 2.0])
            rig.feed.trades(BTC, [3.0], skip=4)
            assert rig.deck.status().gaps_open == 1
            rig.clock.ns += 10 * SECOND_NS
            await rig.until(lambda: rig.deck.status().gaps_open == 0)

    asyncio.run(main())

    (gap,) = open_reader(tmp_path).gaps()
    assert (gap.first_seq, gap.last_seq, gap.state) == (3, 6, "lost")


def test_machine_asks_for_instruments_until_every_symbol_is_described(tmp_path: Path) -> None:
    async def main() -> None:
        async with deck_rig(tmp_path, Mode.REPLAY, runs=True) as rig:
            describe, asked = rig.feed.instruments, 0

            async def later() -> list[Instrument]:
                nonlocal asked
                asked += 1
                return [] if asked < 3 else await describe()

            rig.feed.instruments = later  # type: ignore[method-assign]
            await rig.until(lambda: rig.machine.instrument(ETH) is not None)

    asyncio.run(main())


def test_machine_of_a_replay_writes_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with deck_rig(tmp_path / "tape", Mode.REPLAY, runs=True) as rig:
            rig.fill()

    asyncio.run(main())

    assert not (tmp_path / "tape").exists()


@pytest.mark.parametrize("records", [False, True])
def test_machine_records_quotes_of_chains_where_they_are_wanted(
    tmp_path: Path, records: bool
) -> None:
    rig = BoxRig(records=records)
    writer = open_writer(tmp_path, rig.table, clock=rig.clock, options=TapeOptions())
    machine = Machine(
        Parts(
            mode=Mode.LIVE,
            version="0",
            clock=rig.clock,
            instruments=rig.table,
            plans=[],
            reader=open_reader(tmp_path),
            writer=writer,
            ring_rows=4096,
            boxes=rig.parts,
        )
    )

    async def main() -> None:
        assert machine.desk is not None
        await machine.desk.snapshot(SPX)
        rig.vendor.quotes(NEAR, rig.clock.ns)

    asyncio.run(main())
    writer.close()

    assert bool(open_reader(tmp_path).table(Kind.QUOTE).num_rows) is records


def test_machine_asks_for_chains_once_the_symbols_are_captured(
    tmp_path: Path,
) -> None:
    rig = BoxRig()
    machine = Machine(
        Parts(
            mode=Mode.LIVE,
            version="0",
            clock=rig.clock,
            instruments=rig.table,
            plans=[],
            reader=open_reader(tmp_path),
            ring_rows=4096,
            boxes=rig.parts,
        )
    )

    async def main() -> tuple[bool, bool]:
        deck = RunningDeck(machine)
        deck.run()
        before = machine.supervisor.running("box snapshots")
        await machine.start_capture(None)
        await machine.start_capture(None)
        after = machine.supervisor.running("box snapshots")
        await deck.close()
        return before, after

    assert asyncio.run(main()) == (False, True)
