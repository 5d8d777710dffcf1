from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.records.paper_files import ORDERS, PaperPaths, paper_rows, put_files
from quantdeck.records.report_files import PNL, PORTFOLIO
from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.broker import work
from quantdeck.trading.costs import Costs
from tests.trading.paper import SHARE, TERMS, buy, market, sell, spread, top

if TYPE_CHECKING:
    from pathlib import Path

COSTS = Costs(taker_bp=10.0)


def history(*steps) -> list[journal.AnyEvent]:
    """Return the events of an account that trades each ticket at its tops."""
    events: list[journal.AnyEvent] = [journal.Deposited(ts_ns=0, money=Decimal(100_000))]
    account = Account.of(events)
    for ticket, tops in steps:
        placed = journal.Placed(
            ts_ns=0, ticket=ticket, terms=tuple(TERMS[leg.symbol] for leg in ticket.legs)
        )
        account.apply(placed)
        worked, _ = work(account, market(*tops, costs=COSTS))
        for event in worked:
            account.apply(event)
        events += [placed, *worked]
    return events


def read(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_quantities_add_up_to_what_is_held() -> None:
    events = history(
        (buy("b", 10), [top(bid=99.0, ask=100.0)]), (sell("s", 4), [top(bid=110.0, ask=111.0)])
    )

    rows = paper_rows(events, run="paper", simulated=False)

    assert sum(Decimal(str(row["quantity"])) for row in rows.portfolio) == 6


def test_gain_is_after_the_fees_of_both_ways() -> None:
    events = history(
        (buy("b", 10), [top(bid=99.0, ask=100.0)]), (sell("s", 4), [top(bid=110.0, ask=111.0)])
    )

    rows = paper_rows(events, run="paper", simulated=False)

    # 4 * 10 of gain, less .1 % of 400 and of 440
    assert [row["pnl"] for row in rows.pnl] == [Decimal("39.16")]


def test_gains_add_up_to_the_equity_once_all_is_closed() -> None:
    events = history(
        (buy("b", 10), [top(bid=99.0, ask=100.0)]),
        (sell("over", 16), [top(bid=110.0, ask=111.0)]),
        (buy("back", 6), [top(bid=100.0, ask=105.0)]),
    )
    events.append(journal.Divided(ts_ns=0, symbol=SHARE.symbol, ratio=Decimal(2)))

    rows = paper_rows(events, run="paper", simulated=False)

    gained = sum(Decimal(str(row["pnl"])) for row in rows.pnl)
    assert gained == Account.of(events).cash - 100_000


def test_split_leaves_nothing_to_close_once_all_is_sold() -> None:
    events = history((buy("b", 10), [top(bid=99.0, ask=100.0)]))
    events.append(journal.Divided(ts_ns=0, symbol=SHARE.symbol, ratio=Decimal(2)))
    account = Account.of(events)
    placed = journal.Placed(ts_ns=0, ticket=sell("s", 20), terms=(SHARE,))
    account.apply(placed)
    worked, _ = work(account, market(top(bid=50.0, ask=51.0), costs=COSTS))

    rows = paper_rows([*events, placed, *worked], run="paper", simulated=False)

    assert [row["quantity"] for row in rows.pnl] == [-20]
    assert [row["pnl"] for row in rows.pnl] == [-2]


def test_options_are_listed_in_contracts_and_a_package_by_its_legs() -> None:
    legs = spread("idea", 2)
    tops = [top(leg.symbol, bid=4.0, ask=5.0) for leg in legs.legs]
    events = history((legs, tops))

    rows = paper_rows(events, run="paper", simulated=True)

    assert [row["side"] for row in rows.orders] == ["BUY", "SELL"]
    assert [row["quantity"] for row in rows.portfolio] == [2, -2]
    assert {row["simulated"] for row in rows.portfolio} == {True}


def test_lists_written_twice_are_as_written_once(tmp_path: Path) -> None:
    events = history(
        (buy("b", 10), [top(bid=99.0, ask=100.0)]), (sell("s", 4), [top(bid=110.0, ask=111.0)])
    )
    paths = PaperPaths(tmp_path / "orders.csv", tmp_path / "portfolio.csv", tmp_path / "pnl.csv")

    put_files(events, paths, run="paper", simulated=False)
    put_files(events, paths, run="paper", simulated=False)

    assert paths.orders is not None
    assert [row["order"] for row in read(paths.orders)] == ["b", "s"]
    assert paths.portfolio is not None
    assert [row["quantity"] for row in read(paths.portfolio)] == ["10", "-4"]
    assert [len(read(path)) for path in (paths.portfolio, paths.pnl) if path] == [2, 1]


def test_rows_of_backtests_stay(tmp_path: Path) -> None:
    file = tmp_path / "portfolio.csv"
    file.write_text(",".join(PORTFOLIO) + "\n2026-01-02,US:MSFT,1,400,0,entry,momentum,run-1,no\n")
    events = history((buy("b", 10), [top(bid=99.0, ask=100.0)]))

    put_files(events, PaperPaths(portfolio=file), run="paper", simulated=False)

    assert [row["run"] for row in read(file)] == ["run-1", "paper"]


def test_headers_name_each_column_once() -> None:
    for header in (ORDERS, PORTFOLIO, PNL):
        assert len(set(header)) == len(header)
