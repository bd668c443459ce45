"""Files that people send: a small thematic list of OHCHR, the scan of a signed paper."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from tests.plugins.recommendations.importers.builders import Row, word

SUBJECTS = (
    ("Norway", "Abolish corporal punishment of children in all settings", "Rights of the child"),
    ("Chile", "Adopt a law on the protection of human rights defenders", "Human rights defenders"),
    ("Japan", "Strengthen the early education of children with disabilities", "Right to education"),
    ("France", "Train police and judges on domestic violence", "Violence against women"),
    ("Kenya", "Open more shelters for survivors of domestic violence in rural areas", "Violence against women"),
    ("Canada", "Improve access to health care for herders", "Right to health"),
    ("Peru", "Reduce air pollution in the capital", "Right to a healthy environment"),
    ("Ghana", "Ensure safe drinking water in all schools", "Right to water and sanitation"),
    ("Spain", "Guarantee equal pay for women and men", "Discrimination against women"),
    ("Nepal", "Continue the reform of the prison system", "Conditions of detention"),
)
UNKNOWN = "Narway"
"""A State that does not exist; the nearest is Norway."""
RECOMMENDATIONS = len(SUBJECTS)
CYCLE = 4


def thematic_list(folder: Path) -> Path:
    """Twelve rows in the layout of the fourth cycle: ten are whole, one has no number, one an unknown State."""
    rows: list[Row | str] = ["A. Themes of the browser test"]
    for place, (state, text, theme) in enumerate(SUBJECTS, 1):
        position = "Supported" if place % 3 else "Noted"
        rows.append(
            Row(f"116.{900 + place} {text} ({state});", position, [theme], ["Children"], ["SDG 5 - gender equality"])
        )
    rows.append(Row(f"116.950 Ratify what is still to be ratified ({UNKNOWN});"))
    rows.append(Row("Take further steps in all fields (Norway);"))
    path = folder / "thematic-list.docx"
    path.write_bytes(word(4, rows))
    return path


def scan(folder: Path) -> Path:
    """The scan of a signed paper: a page with some lines on it."""
    picture = Image.new("L", (620, 877), 255)
    draw = ImageDraw.Draw(picture)
    for line in range(20):
        draw.line((60, 80 + 30 * line, 560, 80 + 30 * line), fill=120, width=2)
    draw.ellipse((380, 720, 500, 820), outline=60, width=4)
    out = BytesIO()
    picture.save(out, "PDF")
    path = folder / "signed-agreement.pdf"
    path.write_bytes(out.getvalue())
    return path
