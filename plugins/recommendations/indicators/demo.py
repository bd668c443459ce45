"""Demo indicators with invented figures: values of several years, breakdowns, a correction, a draft, one overdue."""

from __future__ import annotations

from typing import Any

from portal.api import Content, Identity, Record, clock, reference

from . import periods, service

SHARES = (9, 3, 4, 6, 2, 5, 1, 3, 4, 2, 5, 3, 6, 4, 2, 3, 7, 1, 4, 5, 3, 18)
"""How the figures of the country fall to its 22 units, in the order of their codes."""

Values = dict[tuple[str, str], float]


def load(demo: Any) -> None:
    """Define them as the coordinator; the ministry's focal point enters and publishes."""
    worker = demo.user("focalpoint")
    _victims(demo, worker)
    _shelters(demo, worker)
    _buildings(demo, worker)
    _care(demo, worker)
    _quota(demo, worker)
    _lessons(demo)


def _define(
    demo: Any, numbers: tuple[str, ...], *, name: tuple[str, str], words: tuple[str, str], **more: Any
) -> Record:
    """An indicator of the ministry's for these recommendations."""
    text = demo.text
    values: dict[str, Any] = {
        "measure": "percent",
        "direction": "more",
        "sdg_targets": [],
        "ages": [],
        "months": 12,
        "due_days": 90,
        "first_year": clock.today().year - 4,
        "source": text(mn="Зохиомол тоо (үзүүлэнгийн өгөгдөл)", en="Invented figures (demo data)"),
        "method": Content(),
        "baseline": None,
        "baseline_year": None,
        "target": None,
        "target_year": None,
        **more,
    }
    values["unit"] = text(*values["unit"])
    return service.define(
        demo.user("coordinator"),
        org_id=values.pop("org_id", None) or demo.org("mflsp"),
        owner_id=values.pop("owner_id", None) or demo.user("focalpoint").id,
        name=text(*name),
        definition=text(*words),
        recommendations=[found for number in numbers if (found := demo.kept(f"rec:{number}")) is not None],
        **values,
    )


def _publish(demo: Any, worker: Identity, record: Record, values: dict[str, Values], reason: str = "") -> None:
    if record.status == "draft":
        service.open_(demo.user("coordinator"), record)
    _enter(worker, record, values, reason)
    service.publish(worker, record)


def _enter(worker: Identity, record: Record, values: dict[str, Values], reason: str = "") -> None:
    entries = [
        service.Entry(periods.read(period), *key, value, "", reason)
        for period, by_key in values.items()
        for key, value in by_key.items()
    ]
    service.enter(worker, record, entries, version=None)


def _by_unit(whole: float) -> Values:
    codes = sorted(unit.code for unit in reference.first_level())
    return {("unit", code): float(round(whole * share / 100)) for code, share in zip(codes, SHARES, strict=True)}


def _victims(demo: Any, worker: Identity) -> None:
    year = clock.today().year
    record = _define(
        demo,
        ("116.21", "116.132", "116.133"),
        name=("Гэр бүлийн хүчирхийллийн бүртгэгдсэн хохирогч", "Registered victims of domestic violence"),
        words=(
            "Жилийн дотор цагдаа, хамтарсан баг, хамгаалах байранд бүртгэгдсэн хохирогчийн тоо.",
            "Victims registered in a year by the police, multidisciplinary teams and shelters.",
        ),
        unit=("хүн", "persons"),
        measure="persons",
        direction="less",
        baseline=1480.0,
        baseline_year=year - 5,
        target=900.0,
        target_year=year + 2,
        sdg_targets=["5.2", "16.1"],
        ages=["0-17", "18-34", "35-59", "60+"],
    )
    wholes = {year - 4: 1450.0, year - 3: 1390.0, year - 2: 1310.0, year - 1: 1204.0}
    values: dict[str, Values] = {}
    for each, whole in wholes.items():
        women = float(round(whole * 0.91))
        by_age = {("age", age): float(round(whole * share)) for age, share in _AGES.items()}
        by_age["age", "60+"] = whole - sum(by_age.values()) + by_age["age", "60+"]
        sexes = {("sex", "female"): women, ("sex", "male"): whole - women}
        values[str(each)] = {
            ("", ""): whole,
            **sexes,
            **by_age,
        }
    values[str(year - 1)] |= _by_unit(1204.0)
    values[str(year - 1)]["unit", "MN-064"] = 3.0
    _publish(demo, worker, record, values)
    correction: dict[str, Values] = {str(year - 2): {("", ""): 1322.0}}
    _publish(demo, worker, record, correction, "Хожуу ирсэн тайланг нэмэв / Late reports were added")


_AGES = {"0-17": 0.21, "18-34": 0.38, "35-59": 0.33, "60+": 0.08}


