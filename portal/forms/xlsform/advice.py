"""What to do about a problem that the import cannot put right by itself, by its code."""

from __future__ import annotations

from collections.abc import Mapping

from portal.forms.messages import Text, _l

ADVICE: Mapping[str, Text] = {
    "type_missing": _l("Write the type of the question, such as text, or empty the row."),
    "label_missing": _l("Write what people read, or make it a calculate or hidden row."),
    "list_missing": _l("Write the name of a list of the sheet choices after the type: select_one yes_no."),
    "unknown_name": _l("Correct the name in ${…}, or add a question of that name."),
    "unknown_function": _l("Correct the name of the function, or take it out."),
    "unclosed_bracket": _l("Add the closing bracket."),
    "unclosed_text": _l("Add the closing quote."),
    "argument_count": _l("Give the function as many values as it takes, with commas between them."),
    "bad_pattern": _l("Write the pattern with one repetition only: [a-z]+ instead of ([a-z]+)+."),
    "bad_reference": _l("Write ${name}, with both brackets."),
    "unsupported_path": _l("Write ${name} instead of the path."),
    "unexpected_token": _l("Take the sign out, or put an operator or a comma before it."),
    "not_a_question": _l("Refer to a question inside the group."),
    "cycle": _l("Take one of the references out, so that no calculation needs itself."),
    "calculation_missing": _l("Write an expression in the column calculation, or delete the row."),
    "default_invalid": _l("Write a first answer that fits the type, or empty the cell."),
    "count_outside": _l("Empty the cell, or move it to the row begin_repeat."),
    "range_step": _l("Write a step such as step=1."),
    "unknown_list": _l("Correct the name of the list, or add the list to the sheet choices."),
    "list_name_missing": _l("Write the name of the list in the column list_name, or delete the row."),
    "choice_name_missing": _l("Write a name for the choice, or delete the row."),
    "choice_blank": _l("Write _ instead of the blank."),
    "survey_missing": _l("Name the sheet with the questions survey."),
    "type_column": _l("Write type above the column with the types."),
    "not_json": _l("Empty the cell, or export the form from this portal again."),
}
