"""Texts of the demo reports, Mongolian and English."""

from __future__ import annotations

from typing import Final

Pair = tuple[str, str]

GOVERNMENT: Final[dict[str, Pair]] = {
    "summary": (
        "Энэхүү тайланд Монгол Улсын Засгийн газар хүний эрхийн төлөв байдлын ээлжит дүгнэлт хэлэлцүүлгийн (UPR)"
        " гуравдугаар мөчлөгөөр авсан зөвлөмжийг хэрхэн хэрэгжүүлж байгааг танилцуулав. Хүлээн авсан болон тэмдэглэсэн"
        " бүх зөвлөмжийг үнэлсэн.\n\n"
        "Тайлангийн хугацаанд хүний эрх хамгаалагчийн эрх зүйн байдлын тухай хууль хэрэгжиж, эрүүдэн шүүхээс урьдчилан"
        " сэргийлэх үндэсний механизм ажиллаж эхэлсэн. Гэр бүлийн хүчирхийллээс хамгаалах үйлчилгээ бүх аймагт хүрсэн"
        " боловч хүний нөөц, санхүүжилт хүрэлцэхгүй хэвээр байна.\n\n"
        "Дараагийн хугацаанд гурван асуудлыг тэргүүнд тавина:\n"
        "- нэг цэгийн үйлчилгээний төв, хамгаалах байрны тогтвортой санхүүжилт;\n"
        "- хөгжлийн бэрхшээлтэй хүний хүртээмжийн стандартын хэрэгжилтэд тавих хяналт;\n"
        "- орон нутагтай байгуулсан гэрээний биелэлтийг улирал тутам мэдээлэх.",
        "This report presents how the Government of Mongolia is implementing the recommendations it received in the"
        " third cycle of the Universal Periodic Review (UPR). All recommendations, supported and noted, have been"
        " considered.\n\n"
        "In the time reported on, the Law on the Legal Status of Human Rights Defenders has been applied and the"
        " national preventive mechanism against torture has begun its work. Services for survivors of domestic violence"
        " have reached every aimag, while staff and funding remain short.\n\n"
        "Three matters come first in the time ahead:\n"
        "- stable funding of one-stop service centres and shelters;\n"
        "- oversight of the standards of accessibility for persons with disabilities;\n"
        "- quarterly reporting on the agreements with local governments.",
    ),
    "methodology": (
        "Үнэлгээг зөвлөмж хариуцсан яамдын холбогдох ажилтнууд нотолгоотой нь хамт оруулж, Хууль зүй, дотоод хэргийн"
        " яам нэгтгэсэн. «Бүрэн хэрэгжсэн», «хэрэгжээгүй» гэсэн үнэлгээ бүр хууль, төсөв, тоон мэдээлэл зэрэг"
        " эх сурвалжтай байна.\n\n"
        "Тайлангийн төслийг аймгийн болон бүсийн хэлэлцүүлгээр хэлэлцүүлж, Хүний эрхийн Үндэсний Комисс, иргэний"
        " нийгмийн байгууллагын саналыг тусгав.",
        "The ratings were entered, with their evidence, by the focal points of the ministries responsible and brought"
        " together by the Ministry of Justice and Home Affairs. Every rating of “fully implemented” or “not"
        " implemented”"
        " names its source: a law, a budget line, a statistic.\n\n"
        "The draft was discussed in provincial and regional consultations; remarks of the National Human Rights"
        " Commission and of civil society were taken into account.",
    ),
    "conclusions": (
        "Зөвлөмжийн хэрэгжилт хууль тогтоомжийн түвшинд ахицтай байгаа ч орон нутагт хүртээмж, хүний нөөц,"
        " санхүүжилтийн"
        " асуудал үлдсэн хэвээр байна. Засгийн газар энэ тайланг жил бүр шинэчилж, дөрөвдүгээр мөчлөгийн зөвлөмжийн"
        " хэрэгжилттэй хамтатган танилцуулна.",
        "Implementation has advanced in law, while access, staff and funding in the aimags remain the open questions."
        " The Government will bring this report up to date every year and present it together with the follow-up to the"
        " fourth cycle.",
    ),
}

