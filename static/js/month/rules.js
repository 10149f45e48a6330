// A measure's own rules, told as soon as the numbers are typed. The server says the same with the next save.
import { showNumber } from "./rates.js";

const ROUNDING = 1e-9;

function rulesOf(cell) {
  return cell.body.dataset.rules ? JSON.parse(cell.body.dataset.rules) : [];
}

/** One of a cell's three numbers, or null: its result in its unit, or one of the two that were typed. */
function partOf(cell, part) {
  const [numerator, denominator] = cell.numbers;
  if (part === "numerator") {
    return numerator;
  }
  if (part === "denominator") {
    return denominator;
  }
  if (numerator === null) {
    return null;
  }
  const multiplier = Number(cell.body.dataset.multiplier);
  if (!("divides" in cell.body.dataset)) {
    return numerator * multiplier;
  }
  return denominator ? (numerator / denominator) * multiplier : null;
}

/** Which sentence a number breaks, and its bound; null when it breaks none. */
function breach(rule, number, cells) {
  if (rule.kind === "range") {
    if (rule.low !== null && number < rule.low) {
      return ["below", rule.low];
    }
    return rule.high !== null && number > rule.high ? ["above", rule.high] : null;
  }
  const other = cells.get(rule.other);
  const bound = other ? partOf(other, rule.otherPart) : null;
  if (bound === null) {
    return null;
  }
  if (rule.kind === "at_most") {
    return number > bound * (1 + ROUNDING) ? ["above", bound] : null;
  }
  return Math.abs(number - bound) > ROUNDING * Math.max(1, Math.abs(bound)) ? ["differs", bound] : null;
}

function sentence(cell, rule, number, [name, bound]) {
  const { unit } = cell.body.dataset;
  const shown = rule.kind === "range" && rule.part === "value" && unit ? `${showNumber(number)}\u202f${unit}` : showNumber(number);
  return rule.sentences[name]
    .replace("{number}", shown)
    .replace("{bound}", showNumber(bound))
    .replaceAll("{{", "{")
    .replaceAll("}}", "}");
}

/** What the measure's rules say about what stands in the cell now, as the server's findings are. */
export function brokenRules(cell, cells) {
  const found = [];
  for (const rule of rulesOf(cell)) {
    const number = partOf(cell, rule.part);
    const broken = number === null ? null : breach(rule, number, cells);
    if (broken) {
      found.push({
        field: rule.part === "denominator" ? "denominator" : "numerator",
        severity: rule.severity,
        message: sentence(cell, rule, number, broken),
        confirmed: rule.severity === "confirm" && cell.entry[3].length >= 3,
      });
    }
  }
  return found;
}

/** The cells whose rules compare with this one. */
export function comparedWith(cell, cells) {
  return [...cells.values()].filter((other) => other !== cell && rulesOf(other).some((rule) => rule.other === cell.key));
}
