// The month's page: saves as people type, shows findings, and settles what two people typed into one cell.
// Without it the same form is saved and submitted with its buttons.
import { keeper } from "../ui/keep.js";
import { autosave, button, paragraph } from "../ui/saving.js";
import { cellsOf, same } from "./cells.js";
import { watchKeys } from "./keys.js";
import { sentenceAbove, showResult } from "./rates.js";
import { brokenRules, comparedWith } from "./rules.js";
import { sumSites } from "./sites.js";

const form = document.getElementById("month-form");

function start() {
  const words = document.getElementById("words").dataset;
  const notices = document.getElementById("month-notices");
  const state = document.getElementById("save-state");
  const cells = cellsOf(form);
  const keep = keeper(form.dataset.keep);
  let mustAsk = false;

  function changed() {
    return [...cells.values()].filter((cell) => cell.isChanged);
  }

  function keepChanged() {
    keep.write(Object.fromEntries(changed().map((cell) => [cell.key, { entry: cell.entry, seen: cell.seen }])));
  }

  // --- Words on the page ---
  function tidy(cell) {
    const [reason, note, sample] = ["[data-reason]", "[data-note]", "[data-sample]"].map((found) => cell.own(found));
    if (!reason) {
      return;
    }
    const [numerator, , why, text] = cell.entry;
    reason.classList.toggle("is-quiet", numerator !== "" && why === "");
    sample?.classList.toggle("is-quiet", numerator === "" && cell.entry[4] === "");
    note.classList.toggle("is-quiet", text === "" && !cell.asksForNote && document.activeElement !== cell.inputs[3]);
  }

  function showFindings(cell, findings) {
    cell.asksForNote = findings.some((finding) => finding.severity === "confirm");
    cell.findings.replaceChildren(
      ...findings.map((finding) =>
        finding.confirmed
          ? paragraph(`${words.noted}: ${finding.message}`, "noted")
          : paragraph(finding.message, finding.severity),
      ),
    );
    Object.entries({ numerator: 0, denominator: 1, population: 4 }).forEach(([field, place]) => {
      const isWrong = findings.some((finding) => finding.field === field && finding.severity === "blocks");
      cell.inputs[place]?.classList.toggle("is-invalid", isWrong);
      cell.inputs[place]?.toggleAttribute("aria-invalid", isWrong);
      if (isWrong) {
        cell.inputs[place]?.setAttribute("aria-invalid", "true");
      }
    });
    tidy(cell);
  }

  function showConflict(cell, sentence, theirs) {
    if (cell.theirs.dataset.shown === sentence) {
      return;
    }
    const settle = (entry) => {
      cell.seen = theirs;
      cell.entry = entry;
      cell.theirs.replaceChildren();
      delete cell.theirs.dataset.shown;
      showResult(cell, words);
      cell.inputs[0].focus();
      save();
    };
    cell.theirs.dataset.shown = sentence;
    cell.theirs.replaceChildren(
      paragraph(sentence, "confirm"),
      button(words.keepMine, () => settle(cell.entry)),
      button(words.takeTheirs, () => settle(theirs)),
    );
  }

  // --- What the server says ---
  function hear(cell, heard, sent) {
    if (heard.conflict) {
      showConflict(cell, heard.conflict, heard.entry);
      return;
    }
    const isTypedOn = !same(cell.entry, sent);
    if (!isTypedOn && !same(cell.entry, heard.entry)) {
      cell.entry = heard.entry;
      cell.body.classList.add("was-changed");
      showResult(cell, words);
      cell.theirs.replaceChildren(paragraph(heard.changed, "noted"));
    }
    cell.seen = heard.entry;
    if (!isTypedOn) {
      showFindings(cell, heard.findings);
    }
  }

  function heed(answer, sent) {
    for (const [key, heard] of Object.entries(answer.cells)) {
      if (cells.has(key)) {
        hear(cells.get(key), heard, sent.get(key));
      }
    }
    form.elements.base_revision.value = answer.revision;
    document.getElementById("send-summary").textContent = answer.summary;
    return changed().some((cell) => !cell.theirs.dataset.shown) ? null : words.saved;
  }

  // --- Saving ---
  function pack() {
    if (changed().length === 0 && !mustAsk) {
      return null;
    }
    mustAsk = false;
    return { body: new FormData(form), sent: new Map([...cells].map(([key, cell]) => [key, cell.entry])) };
  }

  const { save, typed: saveLater, notice } = autosave({ form, state, notices, words, pack, heed, keepTyped: keepChanged });

  function typed(event) {
    const body = event.target.closest("[data-cell]");
    if (!body) {
      return;
    }
    const cell = cells.get(body.dataset.cell);
    judge(cell);
    const total = sumSites(cell, cells);
    if (total) {
      judge(total);
    }
    keepChanged();
    saveLater();
  }

  /** What can be said without the server, which says all with the next save. */
  function judge(cell) {
    showResult(cell, words);
    const above = sentenceAbove(cell, words);
    const told = above ? [{ field: "numerator", severity: "blocks", message: above }] : brokenRules(cell, cells);
    if (told.length > 0) {
      showFindings(cell, told);
    } else {
      tidy(cell);
    }
    const others = comparedWith(cell, cells).filter((other) => brokenRules(other, cells).length > 0);
    others.forEach((other) => showFindings(other, brokenRules(other, cells)));
    // Also when the texts are back to what is saved: the sentence beside them is not.
    mustAsk ||= told.length > 0 || others.length > 0;
  }

  function restore() {
    const kept = Object.entries(keep.read()).filter(([key]) => cells.has(key));
    let isAnything = false;
    for (const [key, { entry, seen }] of kept) {
      const cell = cells.get(key);
      // After a refused submit the page already holds what was typed.
      if (!same(entry, cell.seen) && !same(entry, cell.entry)) {
        cell.entry = entry;
        cell.seen = seen;
        showResult(cell, words);
        isAnything = true;
      }
    }
    keepChanged();
    if (isAnything) {
      notice(words.restored);
      save();
    }
  }

  form.classList.add("is-live");
  form.addEventListener("input", typed);
  // At once, but not in the middle of a paste that goes through many cells.
  form.addEventListener("change", () => saveLater(0));
  document.getElementById("discard")?.addEventListener("click", () => keep.write({}));
  watchKeys(form, (count) => notice(words.leftOver.replace("{count}", count)));
  for (const cell of cells.values()) {
    cell.asksForNote = cell.own("[data-note]")?.classList.contains("is-quiet") === false;
    tidy(cell);
  }
  restore();
}

if (form) {
  start();
}
