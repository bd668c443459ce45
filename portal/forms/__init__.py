"""Forms: definitions that offices change themselves, filled by anyone, computed alike everywhere.

The pure heart, importable and testable alone (no Flask, no database, no request):

``portal.forms.definition``
    The document of a form, plain JSON. ``check(definition) -> list[Problem]``, ``compile(definition) -> Compiled``
    (raises DefinitionRefused), ``load(text)``, ``empty(title, form_id)``, ``digest``, ``missing_translations``, and
    what a builder does: ``add_row update_row move_row move_into copy_row remove_row``, ``add_choice`` and its like,
    ``update_settings``; each gives a new definition. Compile once per stored version and keep it: a Compiled is
    immutable and shared by all threads.
``portal.forms.engine``
    ``parse_html(compiled, posted, keep) -> answers`` → ``evaluate(compiled, answers, Context(…), "draft" | "submit") ->
    Result`` (values to store, errors with paths, what is visible and required) → ``pages(compiled, result, context)``
    for templates. ``start`` gives the first answers, ``with_row`` adds a row, ``field_name(path)`` names an input.
    ``columns``, ``tables``, ``Flattener``, ``entries`` and ``shown`` turn answers into tables, index and words.
    The caller supplies ``Compiled.sources``: choices in ``Context.sources`` and rows of matrices in ``Context.rows``.
    Units are ``{"name": code, "label": {…}, "kind": "aimag" | "capital" | "district", "parent": code}``.
``portal.forms.fields``
    Question types: ``QuestionType``, ``register(type)``, ``get(name)``, ``known()``.
``portal.forms.expressions``
    The language of conditions and calculations (docs/expressions.md).
``portal.forms.xlsform``
    ``read_xlsform(content, filename) -> ImportResult``, ``write_xlsform(definition) -> bytes``. Files of others are
    read by ``limited.read_in_child``, in a process of its own.
``portal.forms.shipped``
    ``shipped(name)``: the forms that come with the portal, named in ``NAMES``.
``portal.forms.messages``
    ``Text`` and ``Own``: what the engine says, in the reader's language once it is shown.

Around it the portal: ``builder`` (pages on which forms are made), ``filling`` (forms in the hands of people),
``offline``, ``openrosa`` and ``rest`` (the same on devices, for ODK's programs, for any program), ``invitations``,
``answers`` (what was sent in: lists, charts, files out and in), ``review`` (what happens to it afterwards); ``models``,
``service``, ``submissions`` and ``queries`` under all of them.

Nothing is imported here, so that a command that needs one part does not load the others.
"""
