// What was typed into a form (data-keep) is kept in this tab from its sending to its saving;
// meanwhile the session may have expired, the line may fail, the server may be busy. It is put back
// into the form of the same account, and never sent by itself. Nothing secret is kept, and no file.

const HOURS = 4; // after which it is forgotten
const NAME = "unsaved-forms";
const SECRET = "[type=password], [autocomplete=one-time-code], [name=csrfmiddlewaretoken]";
const NOT_KEPT = `${SECRET}, [type=file]`;

const here = location.pathname + location.search;
const isAnswerToForm = document.body.dataset.method === "POST";
// Empty where nobody is signed in; undefined on pages that do not ask who reads them.
const account = document.querySelector("[data-account]")?.dataset.account;
const forms = [...document.querySelectorAll("[data-keep]")];
const template = document.getElementById("unsaved");

// The forms that were sent, and the page on which each kind of form was opened.
function load() {
  try {
    const { sent, pages } = JSON.parse(sessionStorage.getItem(NAME));
    const oldest = Date.now() - HOURS * 3_600_000;
    return { sent: sent.filter(({ time }) => time > oldest), pages };
  } catch {
    return { sent: [], pages: {} };
  }
}

function forgetAll() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // A browser that forbids storage keeps nothing.
  }
}

function save(state) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(state));
  } catch {
    forgetAll(); // no room: rather nothing than what was typed earlier
  }
}

const isSame = (one, other) => one.kind === other.kind && one.page === other.page;

function forget(form) {
  const state = load();
  save({ ...state, sent: state.sent.filter((other) => !isSame(form, other)) });
}

// What was typed

const isTickBox = (control) => control.matches("[type=radio], [type=checkbox]");

const controlsOf = (form) =>
  [...form.elements]
    .filter((control) => control.name && control.matches("input, select, textarea"))
    .filter((control) => !control.matches(NOT_KEPT));

// As a person reads it: the label and the value; empty where there is no label.
function textOf(control) {
  const label = control.labels?.[0]?.textContent ?? "";
  const group = control.closest("fieldset")?.querySelector("legend")?.textContent;
  const value = control.selectedOptions?.[0]?.textContent ?? control.value;
  const parts = isTickBox(control) ? [group, label] : label && [label, value];
  return [...parts].map((part) => part?.trim().replace(/\s+/g, " ")).filter(Boolean).join(": ");
}

const fieldsOf = (form) =>
  controlsOf(form)
    .filter((control) => !isTickBox(control) || control.checked)
    .map((control) => ({ name: control.name, value: control.value, text: textOf(control) }));

const worthTelling = (fields) => fields.filter(({ value, text }) => value && text);

// Returns what the form has no place for any more.
function putBack(form, fields) {
  const left = [...fields];
  const take = (control) => {
    const at = left.findIndex(
      ({ name, value }) =>
        name === control.name && (!isTickBox(control) || value === control.value),
    );
    return at < 0 ? null : left.splice(at, 1)[0];
  };
  for (const control of controlsOf(form)) {
    const field = take(control);
    const isOneOfMany = control.type === "hidden" && form.elements[control.name] !== control;
    if (isTickBox(control)) control.checked = field !== null;
    else if (field && !isOneOfMany) {
      control.value = field.value;
      if (control.value !== field.value) left.push(field); // an option that is not offered any more
    }
  }
  for (const event of ["input", "change"]) form.dispatchEvent(new Event(event));
  return worthTelling(left);
}

// Where this page comes from

const referrer = document.referrer.startsWith(location.origin) ? new URL(document.referrer) : null;
const cameFrom = referrer && referrer.pathname + referrer.search;
const isRedirected = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;

// Whether this page is the answer to that form: to be signed in, or what follows when it is saved.
const isAnswerTo = ({ page, action, isSeen, isRefused }) =>
  isRedirected && !isRefused && (cameFrom ? [page, action].includes(cameFrom) : !isSeen);

function tell(form, sentences, left = []) {
  const notice = template.content.firstElementChild.cloneNode(true);
  if (left.length) sentences.push("left");
  for (const part of notice.querySelectorAll("[data-when]")) {
    if (!sentences.includes(part.dataset.when)) part.remove();
  }
  notice.querySelector("a")?.setAttribute("href", form.page);
  for (const { text } of left) {
    const line = document.createElement("li");
    line.textContent = text;
    notice.querySelector("ul").append(line);
  }
  notice.querySelector("button").addEventListener("click", () => {
    forget(form);
    if (form.page === here) location.replace(here);
    else notice.remove();
  });
  document.querySelector("main").prepend(notice);
}

function showAgain(form) {
  const place = form.page === here && forms.find(({ dataset }) => dataset.keep === form.kind);
  if (account === "") {
    const next = document.querySelector("input[name=next]");
    if (!next) return;
    if (!next.value || !form.isSeen) next.value = form.page;
    tell(form, ["signed-out"]);
  } else if (place) {
    const sentences = [form.isRefused ? "refused" : "perhaps"];
    if (place.querySelector("[type=password], [type=file]")) sentences.push("not-kept");
    tell(form, sentences, putBack(place, form.fields));
  } else if (form.page === here && account && !isAnswerToForm) {
    tell(form, ["gone"], worthTelling(form.fields));
  } else tell(form, ["elsewhere"]);
}

function begin() {
  let { sent, pages } = load();
  if (account) sent = sent.filter((form) => form.account === account && !isAnswerTo(form));
  for (const form of sent) form.isRefused ||= account === "" && isAnswerTo(form);
  for (const { dataset } of forms) {
    // Shown again with what is wrong, the form holds what was typed.
    if (!isAnswerToForm) pages[dataset.keep] = here;
    else sent = sent.filter(({ kind, action }) => kind !== dataset.keep || action !== here);
  }
  const toTell = account === "" ? sent.filter(({ isRefused }) => isRefused) : sent;
  const [ofThisPage, ofOthers] = [true, false].map((isHere) =>
    toTell.filter(({ page }) => (page === here) === isHere),
  );
  if (template) [...ofOthers.slice(-1), ...ofThisPage].forEach(showAgain);
  save({ sent: sent.map((form) => ({ ...form, isSeen: true })), pages });
}

for (const form of forms) {
  const { keep: kind } = form.dataset;
  form.addEventListener("submit", ({ submitter }) => {
    if (!account || submitter?.formTarget) return;
    const { sent, pages } = load();
    const { pathname, search } = new URL(form.action);
    const action = pathname + search;
    const page = isAnswerToForm ? pages[kind] ?? action : here;
    const own = { kind, page, action, account, time: Date.now(), fields: fieldsOf(form) };
    save({ sent: [...sent.filter((other) => !isSame(own, other)), own], pages });
  });
  form.addEventListener("click", ({ target }) => {
    if (target.closest(".actions a")) forget({ kind, page: here });
  });
}

begin();
setTimeout(() => save(load()), HOURS * 3_600_000);

// Whoever signs out may leave the computer to somebody else, with other tabs open.
const signedOut = globalThis.BroadcastChannel && new BroadcastChannel("signed-out");
signedOut?.addEventListener("message", forgetAll);
for (const form of document.querySelectorAll("[data-signs-out], #logout-form")) {
  form.addEventListener("submit", () => {
    forgetAll();
    signedOut?.postMessage("");
  });
}
