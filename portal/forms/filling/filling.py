"""A form while it is filled: what was typed, what of it is right, what the page shows. No routes here.

The page keeps everything itself: what is not drawn (other pages, questions that are not relevant now) travels in
hidden fields. It needs neither scripts nor a session; with scripts the same fragment is swapped in.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from portal import storage
from portal.forms import queries, service, sources, waiting
from portal.forms.definition import Node
from portal.forms.definition.wiring import label_references
from portal.forms.engine import (
    KEY,
    Answers,
    Context,
    Issue,
    Item,
    Page,
    Result,
    all_items,
    evaluate,
    field_name,
    field_path,
    pages,
    parse_html,
    start,
    with_last,
    with_row,
)
from portal.forms.engine.posted import PREFIX
from portal.forms.engine.view import plain
from portal.forms.fields import Refused
from portal.forms.filling import files as fill_files
from portal.forms.filling.controls import anchor, is_table
from portal.forms.filling.plan import Planned, planned, settled
from portal.forms.filling.signature import SIGN, picture
from portal.forms.messages import Own, pick
from portal.forms.models import Form, FormVersion, Submission
from portal.forms.submissions import answered, has_files, submit
from portal.i18n import _, current_locale
from portal.people.identity import Identity
from portal.records import Record

FILE, DROP = "file:", "drop:"
"""What the names of file inputs and of the boxes that take a file away begin with."""


@dataclass(frozen=True)
class Wrong:
    """A line of the error summary: the id to jump to ("" where the question is not drawn), where, what.

    ``lang`` is the language of the label where it is not the reader's.
    """

    anchor: str
    label: str
    message: str
    lang: str = ""


@dataclass(frozen=True)
class Drawn:
    """What a page of the form shows.

    ``plan`` is what the browser needs to compute it, "" where the server does, for the reason ``beyond``; ``paged``:
    pages may come or go while it is filled.
    """

    page: Page
    number: int
    count: int
    titles: tuple[str, ...]
    carried: tuple[tuple[str, str], ...]
    wrong: tuple[Wrong, ...]
    files: Mapping[str, Any]
    judged: bool
    plan: str = ""
    beyond: str = ""
    paged: bool = False

    @property
    def last(self) -> bool:
        """Whether the form is sent from this page."""
        return self.number >= self.count


class Filling:
    """One form in the hands of one person.

    ``answers`` are as they were typed (or stored); ``uid`` is that of the submission it will be. *public* forms
    are filled without an account. *stored* are answers there are already: of a draft, or of a submission that is
    corrected. With *browser* the page may compute itself (plan.py).
    """

    browser = False

    def __init__(
        self,
        user: Identity,
        record: Record,
        form: Form,
        version: FormVersion,
        *,
        subject_id: int | None = None,
        period: str = "",
        public: bool = False,
        uid: str = "",
        stored: Answers | None = None,
        context: Context | None = None,
        browser: bool = False,
    ) -> None:
        self.browser = browser
        self.user, self.record, self.form, self.version = user, record, form, version
        self.subject_id, self.period, self.public = subject_id, period, public
        self.compiled = service.compiled(version)
        self.access = service.settings_of(version)
        self.anonymous = bool(self.access.get("anonymous"))
        self.uid = _uuid(uid)
        self.context = context or sources.context(user, form, self.compiled, subject_id)
        self.stored = stored
        self.keep = stored if stored is not None else self._first()
        if context is None and not self.anonymous and not public:
            now = str(self.keep.get("period") or period)
            self.context = replace(self.context, previous=queries.last_about(record.id, subject_id, now))
        self.answers: Answers = dict(self.keep)
        self.refused: list[Issue] = []

    def _first(self) -> Answers:
        """First answers, also of questions that are not relevant yet; the period that was asked for."""
        found = start(self.compiled, self.context)
        for node in self.compiled.questions:
            if not node.path and node.default is not None and node.name not in found:
                found[node.name] = node.default
        asked = self.compiled.by_name.get("period")
        if self.period and asked is not None and asked.kind == "question" and not asked.path:
            found["period"] = self.period
        return found

    @property
    def dynamic(self) -> bool:
        """Whether an answer may change what the page shows."""
        return any(
            node.kind == "repeat"
            or node.relevant is not None
            or node.calculation is not None
            or node.count is not None
            or node.filter is not None
            or not isinstance(node.required, bool)
            or not isinstance(node.read_only, bool)
            or label_references(node.row)
            for node in self.compiled.nodes
        )

    @property
    def multipart(self) -> bool:
        """Whether the form asks for files."""
        return has_files(self.compiled)

    @property
    def title(self) -> str:
        """The title of the form as it was published, in the reader's language."""
        return pick(self.compiled.title, self.context.locale)

    def renew(self) -> None:
        """What is typed becomes a submission of its own."""
        self.uid = _uuid("")

    def submit(self, admit: Callable[[Submission], None] | None = None) -> Submission:
        """Check and store what is typed; *admit*, what is raised and returned as in ``submissions.submit``."""
        return submit(
            self.user,
            self.record,
            self.form,
            self.version,
            uid=self.uid,
            answers=self.answers,
            language=current_locale(),
            subject_id=self.subject_id,
            context=self.context,
            admit=admit,
        )

    def read(self, posted: MultiDict[str, str], files: MultiDict[str, Any]) -> None:
        """Take what a page sent: answers, files, a row to add."""
        own: MultiDict[str, str] = MultiDict(posted)
        self.uid = _uuid(posted.get("uid", ""))
        for name in posted:
            if name.startswith(DROP) and posted[name]:
                own.setlist(name.removeprefix(DROP), [""])
        for name, upload in files.items():
            if name.startswith(FILE) and upload.filename:
                self._upload(own, name.removeprefix(FILE), upload)
        for name in posted:
            if name.startswith(SIGN) and posted[name].strip() and not files.get(FILE + name.removeprefix(SIGN)):
                self._sign(own, name.removeprefix(SIGN), posted[name], bool(posted.get("uid")))
        self._refuse_unavailable(posted)
        self.answers = parse_html(self.compiled, own, self.keep)
        wanted, carried = posted.get("_add"), posted.get("_forward")
        try:
            if wanted:
                self.answers = with_row(self.compiled, self.answers, wanted)
            if carried:
                self.answers = with_last(self.compiled, self.answers, self.context, carried)
        except (KeyError, TypeError):
            return

    def _refuse_unavailable(self, posted: MultiDict[str, str]) -> None:
        """What was answered to a question whose module was switched off after its page was opened."""
        for name in posted:
            path = field_path(name)
            node = self.compiled.by_name.get(path.rpartition(".")[2]) if name.startswith(PREFIX) else None
            if node is None or node.kind != "question" or node.field.name != "unknown":
                continue
            if posted.getlist(name)[-1] not in ("", plain(self.keep.get(path, ""))):
                self._refuse(path, node, _("This answer cannot be taken: the module of its question was switched off."))

    def _upload(self, own: MultiDict[str, str], name: str, upload: Any) -> None:
        path = field_path(name)
        node = self.compiled.by_name.get(path.rpartition(".")[2])
        if node is None or not node.field.file:
            return
        try:
            kept = fill_files.keep(
                self.user,
                self.uid,
                node,
                upload,
                public=self.public,
                anonymous=self.anonymous,
                form_id=self.form.record_id if self.public and not self.user.signed_in else None,
            )
        except (storage.UploadRefused, storage.StorageFull) as refused:
            self._refuse(path, node, refused.message)
        except waiting.Full as full:
            self._refuse(path, node, str(full.message))
        except fill_files.TooMany:
            self._refuse(path, node, _("No more files can be sent with this form."))
        else:
            own.setlist(name, [kept])

    def _sign(self, own: MultiDict[str, str], name: str, typed: str, keeps: bool) -> None:
        """Keep a typed name as the picture of a signature; a trial of a form (*keeps* false) keeps nothing."""
        node = self.compiled.by_name.get(field_path(name).rpartition(".")[2])
        if node is None or node.row["type"] != "signature":
            return
        try:
            upload = picture(typed)
        except Refused as refused:
            self._refuse(field_path(name), node, str(refused.message))
            return
        if keeps:
            self._upload(own, name, upload)
        else:
            own.setlist(name, [node.field.example])

    def _refuse(self, path: str, node: Node, message: str) -> None:
        self.refused.append(Issue(path, node.id, "file", Own({self.context.locale: message})))

    def draft(self) -> Answers:
        """The answers as a draft keeps them, right or not."""
        return evaluate(self.compiled, self.answers, self.context, "draft").values

    def step(self, number: int) -> Drawn:
        """The page after *number*, or that page again with what is wrong on it."""
        here = self.draw(number, judged=True)
        return here if here.wrong else self.draw(number + 1)

    def send_back(self, result: Result) -> Drawn:
        """The first page on which something is wrong."""
        for number, page in enumerate(pages(self.compiled, result, self.context), 1):
            paths = {item.path for item in all_items(page.items)}
            if any(issue.path in paths for issue in (*self.refused, *result.errors)):
                return self.draw(number, judged=True)
        return self.draw(10_000, judged=True)

    def draw(self, number: int = 1, judged: bool = False, whole: bool = False) -> Drawn:
        """The page *number* (kept inside the form), or the *whole* form as one; *judged*: what is missing is wrong."""
        draft = evaluate(self.compiled, self.answers, self.context, "draft")
        result = draft
        if judged:
            context = replace(self.context, files=fill_files.uids(self.uid)) if has_files(self.compiled) else None
            result = evaluate(self.compiled, self.answers, context or self.context, "submit")
        if self.refused:
            paths = {issue.path for issue in self.refused}
            kept = [issue for issue in result.errors if issue.path not in paths]
            result = replace(result, errors=[*self.refused, *kept])
        drawn, made, number = self._pages(draft, result, number, whole)
        page = drawn[number - 1]
        wrong = self._wrong(page, result, last=number == len(drawn)) if judged or self.refused else ()
        inputs = {item.name for item in all_items(page.items) if item.locks or not item.read_only}
        return Drawn(
            page,
            number,
            len(drawn),
            tuple(each.title for each in drawn),
            tuple(carried(self.compiled.top, draft.values, inputs)),
            tuple(wrong),
            fill_files.named(self.uid) if has_files(self.compiled) else {},
            judged,
            made.text,
            made.beyond,
            made.paged,
        )

    def _pages(self, draft: Result, result: Result, number: int, whole: bool) -> tuple[list[Page], Planned, int]:
        """The pages, the plan by which a browser computes one of them, and its number inside the form.

        With a plan what is not relevant is drawn too, and hidden, with the answers that the draft keeps.
        """
        made = Planned()
        if self.browser and (self.dynamic or whole):
            drawn = pages(self.compiled, replace(result, top=draft.top), self.context, everything=True, whole=whole)
            number = max(1, min(number, len(drawn)))
            made = planned(self.compiled, drawn[number - 1], draft, self.context, self.answers)
            if made.text:
                settled(drawn[number - 1], made)
                return drawn, made, number
        drawn = pages(self.compiled, result, self.context, whole=whole)
        return drawn, made, max(1, min(number, len(drawn)))

    def _wrong(self, page: Page, result: Result, last: bool) -> Iterator[Wrong]:
        """What is wrong on the page, in its order; on the last page also what is drawn nowhere."""
        places = {path: (where, label, lang) for path, where, label, lang in _places(page.items)}
        drawn: set[str] = set()
        for issue in sorted(
            result.errors, key=lambda each: list(places).index(each.path) if each.path in places else -1
        ):
            if issue.path in places and issue.path not in drawn:
                drawn.add(issue.path)
                where, label, lang = places[issue.path]
                yield Wrong(where, label, str(issue.message), lang)
        if last and not drawn:
            shown = {item.path for each in pages(self.compiled, result, self.context) for item in all_items(each.items)}
            for issue in result.errors:
                if issue.path not in shown:
                    node = self.compiled.by_name.get(issue.path.rpartition(".")[2])
                    label = (node.row.get("label") or {}).get(self.context.locale, "") if node else ""
                    yield Wrong("", label or issue.path, str(issue.message))


