// The result beside the numbers, at once while one types; the server's own words follow with the next save.

const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

export function showNumber(value) {
  return format.format(value);
}

function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

/** "31 of 50" where people are counted; "20 cases" for a mean, a median or a score. */
function sentence(cell, denominator, words) {
  if (!("cases" in cell.body.dataset)) {
    return words.rate;
  }
  return denominator === 1 ? words.case : words.cases;
}

export function showResult(cell, words) {
  const { multiplier, unit } = cell.body.dataset;
  const divides = "divides" in cell.body.dataset;
  const [numerator, denominator] = cell.numbers;
  if (numerator === null || (divides && denominator === null)) {
    cell.result.value = "";
    return;
  }
  if (divides && denominator === 0) {
    cell.result.value = numerator === 0 ? words.nobody : "";
    return;
  }
  const value = (divides ? numerator / denominator : numerator) * Number(multiplier);
  const text = unit ? `${showNumber(value)}\u202f${unit}` : showNumber(value);
  cell.result.value = denominator !== null
    ? fill(sentence(cell, denominator, words), {
        value: text,
        numerator: showNumber(numerator),
        denominator: showNumber(denominator),
      })
    : text;
}

/** The one check that need not wait for the server: a part above its whole. */
export function sentenceAbove(cell, words) {
  const [numerator, denominator] = cell.numbers;
  if (!("proportion" in cell.body.dataset) || numerator === null || denominator === null || numerator <= denominator) {
    return "";
  }
  return fill(words.above, { numerator: showNumber(numerator), denominator: showNumber(denominator) });
}
