"""Settings: one typed tree, read from ``config.yaml``, then the environment, then flags.

``docs/reference/settings.md`` is generated from this file. A wrong key or value stops the start with
the file, the key and what is allowed.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args, get_type_hints

import msgspec
from msgspec import Meta

from quantdeck.app.account_settings import AccountSettings
from quantdeck.app.alert_settings import Alerts
from quantdeck.app.box_settings import Boxes
from quantdeck.app.bus_settings import BusSettings
from quantdeck.app.compute_settings import ComputeSettings
from quantdeck.app.credentials import surroundings
from quantdeck.app.daily_settings import DailySettings
from quantdeck.app.detect_settings import DetectSettings
from quantdeck.app.feed_settings import BinanceSpot, BinanceUsdm, Feeds
from quantdeck.app.history_settings import HistorySettings
from quantdeck.app.machine_settings import (
    Capture,
    Logs,
    Publish,
    Retention,
    RetentionByKind,
    Sql,
    TapeSettings,
    Uploads,
)
from quantdeck.app.option_settings import Options
from quantdeck.app.page_settings import CvSettings, PanelSettings
from quantdeck.app.paper_settings import PaperSettings
from quantdeck.app.playbook_settings import PlaybookSettings
from quantdeck.app.research_settings import Research
from quantdeck.app.risk_settings import Risk
from quantdeck.app.schedule_settings import ScheduleSettings
from quantdeck.app.state_settings import StateSettings
from quantdeck.model.errors import BadInput, ConfigError
from quantdeck.trading.max_risk import parse_max_risk

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BinanceSpot",
    "BinanceUsdm",
    "Capture",
    "Retention",
    "RetentionByKind",
    "Settings",
    "TapeSettings",
    "documented",
    "load",
]

ENV_PREFIX = "QUANTDECK_"
DEFAULT_FILE = "config.yaml"
ALIASES = {
    "WEBAPP_HOST": "host",
    "WEBAPP_PORT": "port",
    "ALPACA_DATA_BASE_URL": "feeds.alpaca.data_url",
    "ALPACA_DATA_FEED": "feeds.alpaca.data_feed",
    "ALPACA_STREAM_URL": "feeds.alpaca.stream_url",
    "CACHE_TTL": "feeds.polygon.cache_ttl_s",
    "DASH_USE_STREAM": "boxes.use_stream",
    "DASH_UPDATE_MS": "boxes.update_ms",
    "MAX_RISK": "playbook.max_risk",
}
"""Environment variables of usual names, and the settings they stand for; below those with a prefix."""

Port = Annotated[int, Meta(ge=0, le=65535)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be configured."""

    data_dir: Annotated[str, Meta(description="where the tape and all state live")] = "data"
    host: Annotated[
        str, Meta(description="address the page listens on; loopback only without accounts")
    ] = "127.0.0.1"
    port: Annotated[Port, Meta(description="port of the page; the next free one when taken")] = 8050
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="least severe line logged")
    ] = "info"
    logs: Logs = msgspec.field(default_factory=Logs)
    state: StateSettings = msgspec.field(default_factory=StateSettings)
    accounts: AccountSettings = msgspec.field(default_factory=AccountSettings)
    feeds: Feeds = msgspec.field(default_factory=Feeds)
    boxes: Boxes = msgspec.field(default_factory=Boxes)
    options: Options = msgspec.field(default_factory=Options)
    history: HistorySettings = msgspec.field(default_factory=HistorySettings)
    alerts: Alerts = msgspec.field(default_factory=Alerts)
    risk: Risk = msgspec.field(default_factory=Risk)
    research: Research = msgspec.field(default_factory=Research)
    playbook: PlaybookSettings = msgspec.field(default_factory=PlaybookSettings)
    paper: PaperSettings = msgspec.field(default_factory=PaperSettings)
    daily: DailySettings = msgspec.field(default_factory=DailySettings)
    schedule: ScheduleSettings = msgspec.field(default_factory=ScheduleSettings)
    detect: DetectSettings = msgspec.field(default_factory=DetectSettings)
    capture: Capture = msgspec.field(default_factory=Capture)
    tape: TapeSettings = msgspec.field(default_factory=TapeSettings)
    bus: BusSettings = msgspec.field(default_factory=BusSettings)
    compute: ComputeSettings = msgspec.field(default_factory=ComputeSettings)
    publish: Publish = msgspec.field(default_factory=Publish)
    uploads: Uploads = msgspec.field(default_factory=Uploads)
    sql: Sql = msgspec.field(default_factory=Sql)
    panels: PanelSettings = msgspec.field(default_factory=PanelSettings)
    cv: CvSettings = msgspec.field(default_factory=CvSettings)


