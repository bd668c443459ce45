from __future__ import annotations

import gzip
import re

import pytest

from portal.config import ROOT
from portal.ui import assets


def test_every_answer_has_the_strict_headers(reader):
    answer = reader.get("/style")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_https_is_remembered_and_only_promised_over_https(reader):
    assert "Strict-Transport-Security" not in reader.get("/style").headers
    answer = reader.get("/style", base_url="https://portal.example")
    assert int(re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"])[1]) >= 31536000


def test_a_page_of_a_signed_in_reader_is_kept_nowhere(reader):
    with reader.session_transaction() as session:
        session["_user_id"] = "1"
    answer = reader.get("/style")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_no_page_has_inline_script_or_style(reader):
    for path in ("/style", "/nowhere"):
        html = reader.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", html)
        assert "<style" not in html
        assert not re.search(r"\s(style|on[a-z]+)=\"", html)


def test_the_libraries_and_our_files_have_addresses_that_never_change_their_content(reader):
    for name in ("tabler.css", "htmx.js", "icons.svg", "inter.css", "portal.css", "portal.js", "mark.svg"):
        answer = reader.get(assets.asset(name))
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        answer.close()


def test_an_address_without_the_hash_is_not_kept_for_long(reader):
    answer = reader.get("/static/portal.css")
    assert "immutable" not in answer.headers["Cache-Control"]
    answer.close()


@pytest.mark.parametrize("name", ["tabler.css", "portal.css"])
def test_texts_are_sent_packed_where_the_browser_takes_it(reader, name):
    plain = reader.get(assets.asset(name))
    packed = reader.get(assets.asset(name), headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert packed.mimetype == "text/css"
    again = reader.get(assets.asset(name), headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304
    for each in (plain, packed, again):
        each.close()


def test_brotli_is_preferred_for_the_libraries(reader):
    answer = reader.get(assets.asset("tabler.css"), headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "br"
    answer.close()


@pytest.mark.parametrize("path", ["../setup.py", "..%2fsetup.py", "vendor/../../setup.py", "nothing.css"])
def test_only_files_of_the_static_folder_are_served(reader, path):
    assert reader.get(f"/static/{path}").status_code == 404


def test_a_changed_icon_list_is_in_the_sprite():
    wanted = (assets.STATIC.parent / "icons.txt").read_text("utf-8").split()
    sprite = (assets.STATIC / "vendor" / assets.manifest()["icons.svg"]).read_text("utf-8")
    assert [name for name in wanted if f'id="{name}"' not in sprite] == []


def test_templates_use_icons_that_are_in_the_list():
    wanted = set((assets.STATIC.parent / "icons.txt").read_text("utf-8").split())
    used = set()
    for path in (assets.STATIC.parent / "templates").rglob("*.html"):
        used |= set(re.findall(r'ui_icon\("([a-z0-9-]+)"\)', path.read_text("utf-8")))
    assert used - wanted == set()


def test_a_class_of_the_stylesheet_that_a_template_uses_is_in_the_list():
    """What classes.txt does not name is not in the stylesheet that is served (hatch_build.py)."""
    left_out = set((assets.STATIC / "vendor" / "left-out.txt").read_text("utf-8").split())
    assert {"d-xxl-flex", "btn-facebook"} <= left_out
    used = set()
    for path in [*ROOT.glob("portal/**/templates/**/*.html"), *ROOT.glob("plugins/*/templates/**/*.html")]:
        for value in re.findall(r'class="([^"<>]*)', path.read_text("utf-8")):
            words = re.sub(r"{{.*?}}|{%.*?%}", lambda found: " ".join(re.findall("'([^']*)'", found[0])), value)
            used |= set(re.findall(r"[a-z][a-z0-9-]*", words))
    assert used & left_out == set()


def test_the_stylesheet_is_small_and_whole():
    sheet = (assets.STATIC / "vendor" / assets.manifest()["tabler.css"]).read_text("utf-8")
    for part in (".btn-primary{", ".form-control{", ".visually-hidden", "@media (prefers-reduced-motion", ".col-md-6{"):
        assert part in sheet.replace(" {", "{"), part
    assert len(sheet) < 300_000
