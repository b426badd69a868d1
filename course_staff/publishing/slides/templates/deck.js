// Sliders: one drawn picture per position; arrow keys move a slider that has the focus.
for (const figure of document.querySelectorAll("figure.frames")) {
  const slider = figure.querySelector("input");
  const pictures = figure.querySelectorAll(".frame");
  const values = slider.dataset.values.split("|");
  slider.addEventListener("input", () => {
    pictures.forEach((picture, i) => picture.classList.toggle("current", i === Number(slider.value)));
    figure.querySelector("output").textContent = values[slider.value];
    slider.setAttribute("aria-valuetext", values[slider.value]);
  });
}

Reveal.initialize({
  width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 6, center: false,
  hash: true, slideNumber: "c/t", controls: false, navigationMode: "linear", transition: "none", pdfSeparateFragments: false,
  pdfMaxPagesPerSlide: 1, plugins: [RevealNotes],
  // Where sections have minutes, the speaker view says whether the speaker is late.
  defaultTiming: document.querySelector("[data-timing]") ? 60 : null,
});
