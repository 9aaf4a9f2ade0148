// The form of a batch: days at a tap, and what is wrong with it said while it is filled in. The
// server says that, so that it says the same when the form is sent.

for (const button of document.querySelectorAll("[data-day]")) {
  const input = button.parentElement.querySelector("input");
  button.setAttribute("aria-label", `${input.labels[0].textContent.trim()}: ${button.textContent}`);
  button.hidden = false;
  button.addEventListener("click", () => {
    input.value = button.dataset.day;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function tell(input, attribute, value) {
  if (value) input.setAttribute(attribute, value);
  else input.removeAttribute(attribute);
}

function say(place, messages) {
  const field = place.closest(".field");
  const inputs = field.querySelectorAll("input, select");
  const list = document.createElement("ul");
  list.className = "errorlist";
  list.id = `id_${place.dataset.field}_error`;
  for (const message of messages) {
    const line = document.createElement("li");
    line.textContent = message;
    list.append(line);
  }
  field.classList.toggle("wrong", messages.length > 0);
  for (const input of inputs) {
    const help = field.querySelector(".help")?.id;
    const about = [help, messages.length && list.id].filter(Boolean).join(" ");
    tell(input, "aria-describedby", input.type === "radio" ? "" : about);
    tell(input, "aria-invalid", messages.length ? "true" : "");
  }
  place.replaceChildren(...(messages.length ? [list] : []));
}

for (const form of document.querySelectorAll("[data-check]")) {
  const places = [...form.querySelectorAll("[data-field]")];
  for (const place of places) place.setAttribute("role", "status");
  let asked = 0;
  form.addEventListener("change", async () => {
    const mine = (asked += 1);
    const data = new FormData(form);
    let wrong;
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body: data });
      wrong = await answer.json();
    } catch {
      return; // no line, or nobody is signed in any more: it is said when the form is sent
    }
    if (mine !== asked) return; // what is typed has changed since
    for (const place of places) {
      const name = place.dataset.field;
      // What is still empty is not wrong yet.
      say(place, data.get(name) ? wrong[name] ?? [] : []);
    }
  });
}
