// The worksheet: saves as people type, keeps what could not be sent, and lets two people settle one field.
// Without it the same form is saved with its button.
import { keeper } from "../month/keep.js";
import { fieldsOf } from "./fields.js";

const PAUSE = 800;
const TRY_AGAIN = 15000;

const form = document.getElementById("worksheet");
const state = document.getElementById("save-state");

function start() {
  const words = state.dataset;
  const notices = document.getElementById("sheet-notices");
  const fields = fieldsOf(form);
  const keep = keeper(form.dataset.keep);
  let marks = JSON.parse(form.elements.base.value);
  let timer = 0;
  let isSaving = false;
  let isSending = false;

  const changed = () => [...fields.values()].filter((field) => field.isChanged);

  function keepChanged() {
    const kept = changed().map((field) => [field.key, { value: field.value, mark: marks[field.key] }]);
    // What was typed into fields that do not stand on this page (another step) stays kept.
    const others = Object.entries(keep.read()).filter(([key]) => !fields.has(key));
    keep.write(Object.fromEntries([...others, ...kept]));
  }

  function notice(text, link) {
    const line = document.createElement("p");
    line.className = "finding finding-confirm";
    line.textContent = text;
    if (link) {
      line.append(" ", link);
    }
    notices.replaceChildren(line);
  }

  function button(text, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm btn-secondary";
    made.textContent = text;
    made.addEventListener("click", press);
    return made;
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
      const line = document.createElement("p");
      line.className = "finding finding-blocks";
      line.textContent = sentence;
      field.trouble.append(line);
      field.open();
    }
    field.markInvalid(Boolean(sentence));
  }

  // --- What the server says ---
  function isSignedOut(response) {
    const login = new URL(document.body.dataset.loginUrl, window.location.href);
    return response.redirected && new URL(response.url).pathname === login.pathname;
  }

  function tellSignedOut() {
    const login = new URL(document.body.dataset.loginUrl, window.location.href);
    login.searchParams.set("next", window.location.pathname + window.location.search);
    const link = document.createElement("a");
    link.href = login.href;
    link.textContent = words.signIn;
    state.textContent = "";
    notice(words.signedOut, link);
  }

  function heed(answer, sent) {
    if (answer.closed) {
      state.textContent = "";
      notice(answer.closed);
      return;
    }
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
    keepChanged();
    const waiting = changed();
    if (waiting.some((field) => !field.isRefused && !field.isInConflict)) {
      later();
    } else {
      state.textContent = (waiting.length ? words.savedRest : words.saved).replace("{time}", answer.saved);
    }
  }

  // --- Saving ---
  function cookie(name) {
    return document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.split("=")[1] ?? "";
  }

  function packed(toSend) {
    const body = new FormData();
    for (const field of toSend) {
      field.appendTo(body);
    }
    body.set("base", JSON.stringify(Object.fromEntries(toSend.map((field) => [field.key, marks[field.key]]))));
    return body;
  }

  async function save() {
    window.clearTimeout(timer);
    const toSend = changed().filter((field) => !field.isInConflict && !field.isRefused);
    if (isSending || toSend.length === 0) {
      return;
    }
    if (isSaving) {
      later();
      return;
    }
    isSaving = true;
    state.textContent = words.saving;
    const sent = toSend.map((field) => [field.key, field.value]);
    const token = cookie("csrftoken") || form.elements.csrfmiddlewaretoken.value;
    try {
      const response = await fetch(form.dataset.save, {
        method: "POST",
        body: packed(toSend),
        headers: { "X-CSRFToken": token },
      });
      if (isSignedOut(response)) {
        tellSignedOut();
      } else if (response.headers.get("content-type")?.startsWith("application/json")) {
        heed(await response.json(), sent);
      } else {
        throw new Error(`save answered ${response.status}`);
      }
    } catch (error) {
      state.textContent = error instanceof TypeError ? words.offline : words.failed;
      later(TRY_AGAIN);
    } finally {
      isSaving = false;
    }
  }

  function later(pause = PAUSE) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, pause);
  }

  function typed(event) {
    const field = fields.get(event.target.name);
    if (!field) {
      return;
    }
    field.isRefused = false;
    keepChanged();
    later();
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
      later(0);
    }
  });
  document.addEventListener("click", (event) => {
    const taken = event.target.closest("button[name=take], button[name=keep]");
    if (taken) {
      // The whole page is sent: what the server keeps is what it shows next.
      keep.write({});
    }
  });
  form.addEventListener("submit", () => {
    isSending = true;
    window.clearTimeout(timer);
    keepChanged();
  });
  window.addEventListener("online", save);
  window.addEventListener("pageshow", () => {
    isSending = false;
  });
  window.addEventListener("hashchange", goToField);
  restore();
  goToField();
}

if (form && state) {
  start();
}
