// What a page does without any server: boxes that scroll take the focus, predictions are kept in
// this browser, and what tells their answer waits for them; panels move through drawn pictures.
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

// A panel shows the picture of where its controls stand; the last control moves fastest.
function panels() {
  for (const panel of all(".panel")) {
    const {folder, places} = JSON.parse(panel.querySelector("script").textContent);
    const picture = panel.querySelector("img"), caption = panel.querySelector("figcaption");
    const controls = all("input, select", panel), said = panel.querySelector("[role=status]");
    const stands = control => control.type === "checkbox" ? Number(control.checked) : Number(control.value);
    const at = where => places[where.reduce((sum, place, i) => sum * controls[i].dataset.count + place, 0)];
    let saying;
    for (const each of all("[hidden]", panel)) each.hidden = false;
    panel.addEventListener("input", ({target}) => {
      if (target.type === "range") {
        const told = JSON.parse(target.dataset.told)[target.value];
        target.setAttribute("aria-valuetext", told);
        target.nextElementSibling.textContent = told;
      }
      const here = controls.map(stands), [file, alt, width, height] = at(here);
      Object.assign(picture, {src: `${folder}/${file}`, alt, width, height});
      caption.textContent = alt;
      clearTimeout(saying);  // after the control has said its own value, and only where it stops
      saying = setTimeout(() => { said.textContent = alt; }, 600);
      // What the next step shows is there when it is asked for.
      here.forEach((place, i) => [place - 1, place + 1].filter(to => 0 <= to && to < controls[i].dataset.count)
        .forEach(to => { new Image().src = `${folder}/${at(here.map((from, j) => j === i ? to : from))[0]}`; }));
    });
  }
}

guesses();
panels();
reachable();
addEventListener("resize", reachable);
addEventListener("toggle", reachable, true);  // of tests that were folded
addEventListener("load", () => { if (window.MathJax && MathJax.startup) MathJax.startup.promise.then(reachable); });
