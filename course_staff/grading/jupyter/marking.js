/* The marking page: ticks and comments are saved as they are made; keys as the page lists them. */
"use strict";

window.MathJax = {
  tex: {
    inlineMath: [["$", "$"], ["\\(", "\\)"]], displayMath: [["$$", "$$"], ["\\[", "\\]"]],
    processEscapes: true, packages: ["base", "ams", "noundefined", "boldsymbol", "configmacros"],
    macros: {mmlToken: "\\boxed{}"},  // its attributes can be links
  },
};

document.addEventListener("DOMContentLoaded", () => {
  /* A formula of the answer's can carry any id; what lies in the form or above the answer is ours. */
  const form = document.forms[0], above = name => document.querySelector(`nav #${name}`);
  const find = id => form.querySelector(`#${id}`), comment = find("comment"), list = find("comments");
  let kept = JSON.parse(list.dataset.kept), seen = form.dataset.seen, waiting = Promise.resolve();
  const items = [...document.querySelectorAll("fieldset.item")];
  const buttons = item => [...item.querySelectorAll("input[type=radio]")];
  const ticked = item => buttons(item).find(each => each.checked)?.value ?? null;
  const tell = text => { find("said").textContent = text; };

  async function ask(body) {
    const cookie = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/);
    const lost = {told: "Not saved: the server didn't answer."};
    const answer = await fetch(form.dataset.url, {
      method: "POST", body: JSON.stringify(body),
      headers: {"Content-Type": "application/json", "X-XSRFToken": cookie ? cookie[1] : ""},
    }).catch(() => null);
    const said = answer ? await answer.json().catch(() => lost) : lost;
    if (!answer?.ok) throw new Error(said.told);
    return said;
  }

  /* One after the other, so that each knows what the one before came to. */
  let pending = 0, told = "";
  function queue(act) {
    pending += 1;
    waiting = waiting.then(act).then(said => {
      delete form.dataset.failed;
      told = said ?? told;
    }, error => {
      form.dataset.failed = "1";
      told = error.message;
    }).then(() => { pending -= 1; if (!pending && told) tell(told); });
  }

  let saved = comment.value;
  function save(more = {}) {
    tell("…");
    queue(async () => {
      const number = find("points");
      const text = comment.disabled || comment.value === saved ? null : comment.value;
      const said = await ask({
        seen, items: items.map(ticked), off: find("off")?.checked ?? false,
        mark: number && number.value !== "" ? Number(number.value) : null, comment: text, ...more,
      });
      if (text !== null) saved = text;
      seen = said.seen;
      find("mark").textContent = said.mark;
      items.forEach((item, place) => {
        const tick = said.items[place];
        item.classList.toggle("open", tick === null);
        if (more.back) buttons(item).forEach(each => { each.checked = each.value === tick; });
      });
      if (more.back && find("off")) find("off").checked = said.off;
      if (more.back && number) number.value = "";
      return said.told;
    });
  }

  function insert(text) {
    if (comment.disabled) return;
    comment.value = comment.value.trim() ? `${comment.value.trimEnd()}\n${text}` : text;
    save();
  }

  function keep(text, drop) {
    queue(async () => { kept = (await ask({keep: text, drop})).comments; list_comments(); });
  }

  function list_comments() {
    list.replaceChildren(...kept.map((text, place) => {
      const line = document.createElement("li"), use = document.createElement("button");
      const drop = document.createElement("button"), key = document.createElement("kbd");
      key.textContent = "asdfg"[place] ?? "";
      key.hidden = place > 4;
      use.type = drop.type = "button";
      use.textContent = text;
      drop.textContent = "×";
      drop.setAttribute("aria-label", "no longer keep this comment");
      use.addEventListener("click", () => insert(text));
      drop.addEventListener("click", () => keep(text, true));
      line.append(key, use, drop);
      return line;
    }));
  }

  /* Leave only when all is saved; what could not be saved stays in sight. */
  async function go(name) {
    if (comment.value !== saved && !comment.disabled) save();
    await waiting;
    if (!form.dataset.failed && above(name)) location.assign(above(name).href);
    delete form.dataset.failed;
  }

  function turn(item) {
    const all = buttons(item);
    const next = all[(all.findIndex(each => each.checked) + 1) % all.length];
    next.checked = true;
    save();
  }

  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("change", () => save());
  find("keep").addEventListener("click", () => keep(comment.value, false));
  find("back").addEventListener("click", () => save({back: true}));
  for (const name of ["previous", "next", "unmarked", "names"]) {
    above(name)?.addEventListener("click", event => { event.preventDefault(); go(name); });
  }
  const keys = {
    n: () => go("next"), ArrowRight: () => go("next"), p: () => go("previous"),
    ArrowLeft: () => go("previous"), u: () => go("unmarked"), h: () => go("names"),
    k: () => keep(comment.value, false), Enter: () => save(), c: () => comment.focus(),
    0: () => {
      items.filter(item => ticked(item) === null).forEach(item => {
        buttons(item).at(-1).checked = true;
      });
      save();
    },
  };
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const on = event.target;
    if (event.key === "Escape") { on.blur(); return; }
    if (on.matches("textarea, input[type=number]")) return;
    if (on.matches("input") && event.key.startsWith("Arrow")) return;
    if (on.matches("a, button, summary") && event.key === "Enter") return;
    const item = items[Number(event.key) - 1], text = kept["asdfg".indexOf(event.key)];
    const act = keys[event.key] ?? (item && (() => turn(item)))
      ?? (event.key.length === 1 && text !== undefined && (() => insert(text)));
    if (act) { event.preventDefault(); act(); }
  });
  list_comments();
  form.dataset.ready = "1";
});
