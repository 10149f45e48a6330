// A search field over a long select. Without JavaScript the select is a plain one.

function makeSearchable(select) {
  const every = [...select.querySelectorAll("option")].map((option) => ({
    option,
    group: option.parentElement,
    text: `${option.label} ${option.value}`.toLowerCase().replaceAll("_", " "),
  }));
  const field = document.createElement("input");
  field.type = "search";
  field.className = "form-control mb-2";
  field.placeholder = select.dataset.searchable;
  field.setAttribute("aria-label", select.dataset.searchable);
  field.setAttribute("aria-controls", select.id);
  field.autocomplete = "off";
  select.before(field);

  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = select.value;
    // Safari shows hidden options, so those that do not fit are taken out.
    for (const { option, group, text } of every) {
      const fits = option.value === chosen || words.every((word) => text.includes(word));
      if (fits) group.append(option);
      else option.remove();
    }
    const found = every.filter(({ text }) => words.length && words.every((word) => text.includes(word)));
    if (found.length && !found.some(({ option }) => option.value === chosen)) select.value = found[0].option.value;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      select.focus();
    }
  });
}

for (const select of document.querySelectorAll("select[data-searchable]")) makeSearchable(select);
