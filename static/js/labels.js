// What a browser adds to the pages of labels; without it, they show and print all the same.

const sheets = document.querySelector(".sheets");
const choices = document.querySelector(".printing");

// Printed by the browser's own menu, labels are out as well, so they are recorded as well.
if (sheets && choices) {
  const shown = new FormData(choices);
  shown.set("do", "print");
  const record = () =>
    fetch(choices.action, { method: "POST", body: shown, redirect: "manual", keepalive: true });
  addEventListener("beforeprint", record, { once: true });
}

// A fallback font may be wider than the server reckoned: nothing leaves its label for it.
for (const text of document.querySelectorAll(".sheets text[data-width]")) {
  const room = Number(text.dataset.width);
  if (text.getComputedTextLength?.() > room) {
    text.setAttribute("textLength", room);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Fresh from the button that prints: open the window for it, but not again on the way back.
if (sheets && location.hash === "#print") {
  history.replaceState(null, "", location.pathname + location.search);
  const printer = document.querySelector("[data-print]");
  if (printer) addEventListener("load", () => window.print());
}

// What is typed after the page was drawn is printed too, so the number on the button may be another.
for (const button of document.querySelectorAll("[data-changed]")) {
  const retell = () => {
    button.textContent = button.dataset.changed;
  };
  choices.addEventListener("input", retell);
  // The browser's way back brings typed numbers back, and the button of the page before.
  addEventListener("pageshow", () => {
    const numbers = [...choices.querySelectorAll("input[type=number]")];
    if (numbers.some((input) => input.value !== input.defaultValue)) retell();
  });
}

const plain = (word) =>
  word.toLowerCase().replaceAll("×", "x").replaceAll(",", ".").replace(/[^\p{L}\p{N}_./]/gu, "");

for (const search of document.querySelectorAll("[data-filter]")) {
  const list = document.querySelector(search.dataset.filter);
  search.closest(".field").hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.split(/\s+/).map(plain).filter(Boolean);
    for (const it of list.querySelectorAll("[data-words]")) {
      it.hidden = !words.every((word) => it.dataset.words.includes(word));
    }
    for (const group of list.querySelectorAll("fieldset")) {
      group.hidden = !group.querySelector("[data-words]:not([hidden])");
    }
    const isEmpty = !list.querySelector("[data-words]:not([hidden])");
    document.querySelector("[data-empty]").hidden = !isEmpty;
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it searches, and sends no form
  });
}
