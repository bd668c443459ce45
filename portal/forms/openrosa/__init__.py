"""OpenRosa: the portal's forms in ODK Collect, Enketo and other programs of that family.

``phone``
    A definition in the words those programs know, and what stands in the way (pure).
``xforms``
    The XForm of a published version: made once, in a process of its own, and kept.
``instance``
    What a program sent, read within limits and turned into answers (pure).
``files``
    What a form needs beside its XForm: lists and pictures, as the person sees them.
``arrival``
    A submission with its files, in one request or in several.
``views``
    The pages of the protocol: list, XForm, manifest, submission.

The contract with the programs stands in docs/openrosa.md.
"""
