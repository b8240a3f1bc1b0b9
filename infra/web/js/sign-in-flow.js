/**
 * A sign-in under way: what the API answered so far. Its ticket is as good as the
 * password, so it lives in this module's memory and nowhere else, and is gone on reload.
 *
 * @typedef {import("./types.js").Kind} Kind
 *
 * @typedef {object} Delivery a code that was sent
 * @property {string} [destination] masked
 * @property {string} expiresAt
 * @property {number} resendAt by this browser's monotonic clock, in milliseconds
 *
 * @typedef {object} Challenged
 * @property {"challenge"} stage
 * @property {string} ticket
 * @property {import("./types.js").OfferedMethod[]} methods primary first
 * @property {Map<Kind, Delivery>} deliveries codes sent for this ticket
 *
 * @typedef {object} Enrolling
 * @property {"enrollment"} stage
 * @property {string} ticket
 * @property {Kind[]} available
 */

import { HOME, SIGN_IN, navigate } from "./navigation.js";
import { begin } from "./session.js";
import { announce, toast } from "./ui/notify.js";

/** @type {Challenged | Enrolling | null} */
let flow = null;
let email = "";
/** @type {{text: string, tone: "info" | "warning"} | null} */
let notice = null;
/** @type {string | null} */
let returnTo = null;

/** @returns {Challenged | null} */
export const challenged = () => (flow?.stage === "challenge" ? flow : null);

/** @returns {Enrolling | null} */
export const enrolling = () => (flow?.stage === "enrollment" ? flow : null);

/** The address last typed, so that nobody types it twice. */
export const lastEmail = () => email;

/**
 * Goes on as `POST /login` answered.
 *
 * @param {string} typedEmail
 * @param {import("./types.js").LoginAnswer} answer
 */
export function proceed(typedEmail, answer) {
  email = typedEmail;
  notice = null;
  if (answer.status === "authenticated") {
    finish(answer);
  } else if (answer.status === "challenge_required") {
    const { ticket, methods } = answer;
    flow = { stage: "challenge", ticket, methods, deliveries: new Map() };
    navigate(`/sign-in/code/${methods[0]?.kind ?? "authenticator"}`);
  } else {
    const { ticket, available } = answer;
    flow = { stage: "enrollment", ticket, available };
    navigate("/sign-in/set-up");
  }
}

/** @param {import("./types.js").Authenticated} answer */
export function finish(answer) {
  flow = null;
  email = "";
  const target = returnTo ?? HOME;
  returnTo = null;
  begin(answer.session);
  navigate(target, { replace: true });
  if (answer.reason === "remembered_device") {
    toast("You're signed in. No code was needed: this browser is remembered for you.");
  } else if (answer.reason === "known_address") {
    toast("You're signed in. No code was needed: you have signed in from this address before.");
  }
}

/**
 * Goes back to the password, saying why.
 *
 * @param {string | null} text
 * @param {"info" | "warning"} [tone]
 */
export function restart(text, tone = "warning") {
  flow = null;
  notice = text === null ? null : { text, tone };
  navigate(SIGN_IN, { replace: true });
  if (text !== null) announce(text);
}

/**
 * What the sign-in screen is to say on top.
 *
 * @returns {typeof notice}
 */
export const currentNotice = () => notice;

/** @param {string | null} path the screen to go to once signed in */
export function comeBackTo(path) {
  returnTo = path;
}

/** Forgets the person: they signed out. */
export function forget() {
  flow = null;
  email = "";
  notice = null;
  returnTo = null;
}
