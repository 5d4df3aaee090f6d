"use strict";
const svg = document.querySelector("svg");
const told = document.getElementById("told");
const rows = new Map([...document.querySelectorAll("tr[data-flow]")].map((row) => [row.dataset.flow, row]));
const lines = new Map([...document.querySelectorAll("g[data-flow]")].map((line) => [line.dataset.flow, line]));
const silent = told.textContent;
let kept = null;

function show(key) {
  for (const [name, line] of lines) {
    line.classList.toggle("lit", name === key);
    rows.get(name).classList.toggle("lit", name === key);
    rows.get(name).querySelector("button").setAttribute("aria-pressed", String(name === kept));
  }
  svg.classList.toggle("choosing", key !== null);
  if (key === null) {
    told.textContent = silent;
    return;
  }
  told.textContent = rows.get(key).dataset.told;
}

for (const [key, row] of rows) {
  const choose = () => { kept = kept === key ? null : key; show(kept); };
  row.addEventListener("mouseenter", () => show(key));
  row.addEventListener("mouseleave", () => show(kept));
  row.addEventListener("click", choose);
  const button = row.querySelector("button");
  button.addEventListener("focus", () => { if (button.matches(":focus-visible")) { show(key); } });
  button.addEventListener("blur", () => show(kept));
  button.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { kept = null; show(null); }
  });
}
for (const [key, line] of lines) {
  line.addEventListener("mouseenter", () => show(key));
  line.addEventListener("mouseleave", () => show(kept));
  line.addEventListener("click", () => { kept = kept === key ? null : key; show(kept); });
}
const wanted = document.getElementById("wanted");
if (wanted) {
  const all = [...document.querySelectorAll(".workloads tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
  wanted.addEventListener("input", () => {
    const words = wanted.value.toLowerCase().split(/\s+/);
    for (const [row, text] of all) { row.hidden = !words.every((word) => text.includes(word)); }
    document.getElementById("shown").textContent = `${all.filter(([row]) => !row.hidden).length} of ${all.length}`;
  });
}
const named = location.hash.replace(/^#flow=/, "");
const asked = [...rows.keys()].find((key) => named === key || named === encodeURIComponent(key));
if (asked) { kept = asked; show(asked); }
