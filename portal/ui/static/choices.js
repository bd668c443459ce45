/* Choices as a table, beside the text they are sent as; the page works without it. Words come from the page. */
(() => {
  "use strict";

  const place = document.getElementById("choices-grid");
  const text = document.getElementById("choices");
  if (!place || !text) return;
  const { languages, columns, questions } = JSON.parse(place.dataset.grid);
  const words = place.dataset;
  const MOST = 300; // longer lists stay text

  const labels = languages.length;
  let names = []; // columns after the labels

  const fitting = (choices, value) =>
    choices.find(([code, label]) => code === value || label.toLowerCase() === value.toLowerCase());

  const read = () => {
    const lines = text.value.split("\n").filter((line) => line.trim());
    const found = new Set(Object.keys(columns));
    const rows = lines.map((line) => {
      const cells = line.split(/\t|(?<!\\)\|/).map((cell) => cell.replaceAll("\\|", "|").trim());
      const row = { code: "", labels: [], more: {} };
      const rest = cells.splice(labels + 1);
      rest.forEach((cell, at) => {
        const [, name, value] = cell.match(/^([\p{L}_][\p{L}\p{N}_-]*)\s*=\s*(.*)$/u) || [];
        if (name) row.more[name] = value;
        else if (cell && Object.keys(columns)[at]) row.more[Object.keys(columns)[at]] = cell;
        if (name) found.add(name);
      });
      const code = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(cells[0]);
      const [first] = Object.keys(columns);
      if (!code && !rest.length && first && cells.length > labels && fitting(columns[first], cells.at(-1))) {
        row.more[first] = cells.pop(); // labels without a code, then the answer it belongs to
      }
      const coded = cells.length > labels || code;
      row.code = coded ? cells[0] : "";
      row.labels = coded ? cells.slice(1) : cells;
      return row;
    });
    names = [...found];
    return rows;
  };

  const write = (rows) => {
    text.value = rows
      .filter((row) => row.code || row.labels.some(Boolean))
      .map((row) => {
        const cells = [row.code, ...languages.map((_each, at) => row.labels[at] || "")];
        const more = names.filter((name) => row.more[name]).map((name) => `${name}=${row.more[name]}`);
        while (!more.length && row.code && cells.length > 1 && !cells.at(-1)) cells.pop();
        return [...cells, ...more].map((cell) => cell.split(/\s+/).join(" ").replaceAll("|", "\\|")).join(" | ");
      })
      .join("\n");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const make = (tag, props = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), props);
    made.append(...inside);
    return made;
  };
  const button = (words_, act, classes = "btn btn-sm") => {
    const made = make("button", { type: "button", className: classes, textContent: words_ });
    made.addEventListener("click", act);
    return made;
  };
  const headOf = (name) => questions[name] || (name === "image" ? words.picture : name);

  let rows = [];
  const body = make("tbody");
  const cellsOf = (row) => [
    { head: words.code, get: () => row.code, set: (value) => (row.code = value.replace(/\s+/g, "_")) },
    ...languages.map(([code, head], at) => ({
      head,
      lang: code,
      get: () => row.labels[at] || "",
      set: (value) => (row.labels[at] = value),
    })),
    ...names.map((name) => ({
      head: headOf(name),
      choices: columns[name],
      get: () => row.more[name] || "",
      set: (value) => (row.more[name] = value),
    })),
  ];
  const named = (choices, value) => {
    const found = fitting(choices, value);
    return found ? found[0] : value;
  };

  const control = (cell, number) => {
    let made;
    if (cell.choices) {
      made = make("select", { className: "form-select" }, new Option(words.any, ""));
      const value = named(cell.choices, cell.get());
      if (value && !cell.choices.some(([code]) => code === value)) made.append(new Option(value, value));
      for (const [code, label] of cell.choices) made.append(new Option(label, code));
      made.value = value;
    } else made = make("input", { className: "form-control", type: "text", value: cell.get(), autocomplete: "off" });
    if (cell.lang) made.lang = cell.lang;
    made.setAttribute("aria-label", `${words.row.replace("#", number)}: ${cell.head}`);
    made.addEventListener("input", () => {
      cell.set(made.value);
      write(rows);
    });
    return made;
  };

  const draw = (focus) => {
    if (!rows.length) rows.push({ code: "", labels: [], more: {} });
    const lines = rows.map((row, at) => {
      const line = make("tr");
      for (const cell of cellsOf(row)) {
        const td = make("td", {}, control(cell, at + 1));
        td.dataset.head = cell.head;
        line.append(td);
      }
      const remove = button(words.remove, () => {
        rows.splice(at, 1);
        write(rows);
        draw([Math.min(at, rows.length - 1), 0]);
      });
      remove.append(make("span", { className: "visually-hidden", textContent: ` ${words.row.replace("#", at + 1)}` }));
      line.append(make("td", {}, remove));
      return line;
    });
    body.replaceChildren(...lines);
    const to = focus && body.rows[focus[0]] && body.rows[focus[0]].cells[focus[1]];
    if (to) to.firstElementChild.focus();
  };

  const at = (target) => {
    const cell = target.closest("td");
    return [cell.parentElement.sectionRowIndex, cell.cellIndex];
  };
  const add = (column = 0) => {
    rows.push({ code: "", labels: [], more: {} });
    draw([rows.length - 1, column]);
  };
  body.addEventListener("keydown", (event) => {
    if (event.target.matches("button")) return;
    const [line, column] = at(event.target);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      if (line === rows.length - 1) add(column);
      else body.rows[line + 1].cells[column].firstElementChild.focus();
    } else if (event.altKey && step && rows[line + step]) {
      event.preventDefault();
      [rows[line], rows[line + step]] = [rows[line + step], rows[line]];
      write(rows);
      draw([line + step, column]);
    }
  });
  body.addEventListener("paste", (event) => {
    const pasted = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "");
    if (!/[\t\n]/.test(pasted)) return;
    event.preventDefault();
    const [line, column] = at(event.target);
    pasted.split("\n").forEach((each, down) => {
      while (rows.length <= line + down) rows.push({ code: "", labels: [], more: {} });
      const cells = cellsOf(rows[line + down]);
      each.split("\t").forEach((value, along) => {
        const cell = cells[column + along];
        if (cell) cell.set(cell.choices ? named(cell.choices, value.trim()) : value.trim());
      });
    });
    write(rows);
    if (rows.length > MOST) return show(false);
    draw([line, column]);
  });

  const head = make("tr");
  const table = make(
    "table",
    { className: "builder-choices-table" },
    make("caption", { className: "visually-hidden", textContent: words.caption }),
    make("thead", {}, head),
    body,
  );
  const hint = make("p", { className: "hint", textContent: words.keys });
  const frame = make("div", { className: "table-scroll" }, table);
  const more = make("p", {}, button(words.add, () => add()));
  const asTable = button(words.table, () => show(true));
  const asText = button(words.text, () => show(false));
  asTable.id = "choices-as-table";
  asText.id = "choices-as-text";
  const show = (grid) => {
    if (grid) {
      rows = read();
      head.replaceChildren(
        ...[words.code, ...languages.map(([, name]) => name), ...names.map(headOf)].map((name) =>
          make("th", { scope: "col", textContent: name }),
        ),
        make("th", { scope: "col" }, make("span", { className: "visually-hidden", textContent: words.remove })),
      );
      draw();
    }
    text.hidden = grid;
    for (const part of [frame, more, hint]) part.hidden = !grid;
    asTable.setAttribute("aria-pressed", String(grid));
    asText.setAttribute("aria-pressed", String(!grid));
    try {
      localStorage.setItem("choices-as-text", grid ? "" : "1");
    } catch {
      return; // a browser that keeps nothing shows the table again next time
    }
  };

  const group = make("p", { className: "builder-ways" }, asTable, asText);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", words.caption);
  text.before(group);
  text.after(frame, more, hint);
  const wrong = text.getAttribute("aria-invalid") === "true";
  let plain = "";
  try {
    plain = localStorage.getItem("choices-as-text") || "";
  } catch {
    plain = "";
  }
  const many = text.value.split("\n").length > MOST;
  if (many) group.hidden = true;
  else show(!wrong && !plain);
})();
