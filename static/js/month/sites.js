// Where a team reports by site, the total is the sum of its sites and is not typed.

const PLACES = 1e6;

/** The total's cell of a site's cell, with all its sites' cells; null for any other cell. */
function family(cell, cells) {
  const group = cell.body.closest("[data-sum]");
  if (!group) {
    return null;
  }
  const sites = [...group.querySelectorAll("[data-cell]")].map((body) => cells.get(body.dataset.cell));
  return { total: cells.get(group.parentElement.closest("[data-cell]").dataset.cell), sites };
}

function sum(sites, place) {
  const numbers = sites.map((site) => site.numbers[place]).filter((number) => number !== null);
  return numbers.length === 0 ? "" : String(Math.round(numbers.reduce((all, one) => all + one, 0) * PLACES) / PLACES);
}

/** Puts the sum of the sites into their total; returns the total's cell, or null when the cell is no site's. */
export function sumSites(cell, cells) {
  const found = family(cell, cells);
  if (!found) {
    return null;
  }
  const isAny = found.sites.some((site) => site.entry[0] !== "" || site.entry[1] !== "");
  found.total.inputs.slice(0, 2).forEach((input, place) => {
    if (input) {
      if (isAny || input.readOnly) {
        input.value = sum(found.sites, place);
      }
      input.readOnly = isAny;
    }
  });
  return found.total;
}
