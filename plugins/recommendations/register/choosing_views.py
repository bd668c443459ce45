"""Pages for choosing from all values with their numbers, and for keeping a list under a name."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    SIGNED_IN,
    Form,
    NotFound,
    Organisation,
    _,
    _l,
    current,
    db,
    fields,
    flash,
    redirect,
    render_template,
    request,
    select,
    url_for,
)

from ..blueprint import bp, form_page
from ..scales import VOICES
from . import choosing, saved_views


@bp.get("/choose", permission="recommendations.read")
def choose() -> ResponseReturnValue:
    """All values of the facets with how many recommendations each leaves; several may be chosen."""
    given = {name: ",".join(dict.fromkeys(request.args.getlist(name))) for name in request.args}
    if given.pop("go", ""):
        return redirect(f"{url_for('.index')}?{saved_views.query_of(given)}", 303)
    facets = choosing.facets(current(), given)
    shown = {key for key, _title, _options in facets} | {"voice"}
    return render_template(
        "recommendations/choose.html",
        facets=facets,
        carried=[(name, value) for name, value in given.items() if value and name not in shown],
        voice=given.get("voice", ""),
        voices=VOICES,
        back=f"{url_for('.index')}?{saved_views.query_of(given)}",
    )


class ViewForm(Form):
    """A name for a list, and who is to find it."""

    name = fields.StringField(_l("Name"), [fields.InputRequired(), fields.Length(max=100)])
    share = fields.SelectField(_l("Who finds it"))
    on_start = fields.BooleanField(_l("Show it on my first page"))
    query = fields.HiddenField(id="kept-query")


@bp.route("/views", methods=["GET", "POST"], permission=SIGNED_IN)
def views_page() -> ResponseReturnValue:
    """The kept lists, and keeping the one of the address."""
    user = current()
    form: Any = ViewForm(data={"query": saved_views.query_of(request.args), "share": ""})
    stmt = select(Organisation.id, Organisation.name).where(Organisation.id.in_(sorted(user.orgs)))
    orgs = db.session.execute(stmt.order_by(Organisation.sort_mn)).all()
    form.share.choices = [("", _("Only me"))] + [
        (str(org.id), _("Everyone of %(organisation)s", organisation=org.name)) for org in orgs
    ]
    if form.validate_on_submit():
        try:
            view = saved_views.save(
                user,
                form.name.data,
                form.query.data or "",
                org_id=int(form.share.data) if form.share.data else None,
                on_start=bool(form.on_start.data),
            )
        except saved_views.TooMany:
            form.name.errors = [_("You keep as many lists as there may be. Take one away first.")]
        else:
            flash(_("The list is kept."), "success")
            return redirect(f"{url_for('.index')}?{view.query}", 303)
    return form_page("recommendations/views.html", form, found=saved_views.of(user), me=user.id)


@bp.post("/views/<int:view_id>/forget", permission=SIGNED_IN)
def forget_view(view_id: int) -> ResponseReturnValue:
    """Take one of the own kept lists away."""
    view = saved_views.mine(current(), view_id)
    if view is None:
        raise NotFound
    saved_views.forget(view)
    flash(_("The list is no longer kept. The recommendations in it are as they were."), "success")
    return redirect(url_for(".views_page"), 303)
