from __future__ import annotations

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.sims.fault_table import FAULTS, FaultName
from quantdeck.sims.faults import Fault, describe, parse_fault, parse_faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("mute", Fault(FaultName.MUTE)),
        ("mute:btcusdt@aggTrade", Fault(FaultName.MUTE, streams="btcusdt@aggTrade")),
        ("mute=btcusdt@aggTrade", Fault(FaultName.MUTE, streams="btcusdt@aggTrade")),
        ("id-gaps", Fault(FaultName.ID_GAPS, 0.01)),
        ("id-gaps=1:*@trade", Fault(FaultName.ID_GAPS, 1.0, streams="*@trade")),
        ("drop", Fault(FaultName.DROP)),
        ("drop=5", Fault(FaultName.DROP, 5.0)),
        ("close=1008", Fault(FaultName.CLOSE, 1008.0)),
        ("close=4000/2.5", Fault(FaultName.CLOSE, 4000.0, 2.5)),
        ("clock-skew=-1200", Fault(FaultName.CLOCK_SKEW, -1200.0)),
        (" 429=7 ", Fault(FaultName.TOO_MANY_REQUESTS, 7.0)),
    ],
)
def test_parse_fault_reads_name_value_and_streams(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "no-pong=5",
        "no-pong:btcusdt@trade",
        "mute:",
        "id-gaps=2",
        "id-gaps=0",
        "id-gaps=x",
        "slow=-1",
        "slow=1/2",
        "close=1006",
        "close=42",
        "close=1001/x",
        "close=1001/-1",
        "drop=nan",
        "clock-skew=inf",
    ],
)
def test_parse_fault_of_nonsense_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="fault"):
        parse_fault(text)


def test_parse_fault_of_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(BadInput, match=r"mute, drop, close"):
        parse_fault("mutes")


@pytest.mark.parametrize("name", list(FaultName))
def test_fault_written_and_read_again_is_the_same(name: FaultName) -> None:
    fault = parse_fault(name.value)

    assert parse_fault(str(fault)) == fault


def test_parse_faults_keeps_the_order() -> None:
    names = [fault.name for fault in parse_faults(["slow", "mute"])]

    assert names == [FaultName.SLOW, FaultName.MUTE]


def test_describe_has_a_line_for_every_fault() -> None:
    lines = describe().splitlines()

    assert len(lines) == len(FaultName) == len(FAULTS)
    assert all(line.startswith(name.value) for line, name in zip(lines, FaultName, strict=True))


def test_fault_touches_the_streams_of_its_pattern() -> None:
    fault = parse_fault("mute:btc*@aggTrade")

    touched = [
        s for s in ("btcusdt@aggTrade", "ethusdt@aggTrade", "btcusdt@trade") if fault.touches(s)
    ]

    assert touched == ["btcusdt@aggTrade"]
