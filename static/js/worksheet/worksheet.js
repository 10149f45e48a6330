// The worksheet: saves as people type, keeps what could not be sent, and lets two people settle one field.
// Without it the same form is saved with its button.
import { keeper } from "../ui/keep.js";
import { autosave, button, paragraph } from "../ui/saving.js";
import { fieldsOf } from "./fields.js";

const form = document.getElementById("worksheet");
const state = document.getElementById("save-state");

function start() {
  const words = state.dataset;
  const notices = document.getElementById("sheet-notices");
  const fields = fieldsOf(form);
  const keep = keeper(form.dataset.keep);
  const marks = JSON.parse(form.elements.base.value);

  const changed = () => [...fields.values()].filter((field) => field.isChanged);

  function keepChanged() {
    const kept = changed().map((field) => [field.key, { value: field.value, mark: marks[field.key] }]);
    // What was typed into fields that do not stand on this page (another step) stays kept.
    const others = Object.entries(keep.read()).filter(([key]) => !fields.has(key));
    keep.write(Object.fromEntries([...others, ...kept]));
  }

  // --- Two people in one field ---
  function settle(field, value) {
    field.value = value;
    field.theirs.replaceChildren();
    field.isInConflict = false;
    // Both texts were seen: from here on mine is a decision.
    marks[field.key] = field.theirMark;
    form.elements.base.value = JSON.stringify(marks);
    field.focus();
    keepChanged();
    save();
  }

  function showConflict(field, conflict) {
    if (field.isInConflict && field.theirs.textContent.includes(conflict.words.join(" "))) {
      return;
    }
    field.isInConflict = true;
    const box = document.createElement("div");
    box.className = "theirs";
    box.setAttribute("role", "group");
    const who = document.createElement("p");
    who.className = "theirs-who";
    who.textContent = conflict.sentence;
    const text = document.createElement("blockquote");
    text.className = "prose";
    text.textContent = conflict.words.join("\n");
    const actions = document.createElement("div");
    actions.className = "actions";
    actions.append(
      button(words.keepMine, () => settle(field, field.value)),
      button(words.takeTheirs, () => {
        field.value = conflict.value;
        field.stands();
        settle(field, field.value);
      }),
    );
    box.append(who, text, actions);
    field.theirs.replaceChildren(box);
    field.open();
  }

  function showRefusal(field, sentence) {
    field.trouble.replaceChildren();
    if (sentence) {
      field.trouble.append(paragraph(sentence, "blocks"));
      field.open();
    }
    field.markInvalid(Boolean(sentence));
  }

  // --- What the server says ---
  function heed(answer, sent) {
    for (const [key, value] of sent) {
      const field = fields.get(key);
      const refusal = answer.refused[key] ?? "";
      const conflict = answer.conflicts[key];
      if (conflict) {
        field.theirMark = answer.marks[key];
        showConflict(field, conflict);
      } else if (!refusal && answer.marks[key]) {
        marks[key] = answer.marks[key];
        field.wasSaved(value);
      }
      // What is typed on meanwhile is judged with the next save.
      if (field.same(value)) {
        showRefusal(field, refusal);
        field.isRefused = Boolean(refusal);
      }
    }
    form.elements.base.value = JSON.stringify(marks);
    for (const [name, html] of Object.entries(answer.panels)) {
      const panel = document.getElementById(`panel-${name}`);
      // Not under the hands of somebody who is writing a reason there.
      if (panel && !panel.contains(document.activeElement) && !panel.querySelector("details[open]")) {
        panel.innerHTML = html;
      }
    }
    if (toSend().length > 0) {
      return null;
    }
    return changed().length ? words.savedRest : words.saved;
  }

  // --- Saving ---
  function toSend() {
    return changed().filter((field) => !field.isInConflict && !field.isRefused);
  }

  function pack() {
    const waiting = toSend();
    if (waiting.length === 0) {
      return null;
    }
    const body = new FormData();
    for (const field of waiting) {
      field.appendTo(body);
    }
    body.set("base", JSON.stringify(Object.fromEntries(waiting.map((field) => [field.key, marks[field.key]]))));
    return { body, sent: waiting.map((field) => [field.key, field.value]) };
  }

  const { save, typed: saveLater, notice } = autosave({ form, state, notices, words, pack, heed, keepTyped: keepChanged });

  function typed(event) {
    const field = fields.get(event.target.name);
    if (!field) {
      return;
    }
    field.isRefused = false;
    keepChanged();
    saveLater();
  }

  function restore() {
    let isAnything = false;
    for (const [key, { value, mark }] of Object.entries(keep.read())) {
      const field = fields.get(key);
      if (field && !field.same(value)) {
        field.value = value;
        // With the mark of what was seen then: what somebody wrote since is asked about, not overwritten.
        marks[key] = mark ?? marks[key];
        field.open();
        isAnything = true;
      }
    }
    if (isAnything) {
      form.elements.base.value = JSON.stringify(marks);
      notice(words.restored);
      save();
    }
    keepChanged();
  }

  // --- Where the address leads: the field itself, unfolded ---
  function goToField() {
    const name = decodeURIComponent(window.location.hash.slice(1));
    const place = name && document.getElementById(name);
    if (!place || !place.closest(".sheet-part, .sheet-table")) {
      return;
    }
    for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    const input = place.matches("input, textarea, select") ? place : place.querySelector("input, textarea, select");
    input?.focus();
    place.scrollIntoView({ block: "center" });
  }

  document.addEventListener("input", typed);
  document.addEventListener("change", (event) => {
    if (fields.has(event.target.name)) {
      typed(event);
      saveLater(0);
    }
  });
  document.addEventListener("click", (event) => {
    const taken = event.target.closest("button[name=take], button[name=keep]");
    if (taken) {
      // The whole page is sent: what the server keeps is what it shows next.
      keep.write({});
    }
  });
  window.addEventListener("hashchange", goToField);
  restore();
  goToField();
}

if (form && state) {
  start();
}
