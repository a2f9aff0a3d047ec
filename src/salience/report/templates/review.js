"use strict";
// The review page. It reads its data from the page, asks no host, and builds text as text nodes, never as HTML.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const el = (id) => document.getElementById(id);
  const SIGNS = { suggested: "·", accepted: "✓", edited: "✎", rejected: "✗", unsure: "?", "same-as": "=" };
  const WORDS = { suggested: "not decided", accepted: "accepted", edited: "edited", rejected: "rejected",
                  unsure: "unsure", "same-as": "same as" };
  const HOW = { alias: "a name that the case knows", gazetteer: "a list of places", shape: "how it is written",
                pattern: "a rule", spacy: "a language model", model: "a model reader", inferred: "what stands nearby",
                person: "a person" };
  const MEANS = { label: "The label", figure: "The number", demand: "What is wanted", event: "Type of event" };
  const KINDS = {
    organisation: "an organisation, state body or armed group", person: "one person", place: "a place",
    population: "a group of people, such as women or Hazaras", unnamed: "an actor without a proper name",
    other: "a name whose kind is not known", label: "how the text calls an actor", quote: "somebody's own words",
    attribution: "the words that say who said it", figure: "a number of something", demand: "what somebody calls for",
    claim: "stated as a fact", event: "something that happened",
  };
  const KEPT = "salience-review:" + data.case;
  const items = data.items;
  const own = new Map();   // id -> the last step of this sitting about it
  let steps = [];          // every step, undone ones too: nothing is deleted
  let undoable = [];       // steps that z can still take back
  let at = 0, asking = null, savedSteps = 0;

  const node = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    return made;
  };

  // Signs that turn the direction of writing around without being seen are shown, so that they cannot mislead.
  const plain = (into, text) => {
    for (const part of String(text).split(/([\u202a-\u202e\u2066-\u2069])/)) {
      if (/^[\u202a-\u202e\u2066-\u2069]$/.test(part)) into.append(node("span", "⇄", "hidden-sign"));
      else into.append(part);
    }
    return into;
  };

  const now = (item) => own.get(item.id) || { state: item.state, change: item.change, note: item.note, by: item.by };
  const told = (item, name) => { const change = now(item).change; return name in change ? change[name] : item[name]; };

  const fact = (name, value) => {
    if (value === null || value === undefined || value === "") return;
    el("facts").append(node("dt", name), node("dd"));
    el("facts").lastChild.append(plain(node("bdi"), value));
  };

  function showItem() {
    const item = items[at];
    el("facts").replaceChildren();
    el("context").replaceChildren();
    if (!item) { el("where").textContent = "There is nothing to review."; el("keys").hidden = true; return; }
    el("where").replaceChildren(`${at + 1} of ${items.length}`);
    for (const part of [item.source, item.published, item.title])
      if (part) { el("where").append(" · "); el("where").append(plain(node("bdi"), part)); }
    el("context").dir = item.rtl ? "rtl" : "ltr";
    plain(el("context"), item.before);
    el("context").append(plain(node("mark"), item.quote));
    plain(el("context"), item.after);
    const kind = told(item, "kind");
    fact("Suggested as", KINDS[kind] ? `${kind}: ${KINDS[kind]}` : kind);
    const means = item.layer === "mention" ? "Stands for" : MEANS[item.kind] || "Says";
    if (told(item, "value") !== item.quote || item.layer === "mention") fact(means, told(item, "value"));
    fact("Speaker", told(item, "speaker"));
    fact("About", told(item, "about"));
    fact("Found by", `${HOW[item.how] || item.how}; such suggestions are right about ${Math.round(item.confidence * 100)} times in 100`);
    fact("Look at", item.notes);
    if (item.outdated) fact("Look again", "the reading says something else now than when this was decided");
    const state = now(item);
    const verdict = node("span", `${SIGNS[state.state]} ${WORDS[state.state]}`, state.state);
    el("verdict").replaceChildren(verdict);
    if (state.change && state.change.same_as) { verdict.append(" "); verdict.append(plain(node("bdi"), state.change.same_as)); }
    if (!own.has(item.id) && state.by) { el("verdict").append(" by "); el("verdict").append(plain(node("bdi"), state.by)); }
    if (state.note) { el("verdict").append(" — "); el("verdict").append(plain(node("bdi"), state.note)); }
    const rows = el("queue").children;
    for (let k = 0; k < rows.length; k++) rows[k].firstChild.setAttribute("aria-current", String(k === at));
    // Only the list is scrolled: the page must not jump under the reader.
    const list = el("queue").parentElement, row = rows[at];
    if (row.offsetTop < list.scrollTop) list.scrollTop = row.offsetTop;
    const below = row.offsetTop + row.offsetHeight - list.clientHeight;
    if (below > list.scrollTop) list.scrollTop = below;
  }

  function showQueue() {
    el("queue").replaceChildren(...items.map((item, k) => {
      const row = node("li"), button = node("button");
      button.type = "button";
      button.append(node("span"), node("span"));
      button.lastChild.append(plain(node("bdi"), item.quote), node("small", item.kind));
      button.addEventListener("click", () => { at = k; close(); showItem(); });
      row.append(button);
      return row;
    }));
    items.forEach(showState);
  }

  function showState(item) {
    const k = items.indexOf(item), sign = el("queue").children[k].firstChild.firstChild, state = now(item).state;
    sign.textContent = SIGNS[state];
    sign.className = state;
    sign.title = WORDS[state];
  }

  function showCount() {
    const done = items.filter((item) => now(item).state !== "suggested").length;
    el("count").textContent = `${done} of ${items.length} decided` + (steps.length > savedSteps ? ", not saved" : "");
  }

  function step(item, state, change, note) {
    const saw = {};
    for (const name of ["kind", "value", "about", "speaker"]) saw[name] = String(item[name] || "");
    const made = { target: item.id, layer: item.layer, state, change: { ...change, saw }, note: note || "",
                   at: new Date().toISOString(), text: item.text, start: item.start, end: item.end, quote: item.quote,
                   kind: item.kind };
    steps.push(made);
    return made;
  }

  function decide(state, change, note) {
    const item = items[at];
    if (!item) return;
    undoable.push({ item, before: own.get(item.id) });
    own.set(item.id, step(item, state, change || {}, note));
    showState(item);
    keep();
    const next = items.findIndex((one, k) => k > at && now(one).state === "suggested");
    if (next >= 0) at = next; else if (at + 1 < items.length) at += 1;
    showItem();
    showCount();
  }

  // Taking back is a step as well: the state before it is decided anew.
  function undo() {
    const last = undoable.pop();
    if (!last) return;
    const { item, before } = last;
    const mine = item.by && item.by === el("by").value.trim();
    const earlier = before || (mine ? { state: item.state, change: item.change, note: item.note } : { state: "suggested", change: {} });
    const { saw, ...change } = earlier.change || {};
    const made = step(item, earlier.state, change, earlier.state === "suggested" ? "taken back" : earlier.note);
    if (before) own.set(item.id, made);
    else own.delete(item.id);
    at = items.indexOf(item);
    showState(item);
    keep();
    showItem();
    showCount();
  }

  function open(which) {
    const item = items[at];
    if (!item) return;
    asking = which;
    const shown = which === "edited" ? ["kind", "value", "note", ...(item.layer === "statement" ? ["speaker", "about"] : [])] : ["same", "note"];
    for (const label of el("form").querySelectorAll("label")) label.hidden = !shown.includes(label.dataset.field);
    el("asked").textContent = which === "edited" ? "Change what is wrong:" : "Who or what is this the same as?";
    el("value-label").textContent = item.layer === "mention" ? "Stands for" : MEANS[item.kind] || "Says";
    el("kind").replaceChildren(...(item.layer === "mention" ? data.mentionKinds : data.statementKinds).map((kind) => {
      const option = node("option", kind);
      option.selected = kind === told(item, "kind");
      return option;
    }));
    for (const name of ["value", "speaker", "about"]) el(name).value = told(item, name) || "";
    el("same").value = now(item).change.same_as || "";
    el("note").value = "";
    el("form").hidden = false;
    el(which === "edited" ? "kind" : "same").focus();
  }

  function close() {
    asking = null;
    el("form").hidden = true;
    if (document.activeElement && el("form").contains(document.activeElement)) document.activeElement.blur();
  }

  function finish() {
    const item = items[at], which = asking, note = el("note").value.trim(), change = {};
    if (which === "edited") {
      for (const name of ["kind", "value", "speaker", "about"]) {
        const said = el(name).value.trim();
        if (!el("form").querySelector(`[data-field=${name}]`).hidden && said !== (item[name] || "")) change[name] = said;
      }
      close();
      if (Object.keys(change).length) decide("edited", change, note); else decide("accepted", {}, note);
    } else {
      const name = el("same").value.trim();
      if (!name) { el("same").focus(); return; }
      change.same_as = name;
      change[item.layer === "mention" ? "value" : "about"] = name;
      close();
      decide("same-as", change, note);
    }
  }

  function press(key) {
    if (key === "j") { at = Math.min(at + 1, items.length - 1); showItem(); }
    else if (key === "k") { at = Math.max(at - 1, 0); showItem(); }
    else if (key === "a") decide("accepted");
    else if (key === "r") decide("rejected");
    else if (key === "u") decide("unsure");
    else if (key === "e") open("edited");
    else if (key === "m") open("same-as");
    else if (key === "z") undo();
    else return false;
    return true;
  }

  function saved() {
    const by = el("by").value.trim();
    if (!by) { el("count").textContent = "Give your name first: decisions are kept with it."; el("by").focus(); return null; }
    const lines = [{ salience: data.form, case: data.case, by, made: new Date().toISOString() }, ...steps, { end: steps.length }];
    return lines.map((line) => JSON.stringify(line) + "\n").join("");
  }

  function save() {
    if (!steps.length) { el("count").textContent = "Nothing was decided yet."; return; }
    const text = saved();
    if (text === null) return;
    const link = node("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
    link.download = `decisions-${el("by").value.trim().replace(/[^\p{L}\p{N}]+/gu, "-")}-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "")}.jsonl`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    savedSteps = steps.length;
    keep();
    showCount();
  }

  // Some browsers let no page from a file keep anything; then only the saved file remains.
  function keep() {
    try { localStorage.setItem(KEPT, JSON.stringify({ by: el("by").value, steps, savedSteps })); } catch (error) { return; }
  }

  function restore() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(KEPT)); } catch (error) { return; }
    if (!kept || !Array.isArray(kept.steps)) return;
    el("by").value = data.by || kept.by || "";
    const known = new Map(items.map((item) => [item.id, item]));
    steps = kept.steps;
    for (const made of steps) {
      if (!known.has(made.target)) continue;
      if (made.state === "suggested") own.delete(made.target); else own.set(made.target, made);
    }
    savedSteps = kept.savedSteps || 0;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && asking) { close(); event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || asking) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName || "")) return;
    if (press(event.key.toLowerCase())) event.preventDefault();
  });
  el("keys").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) press(button.dataset.key);
  });
  el("form").addEventListener("submit", (event) => { event.preventDefault(); finish(); });
  el("form").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName !== "BUTTON") { event.preventDefault(); finish(); }
  });
  el("cancel").addEventListener("click", close);
  el("save").addEventListener("click", save);
  el("by").addEventListener("change", keep);
  el("by").addEventListener("keydown", (event) => { if (event.key === "Enter") el("by").blur(); });
  window.addEventListener("beforeunload", (event) => { if (steps.length > savedSteps) event.preventDefault(); });

  el("names").replaceChildren(...data.names.map((name) => { const o = node("option"); o.value = name; return o; }));
  el("by").value = data.by;
  restore();
  showQueue();
  showItem();
  showCount();
  window.salienceReview = { saved };
})();
