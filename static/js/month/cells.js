// Reading and writing the cells of the month's form. A cell is a <tbody data-cell> with its inputs.

const PARTS = ["numerator", "denominator", "missing_reason", "note", "population"];

/** All cells of the form by their key. */
export function cellsOf(form) {
  return new Map([...form.querySelectorAll("[data-cell]")].map((body) => [body.dataset.cell, new Cell(form, body)]));
}

export class Cell {
  constructor(form, body) {
    this.key = body.dataset.cell;
    this.body = body;
    this.inputs = PARTS.map((part) => form.elements.namedItem(`${part}:${this.key}`));
    this.seenInput = form.elements.namedItem(`seen:${this.key}`);
    this.result = this.own("[data-result]");
    this.findings = this.own("[data-findings]");
    this.theirs = this.own("[data-theirs]");
  }

  /** The first element of this cell that fits, not one of a group's inside it. */
  own(selector) {
    return [...this.body.querySelectorAll(selector)].find((found) => found.closest("[data-cell]") === this.body);
  }

  /** What stands in the inputs: numerator, denominator, reason, note, drawn from. A part without input stays as it was seen. */
  get entry() {
    return this.inputs.map((input, place) => (input ? input.value.trim() : this.seen[place]));
  }

  set entry(texts) {
    this.inputs.forEach((input, place) => {
      if (input) {
        input.value = texts[place];
      }
    });
  }

  /** What the server held when this page last heard of the cell. */
  get seen() {
    return JSON.parse(this.seenInput.value);
  }

  set seen(texts) {
    this.seenInput.value = JSON.stringify(texts);
  }

  get isChanged() {
    return !same(this.entry, this.seen);
  }

  get numbers() {
    return this.inputs.slice(0, 2).map((input) => (input ? readNumber(input.value) : null));
  }
}

export function same(one, other) {
  return one.every((text, place) => text === other[place]);
}

/** The number in a text, or null: only what is a number without doubt, the server judges the rest. */
function readNumber(text) {
  const plain = text.trim().replace(/^(\d{1,3}(,\d{3})+)/, (grouped) => grouped.replaceAll(",", ""));
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}
