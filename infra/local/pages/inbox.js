"use strict";

// Shows the messages of the local stack, newest first, and keeps looking for more.

const REFRESH_MS = 2000;

const byId = (id) => document.getElementById(id);
const part = (element, name) => element.querySelector(`[data-part="${name}"]`);

/** Calls the stack; gives the answer's JSON, or null if it has none. */
async function call(method, path, body) {
  const options = { method, cache: "no-store" };
  if (body !== undefined) {
    options.headers = { "content-type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  if (!answer.ok) {
    throw new Error(`${method} ${path} was answered with ${answer.status}`);
  }
  return answer.status === 204 ? null : answer.json();
}

/** A time of the stack as people read it; the stack counts in UTC. */
function readable(time) {
  return time.replace("T", " ").replace("Z", " UTC");
}

function describe(attributes) {
  return Object.entries(attributes ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join(" · ");
}

/** Shows the HTML or the text of an e-mail. */
function show(element, view) {
  part(element, "html").hidden = view !== "html";
  part(element, "text").hidden = view !== "text";
  for (const button of element.querySelectorAll("[data-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

function fillEmail(element, message) {
  part(element, "subject").textContent = message.subject || "(no subject)";
  if (message.html === undefined) {
    element.querySelector(".views").hidden = true;
    return;
  }
  // The message comes as a page of its own, which may do nothing but be seen.
  part(element, "html").src = `/_local/messages/${encodeURIComponent(message.id)}/html`;
  for (const button of element.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => show(element, button.dataset.view));
  }
  show(element, "html");
}

function render(message) {
  const element = byId(message.channel).content.firstElementChild.cloneNode(true);
  element.dataset.id = message.id;
  part(element, "to").textContent = message.to;
  part(element, "time").textContent = readable(message.sent_at);
  part(element, "time").dateTime = message.sent_at;
  part(element, "text").textContent = message.text;
  part(element, "attributes").textContent = describe(message.attributes);
  if (message.channel === "email") {
    fillEmail(element, message);
  }
  return element;
}

/** Brings the list in line with `messages` and leaves alone what is there already. */
function update(messages) {
  const list = byId("messages");
  const wanted = new Set(messages.map((message) => message.id));
  for (const element of [...list.children]) {
    if (!wanted.has(element.dataset.id)) {
      element.remove();
    }
  }
  const shown = new Set([...list.children].map((element) => element.dataset.id));
  for (const message of messages) {
    if (!shown.has(message.id)) {
      list.prepend(render(message));
    }
  }
  byId("empty").hidden = messages.length > 0;
  const count = messages.length === 1 ? "1 message" : `${messages.length} messages`;
  if (byId("count").textContent !== count) {
    byId("count").textContent = count;
  }
}

async function refresh() {
  const [{ messages }, { now }] = await Promise.all([
    call("GET", "/_local/messages"),
    call("GET", "/_local/clock"),
  ]);
  update(messages);
  byId("now").textContent = readable(now);
}

/** Does something and shows what has become of it, or what went wrong. */
async function attempt(action) {
  try {
    await action();
    await refresh();
    byId("problem").hidden = true;
  } catch (error) {
    byId("problem").textContent = `That did not work: ${error.message}`;
    byId("problem").hidden = false;
  }
}

async function keepLooking() {
  if (!document.hidden) {
    await attempt(async () => {});
  }
  setTimeout(keepLooking, REFRESH_MS);
}

for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => {
    const advance_seconds = Number(button.dataset.advance);
    attempt(() => call("POST", "/_local/clock", { advance_seconds }));
  });
}
byId("clear").addEventListener("click", () => attempt(() => call("DELETE", "/_local/messages")));
byId("reset").addEventListener("click", () => {
  if (window.confirm("Empty every table and the inbox, and set the clock back?")) {
    attempt(() => call("POST", "/_local/reset"));
  }
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    attempt(async () => {});
  }
});
keepLooking();