def _places(items: Sequence[Item], around: str = "", tight: bool = False) -> Iterator[tuple[str, str, str, str]]:
    """Path, id to jump to, label and its language of everything on a page; in a repeat the label names the row."""
    for item in items:
        yield item.path, anchor(item, tight), f"{around}{item.label}", item.lang
        yield from _places(item.items, around)
        for row in item.rows:
            title = row.title or f"{item.label} {row.index + 1}"
            short = title if len(title) <= 60 else f"{title[:58].rstrip()}…"
            yield from _places(row.items, f"{short}: ", is_table(item))


def carried(
    nodes: Sequence[Node], values: Mapping[str, Any], drawn: set[str], prefix: str = ""
) -> Iterator[tuple[str, str]]:
    """Names and values of the answers that have no input on the page, as hidden fields."""
    for node in nodes:
        path = f"{prefix}{node.name}"
        value = values.get(node.name)
        if node.kind == "group":
            yield from carried(node.children, values, drawn, prefix)
        elif node.kind == "repeat":
            rows = value if isinstance(value, list) else []
            here = field_name(path) in drawn
            if rows and not here:
                yield field_name(path), ""
            for index, row in enumerate(rows):
                if not here:
                    yield field_name(f"{path}[{index}].{KEY}"), str(row.get(KEY, ""))
                yield from carried(node.children, row, drawn, f"{path}[{index}].")
        elif value is not None and answered(node) and field_name(path) not in drawn:
            for each in value if isinstance(value, list) else [value]:
                yield field_name(path), plain(each)


def _uuid(text: str) -> str:
    """*text* where it is a UUID, else a new one."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid4())
