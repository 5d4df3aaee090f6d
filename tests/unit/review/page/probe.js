"use strict";
// Uses the page as a person would and measures it; what it found is added to the page as JSON.
const lit = () => [...document.querySelectorAll("g.flow.lit")].map((line) => line.dataset.flow);
const key = "sgp-to-peer-data";
const row = document.querySelector(`tr[data-flow="${key}"]`);
const line = document.querySelector(`g[data-flow="${key}"]`);
const mouse = (target, type) => target.dispatchEvent(new MouseEvent(type));
const button = row.querySelector("button");
const press = (name) => button.dispatchEvent(new KeyboardEvent("keydown", { key: name, cancelable: true }));
const pressed = () => document.querySelectorAll('button[aria-pressed="true"]').length;
const after = (action) => { action(); return lit(); };

const flows = [...document.querySelectorAll("tr[data-flow]")];
const use = {
  key,
  rows: flows.length,
  reachable: flows.filter((each) => { const own = each.querySelector("button"); own.focus(); return document.activeElement === own; }).length,
  pointed: after(() => mouse(row, "mouseenter")),
  left: after(() => { press("Escape"); mouse(row, "mouseleave"); }),
  "line pointed": after(() => mouse(line, "mouseenter")),
  tapped: after(() => { mouse(line, "mouseleave"); row.click(); }),
  "tapped twice": after(() => row.click()),
  entered: after(() => button.click()),  // what Enter and Space do to a button
  pressed: pressed(),
  escaped: after(() => press("Escape")),
  "pressed no more": pressed(),
};

const field = document.getElementById("wanted");
const typed = (text) => {
  field.value = text;
  field.dispatchEvent(new Event("input"));
  const rows = [...document.querySelectorAll(".workloads tbody tr")].filter((each) => each.checkVisibility());
  return [...rows.map((each) => each.querySelector("b").textContent), document.getElementById("shown").textContent];
};
const search = { name: typed("Orders-API"), "label and port": typed("team=orders 9000"), nothing: typed("nowhere"), all: typed("") };

const parse = (colour) => {
  const srgb = colour.match(/color\(srgb ([0-9.e-]+) ([0-9.e-]+) ([0-9.e-]+)(?: \/ ([0-9.]+))?\)/);
  if (srgb) return [...srgb.slice(1, 4).map((part) => 255 * part), srgb[4] === undefined ? 1 : Number(srgb[4])];
  const parts = colour.match(/[0-9.]+/g).map(Number);
  return [...parts.slice(0, 3), parts.length > 3 ? parts[3] : 1];
};
const over = (top, below) => top.slice(0, 3).map((part, i) => part * top[3] + below[i] * (1 - top[3]));
const light = (colour) => {
  const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  const layers = [];
  for (let each = element; each; each = each.parentElement) {
    const style = getComputedStyle(each);
    layers.push(parse(each instanceof SVGElement ? "rgba(0, 0, 0, 0)" : style.backgroundColor));
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
};
const contrast = { checked: 0, poor: [] };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  const text = walker.currentNode.textContent.trim();
  if (!text || !element.checkVisibility() || element.closest("script, style, title, g.flow")) continue;
  const style = getComputedStyle(element);
  const back = behind(element);
  const ink = over(parse(element instanceof SVGElement ? style.fill : style.color), back);
  const [low, high] = [light(ink), light(back)].sort((a, b) => a - b);
  const ratio = (high + 0.05) / (low + 0.05);
  contrast.checked += 1;
  if (ratio < 4.5) contrast.poor.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
}

const found = document.createElement("pre");
found.id = "found";
found.textContent = JSON.stringify({
  use,
  search,
  contrast,
  requests: performance.getEntriesByType("resource").map((entry) => entry.name),
  scheme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
  layout: {
    page: document.documentElement.scrollWidth,
    screen: document.documentElement.clientWidth,
    picture: document.querySelector("svg").getBoundingClientRect().width,
    smallest: Math.min(...[...document.querySelectorAll("svg text")].filter((each) => each.checkVisibility()).map(
      (each) => parseFloat(getComputedStyle(each).fontSize) * document.querySelector("svg").getBoundingClientRect().width / 1000)),
  },
});
document.body.append(found);
if (parent !== window) parent.postMessage(found.textContent, "*");
