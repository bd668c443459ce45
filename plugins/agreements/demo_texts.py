"""What demo agreements say. Aimags agree on much the same things; numbers and places differ."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """A clause: text, indicator and who carries it out in both languages, month due, recommendations.

    ``{n}`` stands for a number that differs by aimag, ``{centre}`` for its centre. *units* are ISO codes; empty: all.
    """

    text: tuple[str, str]
    indicator: tuple[str, str]
    who: tuple[str, str]
    month: int
    numbers: tuple[str, ...]
    units: tuple[str, ...] = ()


FAMILY = ("Гэр бүл, хүүхэд, залуучуудын хөгжлийн газар", "Department for Family, Child and Youth Development")
EDUCATION = ("Боловсролын газар", "Department of Education")
HEALTH = ("Эрүүл мэндийн газар", "Department of Health")
LABOUR = ("Хөдөлмөр, халамжийн үйлчилгээний газар", "Department of Labour and Welfare Services")
BUILDING = (
    "Газар зохион байгуулалт, барилга, хот байгуулалтын газар",
    "Department of Land, Construction and Urban Planning",
)
LEGAL = ("Тамгын газрын Хууль, эрх зүйн хэлтэс", "Legal Division of the Governor's Office")
NATURE = ("Байгаль орчны газар", "Department of Environment")

LINES = [
    Line(
        (
            "Гэр бүлийн хүчирхийлэлд өртсөн хүнийг түр хамгаалах байрыг {centre} суманд жилийн турш ажиллуулж, "
            "ажилтнуудыг нь сургана.",
            "Keep a shelter for survivors of domestic violence open all year in {centre} and train its staff.",
        ),
        (
            "Ажиллаж буй түр хамгаалах байр 1, сургалтад хамрагдсан ажилтан {n}.",
            "1 shelter in service, {n} members of staff trained.",
        ),
        FAMILY,
        11,
        ("116.132", "116.21"),
    ),
    Line(
        (
            "Бүх сумын хамтарсан багийн ажилд улирал тутам үнэлгээ хийж, арга зүйн зөвлөгөө өгнө.",
            "Assess the work of the multidisciplinary team of every soum each quarter and advise it.",
        ),
        ("Үнэлгээ хийсэн хамтарсан баг {n}.", "{n} teams assessed."),
        FAMILY,
        12,
        ("116.133", "116.21"),
    ),
    Line(
        (
            "Төрийн үйлчилгээний барилгын орц, лифт, ариун цэврийн өрөөг хөгжлийн бэрхшээлтэй иргэнд "
            "хүртээмжтэй болгоно.",
            "Make entrances, lifts and toilets of public service buildings accessible to persons with disabilities.",
        ),
        ("Стандартын шаардлага хангасан барилга {n}.", "{n} buildings that meet the standard."),
        BUILDING,
        9,
        ("116.162", "116.36"),
    ),
    Line(
        (
            "Хүүхдийн тусламжийн 108 утасны талаарх мэдээллийг бүх сум, дотуур байранд хүргэж, "
            "дуудлагын мөрөөр 24 цагийн дотор арга хэмжээ авна.",
            "Make the child helpline 108 known in every soum and dormitory, and act on calls within 24 hours.",
        ),
        (
            "24 цагийн дотор шийдвэрлэсэн дуудлага 95 хувиас доошгүй.",
            "At least 95 % of calls acted on within 24 hours.",
        ),
        FAMILY,
        12,
        ("116.148", "116.30"),
    ),
    Line(
        (
            "Ерөнхий боловсролын сургууль, цэцэрлэгт бие махбодын шийтгэлгүй орчин бүрдүүлэх сургалтыг "
            "багш, эцэг эхэд зохион байгуулна.",
            "Train teachers and parents in schools and kindergartens to raise children without corporal punishment.",
        ),
        ("Сургалтад хамрагдсан багш {n}0, эцэг эх {n}5.", "{n}0 teachers and {n}5 parents trained."),
        EDUCATION,
        5,
        ("116.147", "116.30"),
    ),
    Line(
        (
            "Хөдөлмөр эрхлэлтийн квотын биелэлтийг байгууллага тус бүрээр гаргаж, хагас жил тутам нийтэд мэдээлнэ.",
            "Publish every half year how each employer meets the employment quota for persons with disabilities.",
        ),
        ("Шинээр ажилд орсон хөгжлийн бэрхшээлтэй иргэн {n}.", "{n} persons with disabilities newly employed."),
        LABOUR,
        6,
        ("116.163", "116.36"),
    ),
    Line(
        (
            "Алслагдсан суманд явуулын хууль зүйн туслалцааны үйлчилгээ үзүүлнэ.",
            "Bring legal aid to remote soums by mobile service.",
        ),
        ("Үйлчилгээ хүргэсэн сум {n}, хамрагдсан иргэн {n}0.", "{n} soums visited, {n}0 citizens advised."),
        LEGAL,
        10,
        ("116.82",),
    ),
    Line(
        (
            "Төрийн албан хаагч, сургуулийн багш нарт хүний эрхийн сургалт зохион байгуулна.",
            "Train civil servants and school teachers in human rights.",
        ),
        ("Сургалтад хамрагдсан албан хаагч, багш {n}0.", "{n}0 officials and teachers trained."),
        LEGAL,
        4,
        ("116.70",),
    ),
    Line(
        (
            "Алслагдсан сумын эмнэлгийг эх, нярайн яаралтай тусламжийн тоног төхөөрөмжөөр хангана.",
            "Equip hospitals of remote soums for emergency care of mothers and newborns.",
        ),
        ("Тоног төхөөрөмжөөр хангасан сумын эмнэлэг {n}.", "{n} soum hospitals equipped."),
        HEALTH,
        8,
        ("116.104",),
    ),
    Line(
        (
            "Төрийн үйлчилгээний мэдээлэл, сургалтын материалыг казах хэлээр давхар хүргэнэ.",
            "Give information on public services and learning material in Kazakh as well.",
        ),
        ("Казах хэлээр гаргасан материал {n}.", "{n} publications in Kazakh."),
        EDUCATION,
        6,
        ("116.113", "116.150"),
        ("MN-071",),
    ),
    Line(
        (
            "Уул уурхайн төсөл бүрийн талаар нутгийн иргэдийн саналыг авч, хэрхэн тусгасныг нийтэд мэдээлнэ.",
            "Ask the local people about every mining project and publish how their views were taken into account.",
        ),
        ("Иргэдийн хэлэлцүүлэг {n}, нийтэд мэдээлсэн дүн {n}.", "{n} public hearings, {n} results published."),
        NATURE,
        10,
        ("116.58",),
        ("MN-053", "MN-063", "MN-064", "MN-061"),
    ),
    Line(
        (
            "Цэцэрлэг, хүүхдийн эмнэлгийн орчмын агаарын чанарыг өдөр тутам хэмжиж, агаар шүүгч суурилуулна.",
            "Measure the air around kindergartens and children's hospitals every day and install air filters.",
        ),
        ("Агаар шүүгчтэй цэцэрлэг {n}0.", "{n}0 kindergartens with air filters."),
        NATURE,
        10,
        ("116.61",),
        ("MN-1",),
    ),
    Line(
        (
            "Тайгын цаатан иргэдэд явуулын эмнэлэг, сургуулийн өмнөх боловсролын үйлчилгээ хүргэнэ.",
            "Bring mobile health care and pre-school education to the Tsaatan people of the taiga.",
        ),
        ("Үйлчилгээ хүргэсэн өрх {n}.", "{n} households reached."),
        HEALTH,
        7,
        ("116.150",),
        ("MN-041",),
    ),
]

PURPOSE = (
    "Төрөөс хүний эрхийн талаар баримтлах чиглэл, НҮБ-ын Хүний эрхийн зөвлөлийн ээлжит хэлэлцүүлгээс өгсөн зөвлөмжийг "
    "орон нутагт хэрэгжүүлэх арга хэмжээ, хугацаа, хариуцах байгууллагыг тохирох.",
    "To agree on measures, dates and responsible bodies with which the recommendations of the Universal Periodic "
    "Review are carried out locally.",
)
EVALUATION = (
    "Таван заалтаас гурвыг бүрэн, хоёрыг хэсэгчлэн хэрэгжүүлэв. Барилгын хүртээмжийн ажил төсөв батлагдах хугацаанаас "
    "шалтгаалан хоцорсон тул дараа жил үргэлжлүүлнэ.",
    "Three of five clauses were carried out in full and two in part. Work on accessible buildings was late because the "
    "budget came late; it goes on next year.",
)
GOVERNORS = (
    "Б.Мөнхбат", "Д.Энхбаяр", "Ц.Оюунгэрэл", "Г.Баттулга", "С.Нарангэрэл", "Л.Ганбаатар", "Ж.Цэрэндулам", "Н.Отгонбаяр",
    "Х.Бадамсүрэн", "М.Алтанцэцэг", "О.Чинзориг", "П.Дэлгэрмаа", "Т.Энхжаргал", "Р.Сүхбат", "Э.Мөнгөнцэцэг",
    "Я.Батсайхан", "Ш.Гантөмөр", "В.Цогзолмаа", "А.Түвшинжаргал", "Ө.Лхагвасүрэн", "З.Болормаа", "Ч.Бат-Эрдэнэ",
)  # fmt: skip
REPORTED = (
    (15, "Ажлын төлөвлөгөө батлагдаж, төсөв хуваарилагдлаа."),
    (45, "Ажил төлөвлөсний дагуу хэрэгжиж байна. Хоёр суманд хяналт хийв."),
    (75, "Үндсэн ажил дууссан, тоог нэгтгэж байна."),
    (100, "Ажил бүрэн хийгдсэн, тайланг хавсаргав."),
)
"""What is reported in each quarter: percent, words."""
BEHIND = "Гэрээт ажлын сонгон шалгаруулалт хойшилсон тул хуваариас хоцорч байна."
STOPPED = "Төсөв батлагдаагүй тул ажил эхлээгүй."
SUMMARY = "Гэрээний заалтуудын хэрэгжилтийг сум тус бүрээр нэгтгэж тайлагнав."
