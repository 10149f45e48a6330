// What somebody typed is kept in this tab until it was taken. When they had to sign in again first, the site refused the
// page, or they went elsewhere meanwhile, their text stands in the form again as soon as they are back.
//
// Every form is kept when it is sent, by the page or by htmx. A field with `data-keep-text` is kept with each letter; a
// value "name=value" there names the one button that takes it, where a form has several. Forms with the same address are
// told apart by `data-kept-as`.
import { endedSession, tell } from "./fragments.js";
import { afterLoading } from "./loading.js";

const KEY = "kept-text";

/** The kept text; when the browser keeps nothing (private windows), forms still work. */
function quietly(work) {
  try {
    return work();
  } catch {
    return null;
  }
}

const read = () => quietly(() => JSON.parse(sessionStorage.getItem(KEY)));
const forget = () => quietly(() => sessionStorage.removeItem(KEY));

function write(person, forms) {
  const left = Object.entries(forms).filter(([, fields]) => fields.length > 0);
  if (left.length === 0) {
    forget();
  } else {
    quietly(() => sessionStorage.setItem(KEY, JSON.stringify({ person, forms: Object.fromEntries(left) })));
  }
}

const place = () => window.location.pathname + window.location.search;
const nameOf = (form) => `${form.getAttribute("action") || place()}#${form.dataset.keptAs ?? ""}`;
const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
const isTyped = (field) => field.dataset.keepText !== undefined;

// Passwords are never kept.
const isKept = (form) => form.method === "post" && !form.querySelector("[type=password]");

// A worksheet and a month keep their own cells, and leave here what is typed beside them.
function fieldsOf(form) {
  return [...form.elements].filter(
    (field) =>
      field.name &&
      (isTyped(field) || (!form.dataset.keep && !["hidden", "file", "submit", "button"].includes(field.type))),
  );
}

function valueOf(field) {
  if (isTicked(field)) {
    return field.checked;
  }
  return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
}

function isChanged(field) {
  if (isTicked(field)) {
    return field.checked !== field.defaultChecked;
  }
  if (!field.options) {
    return field.value !== field.defaultValue;
  }
  const options = [...field.options];
  if (field.multiple) {
    return options.some((option) => option.selected !== option.defaultSelected);
  }
  return !(options.find((option) => option.defaultSelected) ?? options[0])?.selected;
}

/** Whether this button is what takes the field. */
function takes(button, field) {
  return Boolean(button) && (!field.dataset.keepText || field.dataset.keepText === `${button.name}=${button.value}`);
}

/** What of a form is worth keeping: what was typed, and what `button` sends. */
function contentsOf(form, button) {
  const kept = fieldsOf(form).filter((field) => field.type === "hidden" || takes(button, field) || isChanged(field));
  if (kept.every((field) => field.type === "hidden")) {
    return [];
  }
  return kept.map((field) => ({
    name: field.name,
    option: isTicked(field) ? field.value : null,
    value: valueOf(field),
    isSent: takes(button, field),
  }));
}

const formNamed = (name) => [...document.forms].find((form) => isKept(form) && nameOf(form) === name);

function fieldFor(form, { name, option }) {
  return fieldsOf(form).find((each) => each.name === name && (option === null || each.value === option));
}

const isSame = (field, value) => JSON.stringify(valueOf(field)) === JSON.stringify(value);

function putInto(field, value) {
  if (isTicked(field)) {
    field.checked = value;
  } else if (field.multiple) {
    for (const each of field.options) {
      each.selected = value.includes(each.value);
    }
  } else {
    field.value = value;
  }
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Fills the forms of the page. Whether anything that can be seen stands otherwise than before. */
function putBack(forms) {
  let isAnything = false;
  for (const [name, fields] of Object.entries(forms)) {
    const form = formNamed(name);
    const differing = (form ? fields : [])
      .filter((kept) => !kept.isSent)
      .map((kept) => [fieldFor(form, kept), kept.value])
      .filter(([field, value]) => field && !isSame(field, value));
    // What its page had seen goes with the words; a form that shows them already has seen more.
    if (differing.some(([field]) => field.type !== "hidden")) {
      isAnything = true;
      differing.forEach(([field, value]) => putInto(field, value));
    }
  }
  return isAnything;
}

const notSent = (fields) => fields.map((field) => ({ ...field, isSent: false }));

export function keepText() {
  const { person } = document.body.dataset;
  const kept = read();
  let forms = kept?.forms ?? {};

  function change(name, fields) {
    forms = { ...forms, [name]: fields };
    write(person, forms);
  }

  /** htmx has an answer to a form. What it shows again in the same form was not taken. */
  function heed(form, isTaken) {
    const name = nameOf(form);
    const fields = forms[name] ?? [];
    const shown = formNamed(name);
    const isBack = fields.some((sent) => {
      const field = sent.isSent && shown && fieldFor(shown, sent);
      return field && isTyped(field) && field.type !== "hidden" && field.value !== "" && isSame(field, sent.value);
    });
    change(name, isTaken && !isBack ? fields.filter((field) => !field.isSent) : notSent(fields));
  }

  const each = (work) => Object.fromEntries(Object.entries(forms).map(([name, fields]) => [name, work(fields)]));

  if (kept && (!person || document.querySelector("main.went-wrong"))) {
    forms = each(notSent);
    write(kept.person, forms);
  } else if (kept && kept.person !== person) {
    forms = {};
    forget();
  } else if (kept) {
    // A page came: what was sent for it was taken.
    forms = each((fields) => fields.filter((field) => !field.isSent));
    write(person, forms);
    // Browsers put back what stood in forms themselves, and do it while the page loads.
    afterLoading(() => {
      if (putBack(forms)) {
        tell(document.getElementById("trouble").dataset.kept);
      }
    });
  }
  if (!person) {
    return;
  }
  document.addEventListener("input", ({ target }) => {
    if (target.form && isKept(target.form) && (isTyped(target) || forms[nameOf(target.form)])) {
      change(nameOf(target.form), contentsOf(target.form));
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-signs-out]")) {
      forms = {};
      forget();
    } else if (isKept(form) && (!event.defaultPrevented || form.hasAttribute("hx-post"))) {
      change(nameOf(form), contentsOf(form, event.submitter ?? form));
    }
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    // Not `detail.elt`: once the form was replaced by the answer, that is what stands around it.
    const { elt: form } = detail.requestConfig;
    if (form.matches("form")) {
      heed(form, detail.successful && !endedSession(detail.xhr));
    }
  });
  document.addEventListener("htmx:afterSettle", () => putBack(forms));
}
