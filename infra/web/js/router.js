/**
 * Shows the screen that the address names, to those who may see it.
 *
 * @typedef {object} View what a screen consists of
 * @property {string} [title] in place of the route's
 * @property {import("./ui/dom.js").Child[]} content below the heading
 * @property {HTMLInputElement} [typeInto] takes what is typed while the heading has the focus
 *
 * @typedef {object} Route
 * @property {RegExp} path its groups are the parameters
 * @property {"signed_out" | "signed_in" | "full_access"} access
 * @property {string} testId
 * @property {boolean} [narrow] one form on a page of its own
 * @property {(params: string[]) => string} title heading and page title
 * @property {(params: string[]) => View | null | Promise<View | null>} build null when it
 *   went to another screen instead
 */

import { ApiError, Interrupted } from "./http.js";
import { explain, withWait } from "./messages.js";
import { HOME, SIGN_IN, currentPath, navigate } from "./navigation.js";
import { session } from "./session.js";
import { mount } from "./shell.js";
import { comeBackTo, restart } from "./sign-in-flow.js";
import { button } from "./ui/button.js";
import { closeDialogs } from "./ui/dialog.js";
import { h } from "./ui/dom.js";
import { clearToast, toast } from "./ui/notify.js";

/** What is there sooner than this shows no sign of loading. */
const PATIENCE_MS = 200;

/** @type {Route[]} */
let routes = [];
let turn = 0;

/** @param {Route[]} given */
export function startRouter(given) {
  routes = given;
  // Unlike "hashchange" it also tells of going back to the same screen.
  window.addEventListener("popstate", () => void show());
  void show();
}

/** Builds the current screen again, with fresh data. */
export function reload() {
  return show();
}

async function show() {
  const mine = ++turn;
  closeDialogs();
  clearToast();
  const found = find(currentPath());
  if (found === null) return navigate(session() === null ? SIGN_IN : HOME, { replace: true });
  const { route, params } = found;
  if (!admit(route)) return;
  try {
    const view = await whileLoading(route, route.title(params), route.build(params));
    if (view !== null && mine === turn) mount(route, { title: route.title(params), ...view });
  } catch (error) {
    if (mine === turn) failed(error, route);
  }
}

/**
 * Shows that something is being loaded if that takes a while.
 *
 * @template T
 * @param {Route} route
 * @param {string} title
 * @param {T | Promise<T>} loading
 * @returns {Promise<T>} what was loaded
 */
export async function whileLoading(route, title, loading) {
  const slow = setTimeout(() => mount(route, { title, content: null }), PATIENCE_MS);
  try {
    return await loading;
  } finally {
    clearTimeout(slow);
  }
}

/** @param {string} path */
function find(path) {
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match !== null) return { route, params: match.slice(1).map(decodeURIComponent) };
  }
  return null;
}

/**
 * @param {Route} route
 * @returns {boolean} false when it sent the person to another screen
 */
function admit({ access }) {
  const current = session();
  if (access === "signed_out") {
    if (current === null) return true;
    navigate(HOME, { replace: true });
    return false;
  }
  if (current === null) {
    comeBackTo(currentPath());
    restart("Sign in to continue.", "info");
    return false;
  }
  if (access === "signed_in" || current.user.role === "full_access") return true;
  navigate(HOME, { replace: true });
  toast("Only people with Full Access can open that page.", { error: true });
  return false;
}

/**
 * @param {unknown} error
 * @param {Route} route
 */
function failed(error, route) {
  if (error instanceof Interrupted) {
    if (error.reason === "cancelled") navigate(HOME, { replace: true });
    return;
  }
  if (!(error instanceof ApiError)) throw error;
  mount(route, { title: "That didn't work", content: problem(error, reload) });
}

/**
 * What to show where a screen can't be.
 *
 * @param {ApiError} error
 * @param {() => unknown} again
 */
export function problem(error, again) {
  const { text, wait } = explain(error, "practice");
  return [
    h("p", { class: "notice notice-warning", testId: "problem-text" }, withWait(text, wait)),
    button("Try again", { testId: "problem-retry", look: "primary", onclick: () => void again() }),
  ];
}
