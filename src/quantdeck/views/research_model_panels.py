"""The panels of the Research page about models: how good they are, and how sure that is."""

from __future__ import annotations

from quantdeck.views.panels import Action, Column, Format, Guide, Panel, PanelKind

_API = "/api/v1"
_PANEL = f"{_API}/panels"

TRAIN_FIRST = "No model was trained yet: press Train in Run, or run quantdeck train."
AUDIT_FIRST = "Nothing was audited yet: press Audit in Run, or run quantdeck audit."
_AREA = (
    "AUC: probability that a row that came true was scored above one that did not; .50 is a coin. "
)
_INTERVAL = "Intervals of 95 % draw blocks of whole sessions anew, since the symbols of a session move together. "

MODEL = Panel(
    id="research.model",
    kind=PanelKind.KPI,
    title="Does the model know anything?",
    topic="research.model",
    query=f"{_PANEL}/research.model",
    params=("model",),
    columns=(
        Column("auc", "AUC", Format.NUMBER, decimals=3),
        Column("auc_within", "AUC within sessions", Format.NUMBER, decimals=3),
        Column("rank_ic", "Rank IC", Format.NUMBER, decimals=4, signed=True),
        Column("brier", "Brier skill", Format.PERCENT, decimals=2, signed=True),
        Column("base_rate", "Base rate", Format.PERCENT, decimals=1),
        Column("rows", "Rows", Format.COUNT),
    ),
    actions=(Action("sheet", "Dashboard", "GET", f"{_API}/research/dashboard", where="panel"),),
    width=12,
    height=5,
    empty=TRAIN_FIRST,
    help=(
        f"Out of sample, by the splits named in Trained how. {_AREA}Within sessions: the same among the "
        "symbols of one session, averaged: knowing that a day is good for all earns nothing here. Rank "
        "IC: rank correlation of score and return within a session, averaged. Brier skill: 1 - Brier / "
        "Brier of the base rate known before; below 0 the base rate foretells better. "
        f"{_INTERVAL}Daily directions of large stocks seldom give more than .52."
    ),
)

WARNINGS = Panel(
    id="research.warnings",
    kind=PanelKind.STATS,
    title="What must be known of it",
    topic="research.warnings",
    query=f"{_PANEL}/research.warnings",
    params=("model",),
    columns=(
        Column("verdict", "AUC", Format.NUMBER, decimals=3),
        Column("probabilities", "Brier skill", Format.PERCENT, decimals=2, signed=True),
    ),
    width=6,
    height=10,
    empty=TRAIN_FIRST,
    help=(
        "An AUC above .55 on daily direction is an alarm: it nearly always means that a feature knows "
        "what came after. Warnings are those that training left on the card, drift against the model "
        "before it among them."
    ),
)

CARD = Panel(
    id="research.card",
    kind=PanelKind.TABLE,
    title="Trained how",
    topic="research.card",
    query=f"{_PANEL}/research.card",
    params=("model",),
    columns=(Column("what", "What"), Column("text", "How")),
    width=6,
    height=10,
    empty=TRAIN_FIRST,
    help="From the model's card: with the same table, parameters and seed the same model comes out.",
)

FOLDS = Panel(
    id="research.folds",
    kind=PanelKind.CURVE,
    title="AUC of each test span",
    topic="research.folds",
    query=f"{_PANEL}/research.folds",
    params=("model",),
    columns=(
        Column("folds", "Test span", Format.NUMBER, decimals=3, mark="points"),
        Column("all", "All rows", Format.NUMBER, decimals=3, mark="line"),
        Column("low", "Interval of all", Format.NUMBER, decimals=3, mark="dashed"),
        Column("high", "", Format.NUMBER, decimals=3, mark="dashed"),
    ),
    guides=(Guide(0.5, "coin"),),
    axes=(
        Column("fold", "Test span", Format.NUMBER, decimals=0),
        Column("auc", "AUC", Format.NUMBER, decimals=2),
    ),
    width=6,
    height=9,
    empty=TRAIN_FIRST,
    help=(
        f"{_AREA}Each span was foretold by a model that saw earlier sessions only, with a gap of the "
        f"horizon and an embargo between. {_INTERVAL}"
    ),
)

