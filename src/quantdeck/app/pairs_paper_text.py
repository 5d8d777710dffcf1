"""What trading a pair on paper prints: fills, result, and both checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.app.pairs_output import print_json, write_table
from quantdeck.app.pairs_text import number_text, say, show, span_text, time_text
from quantdeck.app.words import counted
from quantdeck.research.pairs.quote_check import fills_of
from quantdeck.trading.account import Account
from quantdeck.trading.journal import Deposited, Refused
from quantdeck.views.backtest_files import fills_table, ledger_table, side_word

if TYPE_CHECKING:
    from quantdeck.app.pairs_output import Outputs
    from quantdeck.app.pairs_paper import PaperQuestion, PaperRun
    from quantdeck.trading.fills import Fill

_SHOWN = 10


def tell(run: PaperRun, question: PaperQuestion, outputs: Outputs) -> None:
    """Print what came of it, and write the files that were asked for.

    Parameters
    ----------
    run : PaperRun
        What came of it.
    question : PaperQuestion
        What was asked.
    outputs : Outputs
        Files, and whether to print JSON.

    Raises
    ------
    StoreError
        If a file cannot be written.
    """
    account = Account.of(run.events)
    write_table(fills_table(fills_of(run.events)), outputs.csv)
    write_table(ledger_table(account.ledger.entries), outputs.ledger)
    if outputs.as_json:
        print_json(_document(run, question, account))
        return
    say(_heading(run, question))
    fills = fills_of(run.events)
    if fills:
        print(f"last {min(_SHOWN, len(fills))} of {counted(len(fills), 'fill')} on paper")  # noqa: T201
        show([_fill_row(order_id, fill) for order_id, fill in fills[-_SHOWN:]])
        print()  # noqa: T201
    show([{"figure": name, "": value} for name, value in _figures(run, account)])
    for line in _checks(run, len(fills)):
        print(f"\n{line}")  # noqa: T201


def _heading(run: PaperRun, question: PaperQuestion) -> str:
    plan, rows = run.plan, run.test.rows
    words = f"{plan.y} on {plan.x}, on paper: {counted(len(rows), 'bar')} of {span_text(plan.interval_ns)}"
    if rows:
        words += f", {time_text(rows[0].start_ns)} to {time_text(rows[-1].start_ns)} UTC"
    if run.test.counts.late:
        words += f"; {counted(run.test.counts.late, 'execution')} came after its bar had decided"
    return f"{words}; DEMO: simulated prices" if question.demo else words


def _fill_row(order_id: str, fill: Fill) -> dict[str, Any]:
    return {
        "entered": time_text(fill.ts_ns),
        "side": "buy" if fill.quantity > 0 else "sell",
        "symbol": fill.symbol,
        "quantity": f"{abs(fill.quantity):f}",
        "price": f"{fill.price:f}",
        "fee": number_text(float(fill.fee), 4),
        "reason": fill.reason or order_id,
    }


def _figures(run: PaperRun, account: Account) -> list[tuple[str, str]]:
    test, plan = run.test, run.plan
    fees = sum(float(fill.fee) for _, fill in fills_of(run.events))
    refused = sum(isinstance(event, Refused) for event in run.events)
    held = [f"{p.quantity:+f} {symbol}" for symbol, p in account.positions().items()]
    entries = [each for each in test.decisions if each.why == "entry"]
    return [
        (
            "decisions",
            f"{len(test.decisions)}, of them {len(entries)} to open",
        ),
        (
            "orders",
            f"{len(account.orders())}, {refused} refused, {len(account.open_orders())} open",
        ),
        (
            "net",
            f"{number_text(run.bars.quotes_net)} (of {number_text(plan.rules.capital)} a trade)",
        ),
        ("fees", number_text(fees)),
        ("held at the end", ", ".join(held) or "nothing"),
        ("side at the end", side_word(test.decisions[-1].side if held and test.decisions else 0)),
    ]


def _checks(run: PaperRun, fills: int) -> list[str]:
    bars = run.bars
    same = (
        f"paper and backtest on quotes: equal, {counted(len(run.events), 'event')} and "
        f"{counted(fills, 'fill')} to the last digit"
        if not run.difference
        else f"paper and backtest on quotes DIFFER: {run.difference}"
    )
    against = (
        f"backtest of the same bars, filled at the next open: {bars.agreed} of its "
        f"{counted(bars.decisions, 'decision')} are those of paper; net {number_text(bars.bars_net)} there, "
        f"{number_text(bars.quotes_net)} on quotes"
    )
    if bars.worse_bp is not None:
        word = "worse" if bars.worse_bp >= 0.0 else "better"
        against += f"; a fill was {number_text(abs(bars.worse_bp), 3)} bp {word} than the next open"
    return [same, against]


def _document(run: PaperRun, question: PaperQuestion, account: Account) -> dict[str, Any]:
    plan, test = run.plan, run.test
    paid_in = sum(float(each.money) for each in run.events if isinstance(each, Deposited))
    return {
        "y": plan.y,
        "x": plan.x,
        "name": plan.name,
        "interval_s": plan.interval_ns / 1e9,
        "rows": len(test.rows),
        "late": test.counts.late,
        "simulated": question.demo,
        "deposited": paid_in,
        "cash": float(account.cash),
        "held": {symbol: float(p.quantity) for symbol, p in account.positions().items()},
        "events": len(run.events),
        "equal": not run.difference,
        "difference": run.difference,
        "bars": {
            "decisions": run.bars.decisions,
            "agreed": run.bars.agreed,
            "bars_net": run.bars.bars_net,
            "quotes_net": run.bars.quotes_net,
            "worse_bp": run.bars.worse_bp,
        },
        "decisions": [
            {"start_ns": d.start_ns, "side": d.side, "why": d.why, "zscore": d.zscore}
            for d in test.decisions
        ],
        "fills": [
            {"order": order_id, **msgspec.to_builtins(_plain(fill))}
            for order_id, fill in fills_of(run.events)
        ],
    }


def _plain(fill: Fill) -> dict[str, Any]:
    return {
        "ts_ns": fill.ts_ns,
        "symbol": fill.symbol,
        "quantity": str(fill.quantity),
        "price": str(fill.price),
        "reference": str(fill.reference),
        "fee": str(fill.fee),
        "reason": fill.reason,
    }
