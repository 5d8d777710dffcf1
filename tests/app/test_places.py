from __future__ import annotations

import pytest
from msgspec import structs

from quantdeck.app.places import reports_folder, tape_folder
from quantdeck.app.settings import Settings


@pytest.mark.parametrize(
    ("named", "demo", "expected"),
    [
        ("", False, "/srv/reports"),
        ("", True, "/srv/data/{demo}/reports"),
        ("/out", False, "/out"),
        ("/out", True, "/out/{demo}"),
    ],
)
def test_reports_folder_keeps_simulated_reports_apart(named, demo, expected) -> None:
    plain = Settings(data_dir="/srv/data")
    settings = structs.replace(plain, research=structs.replace(plain.research, reports_dir=named))

    found = reports_folder(settings, demo=demo)

    name = tape_folder(settings, demo=True).name
    assert found.as_posix() == expected.format(demo=name)
