// A second tap on a slow line must not send a form twice: it would be told that the first one took
// its identifier. A button that stays (data-stays) brings a file, and the page with it.
for (const form of document.querySelectorAll("form[method=post]")) {
  const buttons = form.querySelectorAll("button");
  const underWay = form.querySelectorAll("[data-while-sent]");
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    if (isSent || event.submitter?.hasAttribute("data-stays")) return;
    isSent = true;
    // Only once it is on its way: what the pressed button says goes with it.
    setTimeout(() => {
      for (const button of buttons) button.disabled = true;
      for (const word of underWay) word.hidden = false;
    });
  });
  // Coming back by the browser's history finds the page as it was left.
  addEventListener("pageshow", () => {
    isSent = false;
    for (const button of buttons) button.disabled = false;
    for (const word of underWay) word.hidden = true;
  });
}
