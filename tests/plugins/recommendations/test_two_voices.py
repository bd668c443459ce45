"""Two voices write their drafts on one server, and neither finds a word of the other's, by any way there is."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import Forbidden, NotFound

from plugins.recommendations.models import Assessment
from plugins.recommendations.ratings import challenging, publishing, rating
from portal import records as record_layer
from portal.api import Content, Organisation, Record, clock, datasets, db, jobs, records, transaction
from portal.people import identity as identities
from portal.people.identity import Identity
from portal.people.models import Grant

SIDES = {"government": "kestrel", "civil_society": "puffin"}
"""The word that stands in every draft of a voice, and nowhere else."""
ROLES = {"government": "focal_point", "civil_society": "cs_editor"}
SKIPPED = {"people.sign_out", "static", "health.live", "health.ready"}


def judgement(word, code="not", upload=None):
    text = Content.of(en=f"{word} reasons", mn=f"{word} үндэслэл")
    pieces = [rating.Piece("minutes", Content.of(en=f"{word} evidence"), f"https://example.org/{word}", upload=upload)]
    return rating.Judgement(code, clock.today(), text, Content.of(en=f"{word} next"), pieces, ["survey"])


@pytest.fixture
def people(identity, org):
    """Two of each voice with their organisation, and everybody who is of neither."""
    found = {}
    for voice in SIDES:
        body = org(f"two-{voice}", voice=voice)
        found[voice] = (body, *(identity(ROLES[voice], org=body) for _ in range(2)))
    return found


@pytest.fixture
def readers(identity, org):
    """Those of other organisations and voices, signed out and in, by name."""
    nhri = org("two-nhri", kind="nhri", voice="nhri")
    return {
        "public": None,
        "administrator": identity("administrator"),
        "commission": identity("commission_officer", org=nhri),
        "coordinator": identity("coordinator", org=org("two-other", voice="government")),
    }


def write(side, people, made):
    """Drafts in every state, with comments, files and words on their way; what became of an edited draft is public."""
    body, drafter, second = people[side]
    body, word = db.session.get_one(Organisation, body.id), SIDES[side]
    upload = FileStorage(io.BytesIO(b"a,b\n1,2\n"), f"{word}.csv")
    drafts = [rating.rate(drafter, made[0], body, judgement(word)) for _draft in range(3)]
    with transaction():
        records.comment(drafter, drafts[0], f"{word} comment")
    publishing.submit(drafter, drafts[1], second.id)
    publishing.submit(drafter, drafts[2], second.id)
    publishing.validate(second, drafts[2], second.id, f"{word} praise")
    aside = rating.rate(drafter, made[0], body, judgement(word))
    rating.discard(drafter, aside)
    shown = rating.rate(drafter, made[1], body, judgement(word, upload=upload))
    with transaction():
        records.comment(drafter, shown, f"{word} remark")
    publishing.submit(drafter, shown, second.id)
    publishing.send_back(second, shown, f"{word} word")
    rating.edit_draft(drafter, shown, judgement(side), version=None)
    publishing.submit(drafter, shown, second.id)
    publishing.validate(second, shown, second.id, f"{word} praise")
    publishing.publish(second, shown)
    return [*drafts, aside], shown


def move(user, role, org):
    """*user* leaves every organisation and takes up a role in *org*, as an administrator would enter it."""
    with transaction():
        for grant in db.session.scalars(select(Grant).where(Grant.user_id == user.id)):
            grant.valid_to = clock.today() - timedelta(days=1)
        db.session.add(Grant(user_id=user.id, role=role, org_id=org.id, valid_from=clock.today()))
    return identities.of_user(user.id)


def addresses(app, ids):
    """Every page that is read: those without an argument, and those of the given records."""
    found = []
    with app.test_request_context():
        from flask import url_for

        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint in SKIPPED:
                continue
            if not rule.arguments:
                found.append(url_for(rule.endpoint))
            elif rule.arguments == {"record_id"} and rule.endpoint.partition(".")[0] in ("recommendations", "records"):
                found += [url_for(rule.endpoint, record_id=each) for each in ids]
            elif rule.arguments == {"kind"} and rule.endpoint.startswith("recommendations."):
                items = sorted(rule._converters["kind"].items)
                found += [url_for(rule.endpoint, kind=kind) for kind in items if kind not in ("xlsx", "docx")]
    words = [*SIDES.values()]
    found += [f"/search?q={word}" for word in words] + [f"/recommendations/?q={word}" for word in words]
    found += ["/recommendations/?rating=none&voice=government", "/recommendations/rate?cycle=3"]
    return found


def walk(browser, pages):
    """The text of each page that is there."""
    found = {}
    for address in pages:
        answer = browser.get(address)
        assert answer.status_code < 500, address
        if (answer.status_code == 200 and not answer.is_streamed) or answer.mimetype.startswith(
            ("text", "application/json")
        ):
            found[address] = answer.get_data(as_text=True)
    return found


def plain(text):
    """A page without what every call makes anew."""
    return re.sub(r"nonce-[\w-]+|\d\d:\d\d(:\d\d)?|[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}", "", text)


def hides(text, word, where):
    """Nothing of *word*; an address that only repeats what was asked for does not count."""
    told = re.sub(rf"(q=|value=\"|“){word}|{word}(?=”)", "", text)
    assert word not in told, (where, told[max(0, told.find(word) - 200) : told.find(word) + 60])


def test_no_path_leads_to_the_drafts_of_another_voice(app, enter, people, readers, sign_in, client):
    earlier = len(jobs.mail.outbox())
    made = [enter(f"116.{number}") for number in (1, 2)]
    drafts, shown = {}, {}
    for side in SIDES:
        drafts[side], shown[side] = write(side, people, made)
    challenging.challenge(
        people["civil_society"][1],
        shown["government"],
        db.session.get_one(Organisation, people["civil_society"][0].id),
        value="partially",
        argument=Content.of(en="Said in public"),
        source="A report",
    )
    ids = [each.id for each in made]
    ids += [each.id for side in SIDES for each in (drafts[side][0], drafts[side][1], shown[side])]
    pages = addresses(app, ids)
    watching = {name: (user, tuple(SIDES.values())) for name, user in readers.items()}
    watching["government"] = (people["government"][2], (SIDES["civil_society"],))
    watching["civil_society"] = (people["civil_society"][2], (SIDES["government"],))
    movers = {
        side: move(people[side][1], ROLES[other], people[other][0])
        for side, other in (("government", "civil_society"), ("civil_society", "government"))
    }
    watching |= {f"left {side}": (mover, (SIDES[side],)) for side, mover in movers.items()}
    for name, (user, words) in watching.items():
        browser = sign_in(user) if user else client
        for address, text in walk(browser, pages).items():
            for word in words:
                hides(text, word, (name, address))
        reader = user or Identity.anonymous()
        for dataset in datasets.datasets(reader):
            rows = repr(list(datasets.rows(reader, dataset.name)))
            assert not any(word in rows for word in words), (name, dataset.name)
        for word in words:
            assert record_layer.search(reader, word) == []
        for side, word in SIDES.items():
            if word not in words:
                continue
            for draft in drafts[side]:
                assert browser.get(f"/recommendations/ratings/{draft.id}").status_code == 404
                assert browser.get(f"/records/{draft.id}").status_code == 404
                with pytest.raises((NotFound, Forbidden)):
                    record_layer.get(reader, draft.id, level="edit")
                with pytest.raises((NotFound, Forbidden)):
                    rating.edit_draft(reader, draft, judgement("magpie"), version=None)
            with pytest.raises(Forbidden):
                record_layer.get(reader, shown[side].id, level="edit")
    own = sign_in(people["government"][2]).get(f"/recommendations/ratings/{shown['government'].id}").text
    assert "kestrel word" in own
    mails = jobs.mail.outbox()[earlier:]
    assert mails
    for mail in mails:
        assert not any(word in mail.body + mail.subject for word in SIDES.values())
    inside = {user.email for side in SIDES for user in people[side][1:]}
    assert {to for mail in mails for to in mail.to} <= inside


def test_no_number_moves_when_another_voice_drafts(app, enter, people, readers, sign_in, client):
    made = [enter(f"116.{number}") for number in (1, 2)]
    pages = [
        address
        for address in addresses(app, [each.id for each in made])
        if address.startswith(("/recommendations", "/?", "/work"))
    ]
    pages.append("/")
    watching = {"public": client, "civil_society": sign_in(people["civil_society"][1])}
    watching["coordinator"] = sign_in(readers["coordinator"])
    before = {name: walk(browser, pages) for name, browser in watching.items()}
    body, drafter, second = people["government"]
    whole = db.session.get_one(Organisation, body.id)
    drafts = [rating.rate(drafter, each, whole, judgement("kestrel")) for each in made]
    publishing.submit(drafter, drafts[1], second.id)
    for name, browser in watching.items():
        after = walk(browser, pages)
        for address, text in before[name].items():
            assert plain(after[address]) == plain(text), (name, address)
    assert db.session.scalar(select(Assessment.record_id)) is not None
    assert db.session.scalar(select(Record.id).where(Record.id == drafts[0].id)) is not None