def _shelters(demo: Any, worker: Identity) -> None:
    year = clock.today().year
    record = _define(
        demo,
        ("116.132",),
        name=("Хамгаалах байртай аймаг", "Aimags with a shelter"),
        words=(
            "Гэр бүлийн хүчирхийллийн хохирогчийг хүлээн авдаг, жилийн турш ажилласан байртай аймаг, нийслэл.",
            "Aimags and the capital with a shelter for victims of domestic violence that was open all year.",
        ),
        unit=("аймаг, нийслэл", "aimags and the capital"),
        measure="number",
        baseline=9.0,
        baseline_year=year - 5,
        target=22.0,
        target_year=year + 1,
        sdg_targets=["5.2"],
    )
    numbers = {year - 4: 11.0, year - 3: 14.0, year - 2: 16.0, year - 1: 19.0}
    _publish(demo, worker, record, {str(each): {("", ""): number} for each, number in numbers.items()})


def _buildings(demo: Any, worker: Identity) -> None:
    year = clock.today().year
    record = _define(
        demo,
        ("116.36", "116.162"),
        name=("Хүртээмжтэй нийтийн барилга", "Accessible public buildings"),
        words=(
            "Налуу зам, өргөгч, тэмдэглэгээ нь стандартад нийцсэн нийтийн барилгын хувь.",
            "Share of public buildings whose ramps, lifts and signs meet the standard.",
        ),
        unit=("барилгын хувь", "% of buildings"),
        months=24,
        first_year=year - 5,
        baseline=18.0,
        baseline_year=year - 7,
        target=40.0,
        target_year=year + 3,
        sdg_targets=["11.7"],
    )
    codes = sorted(unit.code for unit in reference.first_level())
    by_unit: Values = {("unit", code): 22.0 + share * 2.5 for code, share in zip(codes, SHARES, strict=True)}
    values = {
        str(year - 5): {("", ""): 21.5},
        str(year - 3): {("", ""): 27.0},
        str(year - 1): {("", ""): 33.5, **by_unit},
    }
    _publish(demo, worker, record, values)


def _care(demo: Any, worker: Identity) -> None:
    year = clock.today().year
    record = _define(
        demo,
        ("116.144",),
        name=("Асрамжийн том газарт амьдардаг хүүхэд", "Children in large care institutions"),
        words=(
            "Жилийн эцэст арваас дээш хүүхэдтэй асрамжийн газарт амьдарч байсан хүүхэд.",
            "Children who at the end of the year lived in an institution with more than ten of them.",
        ),
        unit=("хүүхэд", "children"),
        measure="persons",
        direction="less",
        baseline=940.0,
        baseline_year=year - 5,
        target=300.0,
        target_year=year + 4,
        sdg_targets=["16.2"],
    )
    numbers = {year - 4: 905.0, year - 3: 860.0, year - 2: 788.0, year - 1: 741.0}
    values: dict[str, Values] = {str(each): {("", ""): number} for each, number in numbers.items()}
    values[str(year - 1)] |= {
        ("group", "disabilities"): 212.0,
        ("group", "herders"): 97.0,
        ("group", "kazakh"): 31.0,
        ("group", "tsaatan"): 2.0,
        ("sex", "female"): 352.0,
        ("sex", "male"): 389.0,
    }
    _publish(demo, worker, record, values)


def _quota(demo: Any, worker: Identity) -> None:
    """Overdue, with a draft that nobody else sees."""
    year = clock.today().year
    record = _define(
        demo,
        ("116.36", "116.163"),
        name=("Ажлын байрны квотыг биелүүлсэн ажил олгогч", "Employers that fill the job quota"),
        words=(
            "25-аас дээш ажилтантай ажил олгогчоос хуулийн квотыг биелүүлсэн нь, хувиар.",
            "Share of employers with more than 25 employees that fill the quota of the law.",
        ),
        unit=("ажил олгогчийн хувь", "% of employers"),
        months=6,
        due_days=45,
        first_year=year - 2,
        baseline=24.0,
        baseline_year=year - 3,
        target=60.0,
        target_year=year + 2,
        sdg_targets=["8.5"],
    )
    values: dict[str, Values] = {
        f"{year - 2}-H1": {("", ""): 26.0},
        f"{year - 2}-H2": {("", ""): 29.5},
        f"{year - 1}-H1": {("", ""): 31.0},
    }
    _publish(demo, worker, record, values)
    _enter(worker, record, {f"{year - 1}-H2": {("", ""): 33.2}})


def _lessons(demo: Any) -> None:
    """A definition that is still a draft of the coordinator's ministry."""
    _define(
        demo,
        ("116.70",),
        name=("Хүний эрхийн хичээл ордог сургууль", "Schools that teach human rights"),
        words=(
            "Хүний эрхийн хичээлийг долоо хоногт нэг цаг зааж байгаа сургуулийн хувь.",
            "Share of schools in which human rights are taught for an hour a week.",
        ),
        unit=("сургуулийн хувь", "% of schools"),
        sdg_targets=["4.7"],
        org_id=demo.org("mojha"),
        owner_id=demo.user("coordinator").id,
    )
