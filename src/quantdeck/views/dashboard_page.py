"""The Dashboard: what comes in, how fast, and what is missing."""

from __future__ import annotations

from quantdeck.views.panels import Column, Format, Page, Panel, PanelKind

_START = "Press Start, or run `quantdeck up --demo` to see it on a simulated market."

_SYMBOLS = Panel(
    id="dashboard.symbols",
    kind=PanelKind.KPI,
    title="Symbols",
    topic="dashboard.symbols",
    query="/api/v1/panels/dashboard.symbols",
    columns=(
        Column("value", "Last", Format.PRICE, help="Price of the newest execution."),
        Column(
            "change",
            "Change",
            Format.PERCENT,
            decimals=2,
            signed=True,
            help="last / first - 1 over the closes of the sparkline.",
        ),
    ),
    width=12,
    height=4,
    empty=f"One card per captured symbol. {_START}",
    help=(
        "Last execution per symbol; the sparkline is the closes of the newest 1 s bars, and the "
        "change is last / first - 1 over them. Spread = best ask - best bid, in basis points of "
        "their middle. The age is of the price, by our clock: stale after 30 s without an "
        "execution, or 10 s without any event; a quote older than 10 s and a mark older than 15 s carry their own."
    ),
)

_CAPTURE = Panel(
    id="dashboard.capture",
    kind=PanelKind.KPI,
    title="Capture",
    topic="dashboard.capture",
    query="/api/v1/panels/dashboard.capture",
    columns=(
        Column("rate", "Message rate", Format.RATE),
        Column("lag_p50", "Lag, median", Format.DURATION, help="Over the last 10 s."),
        Column("lag_p99", "Lag, 99 %", Format.DURATION, help="Over the last 60 s."),
        Column("gaps", "Gaps open", Format.COUNT),
        Column("dropped", "Dropped", Format.COUNT, help="Lost for want of room."),
        Column(
            "duplicates",
            "Duplicates",
            Format.COUNT,
            help="Sent again by a venue; what was fetched again on purpose does not count.",
        ),
        Column("tape_rows", "Rows written", Format.COUNT, help="Since the deck was started."),
        Column("tape_bytes", "Tape", Format.BYTES),
    ),
    width=12,
    height=4,
    empty=f"Rate, lag and tape. {_START}",
    help=(
        "Message rate: events per second over the last 5 whole seconds. Lag: receipt minus the "
        "venue's event time, the median over the last 10 s and the 99 % quantile over the last 60 s; "
        "where our clock runs behind the venue's it is counted from the smallest, since nothing is "
        "received before it happens. Dropped: events lost for want of room, in memory or on the "
        "tape; what is left out on purpose is in Feeds as ignored. Rows written are flushed to the "
        "disk: they survive a power cut."
    ),
)

_RATE = Panel(
    id="dashboard.rate",
    kind=PanelKind.STREAM_LINES,
    title="Message rate",
    topic="dashboard.rate",
    query="/api/v1/panels/dashboard.rate",
    columns=(Column("rate", "Messages", Format.RATE, unit="/s"),),
    width=6,
    height=6,
    empty=f"Events per second over the last 15 minutes. {_START}",
    help="Events of all feeds per second, averaged over 5 s, one point a second.",
)

_LAG = Panel(
    id="dashboard.lag",
    kind=PanelKind.STREAM_LINES,
    title="Lag",
    topic="dashboard.lag",
    query="/api/v1/panels/dashboard.lag",
    columns=(
        Column("p50", "Median", Format.NUMBER, unit="ms", decimals=1),
        Column("p99", "99 %", Format.NUMBER, unit="ms", decimals=1),
    ),
    width=6,
    height=6,
    empty=f"Receipt minus event time over the last 15 minutes. {_START}",
    help=(
        "Quantiles of receipt minus event time, in milliseconds, one point a second, each over the "
        "events of the last 10 s. A clock behind the venue's is taken out by counting from the "
        "smallest difference."
    ),
)

_FEEDS = Panel(
    id="dashboard.feeds",
    kind=PanelKind.TABLE,
    title="Feeds",
    topic="dashboard.feeds",
    query="/api/v1/panels/dashboard.feeds",
    columns=(
        Column("name", "Connection"),
        Column("state", "State", Format.STATE),
        Column("since", "Since", Format.TIME),
        Column("age_s", "Age", Format.DURATION, help="Since the newest event of the connection."),
        Column("rate", "Rate", Format.RATE, unit="/s", help="Events over the last 5 s."),
        Column("messages", "Messages", Format.COUNT),
        Column(
            "ignored",
            "Ignored",
            Format.COUNT,
            help=(
                "Left out on purpose: prints that are no market trades, symbols of another market, "
                "kinds of event that are not captured."
            ),
        ),
        Column("bad", "Bad", Format.COUNT, help="Could not be decoded; kept in the quarantine."),
        Column("reconnects", "Reconnects", Format.COUNT),
        Column(
            "skew_s",
            "Clock skew",
            Format.DURATION,
            signed=True,
            help=(
                "Median of receipt minus event over the last 10 s: our clock minus the venue's, plus "
                "the way here."
            ),
        ),
        Column("detail", "Detail"),
    ),
    width=12,
    height=5,
    empty=f"One row per connection. {_START}",
    help=(
        "One supervised connection per row. Clock skew is the median of receipt minus event time: "
        "our clock minus the venue's plus the time on the way, so it is positive with two good "
        "clocks; a negative one says that our clock is behind."
    ),
)

_GAPS = Panel(
    id="dashboard.gaps",
    kind=PanelKind.TABLE,
    title="Gaps",
    topic="dashboard.gaps",
    query="/api/v1/panels/dashboard.gaps",
    columns=(
        Column("found", "Found", Format.TIME),
        Column("state", "State", Format.STATE),
        Column("symbol", "Symbol"),
        Column("kind", "Events"),
        Column("missing", "Missing", Format.COUNT),
        Column("first", "First number"),
        Column("last", "Last number"),
        Column("span_s", "Span", Format.DURATION, help="Event time between the neighbours."),
    ),
    width=8,
    height=6,
    empty="No number is missing from any stream.",
    help=(
        "Executions are numbered by the venue; a number that does not follow is a gap. It is "
        "repaired when what was missed has been fetched, lost when the venue no longer has it."
    ),
)

_LOG = Panel(
    id="dashboard.log",
    kind=PanelKind.LOG,
    title="What changed",
    topic="dashboard.log",
    query="/api/v1/panels/dashboard.log",
    width=4,
    height=6,
    empty="Nothing has changed since the deck was started.",
    help="Changes of connections, gaps and the tape, newest first.",
)

DASHBOARD = Page(
    id="dashboard",
    title="Dashboard",
    icon="dashboard",
    question="What comes in, how fast, and is anything missing?",
    panels=(_SYMBOLS, _CAPTURE, _RATE, _LAG, _FEEDS, _GAPS, _LOG),
)
"""The page; it has no controls."""
