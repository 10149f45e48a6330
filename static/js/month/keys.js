// Moving through the grid by keyboard, and pasting a block from a spreadsheet. Undo stays the browser's own.

/** Whether it can be typed into: not one of a breakdown that is folded away. */
function isSeen(input) {
  return input.closest("details:not([open])") === null;
}

/** The number inputs that can be seen, row by row: [numerator, denominator or null]. */
function rowsOf(form) {
  return [...form.querySelectorAll("tr")]
    .filter((row) => row.matches(".measure-line, .group-line"))
    .map((row) => [...row.querySelectorAll(".grid-number")].map((td) => td.querySelector("[data-number]")))
    .filter((inputs) => inputs.some((input) => input && isSeen(input)));
}

function find(rows, input) {
  const row = rows.findIndex((inputs) => inputs.includes(input));
  return [row, rows[row].indexOf(input)];
}

function enter(input) {
  input.focus();
  input.select();
}

/** The next row, up or down, that has a number in this column. */
function step(rows, row, column, by) {
  for (let next = row + by; next >= 0 && next < rows.length; next += by) {
    if (rows[next][column]) {
      return rows[next][column];
    }
  }
  return null;
}

function target(event, rows) {
  const input = event.target;
  const [row, column] = find(rows, input);
  const all = rows.flat().filter(Boolean);
  const isWhole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  const atStart = input.selectionEnd === 0 || isWhole;
  const atEnd = input.selectionStart === input.value.length || isWhole;
  const moves = {
    ArrowUp: () => step(rows, row, column, -1),
    ArrowDown: () => step(rows, row, column, 1),
    Enter: () => step(rows, row, column, event.shiftKey ? -1 : 1),
    ArrowLeft: () => (atStart ? rows[row][column - 1] : null),
    ArrowRight: () => (atEnd ? rows[row][column + 1] : null),
    Home: () => (event.ctrlKey ? all[0] : atStart ? rows[row].find(Boolean) : null),
    End: () => (event.ctrlKey ? all.at(-1) : atEnd ? rows[row].findLast(Boolean) : null),
  };
  return moves[event.key]?.() ?? null;
}

/** Puts a text in as if it had been typed, so that Ctrl+Z takes it back. */
function type(input, text) {
  enter(input);
  document.execCommand(text === "" ? "delete" : "insertText", false, text);
}

function paste(form, start, block) {
  const rows = rowsOf(form);
  const [row, column] = find(rows, start);
  let left = 0;
  block.forEach((texts, down) => {
    texts.forEach((text, right) => {
      const input = rows[row + down]?.[column + right];
      if (input) {
        type(input, text.trim());
      } else if (text.trim()) {
        left += 1;
      }
    });
  });
  enter(start);
  return left;
}

/** Listens for keys and pastes in the form; `onLeftOver(count)` hears of pasted cells without a place. */
export function watchKeys(form, onLeftOver) {
  form.addEventListener("keydown", (event) => {
    // Enter in a field never sends the month by accident.
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
    }
    if (!event.target.matches("[data-number]") || event.altKey || event.metaKey || event.isComposing) {
      return;
    }
    if (event.shiftKey && event.key !== "Enter") {
      return;
    }
    const next = target(event, rowsOf(form));
    if (next) {
      event.preventDefault();
      enter(next);
    }
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!event.target.matches("[data-number]") || !/[\t\n]/.test(text)) {
      return;
    }
    event.preventDefault();
    const left = paste(form, event.target, text.split(/\r?\n/).map((line) => line.split("\t")));
    if (left > 0) {
      onLeftOver(left);
    }
  });
}
