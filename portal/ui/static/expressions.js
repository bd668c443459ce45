/* The browser's interpreter of form expressions: evaluates the trees that portal/forms/expressions writes, by the
   rules of docs/expressions.md. It reads no text (the server parses) and runs no code from data.

   build(tree, scope, name) gives a function of a frame, which gives text, number, truth or a list and throws Fault.
   scope: {paths: {name: [repeats]}, repeats: Set, groups: Set, containers: {name: [groups and repeats]}}.
   A plain script: in a page it sets window.portalExpressions, in Node it is what require() gives. */
((root) => {
  "use strict";
  const STEPS = 20000;
  const SUBMISSION = 5000000;
  const LONGEST_TEXT = 100000;
  const LONGEST_TESTED = 2000;

  /* A limit was reached; code is limit_steps or limit_text. */
  class Fault extends Error {
    constructor(code) {
      super(code);
      this.code = code;
    }
  }

  const own = (object, key) => (object && Object.hasOwn(object, key) ? object[key] : undefined);

  /* What an evaluation may know besides the answers; one per settling of a form. */
  class Env {
    constructor(known = {}) {
      this.today = known.today || "";
      this.now = known.now || "";
      this.locale = known.locale || "en";
      this.properties = known.properties || {};
      this.items = known.items || (() => []);
      this.choiceLabel = known.choiceLabel || ((question, value) => value);
      this.last = known.last || (() => "");
      this.left = STEPS;
      this.total = known.total || SUBMISSION;
    }

    spend(steps) {
      this.left -= steps;
      this.total -= steps;
      if (this.left < 0 || this.total < 0) throw new Fault("limit_steps");
    }
  }

  /* The answers at one place: the form itself or a row of a repeat. seen: name → value, or repeat → list of frames. */
  class Frame {
    constructor(env, parent = null, number = 1) {
      this.env = env;
      this.seen = new Map();
      this.chain = parent ? [...parent.chain, this.seen] : [this.seen];
      this.numbers = parent ? [...parent.numbers, number] : [];
      this.dot = "";
      this.item = null;
    }
  }

  /* A stored answer as expressions see it. */
  const seen = (value) => {
    if (typeof value === "string" || typeof value === "number") return value;
    if (Array.isArray(value)) return value.join(" ");
    if (typeof value === "boolean") return value ? "true" : "false";
    return "";
  };

  /* Texts count code points. */
  const points = (text) => {
    let count = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0xd800 && unit <= 0xdbff && at + 1 < text.length) at++;
      count++;
    }
    return count;
  };
  const longer = (text, most) => text.length > most && points(text) > most;
  const limited = (text) => {
    if (longer(text, LONGEST_TEXT)) throw new Fault("limit_text");
    return text;
  };
  const stripped = (text) => text.replace(/^[ \t\r\n]+/, "").replace(/[ \t\r\n]+$/, "");

  /* Days since 1970-01-01 and back, by the calendar without time zones. */
  const dayOf = (year, month, day) => {
    const y = month <= 2 ? year - 1 : year;
    const era = Math.floor(y / 400);
    const ofEra = y - era * 400;
    const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
    return era * 146097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719468;
  };
  const civil = (days) => {
    const shifted = days + 719468;
    const era = Math.floor(shifted / 146097);
    const ofEra = shifted - era * 146097;
    const year = Math.floor(
      (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365,
    );
    const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
    const part = Math.floor((5 * ofYear + 2) / 153);
    const month = part + (part < 10 ? 3 : -9);
    return [year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - Math.floor((153 * part + 2) / 5) + 1];
  };
  const FIRST = dayOf(1, 1, 1);
  const LAST = dayOf(9999, 12, 31);
  const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
  const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?$/;
  const two = (number) => String(number).padStart(2, "0");

  /* Whether there is such a day. */
  const isDay = (year, month, day) => {
    if (year < 1 || month < 1 || month > 12 || day < 1) return false;
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    return day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  };
  const ofDate = (text) => {
    const found = DATE.exec(text);
    if (!found) return NaN;
    const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
    return isDay(year, month, day) ? dayOf(year, month, day) : NaN;
  };
  const ofTime = (text) => {
    const found = TIME.exec(text);
    if (!found) return NaN;
    const [hour, minute, second] = [Number(found[1]), Number(found[2]), Number(found[3] || 0)];
    if (hour > 23 || minute > 59 || second > 59) return NaN;
    return ((hour * 60 + minute) * 60 + second + Number(found[4] || 0)) / 86400;
  };
  const ofMoment = (text) => {
    if (text.length < 5) return NaN;
    if (text.length === 10) return ofDate(text);
    if (text.length > 11 && (text[10] === "T" || text[10] === " ")) return ofDate(text.slice(0, 10)) + ofTime(text.slice(11));
    return ofTime(text);
  };
  const isMoment = (days) => days >= FIRST && days < LAST + 1;
  const toDate = (days) => {
    if (!isMoment(days)) return "";
    const [year, month, day] = civil(Math.floor(days));
    return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  };
  const clockOf = (days) => {
    let whole = Math.floor(days);
    let millis = Math.floor((days - whole) * 86400000 + 0.5);
    if (millis >= 86400000) {
      whole += 1;
      millis = 0;
    }
    const second = Math.floor(millis / 1000);
    return [whole, Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60, millis % 1000];
  };
  const three = (number) => String(number).padStart(3, "0");
  const toMoment = (days) => {
    if (!isMoment(days)) return "";
    const [whole, hour, minute, second, milli] = clockOf(days);
    const day = toDate(whole);
    return day ? `${day}T${two(hour)}:${two(minute)}:${two(second)}.${three(milli)}` : "";
  };
  const MONTHS = {
    en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    mn: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((number) => `${number}-р сар`),
  };
  const WEEKDAYS = {
    en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    mn: ["Да", "Мя", "Лх", "Пү", "Ба", "Бя", "Ня"],
  };
  const formatted = (days, pattern, locale, withTime) => {
    if (!isMoment(days)) return "";
    const [whole, hour, minute, second, milli] = withTime ? clockOf(days) : [Math.floor(days), 0, 0, 0, 0];
    if (!toDate(whole)) return "";
    const [year, month, day] = civil(whole);
    const parts = {
      Y: String(year).padStart(4, "0"),
      y: two(year % 100),
      m: two(month),
      n: String(month),
      b: (own(MONTHS, locale) || MONTHS.en)[month - 1],
      d: two(day),
      e: String(day),
      a: (own(WEEKDAYS, locale) || WEEKDAYS.en)[(((whole + 3) % 7) + 7) % 7],
      "%": "%",
    };
    if (withTime) Object.assign(parts, { H: two(hour), h: String(hour), M: two(minute), S: two(second), 3: three(milli) });
    return pattern.replace(/%(.)/gsu, (all, letter) => own(parts, letter) ?? all);
  };

  /* Sign, digits and exponent of the shortest text that stands for a number: 0.d1d2d3… × 10^exponent. */
  const decimal = (number) => {
    const [mantissa, power] = Math.abs(number).toExponential().split("e");
    return [mantissa.replace(".", ""), Number(power) + 1];
  };
  const plainDigits = (digits, exponent) => {
    if (exponent <= 0) return `0.${"0".repeat(-exponent)}${digits}`;
    if (digits.length <= exponent) return digits + "0".repeat(exponent - digits.length);
    return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
  };
  const numberText = (number) => {
    const text = String(number);
    if (!text.includes("e")) return text;
    return (number < 0 ? "-" : "") + plainDigits(...decimal(number));
  };

  const toText = (value) => {
    if (typeof value === "string") return value;
    if (typeof value === "number") return numberText(value);
    if (typeof value === "boolean") return value ? "true" : "false";
    return value.length ? toText(value[0]) : "";
  };
  const NUMBER = /^-?(?:\d+(?:\.\d*)?|\.\d+)$/;
  const textNumber = (text) => {
    const bare = stripped(text);
    return NUMBER.test(bare) ? Number(bare) : ofMoment(bare);
  };
  const toNumber = (value) => {
    if (typeof value === "number") return value;
    if (typeof value === "string") return value ? textNumber(value) : NaN;
    if (typeof value === "boolean") return value ? 1 : 0;
    return value.length ? toNumber(value[0]) : NaN;
  };
  const toTruth = (value) => {
    if (typeof value === "boolean") return value;
    if (typeof value === "number") return value !== 0 && !Number.isNaN(value);
    if (typeof value === "string") return value !== "";
    return value.some((member) => (typeof member === "string" ? member !== "" : true));
  };

  /* Half up on the digits as printed. */
  const rounded = (number, digits) => {
    if (!Number.isFinite(number)) return number;
    if (digits > 20 || (digits >= 0 && Math.abs(number) >= 1e22)) return number;
    if (digits < -308 || number === 0) return 0;
    const [all, exponent] = decimal(number);
    const keep = exponent + digits;
    let head = keep > 0 ? all.slice(0, keep) : "0";
    const rest = keep >= 0 ? all.slice(keep) : "0";
    if (!rest || keep >= all.length) return number + 0;
    const half = "5".padEnd(rest.length, "0");
    const up = number > 0 ? rest >= half : rest > half;
    if (up) head = String(BigInt(head) + 1n);
    return Number(`${number < 0 ? "-" : ""}${head}e${-digits}`) + 0;
  };
  const whole = (number) => (Number.isFinite(number) ? Math.trunc(number) + 0 : number);
  const power = (base, exponent) => {
    if (Number.isNaN(exponent) || exponent !== whole(exponent) || Math.abs(exponent) > 1024) return NaN;
    let out = 1;
    for (let at = Math.abs(exponent); at > 0; at--) out *= base;
    return exponent < 0 ? 1 / out : out;
  };
  const words = (value) => toText(value).split(/[ \t\r\n]+/).filter(Boolean);

  const pair = (sign, a, b) => {
    if (sign === "=" || sign === "!=") {
      let same;
      if (typeof a === "boolean" || typeof b === "boolean") same = toTruth(a) === toTruth(b);
      else if (typeof a === "number" || typeof b === "number") same = toNumber(a) === toNumber(b);
      else same = a === b;
      return sign === "=" ? same : !same;
    }
    const [x, y] = [toNumber(a), toNumber(b)];
    if (sign === "<") return x < y;
    if (sign === "<=") return x <= y;
    return sign === ">" ? x > y : x >= y;
  };
  const compare = (sign, a, b) => {
    if (Array.isArray(a) && typeof b !== "boolean") return a.some((member) => compare(sign, member, b));
    if (Array.isArray(b) && typeof a !== "boolean") return b.some((member) => pair(sign, a, member));
    return pair(sign, a, b);
  };

  const flat = (values) => values.flat(1);
  const answered = (values) => flat(values).filter((value) => value !== "").map(toNumber);
  const extreme = (values, larger) => {
    const numbers = answered(values);
    if (!numbers.length || numbers.some(Number.isNaN)) return NaN;
    return numbers.reduce((best, each) => ((larger ? each > best : each < best) ? each : best));
  };
  const floor = (value) => {
    const number = toNumber(value);
    const cut = whole(number);
    return number < cut ? cut - 1 : cut;
  };
  const substr = (value, start, end) => {
    const text = Array.from(toText(value));
    const size = text.length;
    const [low, high] = [whole(toNumber(start)), end === undefined ? size : whole(toNumber(end))];
    if (Number.isNaN(low) || Number.isNaN(high)) return "";
    const place = (at) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    return text.slice(place(low), place(high)).join("");
  };
  const translate = (value, old, fresh) => {
    const target = Array.from(toText(fresh));
    const table = new Map();
    Array.from(toText(old)).forEach((char, index) => {
      if (!table.has(char)) table.set(char, target[index] ?? "");
    });
    return Array.from(toText(value), (char) => (table.has(char) ? table.get(char) : char)).join("");
  };
  const PURE = new Map(
    Object.entries({
      abs: (value) => Math.abs(toNumber(value)),
      boolean: toTruth,
      "boolean-from-string": (value) => ["true", "1"].includes(toText(value)),
      ceiling: (value) => {
        const number = toNumber(value);
        const cut = whole(number);
        return number > cut ? cut + 1 : cut;
      },
      coalesce: (...values) => {
        const found = values.find((value) => toText(value) !== "");
        if (found === undefined) return "";
        return Array.isArray(found) ? found[0] : found;
      },
      concat: (...values) => limited(flat(values).map(toText).join("")),
      contains: (value, part) => toText(value).includes(toText(part)),
      count: (value) => (Array.isArray(value) ? value.length : 1),
      "count-non-empty": (value) => flat([value]).filter((member) => toText(member) !== "").length,
      "count-selected": (value) => words(value).length,
      date: (value) => toDate(toNumber(value)),
      "date-time": (value) => toMoment(toNumber(value)),
      "decimal-date-time": toNumber,
      "decimal-time": (value) => toNumber(value) - floor(value),
      "ends-with": (value, part) => toText(value).endsWith(toText(part)),
      floor,
      int: (value) => whole(toNumber(value)),
      join: (mark, ...values) => limited(flat(values).map(toText).join(toText(mark))),
      max: (...values) => extreme(values, true),
      min: (...values) => extreme(values, false),
      "normalize-space": (value) => words(value).join(" "),
      not: (value) => !toTruth(value),
      number: toNumber,
      pow: (base, exponent) => power(toNumber(base), toNumber(exponent)),
      round: (value, digits = 0) => {
        const places = whole(toNumber(digits));
        return Number.isNaN(places) ? NaN : rounded(toNumber(value), Math.max(-400, Math.min(400, places)));
      },
      selected: (value, choice) => words(value).includes(stripped(toText(choice))),
      "selected-at": (value, index) => {
        const [chosen, at] = [words(value), whole(toNumber(index))];
        return at >= 0 && at < chosen.length ? chosen[at] : "";
      },
      sqrt: (value) => Math.sqrt(toNumber(value)),
      "starts-with": (value, part) => toText(value).startsWith(toText(part)),
      string: toText,
      "string-length": (value) => points(toText(value)),
      substr,
      "substring-after": (value, mark) => {
        const [text, sign] = [toText(value), toText(mark)];
        const at = text.indexOf(sign);
        return at < 0 ? "" : text.slice(at + sign.length);
      },
      "substring-before": (value, mark) => {
        const text = toText(value);
        return text.slice(0, Math.max(text.indexOf(toText(mark)), 0));
      },
      sum: (...values) => answered(values).reduce((total, number) => total + number, 0),
      translate,
    }),
  );

  /* A text in the reader's language, else the first that is not empty. */
  const pick = (texts, locale, otherwise = "") =>
    own(texts, locale) || Object.values(texts || {}).find(Boolean) || otherwise;
  const cell = (item, column, locale) => {
    const value = own(item, column);
    if (typeof value === "string" || typeof value === "number") return value;
    return value && typeof value === "object" && !Array.isArray(value) ? pick(value, locale) : "";
  };

  const shared = (here, there) => {
    let depth = 0;
    while (depth < here.length && depth < there.length && here[depth] === there[depth]) depth++;
    return depth;
  };
  const walk = (answers, repeats) => {
    const rows = (answers.get(repeats[0]) || []).map((row) => row.seen);
    return repeats.length === 1 ? rows : rows.flatMap((row) => walk(row, repeats.slice(1)));
  };
  const reference = (scope, name, target) => {
    const [here, there] = [own(scope.paths, name), own(scope.paths, target)];
    const depth = shared(here, there);
    const rest = there.slice(depth);
    if (scope.repeats.has(target)) {
      return (frame) => {
        const found = walk(frame.chain[depth], [...rest, target]).map((_row, index) => index + 1);
        frame.env.spend(found.length);
        return found;
      };
    }
    if (scope.groups.has(target)) return () => "";
    if (!rest.length) return (frame) => frame.chain[depth].get(target) ?? "";
    return (frame) => {
      const found = walk(frame.chain[depth], rest).filter((row) => row.has(target)).map((row) => row.get(target));
      frame.env.spend(found.length);
      return found;
    };
  };
  const rowNumber = (scope, name, argument) => {
    const path = own(scope.paths, name);
    let depth;
    if (argument[0] === "ref") {
      depth = path.indexOf(argument[1]) + 1;
    } else {
      const around = own(scope.containers, name) || path;
      const outer = around.slice(0, Math.max(around.length - argument[1] + 1, 0));
      depth = outer.filter((each) => scope.repeats.has(each) || path.includes(each)).length;
    }
    return depth > 0 ? (frame) => frame.numbers[depth - 1] : () => 1;
  };
  const indexed = (scope, name, target, indexes) => {
    const [here, there] = [own(scope.paths, name), own(scope.paths, target)];
    const near = shared(here, there);
    return (frame) => {
      let answers = frame.chain[0];
      for (let depth = 0; depth < there.length; depth++) {
        const rows = answers.get(there[depth]) || [];
        const index = indexes.get(there[depth]);
        const number = index ? whole(toNumber(index(frame))) : depth < near ? frame.numbers[depth] : 1;
        if (!(number >= 1 && number <= rows.length)) return "";
        answers = rows[number - 1].seen;
      }
      return answers.get(target) ?? "";
    };
  };

  const SPECIAL = new Map(
    Object.entries({
      true: () => () => true,
      false: () => () => false,
      today: () => (frame) => frame.env.today,
      now: () => (frame) => frame.env.now,
      if: ([test, then, otherwise]) => (frame) => (toTruth(test(frame)) ? then(frame) : otherwise(frame)),
      once: ([value]) => (frame) => (toText(frame.dot) !== "" ? frame.dot : value(frame)),
      property: (parts, args) => (frame) => own(frame.env.properties, args[0][1]) ?? "",
      "format-date": ([value, pattern]) => (frame) =>
        formatted(toNumber(value(frame)), toText(pattern(frame)), frame.env.locale, false),
      "format-date-time": ([value, pattern]) => (frame) =>
        formatted(toNumber(value(frame)), toText(pattern(frame)), frame.env.locale, true),
      "jr:choice-name": ([value], args) => (frame) =>
        words(value(frame)).map((word) => frame.env.choiceLabel(args[1][1], word)).join(", "),
      regex: ([tested], args) => {
        const pattern = new RegExp(args[1][1], "u");
        return (frame) => {
          const text = toText(tested(frame));
          if (longer(text, LONGEST_TESTED)) throw new Fault("limit_text");
          return pattern.test(text);
        };
      },
      pulldata: (parts, args) => {
        const [source, column, keyColumn] = [args[0][1], args[1][1], args[2][1]];
        return (frame) => {
          const [wanted, locale] = [toText(parts[3](frame)), frame.env.locale];
          const items = frame.env.items(source);
          frame.env.spend(items.length);
          const found = items.find((item) => toText(cell(item, keyColumn, locale)) === wanted);
          return found === undefined ? "" : cell(found, column, locale);
        };
      },
    }),
  );

  /* Nodes of a tree. */
  const count = (tree) =>
    Array.isArray(tree) && tree.length ? tree.slice(1).reduce((sum, part) => sum + count(part), 1) : 0;

  const items = (tree, scope, name) => {
    const [, source, condition, column] = tree;
    const test = condition ? make(condition, scope, name) : null;
    const weight = 1 + count(condition);
    return (frame) => {
      const [all, locale] = [frame.env.items(source), frame.env.locale];
      frame.env.spend(weight * all.length);
      const outer = frame.item;
      const fits = test
        ? all.filter((item) => {
            frame.item = item;
            return toTruth(test(frame));
          })
        : all;
      frame.item = outer;
      return fits.map((item) => cell(item, column || "name", locale));
    };
  };

  const call = (tree, scope, name) => {
    const [, title, ...args] = tree;
    if (title === "position") return rowNumber(scope, name, args[0]);
    if (title === "indexed-repeat") {
      const indexes = new Map();
      for (let at = 1; at < args.length; at += 2) indexes.set(args[at][1], make(args[at + 1], scope, name));
      return indexed(scope, name, args[0][1], indexes);
    }
    const parts = args.map((part) => make(part, scope, name));
    const special = SPECIAL.get(title);
    if (special) return special(parts, args);
    const pure = PURE.get(title);
    if (!pure) throw new Error(`no function ${title}`);
    return (frame) => pure(...parts.map((part) => part(frame)));
  };

  const make = (tree, scope, name) => {
    const [kind, first, second] = tree;
    switch (kind) {
      case "n":
      case "t":
        return () => first;
      case "ref":
        return reference(scope, name, first);
      case "self":
        return (frame) => frame.dot;
      case "col":
        return (frame) => cell(frame.item, first, frame.env.locale);
      case "last":
        return (frame) => frame.env.last(first, frame);
      case "items":
        return items(tree, scope, name);
      case "call":
        return call(tree, scope, name);
      case "or":
      case "and":
      case "+": {
        const parts = tree.slice(1).map((part) => make(part, scope, name));
        if (kind === "or") return (frame) => parts.some((part) => toTruth(part(frame)));
        if (kind === "and") return (frame) => parts.every((part) => toTruth(part(frame)));
        return (frame) => parts.slice(1).reduce((sum, part) => sum + toNumber(part(frame)), toNumber(parts[0](frame)));
      }
    }
    const one = make(first, scope, name);
    if (kind === "neg") return (frame) => -toNumber(one(frame));
    const other = make(second, scope, name);
    if (kind === "*") return (frame) => toNumber(one(frame)) * toNumber(other(frame));
    if (kind === "div") return (frame) => toNumber(one(frame)) / toNumber(other(frame));
    if (kind === "mod") return (frame) => toNumber(one(frame)) % toNumber(other(frame));
    if (!["=", "!=", "<", "<=", ">", ">="].includes(kind)) throw new Error(`no operator ${kind}`);
    return (frame) => compare(kind, one(frame), other(frame));
  };

  /* The function that evaluates a tree for the row *name* of a form. */
  const build = (tree, scope, name) => {
    const run = make(tree, scope, name);
    if (tree[0] === "n" || tree[0] === "t") return run;
    const size = count(tree);
    return (frame) => {
      const { env } = frame;
      env.left = STEPS - size;
      env.total -= size;
      if (env.total < 0) throw new Fault("limit_steps");
      return run(frame);
    };
  };

  const exported = { Env, Fault, Frame, build, decimal, isDay, pick, points, seen, toNumber, toText, toTruth };
  if (typeof module === "object") module.exports = exported;
  else root.portalExpressions = exported;
})(globalThis);
