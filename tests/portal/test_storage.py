"""Files: what is accepted, how it is kept, how it is handed out."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest
from flask import Flask
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2
from werkzeug.datastructures import FileStorage

from portal import storage
from portal.db import db, transaction
from portal.storage import LocalStorage, StorageFull, UploadRefused, accept, safe_name

CANARY = "Дорж-Canary"


def upload(name: str | None, data: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(data), filename=name, content_type="text/html")


def picture(kind: str = "PNG", size: tuple[int, int] = (20, 10), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/").replace("Types", "[Content_Types].xml"), data)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    return archive(Types=b"<Types/>", **{"word__document.xml": b"<w/>", **more})


def odt(**more: bytes) -> bytes:
    return archive(mimetype=b"application/vnd.oasis.opendocument.text", **{"content.xml": b"<c/>", **more})


def real_docx() -> bytes:
    from docx import Document

    document = Document()
    document.core_properties.author = CANARY
    document.core_properties.last_modified_by = CANARY
    document.core_properties.comments = CANARY
    document.add_paragraph("Зөвлөмж")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def refusal(name: str | None, data: bytes, **options: Any) -> UploadRefused:
    with pytest.raises(UploadRefused) as caught:
        accept(upload(name, data), **options)
    return caught.value


@pytest.fixture
def place(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "files")


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Flask]:
    """A bare application with a database and a storage."""
    app = Flask("portal", instance_path=str(tmp_path), static_folder=None)
    app.config.update(
        STORAGE_URL=f"file://{tmp_path}/files", SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/x.db", MAX_UPLOAD_MB=1
    )
    db.init_app(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


class TestKeeping:
    """The five acts of a storage."""

    def test_what_is_put_comes_back(self, place: LocalStorage) -> None:
        key = place.put(io.BytesIO(b"abc"))
        with place.open(key) as file:
            assert file.read() == b"abc"
        assert place.size(key) == 3
        assert place.exists(key)
        assert list(place.keys()) == [key]
        place.delete(key)
        place.delete(key)
        assert not place.exists(key)

    def test_ids_are_random_and_long(self, place: LocalStorage) -> None:
        keys = {place.put(io.BytesIO(b"same")) for _ in range(20)}
        assert len(keys) == 20
        assert all(re.fullmatch(r"[0-9a-f]{40}", key) for key in keys)

    @pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "", "a" * 39, "A" * 40, "a" * 40 + "\n"])
    def test_a_strange_id_reaches_no_file(self, place: LocalStorage, key: str) -> None:
        for act in (place.open, place.size, place.delete, place.exists):
            with pytest.raises(storage.Missing):
                act(key)

    def test_a_missing_file_is_missing(self, place: LocalStorage) -> None:
        with pytest.raises(storage.Missing):
            place.open("a" * 40)
        with pytest.raises(storage.Missing):
            place.size("a" * 40)

    def test_a_file_over_the_limit_leaves_nothing(self, place: LocalStorage) -> None:
        with pytest.raises(UploadRefused, match="too_large"):
            place.put(io.BytesIO(b"x" * 1001), limit=1000)
        assert [path for path in place.root.rglob("*") if path.is_file()] == []

    def test_an_interrupted_upload_leaves_nothing(self, place: LocalStorage) -> None:
        class Broken(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            place.put(Broken())
        assert [path for path in place.root.rglob("*") if path.is_file()] == []

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
    def test_a_full_disk_is_said_and_leaves_nothing(
        self, place: LocalStorage, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        def full(descriptor: int) -> None:
            raise OSError(number, "full")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StorageFull) as caught:
            place.put(io.BytesIO(b"x" * 100))
        assert "no room" in caught.value.message
        assert [path for path in place.root.rglob("*") if path.is_file()] == []

    def test_the_file_and_its_folder_are_on_the_disk_before_the_id_is_known(
        self, place: LocalStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[str] = []
        real = os.fsync

        def note(descriptor: int) -> None:
            synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
            real(descriptor)

        if not Path("/proc/self/fd").exists():
            pytest.skip("no /proc to look into")
        monkeypatch.setattr(os, "fsync", note)
        key = place.put(io.BytesIO(b"x"))
        assert synced == [
            str(place.root / "incoming" / key),
            str(place.root),
            str(place.root / key[:2]),
        ]

    def test_leftovers_of_killed_uploads_are_removed_after_an_hour(self, place: LocalStorage) -> None:
        place.put(io.BytesIO(b"x"))
        for name, age in (("old", 7200), ("new", 60)):
            path = place.root / "incoming" / name
            path.write_bytes(b"half")
            os.utime(path, (path.stat().st_mtime - age,) * 2)
        assert place.tidy() == 1
        assert [path.name for path in (place.root / "incoming").iterdir()] == ["new"]
        assert len(list(place.keys())) == 1
        assert list(place.keys(older_than=3600)) == []


class TestAddress:
    """STORAGE_URL."""

    def test_a_folder(self) -> None:
        assert storage.from_url("file:///srv/%D2%AF/files") == LocalStorage(Path("/srv/ү/files"))

    @pytest.mark.parametrize(
        ("url", "says"),
        [
            ("s3://bucket", "object store adapter"),
            ("file://host/x", "expected file:///path"),
            ("ftp://x", "expected file"),
        ],
    )
    def test_others_are_refused_in_words(self, url: str, says: str) -> None:
        with pytest.raises(storage.BadStorage, match=re.escape(says)):
            storage.from_url(url)


class TestTransaction:
    """A file and its row are kept or dropped together."""

    def test_a_committed_file_stays(self, context: Flask) -> None:
        with transaction():
            kept = storage.store(upload("зураг.png", data := picture()))
        assert storage.current().exists(kept.key)
        assert (kept.name, kept.mime, kept.size) == ("зураг.png", "image/png", len(data))
        assert kept.sha256 == hashlib.sha256(data).hexdigest()

    def test_a_file_of_a_transaction_that_rolls_back_is_gone(self, context: Flask) -> None:
        kept: list[storage.Stored] = []

        def fail() -> None:
            with transaction():
                kept.append(storage.store(upload("a.png", picture())))
                with db.session.begin_nested():
                    pass
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert not storage.current().exists(kept[0].key)

    def test_a_file_that_is_dropped_goes_with_the_commit_and_stays_after_a_rollback(self, context: Flask) -> None:
        with transaction():
            kept = storage.store(upload("a.png", picture()))

        def fail() -> None:
            with transaction():
                storage.drop(kept.key)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert storage.current().exists(kept.key)
        with transaction():
            pass
        assert storage.current().exists(kept.key)
        with transaction():
            storage.drop(kept.key)
            assert storage.current().exists(kept.key)
        assert not storage.current().exists(kept.key)

    def test_a_savepoint_that_fails_takes_no_file_along(self, context: Flask) -> None:
        def fail() -> None:
            with db.session.begin_nested():
                raise RuntimeError

        with transaction():
            kept = storage.store(upload("a.png", picture()))
            with pytest.raises(RuntimeError):
                fail()
        assert storage.current().exists(kept.key)


class TestNames:
    """A name is kept as the person knows it, without what deceives or breaks."""

    @pytest.mark.parametrize(
        ("raw", "kept"),
        [
            ("Хөтөлбөр 2026.docx", "Хөтөлбөр 2026.docx"),
            ("и\u0306.pdf", "й.pdf"),
            ("../../etc/passwd.txt", "passwd.txt"),
            ("C:\\Users\\Dorj\\тайлан.xlsx", "тайлан.xlsx"),
            ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
            ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
            ('a<b>"c"|?.txt', "abc.txt"),
            ("...hidden.txt", "hidden.txt"),
            (".txt", "txt"),
            ("", "file"),
        ],
    )
    def test_names(self, raw: str, kept: str) -> None:
        assert safe_name(raw) == kept

    def test_a_long_name_keeps_its_ending(self) -> None:
        name = safe_name("ө" * 500 + ".docx")
        assert len(name) <= 120
        assert name.endswith(".docx")

    def test_nul_and_half_characters_are_refused(self) -> None:
        for raw in ("a\x00.txt", "a\ud800.txt"):
            assert refusal(raw, b"x").code == "name"


class TestAccepting:
    """Ending and content must agree with the list."""

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.png", picture()),
            ("A.JPG", picture("JPEG")),
            ("a.jpeg", picture("JPEG")),
            ("a.webp", picture("WEBP")),
            ("a.pdf", b"%PDF-1.7\n..."),
            ("a.docx", docx()),
            ("a.docx", real_docx()),
            ("a.odt", odt()),
            ("a.txt", "Ө ү".encode()),
            ("a.txt", "Өдөр".encode("utf-16")),
            ("a.csv", "Ф;И\n1;2".encode("cp1251")),
        ],
    )
    def test_good_files(self, name: str, data: bytes) -> None:
        taken = accept(upload(name, data))
        assert taken.mime == storage.MIMES[name.lower().rpartition(".")[2]]
        assert taken.size == len(data)
        assert taken.stream.read() == data

    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            (None, b"x", "missing"),
            ("a.txt", b"", "empty"),
            ("a.svg", b"<svg/>", "type"),
            ("a.html", b"<p>", "type"),
            ("a.exe", b"MZ", "type"),
            ("noending", b"x", "type"),
            ("a.zip", archive(a=b"x"), "type"),
            ("a.png", b"<svg onload=alert(1)>", "mismatch"),
            ("a.png", picture("JPEG"), "mismatch"),
            ("a.jpg", b"MZ\x90\x00", "mismatch"),
            ("a.pdf", b"<html>", "mismatch"),
            ("a.pdf", b"junk %PDF-1.7", "mismatch"),
            ("a.txt", b"<!DOCTYPE html><script>", "mismatch"),
            ("a.txt", b"  <svg>", "mismatch"),
            ("a.csv", b"\xef\xbb\xbf<html>", "mismatch"),
            ("a.txt", b"MZ\x90\x00\x03", "mismatch"),
            ("a.txt", b"a\x00b", "mismatch"),
            ("a.txt", b"\xff\xfe\x00", "damaged"),
            ("a.txt", b"%PDF-1.4", "mismatch"),
            ("a.docx", b"hello", "mismatch"),
            ("a.docx", archive(a=b"x"), "mismatch"),
            ("a.docx", archive(Types=b"<Types/>", xl__workbook=b"x"), "mismatch"),
            ("a.xlsx", docx(), "mismatch"),
            ("a.odt", docx(), "mismatch"),
            ("a.odt", archive(mimetype=b"text/html"), "mismatch"),
            ("a.docx", docx()[:-30], "damaged"),
            ("a.docx", b"PK\x03\x04" + b"x" * 50, "damaged"),
            ("a.docm", docx(), "macros"),
            ("a.xlsm", b"", "macros"),
            ("a.docx", docx(word__vbaProject=b"", **{"word__vbaProject.bin": b"x"}), "macros"),
            ("a.docx", archive(Types=b"x.macroEnabled.main+xml", word__document=b"x"), "macros"),
            ("a.xlsx", archive(Types=b"<T/>", xl__workbook=b"", xl__macrosheets__sheet1=b"x"), "macros"),
            ("a.odt", odt(Basic__Standard__Module1=b"x"), "macros"),
            ("a.docx", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 100, "protected"),
            ("a.odt", odt(**{"META-INF__manifest.xml": b"<manifest:encryption-data/>"}), "protected"),
            ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1"), "old_format"),
            ("a.xls", b"x", "old_format"),
            ("a.docx", docx(**{"word____..__evil": b"x"}), "damaged"),
        ],
    )
    def test_refused_files(self, name: str | None, data: bytes, code: str) -> None:
        assert refusal(name, data).code == code

    def test_only_what_the_caller_allows(self) -> None:
        assert refusal("a.pdf", b"%PDF-1.7", allowed=storage.PICTURES).code == "type"
        assert refusal("a.doc", b"x", allowed=storage.PICTURES).code == "type"

    def test_a_file_over_the_limit_is_refused(self, context: Flask) -> None:
        error = refusal("a.txt", b"x" * (1024 * 1024 + 1))
        assert (error.code, error.params["limit"]) == ("too_large", 1)
        assert refusal("a.txt", b"x" * (3 * 1024 * 1024), limit_mb=2).params["limit"] == 2

    def test_a_zip_bomb_is_refused_unopened(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("[Content_Types].xml", b"<Types/>")
            with file.open("word/document.xml", "w", force_zip64=True) as member:
                for _ in range(301):
                    member.write(bytes(1024 * 1024))
        assert len(out.getvalue()) < 1024 * 1024
        assert refusal("a.docx", out.getvalue()).code == "bomb"

    def test_an_archive_of_very_many_files_is_refused_unread(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for number in range(10_001):
                file.writestr(str(number), b"")
        assert refusal("a.docx", out.getvalue()).code == "bomb"

    def test_a_password_inside_the_archive_is_seen(self) -> None:
        data = bytearray(docx())
        at = data.rfind(b"PK\x01\x02")
        data[at + 8] |= 1
        assert refusal("a.docx", bytes(data)).code == "protected"

    def test_every_reason_has_words_in_which_all_is_filled_in(self) -> None:
        full = {"name": "a.docx", "limit": 1, "accepted": "PDF", "better": "DOCX"}
        for code in storage.refused.MESSAGES:  # type: ignore[attr-defined]
            text = UploadRefused(code, **full).message
            assert text
            assert "%" not in text


class TestCleaning:
    """On forms where people speak without their name nothing tells who, where and when."""

    def marked_jpeg(self) -> bytes:
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010F] = CANARY
        gps = ImageFileDirectory_v2()
        gps[1] = "N"
        exif[0x8825] = {1: "N", 2: (47.9, 0.0, 0.0)}
        return picture("JPEG", (40, 20), exif=exif, comment=CANARY.encode())

    def test_position_and_device_are_gone_and_the_picture_is_upright(self) -> None:
        marked = self.marked_jpeg()
        assert CANARY.encode() in marked
        clean, mime = storage.clean_image(marked)
        assert mime == "image/jpeg"
        assert CANARY.encode() not in clean
        with Image.open(io.BytesIO(clean)) as result:
            assert result.size == (20, 40)
            assert dict(result.getexif()) == {}
            assert "comment" not in result.info

    def test_texts_of_a_png_are_gone_and_transparency_stays(self) -> None:
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_text("Author", "Dorj-Canary")
        out = io.BytesIO()
        Image.new("RGBA", (5, 5), (255, 0, 0, 0)).save(out, "PNG", pnginfo=info)
        clean, _ = storage.clean_image(out.getvalue())
        assert b"Dorj-Canary" not in clean
        with Image.open(io.BytesIO(clean)) as result:
            assert result.mode == "RGBA"
            assert result.getpixel((0, 0)) == (255, 0, 0, 0)

    def test_a_picture_with_too_many_points_is_refused_before_it_is_decoded(self) -> None:
        with pytest.raises(UploadRefused) as caught:
            storage.clean_image(picture("PNG", (200, 100)), pixels=19_999)
        assert caught.value.code == "picture_size"
        huge = bytearray(picture())
        huge[16:24] = (60_000).to_bytes(4, "big") * 2
        huge[29:33] = zlib.crc32(huge[12:29]).to_bytes(4, "big")
        with pytest.raises(UploadRefused) as caught:
            storage.clean_image(bytes(huge))
        assert caught.value.code == "picture_size"

    @pytest.mark.parametrize("data", [b"", b"GIF89a" + bytes(50), picture()[:-45], b"\x89PNG\r\n\x1a\n" + bytes(30)])
    def test_a_damaged_picture_is_refused(self, data: bytes) -> None:
        with pytest.raises(UploadRefused) as caught:
            storage.clean_image(data)
        assert caught.value.code == "damaged"

    def test_a_word_file_loses_its_author_and_stays_readable(self, context: Flask) -> None:
        from docx import Document

        data = self.with_comment(real_docx())
        assert self.found(data)
        kept = storage.store(upload("a.docx", data), clean=True)
        with storage.current().open(kept.key) as file:
            clean = file.read()
        assert not self.found(clean)
        document = Document(io.BytesIO(clean))
        assert document.paragraphs[0].text == "Зөвлөмж"
        assert document.core_properties.author == ""
        assert hashlib.sha256(clean).hexdigest() == kept.sha256
        accept(upload("a.docx", clean))

    def with_comment(self, data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
            for entry in source.infolist():
                target.writestr(entry, source.read(entry))
            comment = f'<w:comment w:author="{CANARY}" w:date="2026-11-23T01:02:03Z" w:initials="{CANARY}"/>'
            target.writestr("word/comments.xml", f"<w:comments>{comment}</w:comments>")
        return out.getvalue()

    def found(self, data: bytes) -> bool:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return any(CANARY.encode() in file.read(n) or b"2026-11-23T01" in file.read(n) for n in file.namelist())

    def test_an_excel_file_loses_its_author_and_stays_readable(self, context: Flask) -> None:
        import openpyxl
        from openpyxl.comments import Comment

        book = openpyxl.Workbook()
        book.properties.creator = CANARY
        book.properties.lastModifiedBy = CANARY
        book.active["A1"] = "Өмнөговь"  # type: ignore[index]
        book.active["A1"].comment = Comment("?", CANARY)  # type: ignore[index]
        out = io.BytesIO()
        book.save(out)
        kept = storage.store(upload("a.xlsx", out.getvalue()), clean=True)
        with storage.current().open(kept.key) as file:
            clean = file.read()
        assert self.found(out.getvalue())
        assert not self.found(clean)
        again = openpyxl.load_workbook(io.BytesIO(clean))
        assert again.active["A1"].value == "Өмнөговь"  # type: ignore[index]

    def test_a_picture_inside_a_word_file_is_cleaned_too(self, context: Flask) -> None:
        data = docx(**{"word__media__image1.jpeg": self.marked_jpeg()})
        kept = storage.store(upload("a.docx", data), clean=True)
        with storage.current().open(kept.key) as file, zipfile.ZipFile(file) as clean:
            assert CANARY.encode() not in clean.read("word/media/image1.jpeg")

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.pdf", b"%PDF-1.7 /Author (Dorj)"),
            ("a.docx", docx(**{"word__embeddings__oleObject1.bin": b"x"})),
        ],
    )
    def test_what_cannot_be_cleaned_is_refused(self, context: Flask, name: str, data: bytes) -> None:
        with pytest.raises(UploadRefused) as caught:
            storage.store(upload(name, data), clean=True)
        assert caught.value.code == "not_clean"


class TestHandingOut:
    """A file is a download and never a page."""

    def file(self, data: bytes, name: str, mime: str = "application/pdf") -> Any:
        key = storage.current().put(io.BytesIO(data))
        checksum = hashlib.sha256(data).hexdigest()
        return SimpleNamespace(stored_as=key, name=name, mime=mime, size=len(data), sha256=checksum)

    def test_headers_and_name(self, context: Flask) -> None:
        file = self.file(b"abc", 'Хагас "жил".pdf')
        with context.test_request_context():
            response = storage.send_file_response(file)
            response.direct_passthrough = False
            assert response.get_data() == b"abc"
            response.close()
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert "filename*=UTF-8''%D0%A5%D0%B0%D0%B3%D0%B0%D1%81%20%22" in response.headers["Content-Disposition"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.content_length == 3

    def test_an_unchanged_file_is_not_sent_again(self, context: Flask) -> None:
        file = self.file(b"abc", "a.pdf")
        with context.test_request_context(headers={"If-None-Match": f'"{file.sha256}"'}):
            response = storage.send_file_response(file)
            response.close()
        assert response.status_code == 304

    def test_a_file_that_is_gone_is_404(self, context: Flask) -> None:
        from werkzeug.exceptions import NotFound

        file = self.file(b"abc", "a.pdf")
        storage.current().delete(file.stored_as)
        with context.test_request_context(), pytest.raises(NotFound):
            storage.send_file_response(file)


def test_the_local_folder_keeps_the_protocol(place: LocalStorage) -> None:
    kept: storage.Storage = place
    data: BinaryIO = io.BytesIO(b"x")
    assert kept.exists(kept.put(data))