GOVERNMENT_CHAPTERS: Final[tuple[tuple[Pair, Pair, bool], ...]] = (
    (
        ("Гэр бүлийн хүчирхийлэл, хүүхдийн эрх", "Domestic violence and the rights of the child"),
        (
            "Бүх аймагт нэг цэгийн үйлчилгээний төв, түр хамгаалах байр ажиллаж байна. Хүүхдийн тусламжийн 108 утас"
            " өдөрт дунджаар 400 дуудлага хүлээн авч, сумын нийгмийн ажилтантай шууд холбодог болсон.\n\n"
            "Бие махбодын шийтгэлийг бүх орчинд хориглосон хуулийн хэрэгжилтийг сургууль, цэцэрлэгт жил бүр шалгаж"
            " байна.",
            "One-stop service centres and temporary shelters work in every aimag. The child helpline 108 answers"
            " some 400"
            " calls a day and now connects callers directly with the social worker of the soum.\n\n"
            "The ban on corporal punishment in all settings is inspected every year in schools and kindergartens.",
        ),
        True,
    ),
    (
        ("Тулгарч буй бэрхшээл", "Challenges"),
        (
            "Орон нутагт мэргэжлийн боловсон хүчин тогтвор суурьшилтай ажиллахгүй байна. Хөгжлийн бэрхшээлтэй хүн,"
            " үндэстний цөөнх, малчдын талаарх тоон мэдээллийг хүйс, нас, нутаг дэвсгэрээр задлан гаргах ажил дутуу"
            " байна.",
            "Trained staff do not stay in the countryside. Figures on persons with disabilities, ethnic minorities and"
            " herders are not yet broken down by sex, age and place.",
        ),
        True,
    ),
    (
        ("Тайлангийн хугацаанд баталсан хууль тогтоомж", "Laws and acts adopted in the time reported on"),
        (
            "- Хүний эрх хамгаалагчийн эрх зүйн байдлын тухай хууль (2021);\n"
            "- Хүний хувийн мэдээлэл хамгаалах тухай хууль (2021);\n"
            "- Хүүхэд хамгааллын тухай хуулийн шинэчилсэн найруулга.",
            "- Law on the Legal Status of Human Rights Defenders (2021);\n"
            "- Law on the Protection of Personal Data (2021);\n"
            "- Law on Child Protection, revised.",
        ),
        False,
    ),
)

FORUM: Final[dict[str, Pair]] = {
    "summary": (
        "Хүний эрхийн ТББ-ын форумын гишүүн байгууллагууд гуравдугаар мөчлөгийн зөвлөмжийн хэрэгжилтийг бие даан"
        " үнэлэв."
        " Бид аймгуудын хэлэлцүүлгийн тэмдэглэлд үндэслэж, зөвлөмж бүрийг орон нутгийн иргэдийн яриатай тулгасан.\n\n"
        "Хууль батлагдсан боловч хэрэгжилт нь иргэдэд хүрэхгүй байгааг хэлэлцүүлэг бүрд онцолсон. Хамгаалах байрны"
        " тоо нэмэгдсэн ч олон сумаас хэдэн зуун километрийн цаана байна.",
        "The member organisations of the Human Rights NGO Forum assessed the implementation of the recommendations"
        " of the"
        " third cycle on their own. We started from the minutes of the consultations in the aimags and held each"
        " recommendation against what people there told.\n\n"
        "Every consultation stressed that laws are passed but do not reach people. There are more shelters, yet for"
        " many"
        " soums the nearest one is hundreds of kilometres away.",
    ),
    "methodology": (
        "Үнэлгээг сэдэвчилсэн таван бүлэг гаргаж, нэгдсэн хуралдаанаар баталсан. Санал зөрсөн тохиолдолд доод үнэлгээг"
        " авч, шалтгааныг нь бичсэн. Засгийн газрын үнэлгээг энэ тайланд оруулаагүй.",
        "Five thematic groups proposed the ratings and a plenary adopted them. Where opinions differed the lower rating"
        " was taken and the reason written down. Ratings of the Government are not part of this report.",
    ),
    "conclusions": (
        "Бид Засгийн газрыг зөвлөмжийн хэрэгжилтийн мэдээллийг жил бүр нийтэлж, ажлын хэсэгт иргэний нийгмийн"
        " төлөөллийг"
        " тогтмол оролцуулахыг уриалж байна.",
        "We call on the Government to publish the state of implementation every year and to have civil society take"
        " part"
        " in its working group as a matter of course.",
    ),
}

FORUM_CHAPTERS: Final[tuple[tuple[Pair, Pair, bool], ...]] = (
    (
        ("Иргэдийн ярьсан нь", "What people told"),
        (
            "Ховд аймагт оролцогчид хамгаалах байр аймгийн төвд ганцхан байгаа тул сумын эмэгтэйчүүд хүрч чаддаггүй"
            " гэдгийг хэлсэн. Дорнодод хөгжлийн бэрхшээлтэй иргэд төрийн үйлчилгээний байранд орох налуу зам байхгүйг"
            " дурдсан.\n\n"
            "Эдгээр саналыг зөвлөмж бүрийн нотолгоонд эх сурвалжтай нь хамт заасан.",
            "In Khovd, participants said that the only shelter is in the aimag centre and women from the soums"
            " cannot reach"
            " it. In Dornod, persons with disabilities spoke of public offices without a ramp.\n\n"
            "These statements are named, with their source, in the evidence of each recommendation.",
        ),
        True,
    ),
    (
        ("Дараагийн мөчлөгт анхаарах асуудал", "For the next cycle"),
        (
            "- Агаар, усны бохирдол ба эрүүл орчинд амьдрах эрх;\n"
            "- нутгаасаа нүүсэн малчдын нийгмийн хамгаалал;\n"
            "- цахим орчин дахь хүүхдийн хамгаалал.",
            "- Polluted air and water and the right to a healthy environment;\n"
            "- social protection of herders who have moved away;\n"
            "- protection of children online.",
        ),
        True,
    ),
)
