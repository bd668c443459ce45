"""Files: what may be uploaded, where it is kept, how it is handed out again.

``store(upload)`` checks an upload and keeps it; the row that names it (``portal_file``) belongs to the records.
``send_file_response(file)`` hands it out, always as a download.
"""

from portal.storage.accept import ALLOWED, MIMES, OFFICE, PICTURES, TABLES, Accepted, accept, safe_name
from portal.storage.clean import clean_image
from portal.storage.files import (
    BadStorage,
    LocalStorage,
    Missing,
    Storage,
    Stored,
    current,
    drop,
    from_url,
    keep,
    store,
)
from portal.storage.refused import StorageFull, UploadRefused
from portal.storage.response import StoredFile, send_file_response

__all__ = [
    "ALLOWED",
    "MIMES",
    "OFFICE",
    "PICTURES",
    "TABLES",
    "Accepted",
    "BadStorage",
    "LocalStorage",
    "Missing",
    "Storage",
    "StorageFull",
    "Stored",
    "StoredFile",
    "UploadRefused",
    "accept",
    "clean_image",
    "current",
    "drop",
    "from_url",
    "keep",
    "safe_name",
    "send_file_response",
    "store",
]
