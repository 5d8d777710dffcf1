"""Dockerfile and compose.yaml: what they name is there, and what they promise is set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from quantdeck.app.settings import load
from quantdeck.cli.main import app

_ROOT = Path(__file__).resolve().parents[2]
_SERVICES = ("ingestor", "analytics", "dashboard", "scheduler")
# Those of the profile scale: ours, and engines with images of their own.
_SCALED = ("one", "two", "three", "ray-head", "ray-worker")
_ENGINES = ("bus", "state", "store", "bucket", "proxy")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((_ROOT / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (_ROOT / "Dockerfile").read_text().replace("\\\n", "")


def test_compose_has_the_four_services_on_the_same_volumes(compose: dict[str, Any]) -> None:
    services = {
        name: service for name, service in compose["services"].items() if "profiles" not in service
    }

    assert tuple(services) == _SERVICES
    volumes = [service["volumes"] for service in services.values()]
    assert all(each == volumes[0] for each in volumes)
    assert {each.partition(":")[0] for each in volumes[0]} <= set(compose["volumes"])


def test_profile_scale_has_three_machines_their_engines_and_nothing_else(compose) -> None:
    services = compose["services"]
    scaled = {name for name, service in services.items() if service.get("profiles") == ["scale"]}
    named = {
        volume.partition(":")[0]
        for service in services.values()
        for volume in service.get("volumes", ())
        if not volume.startswith(".")
    }

    assert scaled == {*_SCALED, *_ENGINES}
    assert named == set(compose["volumes"])
    assert {services[name]["build"]["args"]["REQUIREMENTS"] for name in _SCALED} == {"scale"}
    assert (_ROOT / "requirements" / "scale.txt").is_file()


@pytest.mark.parametrize("name", ["one", "two", "three"])
def test_machine_of_the_profile_scale_has_settings_that_are_valid(compose, name: str) -> None:
    service = compose["services"][name]
    environ = {k: v for k, v in service["environment"].items() if k.startswith("QUANTDECK_")}

    settings = load(Path("/dev/null"), environ=environ)

    assert settings.bus.url == "nats://bus:4222"
    assert settings.state.url == "postgresql://deck@state:5432/deck"
    assert settings.tape.store.endpoint == "http://store:8333"
    assert settings.compute.url == "ray:ray-head:6379"
    assert name in settings.accounts.hosts


def test_proxy_of_the_profile_scale_leads_to_its_two_nodes(compose) -> None:
    said = (_ROOT / "examples" / "scale" / "nginx.conf").read_text()
    published = compose["services"]["proxy"]["ports"]

    nodes = re.findall(r"^\s*server (\w+):8050 ", said, re.MULTILINE)

    assert nodes == ["two", "three"]
    assert set(nodes) <= set(compose["services"])
    assert published == ["127.0.0.1:8080:8080"]
    assert "listen 8080;" in said


def test_settings_of_the_example_are_valid() -> None:
    settings = load(_ROOT / "examples" / "scale" / "config.yaml", environ={})

    assert settings.accounts.mode == "users"
    assert settings.bus.url == "nats://one:4222"


@pytest.mark.parametrize("name", _SERVICES)
def test_service_runs_a_command_that_there_is(compose: dict[str, Any], name: str) -> None:
    command, *options = compose["services"][name]["command"]

    said = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})

    assert said.exit_code == 0
    assert all(re.search(rf"{option}\b", said.stdout) for option in options)


@pytest.mark.parametrize("name", _SERVICES)
def test_service_has_settings_that_are_valid(compose: dict[str, Any], name: str) -> None:
    settings = load(Path("/dev/null"), environ=compose["services"][name]["environment"])

    assert settings.logs.format == "json"
    # What others reach asks for a login, and is asked for by its name within the network.
    assert (settings.host, settings.accounts.mode) == ("0.0.0.0", "users")  # noqa: S104 - compared
    assert name in settings.accounts.hosts


def test_ports_are_published_for_this_machine_alone(compose: dict[str, Any]) -> None:
    published = [
        port for service in compose["services"].values() for port in service.get("ports", ())
    ]

    assert all(port.startswith("127.0.0.1:") for port in published)
    assert {port.split(":")[1] for port in published} == {"8000", "8050", "8080", "8501"}


@pytest.mark.parametrize("name", _SERVICES)
def test_service_has_a_health_check_that_can_be_run(compose: dict[str, Any], name: str) -> None:
    kind, program, *arguments = compose["services"][name]["healthcheck"]["test"]
    words = [each for each in arguments if not each.startswith("http")]

    said = CliRunner().invoke(app, [*words, "--help"])

    assert (kind, program) == ("CMD", "quantdeck")
    assert said.exit_code == 0


@pytest.mark.parametrize("name", [*_SERVICES, *_SCALED])
def test_service_has_no_rights_it_does_not_need(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]

    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]


def test_image_runs_as_a_user_without_rights_and_says_how_it_is(dockerfile: str) -> None:
    last = dockerfile.rpartition("\nFROM ")[2]

    assert re.search(r"^USER quantdeck$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert last.startswith("python:3.11-slim")


def test_image_copies_what_there_is_and_what_is_not_ignored(dockerfile: str) -> None:
    kept = {
        line[1:]
        for line in (_ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for name in line.split()[:-1]
    ]

    assert copied
    for name in copied:
        assert (_ROOT / name).exists(), name
        assert any(name.rstrip("/") == each or name.startswith(f"{each}/") for each in kept), name


def test_image_has_nothing_secret_in_its_context() -> None:
    first, *rest = (_ROOT / ".dockerignore").read_text().splitlines()

    assert first == "*"
    assert not any(line in {"!.env", "!data", "!config.yaml"} for line in rest)
