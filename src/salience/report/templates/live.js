// Draws a chart anew when its figure comes near the window; until then, and on paper, the still picture stands.
const charts = JSON.parse(document.getElementById("charts").textContent);
// ast: expressions are interpreted, so that the page needs no right to make code from text.
const options = { ast: true, actions: false, renderer: "svg", tooltip: { sanitize: String } };
const refuse = () => Promise.reject(new Error("this file asks no other computer for anything"));
const watcher = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    const place = target.querySelector(".live");
    const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
    vegaEmbed(place, charts[place.dataset.chart], { ...options, loader }).then(
      () => {
        // The figure's own description serves better than one of each mark.
        place.querySelector("svg").setAttribute("aria-hidden", "true");
        target.classList.add("lively");
      },
      (error) => console.error(error),
    );
  }
}, { rootMargin: "600px" });
for (const place of document.querySelectorAll(".live")) watcher.observe(place.closest("figure"));
