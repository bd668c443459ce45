"""Demo data around the recommendations: clusters, targets, sub-points, pledges, concerns, words, translations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from portal.api import Content, Record, clock, db, transaction

from .register import arranging, promises
from .register_models import ClusterMember, Target
from .translation import glossary, translating

CLUSTERS: Final = {
    "treaties": ("A.1", "Олон улсын гэрээ", "International treaties", "mfa"),
    "institutions": ("A.2", "Хүний эрхийн байгууллага", "Human rights institutions", "mojha"),
    "defenders": ("B.1", "Хүний эрхийн хамгаалагч, үзэл бодлоо илэрхийлэх эрх", "Defenders and expression", "mojha"),
    "torture": ("B.2", "Эрүү шүүлтээс ангид байх эрх", "Freedom from torture", "mojha"),
    "justice": ("B.3", "Шударга шүүх", "Fair trial", "mojha"),
    "violence": ("C.1", "Хүчирхийлэл", "Violence", "mojha"),
    "women": ("C.2", "Эмэгтэйчүүдийн эрх", "Women", "mflsp"),
    "children": ("C.3", "Хүүхдийн эрх", "Children", "mflsp"),
    "disability": ("C.4", "Хөгжлийн бэрхшээлтэй хүний эрх", "Persons with disabilities", "mflsp"),
    "equality": ("C.5", "Тэгш байдал", "Equality", "cabinet"),
    "health": ("D.1", "Эрүүл мэнд", "Health", "mflsp"),
    "education": ("D.2", "Боловсрол", "Education", "moe"),
    "social": ("D.3", "Нийгмийн хамгаалал", "Social protection", "mflsp"),
    "environment": ("D.4", "Байгаль орчин ба бизнес", "Environment and business", "cabinet"),
}
TARGETS: Final = {
    "116.8": "16.a",
    "116.21": "5.2",
    "116.76": "16.3",
    "116.104": "3.1",
    "116.148": "16.2",
    "116.82": "16.3",
}
POINTS: Final = {
    "116.21": (
        "а) Хуулийг сум бүрд хэрэгжүүлэх\nб) Дуудлага хүлээн авах албан хаагчдыг сургах",
        "a) Apply the law in every soum\nb) Train the officials who receive the calls",
    ),
}
PLEDGES: Final = (
    (
        "P.1",
        "Хүний эрхийн тухай илтгэлээ хугацаанд нь хүргүүлэх",
        "Submit human rights reports on time",
        "kept",
        "Гурван илтгэлийг хугацаанд нь хүргүүлэв.",
        "Three reports were submitted on time.",
    ),
    (
        "P.2",
        "Зөвлөмжийн хэрэгжилтийг жил бүр нийтэд мэдээлэх",
        "Report in public on the recommendations every year",
        "partial",
        "Эхний мэдээг нийтэлсэн.",
        "The first report is published.",
    ),
    ("P.3", "Тусгай илтгэгчдийг байнга урих", "Keep a standing invitation to special procedures", "open", "", ""),
)
CONCERNS: Final = (
    (
        "116.50",
        "persisting",
        "Цагдан хорих байрны хүйтэн",
        "Cold in detention centres",
        "Мөчлөг дамжин давтагдаж буй асуудал.",
        "It has come back in every cycle.",
    ),
    (
        "116.84",
        "emerging",
        "Хиймэл оюунаар хийх тандалт",
        "Surveillance by artificial intelligence",
        "Шинэ технологийн хяналт хуульд тусаагүй.",
        "The law does not know the new techniques.",
    ),
)
WORDS: Final = (
    ("persons with disabilities", "хөгжлийн бэрхшээлтэй хүн\nхөгжлийн бэрхшээлтэй иргэн", "“тахир дутуу” гэхгүй"),
    ("domestic violence", "гэр бүлийн хүчирхийлэл", ""),
    ("torture", "эрүүдэн шүү*\nэрүү шүүлт", ""),
    ("human rights defenders", "хүний эрхийн хамгаалагч", ""),
    ("national preventive mechanism", "урьдчилан сэргийлэх үндэсний механизм", ""),
    ("National Human Rights Commission", "Хүний эрхийн Үндэсний Комисс", ""),
    ("corporal punishment", "биеэр шийтгэ*\nбие махбодын шийтгэл", ""),
    ("discrimination", "ялгаварлан гадуурх*", ""),
    ("civil society", "иргэний нийг*", ""),
    ("ratify", "соёрхон бат*\nнэгдэн ор*", ""),
)
PLEDGED_ON: Final = date(2020, 11, 4)


def load(demo: Any, made: Mapping[str, Record], rows: Iterable[Mapping[str, str]], country: str, cycle: int) -> None:
    """Add it to the recommendations *made*, by number; *rows* name the cluster of each."""
    clusters = {
        key: arranging.save_cluster(
            demo.user("coordinator"), None, code=code, name=demo.text(mn=mn, en=en), lead_id=demo.org(lead)
        ).id
        for key, (code, mn, en, lead) in CLUSTERS.items()
    }
    with transaction():
        for row in rows:
            record_id = made[row["number"]].id
            db.session.add(ClusterMember(recommendation_id=record_id, cluster_id=clusters[row["cluster"]]))
            if code := TARGETS.get(row["number"]):
                db.session.add(Target(recommendation_id=record_id, code=code, goal=int(code.split(".")[0])))
        for number, (mn, en) in POINTS.items():
            arranging.set_points(made[number].id, arranging.read_points(Content.of(mn=mn, en=en)))
    for en, mn, note in WORDS:
        glossary.save(demo.user("coordinator"), None, en=en, mn=mn, note=note)
    _promises(demo, made, country, cycle)
    _translations(demo, made)


def _promises(demo: Any, made: Mapping[str, Record], country: str, cycle: int) -> None:
    coordinator, forum = demo.user("coordinator"), demo.user("forum")
    for number, mn, en, status, done_mn, done_en in PLEDGES:
        promises.save_pledge(
            coordinator,
            None,
            org_id=demo.org("mojha"),
            country=country,
            version=None,
            status=status,
            number=number,
            text=demo.text(mn=mn, en=en),
            cycle=cycle,
            made_on=PLEDGED_ON,
            document="A/HRC/WG.6/36/MNG/1",
            paragraph="",
            lead_id=demo.org("mojha"),
            progress=Content.of(mn=done_mn, en=done_en),
        )
    for number, status, mn, en, text_mn, text_en in CONCERNS:
        promises.save_concern(
            forum,
            None,
            org_id=demo.org("forum"),
            country=country,
            version=None,
            status=status,
            name=demo.text(mn=mn, en=en),
            text=demo.text(mn=text_mn, en=text_en),
            cycle=cycle,
            raised_on=clock.today() - timedelta(days=40),
            sources=(made[number].id,),
        )


def _translations(demo: Any, made: Mapping[str, Record]) -> None:
    """One text is agreed on and one is disputed; the others are as far as their states say."""
    for number in ("116.1", "116.5"):
        translating.act(demo.user("forum"), made[number], "agreed", version=None)
    word = "“Эрүүдэн шүүх” гэх нэр томьёог Эрүүгийн хуультай нийцүүлэх шаардлагатай."
    translating.act(demo.user("forum"), made["116.48"], "disputed", version=None, word=word)
