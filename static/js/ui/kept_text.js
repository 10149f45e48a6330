// What somebody has just sent is kept in this tab until it has arrived. When they had to sign in again first, or the
// site refused the page, their text stands in the form again as soon as they are back.
import { tell } from "./fragments.js";
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
const write = (kept) => quietly(() => sessionStorage.setItem(KEY, JSON.stringify(kept)));
const forget = () => quietly(() => sessionStorage.removeItem(KEY));

const place = () => window.location.pathname + window.location.search;
const fieldsOf = (form) =>
  [...form.elements].filter((field) => field.name && !["hidden", "file", "submit", "button"].includes(field.type));
const isTicked = (field) => field.type === "checkbox" || field.type === "radio";

// Passwords are never kept, and a month keeps its own cells.
function isKept(form) {
  return form.method === "post" && !form.dataset.keep && !form.querySelector("[type=password]") && fieldsOf(form).length;
}

function valueOf(field) {
  if (isTicked(field)) {
    return field.checked;
  }
  return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
}

function keep(form, person) {
  write({
    person,
    place: place(),
    action: form.getAttribute("action") ?? "",
    values: fieldsOf(form).map((field) => [field.name, isTicked(field) ? field.value : null, valueOf(field)]),
    interrupted: false,
  });
}

function putBack(kept) {
  const form = [...document.forms].find((each) => isKept(each) && (each.getAttribute("action") ?? "") === kept.action);
  if (!form) {
    return;
  }
  for (const [name, option, value] of kept.values) {
    const field = fieldsOf(form).find((each) => each.name === name && (option === null || each.value === option));
    if (field && isTicked(field)) {
      field.checked = value;
    } else if (field?.multiple) {
      for (const each of field.options) {
        each.selected = value.includes(each.value);
      }
    } else if (field) {
      field.value = value;
    }
    field?.dispatchEvent(new Event("change", { bubbles: true }));
  }
  tell(document.getElementById("trouble").dataset.kept);
}

export function keepText() {
  const person = document.body.dataset.person;
  const kept = read();
  if (kept && (!person || document.querySelector("main.went-wrong"))) {
    write({ ...kept, interrupted: true });
  } else if (kept && (!kept.interrupted || kept.person !== person)) {
    forget();
  } else if (kept && kept.place === place()) {
    forget();
    // Browsers put back what stood in forms themselves, and do it while the page loads.
    afterLoading(() => putBack(kept));
  }
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-signs-out]")) {
      forget();
    } else if (person && !event.defaultPrevented && isKept(event.target)) {
      keep(event.target, person);
    }
  });
}
