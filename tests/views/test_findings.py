from __future__ import annotations

from quantdeck.model.findings import Finding
from quantdeck.ports.findings import DetectionRun, KeptFinding
from quantdeck.views.findings import findings_payload, findings_table
from quantdeck.views.findings_panels import NEWEST

MINUTE = 60_000_000_000
KEPT = KeptFinding(
    Finding(
        key="k",
        kind="trade",
        symbol="US:SPY",
        ts_ns=5_000_000,
        score=2.5,
        text="SPY bought 9",
        source="alpaca",
    ),
    found_ns=7,
)


def test_findings_payload_has_a_cell_for_every_column() -> None:
    payload = findings_payload([KEPT], DetectionRun(until_ns=0), word="demo", now_ns=3 * MINUTE)

    row = payload.rows[0]
    assert {column.id for column in NEWEST.columns} <= set(row)
    assert (row["kind"], row["symbol"], row["ts"], row["url"]) == ("large trade", "SPY", 5, None)
    assert (payload.state.word, payload.state.age_s, payload.state.source) == (
        "demo",
        180.0,
        "alpaca",
    )


def test_findings_payload_before_any_look_says_what_to_do() -> None:
    payload = findings_payload([], None, word="live", now_ns=0)

    assert payload.state.word == "empty"
    assert payload.state.detail == "Nothing was looked at yet: press Look now"


def test_findings_payload_of_nothing_says_what_could_not_be_judged() -> None:
    run = DetectionRun(
        until_ns=0, notes=tuple(f"S{n}: not enough data" for n in range(5)), looked={"trade": 1200}
    )

    detail = findings_payload([], run, word="live", now_ns=2 * MINUTE).state.detail

    assert detail.startswith("Nothing out of the ordinary. Looked at 1,200 orders 2")
    assert detail.endswith("S2: not enough data; and 2 more")


def test_findings_table_has_a_row_per_finding() -> None:
    table = findings_table([KEPT])

    assert table.to_pylist() == [
        {
            "ts_ns": 5_000_000, "kind": "trade", "symbol": "US:SPY", "score": 2.5,
            "text": "SPY bought 9", "url": "", "source": "alpaca", "found_ns": 7, "key": "k",
        }
    ]  # fmt: skip
