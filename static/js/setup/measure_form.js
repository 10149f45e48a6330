// The measure form shows what the chosen statistic asks for. Without JavaScript all fields are there, and the server
// ignores those that mean nothing for the statistic.

const form = document.querySelector("[data-measure-form]");
const profiles = JSON.parse(document.getElementById(form.dataset.profiles).textContent);
const wrappers = [...form.querySelectorAll("[data-field]")];
const isNew = form.elements.namedItem("code") !== null;
let directionTouched = !isNew;

function wrapperOf(field) {
  return wrappers.find((wrapper) => wrapper.dataset.field === field);
}

function say(field, profile) {
  const label = wrapperOf(field).querySelector("label");
  const words = [...label.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  if (profile.labels[field]) words.textContent = profile.labels[field];
  form.elements.namedItem(field).placeholder = profile.examples[field];
}

function follow() {
  const profile = profiles[form.elements.namedItem("stat").value];
  if (!profile) return;
  for (const wrapper of wrappers) wrapper.hidden = profile.hidden.includes(wrapper.dataset.field);
  say("numerator", profile);
  say("denominator", profile);
  form.elements.namedItem("unit").placeholder = profile.unit;
  form.elements.namedItem("multiplier").placeholder = profile.multiplier;
  if (!directionTouched) form.elements.namedItem("direction").value = profile.direction;
}

for (const choice of form.querySelectorAll('[name="stat"]')) choice.addEventListener("change", follow);
for (const choice of form.querySelectorAll('[name="direction"]')) {
  choice.addEventListener("change", () => {
    directionTouched = true;
  });
}
if (form.querySelector(".error-summary")) directionTouched = true;
follow();
