"""``portal serve`` and ``portal worker``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from portal.cli import Refused, application


def _ready(app: object) -> None:
    from portal.host import removal
    from portal.host.host import current_host

    with app.app_context():  # type: ignore[attr-defined]
        behind = removal.due(current_host())
    if behind:
        raise Refused(f"the tables of {', '.join(behind)} are not up to date: run `portal db upgrade`")


def _proxies(count: int) -> dict[str, Any]:
    """What waitress believes of X-Forwarded headers: those of the last *count* proxies, none where it is 0."""
    if count <= 0:
        return {}
    names = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {"trusted_proxy": "*", "trusted_proxy_count": count, "trusted_proxy_headers": names}


@click.command()
@click.option("--host", help="Address to listen on; default: the setting HOST.")
@click.option("--port", type=int, help="Port to listen on; default: the setting PORT.")
@click.option("--no-worker", is_flag=True, help="Leave background jobs to `portal worker`.")
def serve(host: str | None, port: int | None, no_worker: bool) -> None:
    """Start the web server, with the jobs in the same process."""
    import waitress

    from portal import jobs

    app = application(serving=True)
    _ready(app)
    host, port = host or app.config["HOST"], port or app.config["PORT"]
    if not no_worker:
        jobs.start_consumer_thread(app)
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104
    click.echo(f"\nThe portal is at http://{shown}:{port}/  (Ctrl+C ends it)")
    sign_ins = Path(app.instance_path) / "demo-sign-ins.txt"
    if sign_ins.exists():
        click.echo("\nDemo sign-ins:\n" + sign_ins.read_text("utf-8"))
    try:
        waitress.serve(
            app,
            host=host,
            port=port,
            threads=app.config["THREADS"],
            connection_limit=1000,  # a browser keeps up to six open; waitress's own limit of 100 is some 16 readers
            ident=None,
            max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
            _quiet=True,
            **_proxies(app.config["TRUSTED_PROXIES"]),
        )
    except OSError as error:
        raise Refused(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from None


@click.command()
def worker() -> None:
    """Run background jobs in a process of their own."""
    from portal import jobs

    app = application(serving=True)
    _ready(app)
    click.echo("The worker waits for jobs (Ctrl+C ends it)")
    jobs.run_worker(app)
