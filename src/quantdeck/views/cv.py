"""The words of a Visual CV, and the file they are written in.

A file is taken whole or not at all: where something in it is wrong, every fault is named by its line.
``docs/how-to/visual-cv.md`` explains the keys; `EXAMPLE` has all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from quantdeck.views.cv_lines import Fault, Place, read_yaml

Words = Annotated[str, Meta(min_length=1, max_length=4000)]
Link = Annotated[str, Meta(pattern=r"^https?://\S+$", max_length=2000)]
Contact = Annotated[str, Meta(pattern=r"^(https?://|mailto:|tel:)\S+$", max_length=2000)]
_MOST = 60

EXAMPLE = """\
header:
  name: Ada Example
  title: Quantitative developer
  place: London
  about: >
    I build **market data systems** that keep every tick, and models that say how sure they are.
  links:
    - {title: Code, url: https://example.org/code}
    - {title: ada@example.org, url: "mailto:ada@example.org"}
metrics:
  - {title: Years in markets, value: 12}
  - {title: Uptime of capture, value: 99.98, unit: "%", decimals: 2, note: last year}
  - {title: Messages a second now, panel: dashboard.capture, row: rate}
skills:
  - group: Languages
    items:
      - {name: Python, level: 0.95}
      - {name: C++, level: 0.7}
  - group: Markets
    items: [Index options, Crypto perpetuals]
projects:
  - name: Box-spread desk
    period: 2024 to 2026
    about: Finds the best rate to lend and borrow at over all strikes, fees included.
    tags: [options, DuckDB]
    url: https://example.org/boxes
"""
"""A file with every key."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class CvLink(_Part, frozen=True):
    """An address elsewhere."""

    title: Words
    url: Contact


class CvHeader(_Part, frozen=True):
    """Who it is about."""

    name: Words
    title: Words | None = None
    place: Words | None = None
    about: Words | None = None
    links: Annotated[list[CvLink], Meta(max_length=20)] = []


class CvMetric(_Part, frozen=True):
    """A figure: one that is written here, or one that a panel of the deck shows.

    Parameters
    ----------
    title : str
        What it is.
    value : float or str or None
        Where it is written here.
    unit, note : str
        Beside and below it.
    decimals : int or None
        How it is rounded; as the panel has it where None.
    panel : str or None
        Id of a panel of the deck, such as ``dashboard.capture``.
    row : str or None
        Id of its row; the first where None.
    column : str
        Of the row; of a panel of lines the line, whose newest figure is meant.
    params : dict
        Choices of the panel that differ from its page's.
    """

    title: Words
    value: float | Words | None = None
    unit: str = ""
    note: str = ""
    decimals: Annotated[int, Meta(ge=0, le=8)] | None = None
    panel: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9._-]*$")] | None = None
    row: str | None = None
    column: str = "value"
    params: dict[str, str | int | float | bool] = {}

    def __post_init__(self) -> None:
        """Refuse a figure that is written and cited at once, or neither."""
        if (self.value is None) == (self.panel is None):
            raise ValueError("a metric has either a value or a panel whose figure it is")
        if self.panel is not None and self.panel.startswith("cv."):
            raise ValueError("a metric cannot be a figure of the CV itself")


class CvSkill(_Part, frozen=True):
    """Something somebody can do, and how well: a share of 1."""

    name: Words
    level: Annotated[float, Meta(ge=0, le=1)] | None = None


class CvSkills(_Part, frozen=True):
    """Skills of one kind."""

    group: Words
    items: Annotated[list[Words | CvSkill], Meta(min_length=1, max_length=_MOST)]


class CvProject(_Part, frozen=True):
    """Something that was done."""

    name: Words
    period: Words | int | None = None
    about: Words | None = None
    tags: Annotated[list[Words], Meta(max_length=20)] = []
    url: Link | None = None


@dataclass(frozen=True, slots=True)
class Cv:
    """What a file says.

    Parameters
    ----------
    header : CvHeader
        Who it is about.
    metrics, skills, projects : tuple
        In the order of the file.
    """

    header: CvHeader
    metrics: tuple[CvMetric, ...] = ()
    skills: tuple[CvSkills, ...] = ()
    projects: tuple[CvProject, ...] = ()


_SECTIONS: dict[str, Any] = {"metrics": CvMetric, "skills": CvSkills, "projects": CvProject}


def read_cv(text: bytes) -> Cv | tuple[Fault, ...]:
    r"""Return what a file says, or everything that is wrong with it.

    Parameters
    ----------
    text : bytes
        YAML in UTF-8.

    Returns
    -------
    Cv or tuple of Fault
        Faults in the order of their lines.

    Examples
    --------
    >>> read_cv(EXAMPLE.encode()).header.name
    'Ada Example'
    >>> read_cv(b"header: {name: Ada}\nskils: []\n")
    (Fault(line=2, text='skils is not known here; there are: header, metrics, skills, projects'),)
    """
    place = read_yaml(text)
    if not isinstance(place, Place):
        return place
    faults: list[Fault] = []
    sections = place.entries()
    if sections is None:
        return (place.fault("expected header, metrics, skills and projects"),)
    known = ("header", *_SECTIONS)
    for name, found in sections.items():
        if name not in known:
            faults.append(found.fault(f"{name} is not known here; there are: {', '.join(known)}"))
    header = _converted(sections["header"], CvHeader, faults) if "header" in sections else None
    if "header" not in sections:
        faults.append(place.fault("there is no header; it has at least a name"))
    parts = {name: _items(sections.get(name), kind, faults) for name, kind in _SECTIONS.items()}
    if faults or header is None:
        return tuple(sorted(faults, key=lambda fault: fault.line))
    return Cv(header, **parts)


def _items(section: Place | None, kind: Any, faults: list[Fault]) -> tuple[Any, ...]:
    if section is None or section.value is None:
        return ()
    found = section.items()
    if found is None or len(found) > _MOST:
        faults.append(section.fault(f"expected a list of at most {_MOST}, each begun by a dash"))
        return ()
    return tuple(_converted(place, kind, faults) for place in found)


def _converted(place: Place, kind: Any, faults: list[Fault]) -> Any:
    try:
        return msgspec.convert(place.value, kind)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `")
        at = place.at(path.removesuffix("`"))
        faults.append(at.fault(_worded(said), key=_unknown_key(said)))
        return None


def _worded(said: str) -> str:
    known = {
        r"Object missing required field `(\w+)`": r"\1 is missing",
        r"Object contains unknown field `(.+)`": r"\1 is not known here",
        r"Expected `str` matching regex '\^https.*": "expected an address that begins with https://",
        r"Expected `str` matching regex '\^\(https.*": "expected an address that begins with https://, "
        "mailto: or tel:",
        r"Expected `str` matching regex .*": "expected the id of a panel, such as dashboard.capture",
        r"Expected `str` of length >= 1": "expected a text that is not empty",
        r"Expected `object`, got `(.*)`": r"expected keys and values, was \1",
        r"Expected `str \| object`, got `(.*)`": r"expected a text, or a name and a level, was \1",
        r"Expected `(\w+) \| null`, got `(.*)`": r"expected \1, was \2",
        r"Expected `(\w+)`, got `(.*)`": r"expected \1, was \2",
    }
    for pattern, words in known.items():
        if re.fullmatch(pattern, said):
            return re.sub(pattern, words, said)
    return said[:1].lower() + said[1:]


def _unknown_key(said: str) -> str | None:
    found = re.search(r"unknown field `(.+)`", said)
    return None if found is None else found[1]
