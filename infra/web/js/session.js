/**
 * The session that this page knows of. The token itself is in a cookie that scripts
 * cannot read; here is only whom it belongs to and when it ends.
 *
 * @typedef {import("./types.js").Session} Session
 */

import { readSession } from "./api.js";
import { ApiError } from "./http.js";

/** Waited past the end that the API gave, so that a clock a little fast does no harm. */
const MARGIN_MS = 120_000;

/** @type {Session | null} */
let current = null;
let timer = 0;
let used = false;

const otherTabs = new BroadcastChannel("twostep-session");

/** @returns {Session | null} */
export const session = () => current;

/**
 * Takes the session of a sign-in, or the same one as read again or after a step-up.
 *
 * @param {Session} given
 */
export function begin(given) {
  const isNew = current?.user.id !== given.user.id;
  current = given;
  if (isNew) otherTabs.postMessage(given.user.id);
  watch(given);
}

/** Forgets the session: it was signed out, or the API says that it has ended. */
export function end() {
  if (current !== null) otherTabs.postMessage(null);
  current = null;
  clearTimeout(timer);
}

/**
 * Keeps this tab honest: what it shows must not outlive the session, nor act for someone
 * who has since signed in on another tab of this browser.
 *
 * @param {() => void} ended called when the session turns out to be over
 */
export function guard(ended) {
  otherTabs.onmessage = ({ data: userId }) => {
    if (current !== null && current.user.id !== userId) location.reload();
  };
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  for (const type of ["pointerdown", "keydown"]) {
    window.addEventListener(type, () => (used = true), { passive: true });
  }
  onEnd = ended;
}

let onEnd = () => {};

/** @param {Session} given */
function watch(given) {
  clearTimeout(timer);
  used = false;
  const delay = Date.parse(given.expires_at) - Date.now() + MARGIN_MS;
  if (delay > MARGIN_MS) timer = window.setTimeout(check, delay);
}

/** Asking counts as use of the session, so an unattended tab asks only once. */
async function check() {
  const attended = used;
  try {
    current = await readSession();
    if (attended) watch(current);
  } catch (error) {
    if (error instanceof ApiError && error.code === "unauthenticated") onEnd();
  }
}
