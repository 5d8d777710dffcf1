"""The Alerts page: what fired, which rules are watched, and who is told."""

from __future__ import annotations

from quantdeck.views.panels import Action, Column, Control, Format, Page, Panel, PanelKind

FIRED = "alerts.fired"
"""Topic of what fired, newest first, for the page's shell: no panel has it."""

_API = "/api/v1/alerts"

_EDITOR = Panel(
    id="alerts.editor",
    kind=PanelKind.ALERT_EDITOR,
    title="Rule",
    topic="alerts.editor",
    query="/api/v1/panels/alerts.editor",
    fields=(
        Control(
            "since",
            "Test on the last",
            "choice",
            "1h",
            options=("15m", "1h", "6h", "24h"),
            help="When the rule would have fired on what is recorded.",
        ),
        Control("name", "Name", "text", "", help="The rule itself where it is empty."),
        Control("metric", "Figure", "select", "zscore", help="What a new rule begins with."),
        Control("threshold", "Threshold", "text", "2", help="What that is compared with."),
    ),
    width=12,
    height=10,
    empty="A form for the usual rules, and beside it the text of any.",
    help=(
        "Conditions over any figure of the deck, joined by and, or, not; compared or crossing. A "
        "figure that is unknown or stale makes nothing true. The reference of the language lists "
        "every figure."
    ),
)

_RULES = Panel(
    id="alerts.rules",
    kind=PanelKind.TABLE,
    title="Rules",
    topic="alerts.rules",
    query="/api/v1/panels/alerts.rules",
    columns=(
        Column("name", "Name"),
        Column("text", "Rule"),
        Column("state", "State", Format.STATE),
        Column(
            "now", "Now", help="Its figures; or why it is unknown, or what keeps it from firing."
        ),
        Column("since", "Since", Format.TIME, help="Since when it stands like that."),
        Column("fired", "Fired", Format.COUNT, help="Ever; also what was cleared since."),
        Column("last", "Last", Format.TIME, help="When it fired last."),
        Column("told", "Told", help="Channels beside this page, or until when it is muted."),
    ),
    actions=(
        Action("edit", "Edit", "GET", "alerts?edit={id}"),
        Action("mute", "Mute 1 h", "POST", f"{_API}/rules/{{id}}/mute", body={"for": "1h"}),
        Action("unmute", "Unmute", "POST", f"{_API}/rules/{{id}}/mute"),
        Action(
            "delete",
            "Delete",
            "DELETE",
            f"{_API}/rules/{{id}}",
            confirm="Delete this rule? What it fired stays in the list.",
        ),
    ),
    width=12,
    height=6,
    empty="One row per rule. Write one above, or add one with `quantdeck alerts add`.",
    help=(
        "ok: not true. holding: true, but not for long enough. true: it has fired and stays true. "
        "waiting: true, and kept from firing by its cool-down or quiet hours. unknown: a figure is "
        "not known. A muted rule is watched and listed, and tells nobody."
    ),
)

HISTORY = Panel(
    id="alerts.history",
    kind=PanelKind.TABLE,
    title="Fired",
    topic="alerts.history",
    query="/api/v1/panels/alerts.history",
    columns=(
        Column("fired", "Time", Format.DATETIME),
        Column("rule", "Rule"),
        Column("message", "What happened"),
        Column("state", "State", Format.STATE, help="new, read or muted."),
        Column("deliveries", "Told"),
        Column("data", "Data", Format.STATE, help="simulated where no real market moved."),
    ),
    actions=(
        Action("read", "Mark read", "POST", f"{_API}/read", body={"id": "{id}"}),
        Action("remove", "Remove", "DELETE", f"{_API}?ids={{id}}"),
        Action("read-all", "Mark all as read", "POST", f"{_API}/read", where="panel"),
        Action(
            "clear",
            "Clear all",
            "DELETE",
            _API,
            where="panel",
            confirm="Remove every fired alert from the list?",
        ),
        Action("csv", "CSV", "GET", f"{_API}?format=csv&limit=10000", where="panel"),
    ),
    width=12,
    height=7,
    empty="What fires is listed here, with what became of every message.",
    help="The newest 200; CSV has the newest 10,000.",
)

_CHANNELS = Panel(
    id="alerts.channels",
    kind=PanelKind.TABLE,
    title="Channels",
    topic="alerts.channels",
    query="/api/v1/panels/alerts.channels",
    columns=(
        Column("name", "Channel"),
        Column("state", "State", Format.STATE),
        Column("detail", "Why"),
        Column("sent", "Sent", Format.COUNT, help="Since the deck was started."),
        Column("waiting", "Waiting", Format.COUNT),
        Column("failed", "Given up", Format.COUNT),
        Column("last", "Last tried", Format.DATETIME),
    ),
    actions=(
        Action(
            "test",
            "Send a test",
            "POST",
            f"{_API}/channels/{{name}}/test",
            done="The test was sent.",
        ),
    ),
    width=12,
    height=5,
    empty="No channel is set up; the how-to about alerts says how.",
    help=(
        "A message that does not get through is tried again with growing waits, fifteen times at "
        "most and no longer than a day. Each channel has a task of its own: none waits for another."
    ),
)

ALERTS = Page(
    id="alerts",
    title="Alerts",
    icon="alerts",
    question="What should I be told of, and what was I told?",
    panels=(_EDITOR, _RULES, HISTORY, _CHANNELS),
)
"""The page; it has no controls."""
