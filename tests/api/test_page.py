from __future__ import annotations

import gzip
import shutil

import pytest

_HTML = {"Accept": "text/html"}


def test_link_logs_in_and_leaves_the_address(stranger, sessions):
    token = sessions.link.partition("token=")[2]

    reply = stranger("GET", f"/pairs?x=BTC&token={token}", headers=_HTML)

    assert reply.status_code == 303
    assert reply.headers["location"] == "/pairs?x=BTC"
    assert sessions.is_valid(reply.headers["set-cookie"].partition("=")[2].partition(";")[0])


def test_used_link_without_session_asks_for_another(stranger, sessions):
    token = sessions.link.partition("token=")[2]
    stranger("GET", f"/?token={token}", headers=_HTML)

    reply = stranger("GET", f"/?token={token}", headers=_HTML)

    assert reply.status_code == 401
    assert "used already" in reply.text


def test_used_link_with_session_opens_the_page(ask):
    reply = ask("GET", "/?token=old", headers=_HTML)

    assert (reply.status_code, reply.headers["location"]) == (303, "/")


def test_link_never_leads_to_another_host(ask):
    reply = ask("GET", "/%2Fevil.example/?token=old", headers=_HTML)

    assert reply.headers["location"] == "/evil.example/"


@pytest.mark.parametrize("path", ["/", "/pairs", "/index"])
def test_navigation_without_session_says_where_the_link_is(stranger, path):
    reply = stranger("GET", path, headers=_HTML)

    assert reply.status_code == 401
    assert "quantdeck open" in reply.text
    assert '<input id="token" name="token"' in reply.text
    assert "<script" not in reply.text


@pytest.mark.parametrize("path", ["/", "/pairs", "/some/view"])
def test_navigation_with_session_gives_the_document_uncached(ask, path):
    reply = ask("GET", path, headers=_HTML)

    assert "<title>deck</title>" in reply.text
    assert reply.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/health", 200), ("/api/v1/pages", 405)])
def test_head_is_answered_for_the_page_and_for_health(ask, path, status):
    assert ask("HEAD", path, headers=_HTML).status_code == status


def test_hashed_asset_is_kept_for_ever(stranger):
    reply = stranger("GET", "/assets/index-abc123.js")

    assert "immutable" in reply.headers["cache-control"]
    assert reply.headers["content-type"].startswith("text/javascript")


def test_compressed_twin_of_an_asset_is_sent(stranger, page):
    file = page / "assets" / "index-abc123.js.gz"
    file.write_bytes(gzip.compress(b"console.log(2)"))

    reply = stranger("GET", "/assets/index-abc123.js", headers={"Accept-Encoding": "gzip"})

    assert reply.headers["content-encoding"] == "gzip"
    assert reply.text == "console.log(2)"


def test_compressed_twin_of_the_document_is_sent(ask, page):
    (page / "index.html.gz").write_bytes(gzip.compress(b"<p>packed"))

    reply = ask("GET", "/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})

    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["cache-control"] == "no-cache"
    assert "packed" in reply.text


@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/nope.png", "/../conftest.py", "/%2e%2e/secret", "/index.html.gz"]
)
def test_missing_file_is_404_as_json(ask, path):
    reply = ask("GET", path, headers=_HTML)

    assert reply.status_code in {200, 404}
    assert "secret" not in reply.text.replace("/../secret", "")
    assert reply.status_code == 404 or "<title>deck</title>" in reply.text


@pytest.mark.parametrize("path", ["/api", "/api/v1/nope", "/api/v2/pages"])
def test_unknown_path_of_the_api_is_404_as_json_even_for_a_navigation(ask, path):
    reply = ask("GET", path, headers=_HTML)

    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "not-found"


def test_fetch_of_an_unknown_path_is_no_document(ask):
    reply = ask("GET", "/pairs", headers={"Accept": "application/json"})

    assert reply.status_code == 404


def test_page_that_is_not_built_says_what_to_run(ask, page):
    shutil.rmtree(page)

    reply = ask("GET", "/", headers=_HTML)

    assert reply.status_code == 503
    assert "make run" in reply.text


def test_wrong_link_is_not_said_to_have_been_used(stranger):
    reply = stranger("GET", "/?token=made-up", headers=_HTML)

    assert reply.status_code == 401
    assert "not valid" in reply.text
    assert "used already" not in reply.text
