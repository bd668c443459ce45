"""The pages of webhooks: the list, one with its last deliveries, its address and its secret."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from portal import outgoing
from portal.db import db
from portal.forms.answers import listing
from portal.i18n import _, _l
from portal.people.fresh import fresh
from portal.people.identity import Identity, current
from portal.people.queries import organisation_options
from portal.records import Record
from portal.routing import SIGNED_IN, Blueprint
from portal.ui.forms import CheckboxesField, Form, SelectField, fields
from portal.webhooks import queries, sending, service
from portal.webhooks.history import lines
from portal.webhooks.models import EVENTS, Delivery, Webhook
from portal.webhooks.words import EVENT_TITLES, OFF, STATES, TONES

bp = Blueprint("webhooks", __name__, template_folder="templates")
assert sending

ANSWERS = "answers"


class WebhookForm(Form):
    """Where to, what of, how much."""

    org_id = SelectField(_l("Organisation"), coerce=int, validators=[fields.InputRequired()])
    url = fields.URLField(
        _l("Address"),
        description=_l("The address of the program that is told; it begins with https://."),
        validators=[fields.InputRequired(), fields.Length(max=outgoing.LONGEST)],
        render_kw={"autocomplete": "off"},
    )
    events = CheckboxesField(_l("What is told"), choices=EVENT_TITLES, validators=[fields.InputRequired()])
    content = CheckboxesField(
        _l("How much is sent"),
        choices={ANSWERS: _l("The answers too, not only ids and links")},
        description=_l("Answers leave the portal with this. Those of anonymous forms are never sent."),
    )


@bp.get("/", permission=queries.MANAGE)
def index() -> ResponseReturnValue:
    """The webhooks one manages."""
    return render_template("webhooks/index.html", rows=queries.listed(current()), record=None, **_words())


@bp.get("/forms/<int:form_id>", permission=SIGNED_IN)
def of_form(form_id: int) -> ResponseReturnValue:
    """The webhooks of a form."""
    record = queries.of_form(current(), form_id)
    rows = queries.listed(current(), form_id)
    return render_template("webhooks/index.html", rows=rows, record=record, **_words())


def _words() -> dict[str, Any]:
    return {"events": EVENT_TITLES, "states": STATES, "tones": TONES, "off": OFF}


@bp.route("/new", methods=["GET", "POST"], permission=queries.MANAGE)
@fresh
def new() -> ResponseReturnValue:
    """Register an address for all forms of an organisation."""
    user = current()
    options = [(key, name) for key, name in organisation_options() if user.can(queries.MANAGE, org_id=key)]
    form: Any = WebhookForm()
    form.org_id.choices = options
    back = url_for("webhooks.index")
    if not form.validate_on_submit():
        return _form(form, back, None)
    return _registered(user, form, back, None)


@bp.route("/forms/<int:form_id>/new", methods=["GET", "POST"], permission=SIGNED_IN)
@fresh
def new_of_form(form_id: int) -> ResponseReturnValue:
    """Register an address for one form."""
    user = current()
    record = queries.of_form(user, form_id)
    form: Any = WebhookForm()
    del form.org_id
    _without_content(form, user, form_id, record.org_id)
    back = url_for("webhooks.of_form", form_id=form_id)
    if not form.validate_on_submit():
        return _form(form, back, record)
    return _registered(user, form, back, record)


def _without_content(form: Any, user: Identity, form_id: int | None, org_id: int | None) -> None:
    """Leave the choice of answers out where they can never be sent."""
    record = db.session.get(Record, form_id) if form_id is not None else None
    anonymous = record is not None and listing.is_anonymous(record)
    if anonymous or not queries.may_read_answers(user, form_id, org_id):
        del form.content


def _registered(user: Identity, form: Any, back: str, record: Record | None) -> ResponseReturnValue:
    try:
        hook, secret = service.register(
            user,
            url=form.url.data,
            events=form.events.data,
            form_id=record.id if record is not None else None,
            org_id=form.org_id.data if record is None else None,
            with_answers=_wanted(form),
        )
    except outgoing.Refused as refused:
        form.url.errors = [*form.url.errors, refused.message]
    except service.TooMany:
        form.form_errors.append(_("There are %(count)s webhooks already. Remove one first.", count=service.MOST))
    except Forbidden:
        if record is not None:
            raise
        form.content.errors = [_("You do not read the answers of this organisation.")]
    else:
        return _secret(hook, secret)
    return _form(form, back, record)


def _wanted(form: Any) -> bool:
    return "content" in form and ANSWERS in (form.content.data or ())


def _form(form: Any, back: str, record: Record | None, hook: Webhook | None = None) -> ResponseReturnValue:
    wrong = (bool(form.errors) or bool(form.form_errors)) and not form.language_switched
    page = render_template("webhooks/edit.html", form=form, back=back, record=record, hook=hook)
    return page, 422 if wrong else 200


def _secret(hook: Webhook, secret: str) -> ResponseReturnValue:
    """The page that shows a secret, once."""
    return render_template("webhooks/secret.html", hook=hook, secret=secret)


@bp.get("/<int:hook_id>", permission=SIGNED_IN)
def show(hook_id: int) -> ResponseReturnValue:
    """A webhook: where to, what, how the last deliveries went."""
    hook = queries.get(current(), hook_id)
    (row,) = [each for each in _rows(hook) if each.Webhook.id == hook.id]
    return render_template(
        "webhooks/show.html",
        hook=hook,
        row=row,
        back=_list(hook),
        hook_events=", ".join(str(EVENT_TITLES[each]) for each in hook.events),
        deliveries=queries.deliveries(hook_id),
        failures=outgoing.FAILURES | outgoing.MESSAGES,
        history=lines(queries.history(hook_id)),
        **_words(),
    )


def _rows(hook: Webhook) -> list[Any]:
    user = current()
    return queries.listed(user, hook.form_id) if hook.form_id is not None else queries.listed(user)


def _list(hook: Webhook) -> str:
    if current().can(queries.MANAGE, org_id=hook.org_id) or hook.form_id is None:
        return url_for("webhooks.index")
    return url_for("webhooks.of_form", form_id=hook.form_id)


@bp.route("/<int:hook_id>/edit", methods=["GET", "POST"], permission=SIGNED_IN)
@fresh
def edit(hook_id: int) -> ResponseReturnValue:
    """Change where and what is sent."""
    user = current()
    hook = queries.get(user, hook_id)
    chosen = [ANSWERS] if hook.with_answers else []
    form: Any = WebhookForm(data={"url": hook.url, "events": hook.events, "content": chosen})
    del form.org_id
    _without_content(form, user, hook.form_id, hook.org_id)
    record = db.session.get(Record, hook.form_id) if hook.form_id is not None else None
    if form.validate_on_submit():
        try:
            service.change(user, hook, url=form.url.data, events=form.events.data, with_answers=_wanted(form))
        except outgoing.Refused as refused:
            form.url.errors = [*form.url.errors, refused.message]
        else:
            flash(_("Saved."), "success")
            return _back(hook)
    return _form(form, url_for("webhooks.show", hook_id=hook_id), record, hook)


def _back(hook: Webhook) -> ResponseReturnValue:
    return redirect(url_for("webhooks.show", hook_id=hook.id), 303)


@bp.post("/<int:hook_id>/test", permission=SIGNED_IN)
def test(hook_id: int) -> ResponseReturnValue:
    """Send an event that says nothing."""
    hook = queries.get(current(), hook_id)
    service.test(hook)
    flash(_("A test is on its way. Its result stands in the list in a moment."), "success")
    return _back(hook)


@bp.post("/<int:hook_id>/renew", permission=SIGNED_IN)
@fresh
def renew(hook_id: int) -> ResponseReturnValue:
    """Another secret, shown in this answer only."""
    hook = queries.get(current(), hook_id)
    return _secret(hook, service.renew(hook))


@bp.post("/<int:hook_id>/off", permission=SIGNED_IN)
def off(hook_id: int) -> ResponseReturnValue:
    """Send nothing more."""
    hook = queries.get(current(), hook_id)
    service.switch_off(hook)
    flash(_("The webhook is switched off."), "success")
    return _back(hook)


@bp.post("/<int:hook_id>/on", permission=SIGNED_IN)
def on(hook_id: int) -> ResponseReturnValue:
    """Send again."""
    hook = queries.get(current(), hook_id)
    service.switch_on(hook)
    flash(_("The webhook is switched on. What happened meanwhile can be sent from the list."), "success")
    return _back(hook)


@bp.post("/<int:hook_id>/remove", permission=SIGNED_IN)
def remove(hook_id: int) -> ResponseReturnValue:
    """Forget a webhook."""
    hook = queries.get(current(), hook_id)
    back = _list(hook)
    service.remove(hook)
    flash(_("The webhook is removed."), "success")
    return redirect(back, 303)


@bp.post("/<int:hook_id>/deliveries/<int:delivery_id>/again", permission=SIGNED_IN)
def again(hook_id: int, delivery_id: int) -> ResponseReturnValue:
    """Send a delivery once more."""
    hook = queries.get(current(), hook_id)
    row = db.session.get(Delivery, delivery_id)
    if row is None or row.webhook_id != hook.id:
        raise NotFound
    if hook.off_at is not None:
        flash(_("The webhook is off. Switch it on first."), "warning")
    else:
        service.again(row)
        flash(_("It is sent once more."), "success")
    return _back(hook)


assert tuple(EVENT_TITLES) == EVENTS
