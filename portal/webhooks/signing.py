"""Secrets of webhooks and the signatures made with them (the scheme of Standard Webhooks)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from flask import current_app

from portal.webhooks.models import Webhook

PREFIX: Final = "whsec_"
OVERLAP: Final = timedelta(days=1)
"""For so long after a renewal the former secret signs as well."""


def new_seed() -> bytes:
    """Random bytes from which, with the portal's secret, the secret of one webhook is derived."""
    return secrets.token_bytes(32)


def secret(hook: Webhook) -> str:
    """The secret as its receiver keeps it: ``whsec_`` and 32 bytes in base 64."""
    return PREFIX + base64.b64encode(_keys(hook.seed)[0]).decode()


def _keys(seed: bytes) -> list[bytes]:
    """The key under the portal's secret and under each former one that is still accepted."""
    config = current_app.config
    known = [config["SECRET_KEY"], *(config.get("SECRET_KEY_FALLBACKS") or ())]
    return [hmac.new(str(each).encode(), b"portal webhook\0" + seed, hashlib.sha256).digest() for each in known]


def headers(hook: Webhook, uid: str, now: datetime, body: bytes) -> dict[str, str]:
    """``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``: one ``v1,…`` for each secret that holds."""
    moment = str(int(now.timestamp()))
    seeds = [hook.seed]
    if hook.former_seed is not None and hook.renewed_at is not None and now - hook.renewed_at < OVERLAP:
        seeds.append(hook.former_seed)
    signed = f"{uid}.{moment}.".encode() + body
    marks = [hmac.new(key, signed, hashlib.sha256).digest() for seed in seeds for key in _keys(seed)]
    return {
        "Content-Type": "application/json",
        "webhook-id": uid,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(mark).decode()}" for mark in marks),
    }
