// Charts: the server's picture stays until Plotly has drawn the same one, with the value of a month under the pointer.
// Plotly is fetched when the first chart comes into view, each chart's numbers when that chart does.

import { onThemeChange, themed } from "./theme.js";

const NARROW = 480;
// Nothing of the mode bar is shown; the share button, which would send the figure away, is taken out for good.
const CONFIG = {
  plotlyServerURL: "",
  showSendToCloud: false,
  modeBarButtonsToRemove: ["sendChartToCloud"],
  displaylogo: false,
  displayModeBar: false,
  responsive: true,
};
const drawn = new Map();
let library;

function plotly(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => reject(new Error(address)));
    document.head.append(script);
  });
  return library;
}

async function numbers(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    throw new Error(`${response.status} ${address}`);
  }
  return response.json();
}

/** In a narrow chart only every second or third month is named, the last one always. */
function fitted(figure, width) {
  if (width >= NARROW) {
    return figure;
  }
  const axis = figure.layout.xaxis;
  // A quarter's name is half as long again as a month's.
  const isLong = axis.ticktext.some((text) => text.length > 9);
  const every = axis.tickvals.length > 4 || isLong ? 3 : 2;
  const keep = (_value, place) => (axis.tickvals.length - 1 - place) % every === 0;
  const xaxis = { ...axis, tickvals: axis.tickvals.filter(keep), ticktext: axis.ticktext.filter(keep) };
  return { ...figure, layout: { ...figure.layout, xaxis } };
}

function draw(holder) {
  const { Plotly, figure } = drawn.get(holder);
  const ready = themed(fitted(structuredClone(figure), holder.clientWidth));
  return Plotly.react(holder, ready.data, ready.layout, CONFIG);
}

async function show(chart) {
  const holder = document.createElement("div");
  holder.className = "chart-plot";
  holder.setAttribute("role", "group");
  holder.setAttribute("aria-label", chart.querySelector("svg desc")?.textContent ?? "");
  try {
    const [Plotly, figure] = await Promise.all([plotly(chart.dataset.plotly), numbers(chart.dataset.chart)]);
    chart.querySelector(".chart-picture").append(holder);
    drawn.set(holder, { Plotly, figure });
    chart.classList.add("is-drawn");
    await draw(holder);
  } catch (error) {
    // The server's picture and the table stay: nothing is lost but the value under the pointer.
    chart.classList.remove("is-drawn");
    holder.remove();
    chart.querySelector(".chart-trouble").hidden = false;
    console.info("chart not loaded", error.message);
  }
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        seen.unobserve(entry.target);
        show(entry.target);
      }
    }
  },
  { rootMargin: "150px" },
);

for (const chart of document.querySelectorAll("[data-chart]")) {
  seen.observe(chart);
}
const redrawAll = () => drawn.forEach((_figure, holder) => draw(holder));
onThemeChange(redrawAll);
let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth < NARROW !== width < NARROW) {
    redrawAll();
  }
  width = window.innerWidth;
});
