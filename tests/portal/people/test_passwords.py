"""Which passwords are good, and how they are kept."""

from __future__ import annotations

import pytest
from pyotp import TOTP

from portal import clock
from portal.people import totp
from portal.people.passwords import ADVICE, hash_password, mongolian_words, outdated, verify_password, weaknesses


@pytest.mark.parametrize(
    "password",
    [
        "өвөл эрт ирсэн жил байлаа",
        "correct horse battery staple",
        "j7#kd92!ndk2s0",
        "гурван улаан алим дөрвөн шар",
    ],
)
def test_a_few_words_are_a_good_password(app, password):
    assert weaknesses(password, "Бат Дорж", "bat@mojha.example") == []


@pytest.mark.parametrize(
    "password",
    ["short", "ulaanbaatar2026", "улаанбаатар2026", "elggydggmgj1", "Нарантуяа1985", "123456789012", "qwertyuiop[]"],
)
def test_what_people_here_would_guess_is_refused(app, password):
    assert weaknesses(password)


def test_the_own_name_does_not_count(app):
    assert weaknesses("tserendulamtserendulam", "Tserendulam", "tserendulam@x.example")


def test_there_are_no_rules_about_kinds_of_characters_and_long_ones_are_taken(app):
    assert weaknesses("a" * 201)
    long = "өдөр бүр нэг шинэ үг сурах нь сайн зуршил мөн " * 4
    assert weaknesses(long) == []
    kept = hash_password(long)
    assert verify_password(kept, long)
    assert not verify_password(kept, long[:-1])


def test_the_word_list_knows_three_ways_to_type_a_word():
    assert {"ховд", "khovd", "hovd", "][fob"} & set(mongolian_words()) >= {"ховд", "khovd", "hovd"}


def test_all_advice_of_the_estimator_has_a_text(app):
    known = {str(text) for text in ADVICE}
    for password in ("password1234", "abcdefghijkl", "aaaaaaaaaaaa", "abcabcabcabc", "19850312198503", "qwertyqwerty"):
        assert set(weaknesses(password)[1:]) <= known


def test_hashes_are_salted_and_the_parameters_are_those_of_the_settings(app, monkeypatch):
    assert hash_password("өвөл эрт ирсэн") != hash_password("өвөл эрт ирсэн")
    cheap = hash_password("өвөл эрт ирсэн")
    assert not outdated(cheap)
    monkeypatch.setitem(app.config, "PASSWORD_HASH", "strong")
    assert outdated(cheap)
    assert hash_password("өвөл эрт ирсэн").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_what_is_no_hash_and_no_text_is_simply_wrong(app):
    assert not verify_password("nonsense", "x")
    assert not verify_password(None, "x")
    assert not verify_password(hash_password("x" * 12), "\ud800")


def test_the_key_of_an_app_needs_the_secret_of_the_portal(app, monkeypatch):
    """A copy of the database alone makes no codes; a former secret is accepted while it is being replaced."""
    seed = totp.new_seed()
    now = clock.now()
    code = totp.code_now(seed, 7, now)
    assert TOTP(totp.typed_key(seed, 7).replace(" ", "")).at(now) == code
    assert totp.accepted_step(seed, 8, code, now, None) is None
    former = app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "another secret " * 3)
    assert totp.accepted_step(seed, 7, code, now, None) is None
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [former])
    assert totp.accepted_step(seed, 7, code, now, None) is not None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "abcdef", "-12345"])
def test_what_is_no_code_is_refused(app, code):
    assert totp.accepted_step(totp.new_seed(), 7, code, clock.now(), None) is None
