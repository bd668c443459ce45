"""Patterns of ``regex``: the part of the language that RE2 and JavaScript (``u`` mode) read alike.

``canonical(pattern)`` reads a pattern, refuses what differs or may take forever in a browser, and writes it again
so that both engines see the same text: classes such as ``\\d`` are spelled out, ``.`` is "all but line ends".
Whole texts are matched, as ODK says. Tested texts are cut off at faults.LONGEST_TESTED.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.forms.expressions.faults import ExpressionError, refuse
from portal.forms.messages import Text, _l

Ranges = tuple[tuple[int, int], ...]
TOP = 0x10FFFF
_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = ((9, 13), (32, 32))
_LETTERS = frozenset({"L", "Lu", "Ll", "N", "Nd", "P", "S", "Z", "M"})
_CONTROLS = {"t": 9, "n": 10, "r": 13, "f": 12, "v": 11}
_SYNTAX = "^$\\.*+?()[]{}|/"


@dataclass(slots=True)
class _Piece:
    """A part of a pattern: what it is written as, what it may begin with, how long it may be."""

    text: str
    first: Ranges | None = None
    """Code points it may begin with; None where that is not known."""
    last: Ranges | None = None
    """Code points it may end with; None where that is not known."""
    inner: list[Ranges | None] = field(default_factory=list)
    """The sets that are repeated a varying number of times inside it."""
    mandatory: bool = True
    single: bool = False
    branches: list[Ranges | None] = field(default_factory=list)


def _invert(ranges: Ranges) -> Ranges:
    out, at = [], 0
    for low, high in sorted(ranges):
        if low > at:
            out.append((at, low - 1))
        at = max(at, high + 1)
    if at <= TOP:
        out.append((at, TOP))
    return tuple(out)


_ANY = _invert(((10, 10), (13, 13), (0x2028, 0x2029)))


def _overlap(one: Ranges | None, two: Ranges | None) -> bool:
    if one is None or two is None:
        return True
    return any(a <= d and c <= b for a, b in one for c, d in two)


def _one(ranges: Ranges | None) -> int:
    """The code point of a set with one member; -1 for any other."""
    return ranges[0][0] if ranges and len(ranges) == 1 and ranges[0][0] == ranges[0][1] else -1


def _char(code: int, in_class: bool) -> str:
    char = chr(code)
    for letter, value in _CONTROLS.items():
        if value == code:
            return "\\" + letter
    if char in _SYNTAX or (in_class and char == "-"):
        return "\\" + char
    return char


def _written(ranges: Ranges) -> str:
    if _one(ranges) >= 0:
        return _char(_one(ranges), False)
    if ranges == _ANY:
        return "[^\\n\\r\u2028\u2029]"
    return f"[{_members(ranges)}]"


def _members(ranges: Ranges) -> str:
    return "".join(_char(a, True) if a == b else f"{_char(a, True)}-{_char(b, True)}" for a, b in sorted(set(ranges)))


class _Reader:
    """Reads one pattern by recursive descent; ``at`` walks over it."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def fail(self, hint: Text) -> ExpressionError:
        """The refusal, with the place in the pattern."""
        return refuse("bad_pattern", self.at, hint=hint)

    def peek(self) -> str:
        """The next character, empty at the end."""
        return self.pattern[self.at : self.at + 1]

    def either(self) -> _Piece:
        """Alternatives divided by ``|``."""
        self.depth += 1
        if self.depth > 20:
            raise self.fail(_l("it is nested too deeply."))
        parts = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.sequence())
        self.depth -= 1
        if len(parts) == 1:
            return parts[0]
        firsts = [part.first if part.mandatory else None for part in parts]
        known = [one for one in firsts if one is not None]
        return _Piece(
            "|".join(part.text for part in parts),
            first=tuple(r for one in known for r in one) if len(known) == len(firsts) else None,
            inner=[one for part in parts for one in part.inner],
            mandatory=all(part.mandatory for part in parts),
            branches=firsts,
        )

    def sequence(self) -> _Piece:
        """Pieces one after another."""
        pieces: list[_Piece] = []
        while self.peek() not in ("", "|", ")"):
            pieces.append(self.quantified())
        solid = [piece for piece in pieces if piece.text not in ("^", "$")]
        return _Piece(
            "".join(piece.text for piece in pieces),
            first=solid[0].first if solid and solid[0].mandatory else None,
            last=solid[-1].last if solid and solid[-1].mandatory else None,
            inner=[one for piece in pieces for one in piece.inner],
            mandatory=any(piece.mandatory for piece in solid),
            branches=[one for piece in pieces for one in piece.branches] if len(solid) == 1 else [],
        )

    def quantified(self) -> _Piece:
        """One piece with the ``* + ? {n,m}`` after it."""
        piece = self.atom()
        low, high, text = self.quantifier()
        if not text:
            return piece
        if piece.text in ("^", "$"):
            raise self.fail(_l("the start or the end cannot be repeated."))
        if self.peek() and self.peek() in "*+?{":
            raise self.fail(_l("two repetitions stand one after the other."))
        repeated = high is None or high > 1
        if repeated and not piece.single:
            self.guard(piece)
        varying = low != high
        return _Piece(
            piece.text + text,
            first=piece.first,
            last=piece.last,
            inner=[*piece.inner, *([piece.first] if varying and repeated else [])],
            mandatory=piece.mandatory and low > 0,
        )

    def guard(self, piece: _Piece) -> None:
        """Refuse a repeated group that can be read in more than one way (a browser would try them all)."""
        nested = _l("a repetition inside a repetition can be read in many ways.")
        if not piece.mandatory:
            raise self.fail(nested)
        if any(_overlap(piece.first, one) for one in piece.inner) and any(
            _overlap(piece.last, one) for one in piece.inner
        ):
            raise self.fail(nested)
        for index, one in enumerate(piece.branches):
            if any(_overlap(one, other) for other in piece.branches[index + 1 :]):
                raise self.fail(_l("two alternatives inside a repetition begin alike."))

    def quantifier(self) -> tuple[int, int | None, str]:
        """The repetition at this place: at least, at most, as written; an empty text where there is none."""
        sign = self.peek()
        if sign and sign in "*+?":
            self.at += 1
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
            return low, high, sign
        if sign != "{":
            return 1, 1, ""
        end = self.pattern.find("}", self.at)
        low_text, comma, high_text = self.pattern[self.at + 1 : end].partition(",") if end > 0 else ("", "", "")
        if not (low_text.isascii() and low_text.isdigit()) or (high_text and not high_text.isdigit()):
            raise self.fail(_l("a repetition is written {2} or {2,5}."))
        low, high = int(low_text), int(high_text) if high_text else (None if comma else int(low_text))
        if low > 1000 or (high is not None and not low <= high <= 1000):
            raise self.fail(_l("a repetition goes from 0 to 1000."))
        self.at = end + 1
        return low, high, "{" + low_text + comma + high_text + "}"

    def atom(self) -> _Piece:
        """A character, a class, a group or an anchor."""
        char = self.peek()
        self.at += 1
        if char == "(":
            return self.group()
        if char == "[":
            return self.bracket()
        if char in "^$":
            return _Piece(char, mandatory=False)
        if char == ".":
            return _Piece(_written(_ANY), _ANY, _ANY, single=True)
        if char == "\\":
            ranges, text = self.escape()
            return _Piece(text or _written(ranges or ()), ranges, ranges, single=True)
        if char in "*+?{}])":
            self.at -= 1
            raise self.fail(_l("a sign stands where a character is expected; write a backslash before it."))
        one = ((ord(char), ord(char)),)
        return _Piece(_written(one), one, one, single=True)

    def group(self) -> _Piece:
        """After an opening round bracket."""
        if self.peek() == "?":
            if not self.pattern.startswith("?:", self.at):
                raise self.fail(_l("looking ahead or behind and options are not available."))
            self.at += 2
        inside = self.either()
        if self.peek() != ")":
            raise self.fail(_l("a round bracket is not closed."))
        self.at += 1
        inside.text = f"(?:{inside.text})"
        return inside

    def escape(self) -> tuple[Ranges | None, str]:
        """After a backslash: the set, or the text of a letter class whose members are not listed."""
        char = self.peek()
        self.at += 1
        if char in "dDwWsS" and char:
            known = {"d": _DIGIT, "w": _WORD, "s": _SPACE}[char.lower()]
            return (_invert(known) if char.isupper() else known), ""
        if char in "pP" and char:
            end = self.pattern.find("}", self.at)
            name = self.pattern[self.at + 1 : end] if self.peek() == "{" and end > 0 else ""
            if name not in _LETTERS:
                raise self.fail(_l("of the letter classes only L, Lu, Ll, N, Nd, P, S, Z and M are available."))
            self.at = end + 1
            return None, f"\\{char}{{{name}}}"
        if char in _CONTROLS:
            return ((_CONTROLS[char], _CONTROLS[char]),), ""
        if char == "u":
            digits = self.pattern[self.at : self.at + 4]
            try:
                code = int(digits, 16) if len(digits) == 4 and digits.isalnum() else -1
            except ValueError:
                code = -1
            if code < 0 or 0xD800 <= code <= 0xDFFF:
                raise self.fail(_l("a code is written \\u and four digits."))
            self.at += 4
            return ((code, code),), ""
        if not char or char.isalnum():
            raise self.fail(_l("this backslash sequence is not available."))
        return ((ord(char), ord(char)),), ""

    def bracket(self) -> _Piece:
        """After an opening square bracket."""
        negated = self.peek() == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        extra = ""
        while self.peek() != "]":
            low, text = self.member()
            if text:
                extra += text
                continue
            if low is None:
                raise self.fail(_l("a square bracket is not closed."))
            if _one(low) >= 0 and self.peek() == "-" and self.pattern[self.at + 1 :][:1] != "]":
                self.at += 1
                high, text = self.member()
                if _one(high) < _one(low):
                    raise self.fail(_l("a range in square brackets goes from a lower to a higher character."))
                low = ((_one(low), _one(high)),)
            ranges.extend(low)
        self.at += 1
        if not ranges and not extra:
            raise self.fail(_l("square brackets are empty."))
        known = None if extra else (_invert(tuple(ranges)) if negated else tuple(sorted(set(ranges))))
        return _Piece(f"[{'^' if negated else ''}{_members(tuple(ranges))}{extra}]", known, known, single=True)

    def member(self) -> tuple[Ranges | None, str]:
        """One member of a class."""
        char = self.peek()
        self.at += 1
        if not char or char == "[":
            raise self.fail(_l("a square bracket is not closed, or stands inside another."))
        if char == "\\":
            return self.escape()
        return ((ord(char), ord(char)),), ""


def canonical(pattern: str) -> str:
    """The pattern as both engines read it; raises ExpressionError ``bad_pattern``, offset inside the pattern."""
    import re2

    if len(pattern) > 1000:
        raise refuse("bad_pattern", 0, hint=_l("it has more than 1000 characters."))
    reader = _Reader(pattern)
    piece = reader.either()
    if reader.at < len(pattern):
        raise reader.fail(_l("a round bracket is closed that was never opened."))
    text = f"^(?:{piece.text})$"
    try:
        re2.compile(text, options())
    except re2.error as error:
        raise refuse("bad_pattern", 0, hint=_l("it is too large.")) from error
    return text


def options() -> object:
    """Options of the engine: little memory, nothing on standard error."""
    import re2

    made = re2.Options()
    made.max_mem = 1 << 21
    made.log_errors = False
    return made
