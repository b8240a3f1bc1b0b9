/**
 * Asks for a code inside the session, in a dialog over whatever the person was doing,
 * which goes on once the code is right.
 *
 * @typedef {import("./http.js").ApiError} ApiError
 * @typedef {import("./types.js").Kind} Kind
 * @typedef {import("./sign-in-flow.js").Delivery} Delivery
 *
 * @typedef {object} State
 * @property {string | null} ticket of this step-up, once there is one
 * @property {import("./types.js").Method[]} methods that can be used, primary first
 * @property {Map<Kind, Delivery>} deliveries
 */

import * as api from "./api.js";
import { explain } from "./messages.js";
import { begin } from "./session.js";
import { button } from "./ui/button.js";
import { codePanel, typeThrough } from "./ui/code-panel.js";
import { inSeconds } from "./ui/countdown.js";
import { openDialog } from "./ui/dialog.js";
import { fill, h } from "./ui/dom.js";
import { icon } from "./ui/icons.js";
import { methodChoices } from "./ui/method-choices.js";
import { announce, toastError } from "./ui/notify.js";

/** @type {Promise<boolean> | null} */
let running = null;

/**
 * Several requests may need it at once: they share one dialog.
 *
 * @returns {Promise<boolean>} false when the person gave up
 */
export function stepUp() {
  running ??= ask().finally(() => (running = null));
  return running;
}

/** @returns {Promise<boolean>} */
async function ask() {
  /** @type {import("./types.js").Method[]} */
  let methods;
  try {
    methods = (await api.readMethods()).methods.filter((one) => one.enabled && !one.suspended);
  } catch (error) {
    toastError(error, "method");
    return false;
  }
  methods.sort((a, b) => Number(b.primary) - Number(a.primary));
  /** @type {State} */
  const state = { ticket: null, methods, deliveries: new Map() };
  return (await openDialog("Confirm it's you", "step-up", build(state))) === true;
}

/**
 * @param {State} state
 * @returns {(close: (passed: boolean) => void, heading: HTMLElement) => HTMLElement[]}
 */
function build(state) {
  return (close, heading) => {
    const body = h("div", { class: "step-up-body" });
    const cancel = button("Cancel", { testId: "step-up-cancel", look: "link", wide: true,
      onclick: () => close(false) });
    const first = state.methods[0];
    if (first === undefined) {
      fill(body, h("p", {}, "None of your methods can be used right now. Ask someone with "
        + "Full Access in your practice to remove them, so that you can set one up again."));
    } else {
      showCode({ body, heading, state, pass: () => close(true) }, first.kind);
    }
    return [body, cancel];
  };
}

/**
 * @typedef {object} Dialog
 * @property {HTMLElement} body what is shown below the heading
 * @property {HTMLElement} heading
 * @property {State} state
 * @property {() => void} pass closes the dialog: the code was right
 */

/**
 * @param {Dialog} dialog
 * @param {Kind} kind
 */
function showCode(dialog, kind) {
  const { body, heading, state, pass } = dialog;
  const { methods, deliveries } = state;
  const delivery = deliveries.get(kind);
  const destination = methods.find((one) => one.kind === kind)?.destination;
  const others = button("Use a different method", { testId: "step-up-other", look: "link",
    wide: true, onclick: () => showChoice(dialog) });
  const panel = codePanel({
    testId: "step-up",
    kind,
    place: "method",
    submitLabel: "Confirm",
    send: () => send(state, kind),
    submit: async (code) => {
      const ticket = state.ticket ?? (await challenge(state, kind)).ticket;
      begin((await api.validateStepUp({ ticket, method: kind, code })).session);
      pass();
    },
    onError: (error) => startOver(error, dialog, kind),
    alone: methods.length === 1,
    below: methods.length > 1 ? [others] : [],
    ...(destination === undefined ? {} : { destination }),
    ...(delivery === undefined ? {} : { delivery }),
  });
  fill(body, h("p", {}, "For your security, enter a code before this change is made."),
    panel.element);
  typeThrough(heading, panel.input);
}

/** @param {Dialog} dialog */
function showChoice(dialog) {
  const { body, state } = dialog;
  const list = methodChoices(state.methods, {
    testId: "step-up-method",
    pick: (kind) => {
      showCode(dialog, kind);
      body.querySelector("input")?.focus();
    },
  });
  fill(body, h("p", {}, "Choose how to get a code."), list);
  body.querySelector("button")?.focus();
}

/**
 * A used-up or expired ticket is replaced by a fresh one; the person tries again.
 *
 * @param {ApiError} error
 * @param {Dialog} dialog
 * @param {Kind} kind
 * @returns {boolean} true when it did so
 */
function startOver(error, dialog, kind) {
  if (error.code !== "invalid_ticket" && error.attemptsLeft !== 0) return false;
  const { body, state } = dialog;
  const hadTicket = state.ticket !== null;
  state.ticket = null;
  state.deliveries.clear();
  if (!hadTicket) return false;
  showCode(dialog, kind);
  const text = error.attemptsLeft === 0
    ? "Too many wrong codes. Enter a new one."
    : explain(error, "method").text;
  body.prepend(h("p", { class: "notice notice-warning", testId: "step-up-notice" },
    icon("warning"), text));
  announce(text, { urgent: true });
  body.querySelector("input")?.focus();
  return true;
}

/**
 * @param {State} state
 * @param {Kind} kind
 * @returns {Promise<Delivery>}
 */
async function send(state, kind) {
  const { destination, expires_at, resend_after } = await challenge(state, kind);
  /** @type {Delivery} */
  const delivery = { expiresAt: expires_at, resendAt: inSeconds(resend_after) };
  if (destination !== undefined) delivery.destination = destination;
  state.deliveries.set(kind, delivery);
  return delivery;
}

/**
 * @param {State} state
 * @param {Kind} method
 */
async function challenge(state, method) {
  const { ticket } = state;
  const answer = await api.challenge(ticket === null ? { method } : { ticket, method });
  state.ticket = answer.ticket;
  return answer;
}
