/**
 * The form that asks for a code: one field, "send again" with its countdown, "remember
 * for 30 days", and the way to another method. Signing in, step-up and set-up share it.
 *
 * @typedef {import("../sign-in-flow.js").Delivery} Delivery
 *
 * @typedef {object} CodePanelOptions
 * @property {string} testId begins the names of everything in it
 * @property {import("../types.js").Kind} kind
 * @property {string} submitLabel
 * @property {boolean} [remember] offers to remember this browser
 * @property {import("../messages.js").Place} place
 * @property {string} [intro] in place of the sentence for an authenticator
 * @property {string} [destination] masked, as far as it is known before a code was sent
 * @property {Delivery} [delivery] of a code that has been sent already
 * @property {() => Promise<Delivery>} [send] sends a code, or sends it again
 * @property {(code: string, remember: boolean) => Promise<void>} submit
 * @property {(error: ApiError) => boolean} [onError] true when it dealt with the error
 * @property {boolean} [alone] there is no other method to use instead
 * @property {Node[]} [below] ways out, under the form
 */

import { ApiError, Interrupted } from "../http.js";
import { explain } from "../messages.js";
import { clockTime } from "../words.js";
import { button } from "./button.js";
import { fill, h, uniqueId } from "./dom.js";
import { field, form } from "./form.js";
import { announce } from "./notify.js";
import { resendButton } from "./resend.js";

/** @param {CodePanelOptions} options */
export function codePanel(options) {
  const { testId, kind, place, submitLabel, submit, onError, below = [] } = options;
  const code = codeField(testId, HINTS[kind]);
  const remember = options.remember === true ? rememberBox(testId) : null;
  const submitButton = button(submitLabel, { testId: `${testId}-submit`, look: "primary", wide: true });
  const introClass = kind === "authenticator" ? "intro" : "intro intro-sending";
  const intro = h("p", { class: introClass, testId: `${testId}-intro` });
  const resend = kind === "authenticator" ? null : resendButton(`${testId}-resend`);

  const element = form({
    testId: `${testId}-form`,
    fields: [code],
    place,
    submit: submitButton,
    content: [code.element, ...(remember === null ? [] : [remember.element]), submitButton],
    onSubmit: () => submit(plainCode(code.input.value), remember?.input.checked ?? false),
    ...(onError === undefined ? {} : { onError }),
  });
  const { delivery } = options;
  fill(intro, introText(options, delivery === undefined ? "sending" : "sent", delivery));
  if (resend !== null) sending(options, { intro, code, resend });
  const foot = h("div", { class: "ways-out" }, resend?.element, ...below);
  return { element: h("div", { class: "code-panel" }, intro, element, foot), input: code.input };
}

/**
 * Sends the first code if none was, and lets the button send it again.
 *
 * @param {CodePanelOptions} options
 * @param {{intro: HTMLElement, code: import("./form.js").Field,
 *   resend: ReturnType<typeof resendButton>}} parts
 */
function sending(options, { intro, code, resend }) {
  const { send, onError, delivery } = options;
  if (send === undefined) return;
  let sent = delivery !== undefined;

  /** @param {unknown} error */
  const failed = (error) => {
    resend.ready();
    if (error instanceof Interrupted) return;
    if (!(error instanceof ApiError)) throw error;
    if (onError?.(error)) return;
    if (error.retryAfter !== null) resend.after(error.retryAfter);
    // Too soon means that an earlier try did get through, though its answer was lost.
    sent ||= error.code === "resend_too_soon";
    fill(intro, introText(options, sent ? "sent" : "failed", delivery));
    if (error.code === "resend_too_soon") return;
    // The focus stays: on the heading of a new screen, or on the button.
    const { text, wait } = explain(error, options.alone === true ? "send-alone" : "send");
    code.setError(text, wait, false);
  };
  const go = async () => {
    resend.wait("Sending…");
    try {
      const latest = await send();
      sent = true;
      code.setError(null);
      fill(intro, introText(options, "sent", latest));
      announce(intro.textContent ?? "");
      resend.until(latest.resendAt);
    } catch (error) {
      failed(error);
    }
  };
  resend.onPress(go);
  if (delivery === undefined) void go();
  else resend.until(delivery.resendAt);
}

/** What people wonder about while they wait. @type {Record<import("../types.js").Kind, string>} */
const HINTS = {
  authenticator: "The app shows a new code every 30 seconds. Each works once.",
  email: "It can take a minute to arrive. If it doesn't, look into your spam folder.",
  sms: "It can take a minute to arrive. Never tell it to anyone who calls or writes to you.",
};

/**
 * @param {string} testId
 * @param {string} hint
 */
function codeField(testId, hint) {
  return field({
    name: "code",
    label: "6-digit code",
    testId: `${testId}-code`,
    hint,
    tall: true,
    input: {
      class: "input input-code",
      inputmode: "numeric",
      autocomplete: "one-time-code",
      autocorrect: "off",
      enterkeyhint: "done",
    },
    check: (value) => {
      const code = plainCode(value);
      if (code === "") return "Enter the code.";
      return /^\d{6}$/.test(code) ? null : "The code has 6 digits. Check it and try again.";
    },
  });
}

/** People paste codes as they were written: "123 456" or "123-456". @param {string} value */
const plainCode = (value) => value.replace(/[\s\u2010-\u2015-]/g, "");

/** @param {string} testId */
function rememberBox(testId) {
  const id = uniqueId("remember");
  const note = h("p", { class: "note", id: `${id}-note` },
    "Only you skip the code here. Leave it off on computers you don't trust.");
  const input = h("input", { type: "checkbox", id, "aria-describedby": note.id,
    testId: `${testId}-remember` });
  const label = h("label", { for: id }, "Remember this browser for 30 days");
  return { element: h("div", { class: "check" }, input, label, note), input };
}

/**
 * @param {CodePanelOptions} options
 * @param {"sending" | "sent" | "failed"} state of a code by e-mail or text message
 * @param {Delivery} [delivery]
 * @returns {(Node | string)[]}
 */
function introText({ kind, intro, destination }, state, delivery) {
  if (kind === "authenticator") {
    return [intro ?? "Open your authenticator app and enter the code it shows."];
  }
  const shown = delivery?.destination ?? destination;
  const to = shown === undefined ? "you" : h("strong", { class: "destination" }, shown);
  const by = kind === "sms" ? "a text message" : "an e-mail";
  if (state === "sending") return [`Sending ${by} with a code to `, to, " …"];
  if (state === "failed") return [`You get the code by ${by.replace(/^an? /, "")} to `, to, "."];
  const until = delivery === undefined ? "" : ` It works until ${clockTime(delivery.expiresAt)}.`;
  return [`We sent ${by} with a code to `, to, `.${until}`];
}

/**
 * Lets people type or paste the code as soon as the screen is there, while the focus is
 * still on its heading for screen readers.
 *
 * @param {HTMLElement} heading
 * @param {HTMLInputElement} input
 */
export function typeThrough(heading, input) {
  heading.addEventListener("keydown", (event) => {
    const isPaste = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v";
    if (/^\d$/.test(event.key) || isPaste) input.focus();
  });
}
