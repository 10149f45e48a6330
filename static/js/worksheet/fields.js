// The worksheet's inputs by key: one input, a group of tick boxes, or a group of radio buttons.

class Field {
  constructor(key, inputs) {
    this.key = key;
    this.inputs = inputs;
    this.type = inputs[0].type;
    // Not what stands here now: people type while the page still loads.
    this.saved = this.sentValue;
    this.isRefused = inputs.some((input) => input.getAttribute("aria-invalid") === "true");
    this.isInConflict = false;
  }

  get isGroup() {
    return this.type === "checkbox" || this.type === "radio";
  }

  /** A text, or the values of what is ticked. */
  get value() {
    if (this.isGroup) {
      return this.inputs.filter((input) => input.checked).map((input) => input.value);
    }
    return this.inputs[0].value;
  }

  /** The value that the page came with. */
  get sentValue() {
    if (this.isGroup) {
      return this.inputs.filter((input) => input.defaultChecked).map((input) => input.value);
    }
    const [input] = this.inputs;
    if (input.options) {
      return ([...input.options].find((option) => option.defaultSelected) ?? input.options[0])?.value ?? "";
    }
    // As the input would show it: a date that is none shows nothing.
    const twin = input.cloneNode();
    twin.value = input.defaultValue;
    return twin.value;
  }

  set value(value) {
    if (this.isGroup) {
      const ticked = [value].flat().map(String);
      for (const input of this.inputs) {
        // A single tick box has the value "on", and stands for yes or no.
        input.checked = this.inputs.length === 1 && this.type === "checkbox" ? truthy(value) : ticked.includes(input.value);
      }
    } else {
      this.inputs[0].value = value ?? "";
    }
  }

  same(value) {
    return JSON.stringify(this.value) === JSON.stringify(value);
  }

  get isChanged() {
    return !this.same(this.saved);
  }

  wasSaved(value) {
    this.saved = value;
  }

  /** What now stands here is what the server has. */
  stands() {
    this.saved = this.value;
  }

  appendTo(body) {
    for (const value of [this.value].flat()) {
      body.append(this.key, value);
    }
  }

  get trouble() {
    return document.querySelector(`[data-trouble="${this.key}"]`) ?? document.createElement("div");
  }

  get theirs() {
    return document.querySelector(`[data-theirs="${this.key}"]`) ?? document.createElement("div");
  }

  markInvalid(isWrong) {
    for (const input of this.inputs) {
      input.classList.toggle("is-invalid", isWrong);
      if (isWrong) {
        input.setAttribute("aria-invalid", "true");
      } else {
        input.removeAttribute("aria-invalid");
      }
    }
  }

  /** Unfolds whatever hides it. */
  open() {
    for (let fold = this.inputs[0].closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
  }

  focus() {
    this.inputs[0].focus();
  }
}

function truthy(value) {
  const given = [value].flat();
  return given.length > 0 && given[0] !== false && given[0] !== "";
}

/** Key → field, for every input of the form that has a key. */
export function fieldsOf(form) {
  const inputs = new Map();
  for (const input of form.elements) {
    if (input.dataset.key) {
      inputs.set(input.dataset.key, [...(inputs.get(input.dataset.key) ?? []), input]);
    }
  }
  return new Map([...inputs].map(([key, group]) => [key, new Field(key, group)]));
}
