/**
 * The second step of signing in: a code, by the primary method or by another one.
 *
 * @typedef {import("../http.js").ApiError} ApiError
 * @typedef {import("../types.js").Kind} Kind
 * @typedef {import("../sign-in-flow.js").Challenged} Challenged
 */

import { challenge, validateSignIn } from "../api.js";
import { explain } from "../messages.js";
import { navigate } from "../navigation.js";
import { challenged, finish, restart } from "../sign-in-flow.js";
import { button } from "../ui/button.js";
import { codePanel } from "../ui/code-panel.js";
import { inSeconds } from "../ui/countdown.js";
import { h } from "../ui/dom.js";
import { methodChoices } from "../ui/method-choices.js";

/** @param {Kind} kind */
export function codeScreen(kind) {
  const flow = challenged();
  const method = flow?.methods.find((one) => one.kind === kind);
  if (flow === null || method === undefined) return startAgain();
  const { ticket, deliveries } = flow;
  const delivery = deliveries.get(kind);
  const panel = codePanel({
    testId: "code",
    kind,
    place: "code",
    submitLabel: "Continue",
    remember: true,
    send: () => send(flow, kind),
    submit: async (code, remember) =>
      finish(await validateSignIn({ ticket, method: kind, code, remember_device: remember })),
    onError: ticketIsGone,
    alone: flow.methods.length === 1,
    below: waysOut(flow),
    ...(method.destination === undefined ? {} : { destination: method.destination }),
    ...(delivery === undefined ? {} : { delivery }),
  });
  return { content: [panel.element], typeInto: panel.input };
}

export function otherMethodScreen() {
  const flow = challenged();
  if (flow === null) return startAgain();
  const list = methodChoices(flow.methods, {
    testId: "other-method",
    pick: (kind) => navigate(`/sign-in/code/${kind}`, { replace: true }),
  });
  return { content: [h("p", { class: "intro" }, "Choose how to get a code."), list, cancel()] };
}

/** The page was reloaded or the step is over: there is no ticket to go on with. */
function startAgain() {
  restart(null);
  return null;
}

/**
 * @param {Challenged} flow
 * @param {Kind} kind
 * @returns {Promise<import("../sign-in-flow.js").Delivery>}
 */
async function send(flow, kind) {
  const answer = await challenge({ ticket: flow.ticket, method: kind });
  const destination = answer.destination === undefined ? {} : { destination: answer.destination };
  const delivery = {
    ...destination,
    expiresAt: answer.expires_at,
    resendAt: inSeconds(answer.resend_after),
  };
  flow.deliveries.set(kind, delivery);
  return delivery;
}

/** @param {ApiError} error */
function ticketIsGone(error) {
  if (error.attemptsLeft === 0) {
    restart("Too many wrong codes. Enter your password again to start over.");
    return true;
  }
  if (error.code !== "invalid_ticket") return false;
  restart(explain(error, "code").text);
  return true;
}

/** @param {Challenged} flow */
function waysOut({ methods }) {
  const other = button("Use a different method", {
    testId: "code-other-method",
    look: "link",
    wide: true,
    onclick: () => navigate("/sign-in/methods"),
  });
  return methods.length > 1 ? [other, cancel()] : [cancel()];
}

function cancel() {
  return button("Back to sign in", {
    testId: "code-cancel",
    look: "link",
    wide: true,
    onclick: () => restart(null),
  });
}
