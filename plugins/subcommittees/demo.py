"""Demo tasks: open, overdue, under way and done, from statements and recommendations where those are loaded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.api import clock

from . import service

TASKS: list[tuple[str, str, str, str, str, int, int, str]] = [
    # committee, officer, title mn, title en, source, days to the due date, progress, end
    (
        "children",
        "deskofficer",
        "Хамгаалах байрны ажилтныг сургах хөтөлбөр гаргах",
        "Draw up a training programme for shelter staff",
        "statement:shelter",
        30,
        40,
        "",
    ),
    (
        "children",
        "deskofficer",
        "Хүүхдийн утасны 108-ын тусламжийг сумдад хүргэх",
        "Extend the child helpline 108 to all soums",
        "statement:helpline",
        -12,
        60,
        "",
    ),
    (
        "children",
        "deskofficer",
        "Гэр бүлийн хүчирхийллийн тоон мэдээллийг нэгтгэх",
        "Bring the figures on domestic violence together",
        "rec:116.21",
        75,
        0,
        "",
    ),
    (
        "children",
        "deskofficer",
        "Бие махбодын шийтгэлийн эсрэг сургалтын материал бэлтгэх",
        "Prepare training material against corporal punishment",
        "rec:116.30",
        -40,
        100,
        "done",
    ),
    (
        "disability",
        "disability",
        "Нийтийн барилгын хүртээмжийн үзлэг хийх",
        "Survey the accessibility of public buildings",
        "statement:ramp",
        20,
        25,
        "",
    ),
    (
        "disability",
        "disability",
        "Дохионы хэлний хэлмэрчийн тоог нэмэх санал боловсруулах",
        "Draft a proposal for more sign-language interpreters",
        "rec:116.34",
        120,
        0,
        "",
    ),
    (
        "disability",
        "disability",
        "Хөдөлмөр эрхлэлтийн квотын биелэлтийг шалгах",
        "Check how the employment quota is met",
        "rec:116.36",
        -5,
        80,
        "",
    ),
]


def load(demo: Any) -> None:
    """Give the tasks as the coordinator; the desk officers report on theirs."""
    coordinator = demo.user("coordinator")
    today = clock.today()
    for committee, officer, mn, en, source, days, progress, end in TASKS:
        user = demo.user(officer)
        record = service.create(
            coordinator,
            title=demo.text(mn, en),
            description=demo.text(
                "Хариуцах нэгж, зардал, хугацааг тодорхой болгож, улирал тутам явцыг мэдээлнэ.",
                "Name the unit in charge, the cost and the time, and report on progress every quarter.",
            ),
            org_id=demo.org(committee),
            owner_id=user.id,
            due_on=today + timedelta(days=days),
            from_id=demo.kept(source),
        )
        demo.keep(f"task:{en[:20]}", record.id)
        if progress:
            service.report(
                user,
                record,
                version=record.version,
                text="Холбогдох байгууллагуудтай уулзаж, саналыг нэгтгэлээ." if progress < 100 else "Ажил дууслаа.",
                progress=progress,
            )
        if end:
            service.close(
                user,
                record,
                version=record.version,
                status=end,
                outcome=demo.text("Материалыг 21 аймагт хүргүүлсэн.", "The material was sent to all 21 aimags."),
            )
