"""Arranging and archiving recommendations; clusters; focal points."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    NotFound,
    Record,
    _,
    _l,
    current,
    db,
    flash,
    lazy_pgettext,
    lists,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from ..blueprint import bp, form_page
from ..models import Recommendation
from ..register_models import Cluster
from ..register_scales import CONTACT_ROLES
from . import arranging, queries
from .arranging_forms import ArchiveForm, ArrangeForm, ClusterForm, bodies


@bp.route("/<int:record_id>/arrange", methods=["GET", "POST"], permission="recommendations.edit")
def arrange(record_id: int) -> ResponseReturnValue:
    """Action category, sub-points, targets and clusters of a recommendation."""
    user = current()
    record = records.get(user, record_id, "recommendation", "edit")
    row, _reviewed_on, _country = queries.recommendation(record.id)
    form = ArrangeForm(
        data={
            "action": row.action,
            "points": arranging.written_points(arranging.points(record.id)),
            "targets": ", ".join(arranging.target_codes(record.id)),
            "cluster_ids": [cluster.id for cluster in arranging.clusters_of(record.id)],
            "version": record.version,
        }
    )
    form.cluster_ids.choices = [(each.id, f"{each.code} {each.name}") for each in arranging.clusters()]
    if form.validate_on_submit():
        arranging.arrange(
            user,
            record,
            version=form.version.data,
            action=form.action.data,
            points=arranging.read_points(form.points.data),
            targets=arranging.read_targets(form.targets.data or "")[0],
            cluster_ids=form.cluster_ids.data or [],
        )
        flash(_("The recommendation is saved."), "success")
        return redirect(url_for(".recommendation", record_id=record.id), 303)
    return form_page("recommendations/arrange.html", form, record=record, row=row)


@bp.route("/<int:record_id>/archive", methods=["GET", "POST"], permission="recommendations.archive")
def archive(record_id: int) -> ResponseReturnValue:
    """Take a recommendation out of lists and figures, with a reason."""
    user = current()
    record = records.get(user, record_id, "recommendation", "edit")
    row, _reviewed_on, _country = queries.recommendation(record.id)
    if row.archived_at is not None:
        return redirect(url_for(".recommendation", record_id=record.id), 303)
    form = ArchiveForm(data={"version": record.version})
    if form.validate_on_submit():
        arranging.archive(user, record, version=form.version.data, reason=form.reason.data)
        flash(_("The recommendation is archived. Lists and figures leave it out; its page stays."), "success")
        return redirect(url_for(".recommendation", record_id=record.id), 303)
    return form_page("recommendations/archive.html", form, record=record, row=row)


@bp.post("/<int:record_id>/archive/back", permission="recommendations.archive")
def take_back(record_id: int) -> ResponseReturnValue:
    """Put an archived recommendation back into lists and figures."""
    user = current()
    record = records.get(user, record_id, "recommendation", "edit")
    arranging.take_back(user, record)
    flash(_("The recommendation is in the register again."), "success")
    return redirect(url_for(".recommendation", record_id=record.id), 303)


@bp.get("/archived", permission="recommendations.read")
def archived() -> ResponseReturnValue:
    """The archived recommendations."""
    stmt = (
        records.rows(
            current(),
            "recommendation",
            Record.id,
            Recommendation.cycle,
            Recommendation.number,
            Recommendation.number_sort,
            Recommendation.text,
            Recommendation.archived_at,
            Recommendation.archived_reason,
        )
        .join(Recommendation, Recommendation.record_id == Record.id)
        .where(Recommendation.archived_at.is_not(None))
    )
    link = "/recommendations/{id}"
    columns = [
        lists.Column("number", lazy_pgettext("column", "No."), sort="number_sort", link=link),
        lists.Column("text", _l("Recommendation"), link=link, format="content"),
        lists.Column("cycle", _l("Cycle"), format="number"),
        lists.Column("archived_at", _l("Archived on"), sort=True, format="date"),
        lists.Column("archived_reason", _l("Reason")),
    ]
    filters = [lists.Filter("q", _l("Words"), kind="search", where=records.matches)]
    listing = lists.fetch(stmt, columns=columns, filters=filters, default_sort="-archived_at", args=request.args)
    return render_template("recommendations/archived.html", listing=listing)


@bp.get("/clusters", permission="recommendations.read")
def clusters() -> ResponseReturnValue:
    """The clusters, each with its recommendations."""
    user = current()
    return render_template(
        "recommendations/clusters.html", clusters=arranging.clusters(), may_change=user.can("recommendations.arrange")
    )


@bp.route("/clusters/new", methods=["GET", "POST"], permission="recommendations.arrange")
def cluster_new() -> ResponseReturnValue:
    """Add a cluster."""
    return _cluster(None)


@bp.route("/clusters/<int:cluster_id>/edit", methods=["GET", "POST"], permission="recommendations.arrange")
def cluster_edit(cluster_id: int) -> ResponseReturnValue:
    """Change a cluster."""
    return _cluster(_found(cluster_id))


@bp.post("/clusters/<int:cluster_id>/delete", permission="recommendations.arrange")
def cluster_delete(cluster_id: int) -> ResponseReturnValue:
    """Delete a cluster without recommendations."""
    if arranging.delete_cluster(current(), _found(cluster_id)):
        flash(_("The cluster is deleted."), "success")
    else:
        flash(_("The cluster has recommendations. Take them out of it first."), "warning")
    return redirect(url_for(".clusters"), 303)


def _found(cluster_id: int) -> Cluster:
    cluster = db.session.get(Cluster, cluster_id)
    if cluster is None:
        raise NotFound
    return cluster


def _cluster(cluster: Cluster | None) -> ResponseReturnValue:
    stored: dict[str, Any] = {}
    if cluster is not None:
        stored = {"code": cluster.code, "name": cluster.name, "lead_id": cluster.lead_id}
    form = ClusterForm(data=stored)
    form.cluster_id = cluster.id if cluster is not None else None
    form.lead_id.choices = bodies([cluster.lead_id] if cluster is not None and cluster.lead_id else [])
    if form.validate_on_submit():
        arranging.save_cluster(current(), cluster, code=form.code.data, name=form.name.data, lead_id=form.lead_id.data)
        flash(_("The cluster is saved."), "success")
        return redirect(url_for(".clusters"), 303)
    return form_page("recommendations/cluster_edit.html", form, cluster=cluster)


@bp.get("/contacts", permission="recommendations.contacts")
def contacts() -> ResponseReturnValue:
    """Who answers for each responsible body: main and deputy focal point, validator."""
    orgs = arranging.responsible_orgs()
    return render_template(
        "recommendations/contacts.html",
        orgs=orgs,
        holders=arranging.holders(org.id for org in orgs),
        roles=CONTACT_ROLES,
    )
