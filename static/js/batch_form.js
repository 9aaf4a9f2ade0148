// The form of a batch: days at a tap, and what is wrong with it said while it is filled in. The
// server says that, so that it says the same when the form is sent.

for (const days of document.querySelectorAll("[data-seconds-left]")) {
  const input = days.querySelector("input");
  const buttons = days.querySelectorAll("[data-day]");
  const midnight = Date.now() + Number(days.dataset.secondsLeft) * 1000;
  const isToday = () => {
    for (const button of buttons) button.hidden = Date.now() >= midnight;
    return Date.now() < midnight;
  };
  for (const button of buttons) {
    const name = input.labels[0].textContent.trim();
    button.setAttribute("aria-label", `${name}: ${button.textContent}`);
    button.addEventListener("click", () => {
      if (!isToday()) return; // a form that was left open over night
      input.value = button.dataset.day;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  setTimeout(isToday, midnight - Date.now());
  isToday();
}

function tell(input, attribute, value) {
  if (value) input.setAttribute(attribute, value);
  else input.removeAttribute(attribute);
}

function say(place, message) {
  if (place.innerText.trim() === message) return; // it need not be read out once more
  const field = place.closest(".field");
  const inputs = field.querySelectorAll("input, select");
  const list = document.createElement("ul");
  const line = document.createElement("li");
  list.className = "errorlist";
  list.id = `id_${place.dataset.field}_error`;
  list.append(line);
  line.textContent = message;
  field.classList.toggle("wrong", message !== "");
  for (const input of inputs) {
    const help = field.querySelector(".help")?.id;
    const about = [help, message && list.id].filter(Boolean).join(" ");
    tell(input, "aria-describedby", input.type === "radio" ? "" : about);
    tell(input, "aria-invalid", message ? "true" : "");
  }
  place.replaceChildren(...(message ? [list] : []));
}

for (const form of document.querySelectorAll("[data-check]")) {
  const places = [...form.querySelectorAll("[data-field]")];
  for (const place of places) place.setAttribute("role", "status");
  let asked = 0;
  form.addEventListener("change", async ({ target }) => {
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
      // What is still empty is not wrong yet; what was sent empty stays so until it is filled in.
      if (data.get(name)) say(place, wrong[name]?.[0] ?? "");
      else if (name === target.name) say(place, "");
    }
  });
}
