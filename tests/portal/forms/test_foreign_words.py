"""Words that stand in another language than the page say in which."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.portal.forms.build import row

CHOICES = {
    "half": [
        {"name": "both", "label": {"mn": "Хоёулаа", "en": "Both"}},
        {"name": "one", "label": {"mn": "Зөвхөн монгол"}},
    ]
}
ONLY = {"label": {"mn": "Монгол шошго"}, "hint": {"mn": "Монгол тайлбар"}}


@pytest.fixture
def half(publish: Any) -> Any:
    """A form of which half is written in Mongolian only."""
    return publish(
        [
            row("select_one", "radios", list="half", use=["filter", "chart"]),
            row("select_one", "menu", list="half", appearance="minimal"),
            row("select_multiple", "boxes", list="half"),
            row("rank", "places", list="half"),
            row("group", "part", children=[row("text", "said", **ONLY), row("note", "remark", **ONLY)], **ONLY),
            row("repeat", "person", repeat_count="1", children=[row("text", "who", **ONLY)], **ONLY),
        ],
        choices=CHOICES,
    )


def foreign(page: str) -> list[str]:
    """What stands unmarked in Mongolian on an English page."""
    main = page[page.index("<main") : page.index("</main>")]
    bare = re.sub(r"<(\w+)[^>]* lang=\"(mn|)\"[^>]*>(<span>)?[^<]*(</span>)?</\1>", "", main)
    return re.findall(r">([^<]*[А-Яа-яӨөҮү][^<]*)<", bare)


def test_choices_in_another_language_are_marked_on_the_page_that_is_filled(client: Any, half: Any) -> None:
    page = client.get(half.url).text
    assert len(re.findall('lang="mn">(?:<span>)?Зөвхөн монгол<', page)) == 5
    assert 'lang="mn">Both' not in page
    assert "lang" not in re.findall(r"<option[^>]*value=\"both\"[^>]*>", page)[0]
    assert foreign(page) == []
    assert 'lang="mn">Зөвхөн монгол<' not in client.get(f"{half.url}?lang=mn").text


def test_words_in_another_language_are_marked_where_answers_are_read(client: Any, half: Any, sign_in: Any) -> None:
    typed = {"uid": str(uuid.uuid4()), "q.radios": "one", "q.boxes": "one", "q.said": "Сайн", "q.person.0.who": "Бат"}
    assert client.post(half.url, data=typed).status_code == 303
    browser = sign_in(half.owner)
    listed = browser.get(f"/forms/{half.id}/answers").text
    assert "Зөвхөн монгол" not in listed
    assert ">Both</option>" in listed
    [address] = set(re.findall(rf"/forms/{half.id}/answers/\d+", listed))
    page = browser.get(address).text
    assert '<dt lang="mn">Монгол шошго</dt>' in page
    assert foreign(page) == []
    summary = browser.get(f"/forms/{half.id}/summary").text
    assert "Both: 0; one: 1." in summary
    assert "Зөвхөн монгол" not in summary


def test_labels_in_another_language_are_marked_in_the_summary_of_errors(client: Any, publish: Any) -> None:
    form = publish([row("text", "said", required=True, **ONLY), row("integer", "age", required=True)])
    page = client.post(form.url, data={"uid": str(uuid.uuid4()), "_page": "1"})
    assert page.status_code == 422
    summary = page.text.partition('class="faults"')[2].partition("</div>")[0]
    assert '<span lang="mn">Монгол шошго</span>: Answer this question.' in summary
    assert ">age (en): Answer this question." in summary
