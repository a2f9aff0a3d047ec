// Puts a live chart in the place of a drawn one: <figure data-spec="/…json" data-vega="/static/vega-….js">.
// Drawings are there first and without this; Vega is loaded when somebody asks, or at once with data-live.
// The interpreter (ast) evaluates expressions without eval, which the page's policy forbids.
let loading;

function loadVega(address) {
  loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

export async function enliven(figure, change = (spec) => spec) {
  const drawing = figure.querySelector(".drawing");
  const [spec] = await Promise.all([
    fetch(figure.dataset.spec).then((response) => response.json()),
    loadVega(figure.dataset.vega),
  ]);
  spec.config = { ...spec.config, mark: { tooltip: true, ...spec.config?.mark } };
  const place = document.createElement("div");
  const { view } = await window.vegaEmbed(place, change(spec), {
    ast: true,
    actions: false,
    defaultStyle: false,
    renderer: "svg",
    tooltip: { disableDefaultStyle: true },
  });
  drawing.replaceChildren(place);
  figure.querySelector(".enliven")?.remove();
  figure.dataset.lively = "yes";
  return view;
}

for (const figure of document.querySelectorAll("figure[data-spec]")) {
  if (figure.dataset.live !== undefined) {
    if (figure.dataset.live !== "later") enliven(figure);
    continue;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "enliven";
  button.textContent = figure.dataset.words;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try { await enliven(figure); } catch { button.disabled = false; }
  });
  figure.append(button);
}