CALIBRATION = Panel(
    id="research.calibration",
    kind=PanelKind.CURVE,
    title="Is a probability what happens?",
    topic="research.calibration",
    query=f"{_PANEL}/research.calibration",
    params=("model",),
    columns=(
        Column("bins", "Happened", Format.PERCENT, decimals=1, mark="points"),
        Column("exact", "As foretold", Format.PERCENT, decimals=1, mark="dashed"),
    ),
    axes=(
        Column("foretold", "Probability foretold", Format.PERCENT, decimals=1),
        Column("happened", "Share that came true", Format.PERCENT, decimals=1),
    ),
    width=6,
    height=9,
    empty=TRAIN_FIRST,
    help=(
        "Rows out of sample in bins of as many rows each; bars of 95 % as if rows were independent "
        "(Wilson 1927), so that they are rather too short. Calibrated on earlier predictions alone."
    ),
)

IMPORTANCE = Panel(
    id="research.importance",
    kind=PanelKind.TABLE,
    title="What it looks at",
    topic="research.importance",
    query=f"{_PANEL}/research.importance",
    params=("model",),
    columns=(
        Column("feature", "Feature"),
        Column("share", "Share", Format.PROGRESS, decimals=1),
        Column("importance", "Log odds", Format.NUMBER, decimals=4),
        Column("median", "Median", Format.NUMBER, decimals=4, help="In training."),
        Column("title", "What it is"),
    ),
    width=6,
    height=11,
    empty=TRAIN_FIRST,
    help=(
        "Mean absolute contribution to the score of rows not trained on (SHAP values of the trees, "
        "Lundberg and Lee 2017), and its share of all. It says what the model uses, not what is true."
    ),
)

SPANS = Panel(
    id="research.spans",
    kind=PanelKind.TABLE,
    title="Test spans",
    topic="research.spans",
    query=f"{_PANEL}/research.spans",
    params=("model",),
    columns=(
        Column("fold", "No", Format.COUNT),
        Column("train", "Trained on"),
        Column("test", "Tested on"),
        Column("rows", "Rows", Format.COUNT),
        Column("auc", "AUC", Format.NUMBER, decimals=3),
        Column("rank_ic", "Rank IC", Format.NUMBER, decimals=4, signed=True),
        Column("brier", "Brier", Format.NUMBER, decimals=4),
    ),
    width=6,
    height=11,
    empty=TRAIN_FIRST,
    help="Sessions, both included. What lies between training and test is purged or embargoed.",
)

MODELS = Panel(
    id="research.models",
    kind=PanelKind.TABLE,
    title="Models",
    topic="research.models",
    query=f"{_PANEL}/research.models",
    columns=(
        Column("id", "Model"),
        Column("state", "Is", Format.STATE),
        Column("created", "Trained", Format.DATETIME),
        Column("target", "Foretells"),
        Column("span", "Sessions"),
        Column("rows", "Rows", Format.COUNT),
        Column("auc", "AUC", Format.NUMBER, decimals=3),
        Column("interval", "95 %"),
        Column("rank_ic", "Rank IC", Format.NUMBER, decimals=4, signed=True),
        Column("source", "Prices"),
        Column("warnings", "Warnings", Format.COUNT),
    ),
    actions=(
        Action(
            "current",
            "Use",
            "POST",
            f"{_API}/research/models/{{id}}/current",
            confirm="Let playbook and page use {id} from now on?",
        ),
    ),
    width=12,
    height=5,
    empty=TRAIN_FIRST,
    help="Newest first. The current one is what the playbook asks; Use makes another the current one.",
)

AUDIT = Panel(
    id="research.audit",
    kind=PanelKind.TABLE,
    title="Audit",
    topic="research.audit",
    query=f"{_PANEL}/research.audit",
    columns=(
        Column("outcome", "Result", Format.STATE),
        Column("title", "Question"),
        Column("auc", "AUC", Format.NUMBER, decimals=3),
        Column("interval", "95 %"),
        Column("text", "What was found"),
    ),
    width=12,
    height=7,
    empty=AUDIT_FIRST,
    help=(
        "Look-ahead: features are computed again from data that end at a session, and must be equal to "
        "those of the whole table. Labels by lot: trained on shuffled labels, the walk forward must give "
        ".50. Shuffled folds, which put neighbouring sessions on both sides, show what a leak looks like."
    ),
)

MODEL_PANELS = (
    *(MODEL, WARNINGS, CARD, FOLDS, CALIBRATION, IMPORTANCE, SPANS),
    *(MODELS, AUDIT),
)
"""In reading order."""
