// Sections that hold all words, those with a word in their heading first.
"use strict";

const field = document.getElementById("words"), list = document.getElementById("found");
const MOST = 40;

function search() {
  // Coming back, the same is found.  Some browsers forbid it to a page from a file.
  if (field.value || location.search) try { history.replaceState(null, "", `?q=${encodeURIComponent(field.value)}`); } catch { /* then not */ }
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = !words.length ? [] : SECTIONS.map(([address, page, heading, text, waits]) => {
    const low = text.toLowerCase(), title = `${page} ${heading}`.toLowerCase();
    const all = words.every(word => low.includes(word) || title.includes(word));
    // What tells the answer to a prediction says so only, until a guess is kept.
    const tells = waits !== undefined && waits.split(" ").some(key => kept.get(key) === null);
    return {address, page, heading, text, tells, at: low.indexOf(words[0]),
            rank: all ? 1 + 5 * words.filter(word => title.includes(word)).length - (tells ? 0.5 : 0) : 0};
  }).filter(hit => hit.rank).sort((a, b) => b.rank - a.rank);
  list.replaceChildren(...hits.slice(0, MOST).map(hit => {
    const item = document.createElement("li"), link = document.createElement("a"), said = document.createElement("p");
    link.href = hit.address;
    link.textContent = hit.heading === hit.page ? hit.page : `${hit.page}: ${hit.heading}`;
    const start = Math.max(0, hit.at - 60);
    said.textContent = hit.tells ? "Answers a prediction; the link shows it." : (start ? "… " : "") + hit.text.slice(start, start + 160) + " …";
    item.append(link, said);
    return item;
  }));
  document.getElementById("count").textContent = !words.length ? ""
    : `${hits.length} ${hits.length === 1 ? "section" : "sections"} found`
      + (hits.length > MOST ? `, the first ${MOST} are shown.` : ".");
}

field.value = new URLSearchParams(location.search).get("q") || "";
document.getElementById("search").addEventListener("submit", event => { event.preventDefault(); search(); });
field.addEventListener("input", search);
search();
