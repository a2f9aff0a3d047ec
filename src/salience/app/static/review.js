// Keys for the review queue. Every key presses a button that is there without it; they can be turned off.
const items = [...document.querySelectorAll("article.doubt")];
const by = document.getElementById("by");
const said = document.getElementById("said");
const keys = document.getElementById("keys");
const KEPT = "salience-review-keys";
let on = true;
try { on = localStorage.getItem(KEPT) !== "off"; } catch { /* the browser keeps nothing; keys are on */ }

const at = () => items.findIndex((item) => item.contains(document.activeElement));
const go = (place) => { const item = items[Math.max(0, Math.min(items.length - 1, place))]; item?.focus(); };
const press = (selector) => (items[at()] ?? items[0])?.querySelector(selector)?.click();
const merge = () => {
  const details = (items[at()] ?? items[0])?.querySelector("details");
  if (details) { details.open = true; details.querySelector("input[name=same_as]").focus(); }
};
const DOES = {
  j: () => go(at() + 1), k: () => go(at() < 0 ? 0 : at() - 1), m: merge,
  a: () => press("button[value=accepted]"), r: () => press("button[value=rejected]"),
  n: () => press("button[value=unsure]"), u: () => document.querySelector("#undo button")?.click(),
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && at() >= 0) { items[at()].focus(); return; }
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
  if (event.target.closest("input, select, textarea")) return;
  const act = DOES[event.key];
  if (act) { event.preventDefault(); act(); }
});

// A name that was written but not yet shown in the address goes with the decision.
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector("input[type=hidden][name=by]");
  if (!field) return;
  if (!by.value.trim()) { event.preventDefault(); by.focus(); by.setAttribute("aria-invalid", "true"); return; }
  field.value = by.value;
});

const toggle = keys?.querySelector("button");
const tell = () => {
  toggle.setAttribute("aria-pressed", String(on));
  toggle.textContent = on ? toggle.dataset.on : toggle.dataset.off;
};
if (toggle) {
  keys.hidden = false;
  tell();
  toggle.addEventListener("click", () => {
    on = !on;
    try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* only for this page, then */ }
    tell();
  });
}

// After a decision: go on where the address says, and let screen readers hear what was done.
if (said.textContent.trim()) {
  const words = said.textContent;
  const here = items.find((item) => `#${item.id}` === location.hash) ?? items[0];
  here?.focus();
  said.textContent = "";
  setTimeout(() => { said.textContent = words; }, 100);
}
