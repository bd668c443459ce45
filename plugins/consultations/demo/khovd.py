"""What was said in Khovd: the minutes that the demo data holds in full."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """A statement of the demo: both texts, who said it, the numbers of the recommendations it speaks of.

    ``key`` names it for the modules that load later.
    """

    section: str
    category: str
    mn: str
    en: str
    numbers: tuple[str, ...] = ()
    speaker: str = ""
    anonymous: bool = False
    restricted: bool = False
    key: str = ""


KHOVD = (
    Line(
        "implementation",
        "local_government",
        "Гэр бүлийн хүчирхийллийн хохирогчийг түр хамгаалах байр 2024 онд нээгдсэн ч зургаан ортой, орон тооны"
        " сэтгэл зүйчгүй ажиллаж байна.",
        "A temporary shelter for victims of domestic violence opened in 2024, but it has six beds and no psychologist"
        " on its staff.",
        ("116.132",),
        speaker="Ж.Отгонбаяр",
        key="shelter",
    ),
    Line(
        "implementation",
        "local_government",
        "Хүүхдийн эрхийн хорооны хурлыг улирал тутам хийж, 17 сумын найм нь хамтарсан багаа дахин байгуулсан.",
        "The committee on the rights of the child meets every quarter, and eight of the 17 soums have set up their"
        " joint teams again.",
        ("116.133",),
    ),
    Line(
        "implementation",
        "civil_society",
        "Аймгийн төвийн таван сургуулийн гурав нь налуу замтай болсон. Харин сумын сургуульд тэргэнцэртэй хүүхэд"
        " орох боломж одоо ч алга.",
        "Three of the five schools in the aimag centre now have ramps. A child in a wheelchair still cannot enter a"
        " school in the soums.",
        ("116.162", "116.165"),
        speaker="Д.Сарантуяа",
        key="ramp",
    ),
    Line(
        "implementation",
        "government",
        "Цагдаагийн байгууллага гэр бүлийн хүчирхийллийн дуудлага бүрд аюулын зэргийн үнэлгээ хийдэг болсон.",
        "The police now assess the degree of danger at every call about domestic violence.",
        ("116.21",),
    ),
    Line(
        "persisting",
        "citizen",
        "Хөдөөд хүчирхийлэлд өртсөн эмэгтэй сумын цагдаад хэлэхээс айдаг. Бүгд бие биенээ таньдаг болохоор нууц"
        " хадгалагдахгүй.",
        "In the countryside a woman who was beaten is afraid to tell the soum's policeman. Everybody knows everybody,"
        " so nothing stays secret.",
        ("116.21", "116.133"),
        anonymous=True,
    ),
    Line(
        "persisting",
        "citizen",
        "Малчин өрхийн хүүхдүүд дотуур байранд зургаан настайгаасаа амьдарч байна. Нэг өрөөнд арван хүүхэд"
        " амьдардаг сум бий.",
        "Herders' children live in dormitories from the age of six. There are soums where ten children share a room.",
        ("116.111",),
    ),
    Line(
        "persisting",
        "civil_society",
        "Хурдан морь унаач хүүхдийн даатгал, хамгаалах хэрэгслийг наадмын үед л шалгадаг, хаврын уралдаанд хяналт"
        " байхгүй.",
        "The insurance and protective gear of child jockeys are checked only at Naadam; nobody looks at the spring"
        " races.",
        ("116.145",),
        speaker="Т.Энхзул",
    ),
    Line(
        "persisting",
        "citizen",
        "Казах, тува хэлтэй хүүхдүүдэд эх хэлээр нь сурах бичиг хүрэлцдэггүй.",
        "There are not enough textbooks in their own language for children who speak Kazakh or Tuvan.",
        ("116.113", "116.150"),
        anonymous=True,
    ),
    Line(
        "persisting",
        "citizen",
        "Би хөршийнхөө охинд тохиолдсон явдлыг мэднэ. Хэлбэл айл хэн болох нь шууд танигдана.",
        "I know what happened to my neighbour's daughter. If I tell it, everyone will know which family it is.",
        anonymous=True,
        restricted=True,
    ),
    Line(
        "emerging",
        "citizen",
        "Хүүхдийн тусламжийн 108 утас шөнө бараг авдаггүй, зарим сумаас огт холбогддоггүй.",
        "The child helpline 108 is hardly ever answered at night, and from some soums it cannot be reached at all.",
        ("116.148",),
        key="helpline",
    ),
    Line(
        "emerging",
        "citizen",
        "Уул уурхайн тээврийн тоос бэлчээрийг бүрхэж байна. Эрүүл мэндэд ямар нөлөөтэйг хэн ч хэмждэггүй.",
        "Dust from mining transport covers the pastures. Nobody measures what it does to people's health.",
        ("116.58",),
    ),
    Line(
        "emerging",
        "civil_society",
        "Цахим орчинд өсвөр насныхныг дарамтлах явдал нэмэгдсэн. Сургуулийн нийгмийн ажилтанд ийм гомдлыг хэрхэн"
        " шийдэх журам алга.",
        "Bullying of teenagers online has grown. School social workers have no rules on how to deal with such"
        " complaints.",
        ("116.148",),
        speaker="Т.Энхзул",
    ),
    Line(
        "next_cycle",
        "local_government",
        "Зөвлөмжийн хэрэгжилтийг аймгийн түвшинд хэмжих шалгуур үзүүлэлт, төсөвтэй байх ёстой.",
        "How the recommendations are carried out should be measured in each aimag, with indicators and a budget.",
        ("116.11",),
    ),
    Line(
        "next_cycle",
        "civil_society",
        "Дараагийн мөчлөгийн илтгэлд сумын иргэдийн санал орсон эсэхийг буцааж танилцуулж байхыг хүсэж байна.",
        "We ask that people in the soums be told whether what they said has gone into the next report.",
        ("116.10",),
        speaker="Д.Сарантуяа",
    ),
)

EARLIER = (
    Line(
        "implementation",
        "local_government",
        "Түр хамгаалах байрны зураг төсөл батлагдсан, барилга нь ирэх онд ашиглалтад орно.",
        "The plans of the temporary shelter are approved; it will open next year.",
        ("116.132",),
    ),
    Line(
        "persisting",
        "citizen",
        "Сумын эмнэлэгт хэл, сонсголын бэрхшээлтэй хүн өвчнөө хэлж ойлгуулах боломж алга.",
        "A person who is deaf cannot explain an illness in a soum hospital.",
        ("116.34",),
        anonymous=True,
    ),
    Line(
        "next_cycle",
        "civil_society",
        "Хэлэлцүүлгийг суманд зохион байгуулж, малчдад хүрэх хэрэгтэй.",
        "Consultations should be held in the soums too, so that they reach herders.",
    ),
)

ELSEWHERE = (
    Line(
        "implementation",
        "local_government",
        "Аймгийн хүний эрхийн салбар зөвлөл жилд хоёр удаа хуралдаж, гэрээний хэрэгжилтийг хэлэлцдэг болсон.",
        "The human rights council of the aimag now meets twice a year and discusses how the agreement is carried out.",
        ("116.11",),
    ),
    Line(
        "persisting",
        "citizen",
        "Сумаас аймгийн төв хүртэл 200 километр. Хохирогч өөрөө очиж шинжилгээ хийлгэх ёстой байдаг.",
        "It is 200 kilometres from the soum to the aimag centre. The victim has to get to the examination alone.",
        ("116.21", "116.133"),
        anonymous=True,
    ),
    Line(
        "emerging",
        "civil_society",
        "Хөгжлийн бэрхшээлтэй хүүхдийн эцэг эхэд зориулсан мэдээлэл зөвхөн аймгийн төвд байна.",
        "Information for parents of children with disabilities is there in the aimag centre only.",
        ("116.165",),
    ),
)
