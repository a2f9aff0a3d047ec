// Brings the page of a running question up to date; without it the page reloads itself.
const bar = document.getElementById("share");
const words = document.getElementById("words");
async function look() {
  try {
    const told = await (await fetch(bar.dataset.watch)).json();
    bar.value = told.share;
    if (words.textContent !== told.words) words.textContent = told.words;
    if (["done", "failed", "stopped"].includes(told.state)) { location.reload(); return; }
  } catch { /* the server is away for a moment; look again */ }
  setTimeout(look, 700);
}
look();