def load(
    file: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """Return the settings: defaults < file < environment < flags.

    Parameters
    ----------
    file : Path or None
        ``config.yaml``; None takes it from the working directory where it exists.
    environ : mapping or None
        Environment; ``QUANTDECK_TAPE__ROLL_ROWS=1000`` sets ``tape.roll_rows``, and `ALIASES` set
        what they stand for. None takes the process's own, and below it a ``.env`` file of the
        working directory.
    flags : mapping or None
        Dotted keys and values from the command line; None values are passed over.

    Returns
    -------
    Settings
        The whole tree.

    Raises
    ------
    ConfigError
        If a file cannot be read, a key is unknown or a value is not allowed.

    Examples
    --------
    >>> load(Path("/dev/null"), environ={"WEBAPP_PORT": "9000"}).port
    9000
    """
    tree, origin = _read_file(file)
    layers = [(origin, tree)]
    layers += _environment(surroundings(is_strict=False) if environ is None else environ)
    given = {k: v for k, v in (flags or {}).items() if v is not None}
    layers += [(_flag(key), _nest(key.split("."), value)) for key, value in given.items()]
    merged: dict[str, Any] = {}
    for where, layer in layers:
        _refuse_unknown(layer, Settings, where, "")
        merged = _merge(merged, layer)
        _convert(merged, where)
    return _convert(merged, origin)


def documented() -> list[tuple[str, str, str, str]]:
    """Return (key, type, default, description) of every setting, in order.

    Examples
    --------
    >>> documented()[0][0]
    'data_dir'
    """
    return list(_rows(Settings, ""))


def _rows(struct: type[msgspec.Struct], prefix: str) -> Any:
    hints = get_type_hints(struct, include_extras=True)
    for field in msgspec.structs.fields(struct):
        hint = hints[field.name]
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from _rows(hint, f"{prefix}{field.name}.")
            continue
        metas = [m for m in get_args(hint)[1:] if isinstance(m, Meta)]
        bare = cast("Any", get_args(hint)[0] if metas else hint)
        text = next((m.description for m in metas if m.description), "")
        default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default  # type: ignore[operator]
        yield f"{prefix}{field.name}", _type_name(bare), repr(default), text


def _type_name(hint: Any) -> str:
    options = get_args(hint)
    if options and all(isinstance(o, str) for o in options):
        return " \\| ".join(options)
    if options and isinstance(options[0], type) and issubclass(options[0], msgspec.Struct):
        return f"list of {options[0].__name__}"
    inner = next((get_args(o) for o in options if get_args(o)), ())
    if inner and all(isinstance(o, str) for o in inner):
        return "list of " + " \\| ".join(inner)
    if options and type(None) in options:
        # A limit of the number within, as in `Positive | None`, is none of the type's name.
        inner_types = (get_args(o)[0] if get_args(o) else o for o in options)
        return " \\| ".join("None" if o is type(None) else o.__name__ for o in inner_types)
    return getattr(hint, "__name__", str(hint)) if not options else str(hint).replace("|", "\\|")


def _read_file(file: Path | None) -> tuple[dict[str, Any], str]:
    import yaml

    path = file or Path(DEFAULT_FILE)
    if file is None and not path.exists():
        return {}, DEFAULT_FILE
    try:
        tree: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise ConfigError(
            f"{path}: cannot be read ({e.strerror}); name another with --config"
        ) from e
    except yaml.YAMLError as e:
        raise ConfigError(f"{path}: is not valid YAML: {' '.join(str(e).split())}") from e
    if tree is None:
        return {}, str(path)
    if not isinstance(tree, dict):
        raise ConfigError(
            f"{path}: expected keys and values at the top, found {type(tree).__name__}"
        )
    return cast("dict[str, Any]", tree), str(path)


def _environment(environ: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    names = {name: key.split(".") for name, key in ALIASES.items() if environ.get(name, "").strip()}
    for name in sorted(environ):
        if name.startswith(ENV_PREFIX) and name != "QUANTDECK_SHARED_DATA":
            names[name] = name.removeprefix(ENV_PREFIX).lower().split("__")
    layers: list[tuple[str, dict[str, Any]]] = []
    for name, path in names.items():
        layers.append(
            (f"environment variable {name}", _nest(path, _typed(name, path[-1], environ)))
        )
    return layers


def _typed(name: str, key: str, environ: Mapping[str, str]) -> Any:
    text = environ[name]
    if key in _LISTS:
        return [part.strip() for part in text.split(",")]
    if key != "max_risk":
        return text
    try:
        return parse_max_risk(text)
    except BadInput as error:
        raise ConfigError(f"environment variable {name}: {error}") from error


_LISTS = {
    *("symbols", "streams", "channels", "tickers", "underlyings", "tenors_days", "recipients"),
    *("confidence_levels", "hosts", "proxies"),
}


_FLAGS = {"boxes.update_interval_seconds": "--interval"}


# The name of an option leaves out the section of its setting and the unit.
def _flag(key: str) -> str:
    if key in _FLAGS:
        return _FLAGS[key]
    return "--" + key.rpartition(".")[2].removesuffix("_s").replace("_", "-")


def _nest(path: list[str], value: Any) -> dict[str, Any]:
    for key in reversed(path):
        value = {key: value}
    return value


def _merge(low: dict[str, Any], high: dict[str, Any]) -> dict[str, Any]:
    out = dict(low)
    for key, value in high.items():
        old = out.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            out[key] = _merge(cast("dict[str, Any]", old), cast("dict[str, Any]", value))
        else:
            out[key] = value
    return out


def _refuse_unknown(tree: Any, struct: type[msgspec.Struct], where: str, prefix: str) -> None:
    if not isinstance(tree, dict):
        raise ConfigError(
            f"{where}: {prefix.rstrip('.') or 'the top'} must hold keys and values, was {tree!r}"
        )
    hints = get_type_hints(struct)
    for key, value in cast("dict[str, Any]", tree).items():
        if key not in hints:
            near = difflib.get_close_matches(str(key), hints, 1)
            hint = f"did you mean {prefix}{near[0]}? " if near else ""
            raise ConfigError(
                f"{where}: unknown key {prefix}{key}; {hint}allowed here: {', '.join(hints)}"
            )
        if isinstance(hints[key], type) and issubclass(hints[key], msgspec.Struct):
            _refuse_unknown(value, hints[key], where, f"{prefix}{key}.")


def _convert(tree: dict[str, Any], where: str) -> Settings:
    try:
        return msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as e:
        reason, _, place = str(e).partition(" - at `")
        key = place.removesuffix("`").removeprefix("$.") or "the top"
        raise ConfigError(f"{where}: {key}: {reason[0].lower()}{reason[1:]}{_allowed(key)}") from e


def _allowed(key: str) -> str:
    plain = key.split("[", maxsplit=1)[0]
    for name, kind, default, text in documented():
        if name == plain:
            return f" (allowed: {kind.replace(chr(92), '')}; default {default}; {text})"
    return ""
