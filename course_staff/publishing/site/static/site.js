// What a page does without any server: boxes that scroll take the focus, predictions are kept in
// this browser, and what tells their answer waits for them; panels move through drawn pictures; code
// unfolds, one piece or all.
"use strict";

const all = (what, where = document) => [...where.querySelectorAll(what)];

// What a box holds, for who can't see it.
function named(box) {
  if (box.tagName === "TABLE") return "table: " + all("th", box).map(each => each.textContent.trim()).filter(Boolean).join(", ");
  if (box.tagName !== "PRE") return "picture";
  const lines = box.textContent.trimEnd().split("\n").length;
  return (box.closest(".output") ? "output" : "code") + `, ${lines} line${lines > 1 ? "s" : ""}`;
}

// Whatever is wider than its box can be scrolled by the keyboard, and says what it is.
function reachable() {
  const formulas = all("mjx-container:not([display])");
  formulas.forEach(formula => formula.classList.remove("wide"));
  const wide = formulas.filter(formula => formula.firstElementChild.getBoundingClientRect().width
    > formula.closest("p, li, td, dd, dt, div").clientWidth);
  wide.forEach(formula => formula.classList.add("wide"));
  const boxes = all("pre, table, .math, .picture, mjx-container[display]").concat(wide);
  const over = boxes.map(box => box.scrollWidth > box.clientWidth + 1);  // read all, then write
  boxes.forEach((box, i) => {
    if (over[i]) {
      box.tabIndex = 0;
      if (box.matches("pre, .picture")) box.setAttribute("role", "region");
      if (box.matches("pre, .picture, table")) box.setAttribute("aria-label", named(box));
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

// A number typed with a comma, as machines write it: "2,5" is 2.5, where thousands fit "1,024" is 1024.
function plain(input) {
  const typed = input.value.trim().replace("−", "-"), high = Number(input.dataset.between.split(" ")[1]);
  const thousands = high >= 1000 && /^-?\d{1,3}(,\d{3})+(\.\d*)?$/.test(typed);
  return thousands ? typed.replaceAll(",", "") : typed.replace(",", ".");
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
    if (input.dataset.between) {
      const [low, high] = input.dataset.between.split(" ").map(Number);
      const check = () => {
        const value = Number(plain(input));
        input.setCustomValidity(low <= value && value <= high ? "" : `Type a number from ${low} to ${high}.`);
      };
      input.addEventListener("input", check);
    }
    form.addEventListener("submit", event => {
      event.preventDefault();
      kept.set(key, input.dataset.between ? plain(input) : input.value);
      open(key);
      told(form, true);
    });
    if (show) show.addEventListener("click", () => { open(key); told(form, true); });
    if (kept.get(key) !== null) { input.value = kept.get(key); open(key); told(form, false); }
  }
  // What a lesson asks again: the class's rule is the excess expected Brier score of a probability.
  for (const line of all("[data-recall]")) {
    const value = kept.get(line.dataset.recall);
    if (value === null) continue;
    const picture = line.closest(".cell").querySelector("img[alt*=': measured ']");
    const measured = picture && /: measured (\S+) %\.$/.exec(picture.alt);
    line.textContent = measured
      ? `You said ${value} % in lesson ${line.dataset.lesson}, which costs ${((value - measured[1]) ** 2 / 1e4).toFixed(4)}.`
      : `You said ${value} in lesson ${line.dataset.lesson}.`;
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

// Answers in words stay here, too.
function answers() {
  for (const area of all("textarea[data-key]")) {
    const key = `answer.${area.dataset.key}`;
    area.parentElement.hidden = false;
    area.value = kept.get(key) || "";
    area.addEventListener("input", () => kept.set(key, area.value));
  }
}

// One switch unfolds all code, on every page.
function code() {
  const line = document.querySelector(".all-code"), folded = all("details.fold");
  if (!line || !folded.length) return;
  const box = line.querySelector("input"), show = () => folded.forEach(each => { each.open = box.checked; });
  line.hidden = false;
  box.checked = kept.get("page.code") === "shown";
  if (box.checked) show();
  box.addEventListener("change", () => { kept.set("page.code", box.checked ? "shown" : "folded"); show(); });
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
    // Captions tell what this control says, and where its steps end.
    const said_by = controls.find(control => "said" in control.dataset);
    const say = control => {
      const here = controls.map(stands);
      const told = control === said_by ? at(here)[4] : JSON.parse(control.dataset.told)[control.value];
      control.setAttribute("aria-valuetext", told);
      control.nextElementSibling.textContent = told;
    };
    const cap = () => {
      const place = step => at(controls.map((each, i) => each === said_by ? step : stands(each)))[0];
      let last = said_by.dataset.count - 1;
      while (last > 0 && place(last) === place(last - 1)) last -= 1;
      said_by.max = last;  // the control steps back by itself
    };
    if (said_by) { cap(); say(said_by); }
    for (const each of all("[hidden]", panel)) each.hidden = false;
    panel.addEventListener("input", ({target}) => {
      if (said_by && target !== said_by) { cap(); say(said_by); }
      if (target.type === "range") say(target);
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

// Many boxes unfold at once: they are measured once.
let measuring;
function later() {
  cancelAnimationFrame(measuring);
  measuring = requestAnimationFrame(reachable);
}

code();
answers();
guesses();
panels();
reachable();
addEventListener("resize", reachable);
addEventListener("toggle", later, true);  // of what was folded
addEventListener("load", () => {
  const formulas = window.MathJax && MathJax.startup ? MathJax.startup.promise : Promise.resolve();
  formulas.catch(() => {}).then(() => { document.documentElement.classList.add("typeset"); reachable(); });
});
