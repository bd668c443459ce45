from __future__ import annotations

import pytest

from portal.ui import safe_redirect

OURS = [
    "/",
    "/work",
    "/recommendations/12?sort=-due&q=%D1%8D%D1%80%D1%85",
    "/a/b#files",
    "/хайх?q=эрх",
    "/a?next=https://x",
]
ELSEWHERE = [
    None,
    "",
    "https://evil.example/",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "/ /evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "evil.example",
    "?next=/x",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "/%20/evil.example",
    "/./\\evil.example",
    "/..//evil.example",
    "/%2e%2e//evil.example",
    "/\u00a0/evil.example",
    "/\u2028//evil.example",
    "/\ufeff/evil.example",
    "/\x00",
    "/\ud800",
    "https:///evil.example",
    "/" + "a" * 3000,
    "/[",
]


@pytest.mark.parametrize("target", OURS)
def test_a_path_of_this_site_is_followed(target):
    assert safe_redirect(target, "/home") == target


@pytest.mark.parametrize("target", [each for each in ELSEWHERE if each != "/["])
def test_everything_else_goes_to_the_fallback(target):
    assert safe_redirect(target, "/home") == "/home"


def test_a_target_in_parts_stays_within_the_site_wherever_it_is_joined():
    from urllib.parse import urljoin

    for target in ELSEWHERE:
        followed = urljoin("https://portal.example/x/y", safe_redirect(target, "/home"))
        assert followed.startswith("https://portal.example/")
