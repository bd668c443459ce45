"""The second factor: codes of an authenticator app (RFC 6238), each good once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import secrets
from datetime import datetime
from typing import Final

from flask import current_app

STEP_SECONDS: Final = 30
_STEPS_AROUND: Final = (0, -1, 1)


def new_seed() -> bytes:
    """Random bytes from which, with the portal's secret, the key of one account is derived."""
    return secrets.token_bytes(32)


def _keys(seed: bytes, user_id: int) -> list[str]:
    """The account's key (base 32) under the portal's secret and under each former one that is still accepted."""
    config = current_app.config
    secrets_ = [config["SECRET_KEY"], *(config.get("SECRET_KEY_FALLBACKS") or ())]
    message = b"portal totp\0" + str(user_id).encode("ascii") + b"\0" + seed
    digests = [hmac.new(str(s).encode("utf-8"), message, hashlib.sha256).digest() for s in secrets_]
    return [base64.b32encode(digest[:20]).decode("ascii") for digest in digests]


def typed_key(seed: bytes, user_id: int) -> str:
    """The key in groups of four, for those who cannot scan; shown only while the factor is set up."""
    key = _keys(seed, user_id)[0]
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4))


def accepted_step(seed: bytes, user_id: int, code: str, now: datetime, last: int | None) -> int | None:
    """The time step of *code*, or None where it is wrong, too old or not newer than *last* (a replay).

    Blanks inside the code do not matter; a clock may be one step off.
    """
    typed = "".join(code.split())
    if len(typed) != 6 or not (typed.isascii() and typed.isdigit()):
        return None
    import pyotp

    step = int(now.timestamp()) // STEP_SECONDS
    for key in _keys(seed, user_id):
        for around in _STEPS_AROUND:
            candidate = step + around
            right = pyotp.HOTP(key).at(candidate)
            if hmac.compare_digest(right, typed) and (last is None or candidate > last):
                return candidate
    return None


def code_now(seed: bytes, user_id: int, now: datetime) -> str:
    """The code that an authenticator app shows at *now*; for tests and demo data."""
    import pyotp

    return pyotp.HOTP(_keys(seed, user_id)[0]).at(int(now.timestamp()) // STEP_SECONDS)


def qr_svg(seed: bytes, user_id: int, account: str, issuer: str) -> bytes:
    """The QR code to scan, as SVG."""
    import pyotp
    import segno

    uri = pyotp.TOTP(_keys(seed, user_id)[0]).provisioning_uri(name=account, issuer_name=issuer)
    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(out, kind="svg", scale=6, border=4, light="#fff")
    return out.getvalue()
