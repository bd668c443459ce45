"""The OpenRosa protocol, written out from its specification: list, form, manifest, submission."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.portal.forms.build import row
from tests.portal.forms.openrosa.help import Phone, instance, message
from tests.portal.forms.test_fill_public import stored

NAME = row("text", "name", required=True)
AGE = row("integer", "age", constraint=". < 120", constraint_message={"mn": "120-оос бага", "en": "Below 120"})


def test_a_form_is_found_fetched_filled_and_sent_by_its_public_link(client: Any, publish: Any) -> None:
    made = publish([NAME, AGE])
    phone = Phone(client, f"{made.url}/openrosa")
    (form,) = phone.forms()
    assert form["formID"] == f"form-{made.id}"
    assert form["name"] == "Test"
    assert form["version"] == "0001"
    assert "manifestUrl" not in form
    xform = phone.get(form["downloadUrl"])
    assert form["hash"] == "md5:" + hashlib.md5(xform.data).hexdigest()
    head = client.head(f"{made.url}/openrosa/submission")
    assert head.status_code == 204
    assert head.headers["X-OpenRosa-Version"] == "1.0"
    assert int(head.headers["X-OpenRosa-Accept-Content-Length"]) == 25 * 1024 * 1024
    sent = phone.send(instance(form, "<name>Бат-Эрдэнэ</name><age>40</age>"))
    assert sent.status_code == 201, sent.text
    nature, text = message(sent)
    assert nature == "submit_success"
    (one,) = stored()
    assert one.answers == {"name": "Бат-Эрдэнэ", "age": 40}
    assert one.receipt[:5] in text
