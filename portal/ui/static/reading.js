/* Reads what people type into the questions of a form, and writes answers as people read them: the same as
   portal/forms/fields. A plain script: in a page it sets window.portalReading, in Node it is what require() gives. */
((root) => {
  "use strict";
  const expressions = typeof module === "object" ? require("./expressions.js") : root.portalExpressions;
  const { decimal, isDay, points } = expressions;
  const BIGGEST = Number.MAX_SAFE_INTEGER;

  /* What cannot be read; code is that of the server. */
  class Refused extends Error {
    constructor(code, value = "") {
      super(code);
      this.code = code;
      this.value = value;
    }
  }
  const refuse = (code, value) => {
    throw new Refused(code, value);
  };

  /* Blanks as Python knows them; JavaScript's own differ in four. */
  const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  const NO_BLANK = `[^\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000`;
  const LEFT = new RegExp(`^${BLANK}+`, "u");
  const RIGHT = new RegExp(`${BLANK}+$`, "u");
  const BLANKS = new RegExp(`${BLANK}+`, "gu");
  const strip = (text) => text.replace(LEFT, "").replace(RIGHT, "");

  /* A number as the server's text of it. */
  const numberRepr = (number) => {
    if (Number.isInteger(number) && Math.abs(number) <= BIGGEST) return String(number);
    const [digits, exponent] = decimal(number);
    const sign = number < 0 ? "-" : "";
    if (exponent > -4 && exponent <= 16) {
      if (exponent <= 0) return `${sign}0.${"0".repeat(-exponent)}${digits}`;
      if (digits.length <= exponent) return `${sign}${digits.padEnd(exponent, "0")}.0`;
      return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
    }
    const power = exponent - 1;
    const rest = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${rest}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  };
  const plainText = (raw) => {
    const text = typeof raw === "number" ? numberRepr(raw) : raw;
    if (text.includes("\0") || (text.isWellFormed && !text.isWellFormed())) refuse("unreadable");
    return strip(text.normalize("NFC"));
  };

  const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
  const GROUPED = /^-?\d{1,3}(?:,\d{3})+$/;
  const NUMBER_BLANKS = new RegExp(`${BLANK}|'`, "gu");
  const pointed = (text) => {
    if (text.includes(".")) {
      const comma = text.lastIndexOf(".") > text.lastIndexOf(",");
      return comma ? text.replaceAll(",", "") : text.replaceAll(".", "").replaceAll(",", ".");
    }
    return GROUPED.test(text) ? text.replaceAll(",", "") : text.replace(",", ".");
  };
  const readNumber = (raw) => {
    if (typeof raw === "number") return raw;
    let text = raw.replace(NUMBER_BLANKS, "").replaceAll("\u2212", "-");
    if (text.includes(",")) text = pointed(text);
    if (!NUMBER.test(text) || text.length > 400) refuse("number");
    const number = Number(text);
    if (Math.abs(number) > 1e300) refuse("number_size");
    return number + 0;
  };
  /* Two decimals as Python rounds them: exact halves to the even side. */
  const cents = (number) => {
    if (!Number.isInteger(number * 8) || Number.isInteger(number * 4)) return Number(number.toFixed(2));
    const low = Math.floor(number * 100);
    return (low % 2 === 0 ? low : low + 1) / 100;
  };

  const DATE = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})\.?$/;
  const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;
  const two = (text) => String(Number(text)).padStart(2, "0");
  const readDate = (text) => {
    const found = DATE.exec(strip(text));
    if (!found) refuse("date");
    const [year, month, day] = found.slice(1).map(Number);
    if (!isDay(year, month, day)) refuse("date_missing");
    if (year < 1800 || year > 2200) refuse("date_range");
    return `${found[1]}-${two(found[2])}-${two(found[3])}`;
  };
  const readTime = (text) => {
    const found = TIME.exec(strip(text));
    if (!found || Number(found[1]) > 23 || Number(found[2]) > 59 || Number(found[3] || 0) > 59) refuse("time");
    const seconds = found[3] && found[3] !== "00" ? `:${found[3]}` : "";
    return [`${two(found[1])}:${found[2]}${seconds}`, found[4] || ""];
  };
  const short = (raw, code) => (typeof raw !== "string" || points(raw) > 60 ? refuse(code) : raw);
  const several = (raw) => {
    const names = (typeof raw === "string" ? raw.split(BLANKS) : raw).filter((name) => name !== "");
    if (names.length > 1000) refuse("choices");
    return [...new Set(names.map(plainText))];
  };
  const EMAIL = new RegExp(
    `^${NO_BLANK}@,;<>"]{1,64}@(?:${NO_BLANK}@.,;<>"]+\\.)+${NO_BLANK}@.,;<>"]{2,}$`,
    "u",
  );
  const PHONE_SIGNS = new RegExp(`${BLANK}|[().\\u2010-\\u2015-]`, "gu");

  /* Digits after the point as Python rounds them: exact halves to the even side. */
  const fixed = (number, digits) => {
    const size = Math.abs(number) * 2 ** (digits + 1);
    if (!Number.isInteger(size) || size % 2 === 0) return number.toFixed(digits);
    const twice = size * 5 ** digits;
    const low = (twice - 1) / 2;
    return `${number < 0 ? "-" : ""}${((low % 2 === 0 ? low : low + 1) / 10 ** digits).toFixed(digits)}`;
  };
  const pointText = (number) => {
    const text = fixed(number, 7).replace(/0+$/, "").replace(/\.$/, "");
    return text === "-0" ? "0" : text;
  };
  const PAIR = new RegExp(`^(${NO_BLANK},;]+\\.\\d+)${BLANK}*,${BLANK}*(${NO_BLANK},;]+\\.\\d+)$`, "u");
  const DIVIDERS = new RegExp(`(?:;|${BLANK})+`, "u");
  const divided = (text) => {
    if (points(text) > 200) return [];
    const found = PAIR.exec(text);
    if (found) return [found[1], found[2]];
    return text.split(DIVIDERS).map((part) => part.replace(/^[,°]+/, "").replace(/[,°]+$/, "")).filter(Boolean);
  };

  /* What was typed, as the server's types read it. */
  const READ = {
    text: (raw, limit, lines) => {
      let text = plainText(raw).replaceAll("\r\n", "\n").replaceAll("\r", "\n");
      if (!lines) text = text.replaceAll("\n", " ");
      const length = points(text);
      return length > limit ? refuse("too_long", String(length)) : text;
    },
    integer: (raw) => {
      const number = readNumber(raw);
      if (!Number.isInteger(number)) refuse("integer");
      return Math.abs(number) <= BIGGEST ? number : refuse("number_size");
    },
    decimal: readNumber,
    money: (raw) => {
      const bare = typeof raw === "string" ? raw.replaceAll("₮", "").replaceAll("төг", "") : raw;
      const number = readNumber(typeof bare === "string" ? bare.replace(/^[ .]+/, "").replace(/[ .]+$/, "") || "?" : bare);
      if (Math.abs(number) > BIGGEST / 100) refuse("number_size");
      return Number.isInteger(number) ? number : cents(number);
    },
    range: (raw, start, end, step) => {
      const number = readNumber(raw);
      const steps = step ? (number - start) / step : 0;
      const fits = Math.min(start, end) <= number && number <= Math.max(start, end);
      return fits && Math.abs(steps - Math.round(steps)) <= 1e-6 ? number : refuse("range");
    },
    date: (raw) => readDate(short(raw, "date")),
    time: (raw) => readTime(short(raw, "time"))[0],
    dateTime: (raw) => {
      const text = strip(short(raw, "datetime")).replace(" ", "T");
      const at = text.indexOf("T");
      if (at < 0) refuse("datetime");
      const [time, zone] = readTime(text.slice(at + 1));
      return `${readDate(text.slice(0, at))}T${time}${zone}`;
    },
    email: (raw) => {
      const text = plainText(raw);
      return points(text) <= 254 && EMAIL.test(text) ? text : refuse("email");
    },
    phone: (raw) => {
      let digits = plainText(raw).replace(PHONE_SIGNS, "");
      if (digits.startsWith("00")) digits = `+${digits.slice(2)}`;
      if (digits.startsWith("+976") && digits.length === 12) digits = digits.slice(4);
      return /^(?:\d{8}|\+\d{7,15})$/.test(digits) ? digits : refuse("phone");
    },
    register_number: (raw) => {
      const text = plainText(raw).toUpperCase().replace(BLANKS, "");
      if (!/^[А-ЯЁӨҮ]{2}[0-9]{8}$/.test(text)) refuse("register_number");
      const [year, month, day] = [text.slice(2, 4), text.slice(4, 6), text.slice(6, 8)].map(Number);
      const born = month <= 12 ? isDay(1900 + year, month, day) : isDay(2000 + year, month - 20, day);
      return born ? text : refuse("register_number_date");
    },
    acknowledge: (raw) => (["OK", "on", "1", "yes", "true"].includes(raw) ? "OK" : refuse("acknowledge")),
    select_multiple: several,
    rank: several,
    geopoint: (raw) => {
      let numbers;
      try {
        numbers = divided(plainText(raw)).map(readNumber);
      } catch (fault) {
        throw fault instanceof Refused ? new Refused("location") : fault;
      }
      if (numbers.length < 2 || numbers.length > 4) refuse("location");
      if (!(Math.abs(numbers[0]) <= 90 && Math.abs(numbers[1]) <= 180)) refuse("location_range");
      if (numbers.slice(2).some((number) => Math.abs(number) > 100000) || numbers[3] < 0) refuse("location");
      return numbers.map(pointText).join(" ");
    },
    file: (raw) => {
      const text = plainText(raw);
      return points(text) <= 64 && /^[A-Za-z0-9_-]*[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text) ? text : refuse("file");
    },
    calculate: (raw) => (typeof raw === "number" ? raw : plainText(raw)),
  };
  READ.image = READ.file;
  READ.signature = READ.file;
  READ.hidden = READ.calculate;
  const SEVERAL = new Set(["select_multiple", "rank"]);
  for (const name of ["select_one", "unit", "organisation", "office", "record"]) READ[name] = plainText;

  /* A calculated value as an answer. */
  const stored = (value) => {
    const one = Array.isArray(value) ? (value.length ? value[0] : "") : value;
    if (typeof one === "boolean") return one ? "true" : "false";
    return typeof one === "number" && !Number.isFinite(one) ? null : one;
  };

  /* 1,234,567.5 */
  const grouped = (number) => {
    const text = numberRepr(number).replace(/\.0$/, "");
    if (text.includes("e")) return text;
    const [whole, part] = text.split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
  };
  const place = (value) => {
    const numbers = value.split(/\s+/).filter(Boolean).map(Number);
    if (numbers.length < 2 || numbers.length > 4 || numbers.some(Number.isNaN)) return value;
    const near = numbers.length > 3 ? ` (±${fixed(numbers[3], 0)} m)` : "";
    return `${fixed(numbers[0], 5)}, ${fixed(numbers[1], 5)}${near}`;
  };
  const LABELLED = new Set(["select_one", "unit", "organisation", "office", "record"]);
  /* An answer as people read it; kind is its type, word what a ticked box says. */
  const written = (kind, value, label, word = "OK") => {
    if (value === null || value === undefined || value === "") return "";
    if (Array.isArray(value)) return value.map(label).join(", ");
    if (LABELLED.has(kind)) return label(typeof value === "number" ? numberRepr(value) : value);
    if (kind === "calculate" || kind === "hidden") return typeof value === "number" ? numberRepr(value) : value;
    const text = typeof value === "number" ? grouped(value) : value;
    if (kind === "money") return `${text} ₮`;
    if (typeof value === "number") return text;
    if (kind === "date") return value.replaceAll("-", ".");
    if (kind === "dateTime") {
      const [day, time = ""] = value.split("T");
      return strip(`${day.replaceAll("-", ".")} ${time.slice(0, 5)}`);
    }
    if (kind === "phone" && /^\d{8}$/.test(value)) return `${value.slice(0, 4)} ${value.slice(4)}`;
    if (kind === "acknowledge") return value === "OK" ? word : value;
    return kind === "geopoint" ? place(value) : value;
  };

  const exported = { READ, Refused, SEVERAL, stored, written };
  if (typeof module === "object") module.exports = exported;
  else root.portalReading = exported;
})(globalThis);
