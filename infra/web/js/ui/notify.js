/** Tells people what happened: in words for screen readers, and in a bar at the bottom. */

import { explain, withWait } from "../messages.js";
import { ApiError, Interrupted } from "../http.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Has a screen reader say something, without moving the focus.
 *
 * @param {string} text
 * @param {{urgent?: boolean}} [options]
 */
export function announce(text, { urgent = false } = {}) {
  const role = urgent ? "alert" : "status";
  // Everything outside an open dialog is silent, so a dialog has regions of its own.
  const region = document.querySelector(`dialog[open] > [role="${role}"]`) ?? byId(role);
  // The same words twice in a row are only spoken again if the region was empty between.
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 50);
}

/**
 * Shows a message until it is dismissed, or another one or another screen takes its place.
 *
 * @param {string} text
 * @param {{error?: boolean}} [options]
 */
export function toast(text, { error = false } = {}) {
  const close = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: clearToast,
      testId: "toast-dismiss" },
    icon("close"),
  );
  const kind = error ? "toast toast-error" : "toast";
  const message = h("p", { testId: "toast-text" }, text);
  fill(
    byId("toast"),
    h("section", { class: kind, "aria-label": "Message", testId: error ? "toast-error" : "toast" },
      icon(error ? "warning" : "done"), message, close),
  );
  announce(text, { urgent: error });
}

/** Takes the message away, keeping the focus on the page if it was on the message. */
export function clearToast() {
  const area = byId("toast");
  const held = area.contains(document.activeElement);
  fill(area);
  if (held) document.querySelector("h1")?.focus();
}

/**
 * Shows the error of an action that has no field to put it next to.
 *
 * @param {unknown} error
 * @param {import("../messages.js").Place} place
 * @throws what is neither a problem of the API nor dealt with already
 */
export function toastError(error, place) {
  if (error instanceof Interrupted) return;
  if (!(error instanceof ApiError)) throw error;
  const { text, wait } = explain(error, place);
  toast(withWait(text, wait), { error: true });
}

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}
