// Forms that say at once what follows: sliders beside numbers, and the outcome brought up to date without a new page.
// Without this the numbers and boxes are there, and a button sends them.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  const fields = [...form.querySelectorAll("input[data-slider]")];
  const sliders = new Map();
  for (const field of fields) {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: field.dataset.slider, step: field.dataset.step, value: field.value });
    slider.setAttribute("aria-labelledby", field.labels[0].id);
    slider.addEventListener("input", () => { field.value = slider.value; keepOrder(field); });
    slider.addEventListener("change", () => send(form));
    field.addEventListener("input", () => { if (field.value !== "") slider.value = field.value; });
    field.addEventListener("change", () => { if (field.value !== "") keepOrder(field); });
    field.before(slider);
    sliders.set(field, slider);
  }
  // The lowest stays lowest: who is passed by another is taken along.
  function keepOrder(moved) {
    const group = fields.filter((field) => field.dataset.group === moved.dataset.group);
    const at = group.indexOf(moved);
    group.forEach((field, k) => {
      if ((k < at && +field.value > +moved.value) || (k > at && +field.value < +moved.value)) field.value = moved.value;
      sliders.get(field).value = field.value;
    });
  }
  form.addEventListener("change", () => send(form));
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
}
let waiting = 0, sent = 0;
// A key held down or a string of ticks is one question.
function send(form) { clearTimeout(waiting); waiting = setTimeout(ask, 200, form); }
async function ask(form) {
  if (!form.reportValidity()) return;
  const address = `${form.getAttribute("action").split("#")[0]}?${new URLSearchParams(new FormData(form))}`;
  const shown = document.getElementById(form.dataset.atOnce);
  const own = ++sent;
  shown.setAttribute("aria-busy", "true");
  history.replaceState(null, "", address);
  try {
    const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    if (own !== sent) return;
    const fresh = page.getElementById(shown.id);
    if (!fresh) { location.assign(address); return; }
    const open = [...shown.querySelectorAll("details")].map((each) => each.open);
    shown.replaceChildren(...fresh.childNodes);
    shown.querySelectorAll("details").forEach((each, k) => { each.open = open[k] ?? each.open; });
  } catch { location.assign(address); return; }
  shown.removeAttribute("aria-busy");
}
