/** What is around every screen: the card before signing in, header and navigation after. */

import { logout } from "./api.js";
import { session, end } from "./session.js";
import { currentPath } from "./navigation.js";
import { forget, restart } from "./sign-in-flow.js";
import { actionButton } from "./ui/button.js";
import { typeThrough } from "./ui/code-panel.js";
import { fill, h } from "./ui/dom.js";
import { icon } from "./ui/icons.js";
import { toastError } from "./ui/notify.js";

const PRODUCT = "twostep";

let isFirst = true;

/**
 * Puts a screen on the page and the focus on its heading.
 *
 * @param {import("./router.js").Route} route
 * @param {{title: string, content: import("./ui/dom.js").Child[] | null,
 *   typeInto?: HTMLInputElement}} view content null: still loading
 */
export function mount(route, { title, content, typeInto }) {
  const app = document.getElementById("app");
  if (app === null) return;
  const heading = h("h1", { tabindex: "-1", testId: "heading" }, title);
  const body = content === null ? [spinner()] : content;
  const main = h("main", { id: "main", "aria-busy": content === null ? "true" : false,
    testId: content === null ? "screen-loading" : `screen-${route.testId}` }, heading,
    ...(route.narrow === true ? [h("div", { class: "section" }, ...body)] : body));
  const signedIn = route.access !== "signed_out";
  document.body.classList.toggle("signed-in", signedIn);
  fill(app, signedIn ? page(main, route.narrow === true) : card(main));
  document.title = `${title} · ${PRODUCT}`;
  if (typeInto !== undefined) typeThrough(heading, typeInto);
  // On the first screen the browser's own start of the page is the right place.
  if (!isFirst) heading.focus({ preventScroll: true });
  isFirst = false;
  window.scrollTo(0, 0);
}

/** @param {HTMLElement} main */
function card(main) {
  main.className = "card";
  return [
    h("header", { class: "brand-top" }, brand()),
    main,
    h("footer", { class: "help" },
      "Trouble signing in? Someone with Full Access in your practice can help."),
  ];
}

/**
 * @param {HTMLElement} main
 * @param {boolean} narrow
 */
function page(main, narrow) {
  main.className = narrow ? "page page-narrow" : "page";
  const user = session()?.user;
  const skip = h("a", { class: "skip", href: "#main", testId: "skip-link", onclick: skipTo(main) },
    "Skip to content");
  const links = [link("/security", "Security"),
    user?.role === "full_access" && link("/practice", "Practice")];
  const who = h("div", { class: "who" },
    h("span", { class: "who-name", testId: "user-name" }, user?.name),
    h("span", { class: "who-practice" }, user?.practice.name));
  return [
    skip,
    h("header", { class: "bar" },
      h("div", { class: "bar-inner" }, brand(),
        h("nav", { "aria-label": "Main" }, ...links), who, signOutButton())),
    main,
  ];
}

/**
 * The address after "#" names the screen, so an ordinary link to a part of it won't do.
 *
 * @param {HTMLElement} main
 */
function skipTo(main) {
  return (/** @type {Event} */ event) => {
    event.preventDefault();
    main.querySelector("h1")?.focus();
  };
}

function brand() {
  return h("span", { class: "brand" }, icon("logo"), PRODUCT);
}

/**
 * @param {string} path
 * @param {string} text
 */
function link(path, text) {
  const isHere = currentPath() === path || currentPath().startsWith(`${path}/`);
  return h("a", { href: `#${path}`, "aria-current": isHere ? "page" : false,
    testId: `nav-${text.toLowerCase()}` }, text);
}

function signOutButton() {
  return actionButton("Sign out", {
    testId: "sign-out",
    look: "secondary",
    act: async () => {
      try {
        await logout();
      } catch (error) {
        return toastError(error, "method");
      }
      end();
      forget();
      restart("You're signed out.", "info");
    },
  });
}

function spinner() {
  return h("p", { class: "loading", role: "status" }, h("span", { class: "spinner" }), "Loading…");
}
