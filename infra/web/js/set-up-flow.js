/**
 * Setting up a method, the same way during sign-in and in a session. What the API
 * answered is kept in memory only.
 *
 * @typedef {import("./http.js").ApiError} ApiError
 * @typedef {import("./types.js").Kind} Kind
 *
 * @typedef {object} SetUp where it happens
 * @property {string | null} ticket of the sign-in; null in a session
 * @property {boolean} replacing
 * @property {string} base path that the kind is added to
 * @property {string} start path to go back to
 *
 * @typedef {object} Pending an enrollment whose code has been sent
 * @property {string} enrollment
 * @property {Kind} kind
 * @property {import("./sign-in-flow.js").Delivery} delivery
 */

import * as api from "./api.js";
import { explain } from "./messages.js";
import { HOME, navigate } from "./navigation.js";
import { enrolling, finish, restart } from "./sign-in-flow.js";
import { inSeconds } from "./ui/countdown.js";
import { toast } from "./ui/notify.js";
import { kindName } from "./words.js";

/** @type {Pending | null} */
let pending = null;

/** The destination last typed, for coming back to correct it. @type {Map<Kind, string>} */
export const typed = new Map();

/** @returns {SetUp | null} null when no sign-in is waiting for a method */
export function duringSignIn() {
  const flow = enrolling();
  if (flow === null) return null;
  return { ticket: flow.ticket, replacing: false, base: "/sign-in/set-up", start: "/sign-in/set-up" };
}

/**
 * @param {boolean} replacing
 * @returns {SetUp}
 */
export function inSession(replacing) {
  const base = replacing ? "/security/replace" : "/security/set-up";
  return { ticket: null, replacing, base, start: HOME };
}

/** @param {Kind} kind */
export const pendingFor = (kind) => (pending?.kind === kind ? pending : null);

/**
 * @param {SetUp} setUp
 * @param {{method: Kind, email?: string, phone?: string}} body
 */
export async function startEnrollment(setUp, body) {
  const answer = await api.enroll(setUp.ticket === null ? body : { ticket: setUp.ticket, ...body });
  if (answer.authenticator === undefined) keep(answer);
  return answer;
}

/**
 * Sends the code once more.
 *
 * @param {SetUp} setUp
 * @param {string} enrollment
 */
export async function resend({ ticket }, enrollment) {
  return keep(await api.enrollAgain(ticket === null ? { enrollment } : { ticket, enrollment }));
}

/** @param {import("./types.js").Enrollment} answer */
function keep({ enrollment, method, destination, expires_at, resend_after }) {
  /** @type {import("./sign-in-flow.js").Delivery} */
  const delivery = { expiresAt: expires_at, resendAt: inSeconds(resend_after ?? 0) };
  if (destination !== undefined) delivery.destination = destination;
  pending = { enrollment, kind: method, delivery };
  return delivery;
}

/**
 * Turns the method on with its first code, and goes on.
 *
 * @param {SetUp} setUp
 * @param {{enrollment: string, kind: Kind, code: string, remember: boolean}} input
 */
export async function complete({ ticket, replacing }, { enrollment, kind, code, remember }) {
  if (ticket === null) {
    await api.validateMethod({ enrollment, code });
    navigate(HOME, { replace: true });
    toast(`${kindName(kind)} ${replacing ? "replaced" : "turned on"}.`);
  } else {
    finish(await api.validateFirstMethod({ ticket, enrollment, code, remember_device: remember }));
    toast(`${kindName(kind)} turned on. You're signed in.`);
  }
  pending = null;
  typed.clear();
}

/**
 * Deals with errors after which this set-up cannot go on.
 *
 * @param {SetUp} setUp
 * @returns {(error: ApiError) => boolean} true when it did
 */
export function dealWith({ start }) {
  return (error) => {
    if (error.code === "invalid_ticket") {
      restart(explain(error, "login").text);
      return true;
    }
    if (error.code !== "not_found" && error.attemptsLeft !== 0) return false;
    pending = null;
    navigate(start, { replace: true });
    const text = error.attemptsLeft === 0
      ? "Too many wrong codes. Start setting this method up again."
      : explain(error, "set-up").text;
    toast(text, { error: true });
    return true;
  };
}
