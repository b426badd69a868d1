// What a page does without any server: boxes that scroll take the focus, predictions are kept in
// this browser, and what tells their answer waits for them.
"use strict";

const all = (what, where = document) => [...where.querySelectorAll(what)];

// Whatever is wider than its box can be scrolled by the keyboard, and says what it is.
function reachable() {
  const formulas = all("mjx-container:not([display])");
  formulas.forEach(formula => formula.classList.remove("wide"));
  const wide = formulas.filter(formula => formula.firstElementChild.getBoundingClientRect().width
    > formula.closest("p, li, td, dd, dt, div").clientWidth);
  wide.forEach(formula => formula.classList.add("wide"));
  const boxes = all("pre, table, .math, mjx-container[display]").concat(wide);
  const over = boxes.map(box => box.scrollWidth > box.clientWidth + 1);  // read all, then write
  boxes.forEach((box, i) => {
    if (over[i]) {
      box.tabIndex = 0;
      if (box.tagName === "PRE") { box.setAttribute("role", "region"); box.setAttribute("aria-label", "code or output"); }
    } else if (box.tabIndex === 0) {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  });
}

// Guesses lie under the names that notebooks use; a browser may forbid to keep them.
const kept = {
  get(key) { try { return localStorage.getItem(`course:${key}`); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(`course:${key}`, value); } catch { /* this page only */ } },
};

const opened = new Set();
const keys = cell => cell.dataset.waits.split(" ");
function waiting(key) { return all("[data-waits]").filter(cell => keys(cell).includes(key)); }

function open(...asked) {
  asked.forEach(key => opened.add(key));
  for (const cell of all("[data-waits]")) cell.classList.toggle("open", keys(cell).every(key => opened.has(key)));
  reachable();
}

function told(form, fresh) {
  const key = form.dataset.key, value = kept.get(key), said = form.querySelector("[role=status]");
  const picture = waiting(key).map(cell => cell.querySelector("img[alt*=': measured ']")).find(Boolean);
  const measured = picture && /: measured (.*)\.$/.exec(picture.alt);
  if (value === null) { said.textContent = measured ? `Measured ${measured[1]}.` : "Shown below."; return; }
  said.textContent = `You predicted ${value}` + (measured ? `; measured ${measured[1]}.` : ".")
    + (fresh ? waiting(key).some(cell => cell.classList.contains("open")) ? " The answer stands below." : " It is kept in this browser." : "");
}

function guesses() {
  for (const form of all("form[data-key]")) {
    const key = form.dataset.key, input = form.querySelector("input"), show = form.querySelector("[type=button]");
    form.hidden = false;
    form.addEventListener("submit", event => {
      event.preventDefault();
      kept.set(key, input.value);
      open(key);
      told(form, true);
    });
    if (show) show.addEventListener("click", () => { open(key); told(form, true); });
    if (kept.get(key) !== null) { input.value = kept.get(key); open(key); told(form, false); }
  }
  // A link to what waits opens it.
  const arrive = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const cell = target && target.closest("[data-waits]");
    if (cell) { open(...keys(cell)); target.scrollIntoView(); }
  };
  addEventListener("hashchange", arrive);
  arrive();
}

guesses();
reachable();
addEventListener("resize", reachable);
addEventListener("toggle", reachable, true);  // of tests that were folded
addEventListener("load", () => { if (window.MathJax && MathJax.startup) MathJax.startup.promise.then(reachable); });
