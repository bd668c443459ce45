"""``or_other`` of XLSForm: a choice "other" with a question that asks which."""

from __future__ import annotations

from portal.forms.definition.model import CONTAINERS, Definition, Row

OTHER = {"mn": "Бусад", "en": "Other"}
SPECIFY = {"mn": "Тодруулж бичнэ үү", "en": "Please specify"}


def expand(definition: Definition) -> Definition:
    """The definition with ``or_other`` written out, itself where no row has it.

    The added question has the name of the select with ``_other`` and its id with ``-other``.
    """
    touched: set[str] = set()
    languages = definition["settings"].get("languages") or ["en"]

    def inside(rows: list[Row]) -> list[Row]:
        out: list[Row] = []
        for row in rows:
            if row["type"] in CONTAINERS and row.get("children"):
                row = {**row, "children": inside(row["children"])}
            out.append(row)
            if row.get("or_other") and row.get("name"):
                touched.add(row.get("list") or "")
                out.append(
                    {
                        "id": f"{row['id']}-other",
                        "type": "text",
                        "name": f"{row['name']}_other",
                        "label": {code: SPECIFY.get(code, SPECIFY["en"]) for code in languages},
                        "relevant": f"selected(${{{row['name']}}}, 'other')",
                    }
                )
        return out

    survey = inside(definition["survey"])
    if not touched:
        return definition
    choices = dict(definition.get("choices") or {})
    for name in touched & choices.keys():
        found = choices[name]
        if isinstance(found, list) and all(choice["name"] != "other" for choice in found):
            label = {code: OTHER.get(code, OTHER["en"]) for code in languages}
            choices[name] = [*found, {"name": "other", "label": label}]
    return {**definition, "survey": survey, "choices": choices}
