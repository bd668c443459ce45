"""Headers of every answer: what a browser may load, where a page may be shown, what may be kept."""

from __future__ import annotations

from flask import Flask, Response, request, session

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
"""No inline script or style anywhere, in the core or a plugin: neither nonces nor hashes are needed."""

FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"


def init_headers(app: Flask) -> None:
    """Set the headers on every answer of *app* that does not set its own."""
    app.after_request(protect)


def protect(response: Response) -> Response:
    """Add the headers to *response*; what a view has set (the sandbox of a file, say) stays."""
    headers = response.headers
    for name, value in FIXED.items():
        if name not in headers:
            headers[name] = value
    if request.is_secure and "Strict-Transport-Security" not in headers:
        headers["Strict-Transport-Security"] = HSTS
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store" if _private(response) else "no-cache"
    return response


def _private(response: Response) -> bool:
    """Whether the answer belongs to one person: they are signed in, or it changes something."""
    return request.method not in {"GET", "HEAD"} or "_user_id" in session or session.modified
