// A second tap on a slow line must not send a form twice: it would be told that the first one took
// its identifier.
for (const form of document.querySelectorAll("form[method=post]")) {
  const buttons = form.querySelectorAll("button");
  form.addEventListener("submit", () => {
    for (const button of buttons) button.disabled = true;
  });
  // Coming back by the browser's history finds the page as it was left.
  addEventListener("pageshow", () => {
    for (const button of buttons) button.disabled = false;
  });
}
