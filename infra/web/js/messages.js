/**
 * Puts every problem of the API into plain words that say what to do next.
 *
 * @typedef {import("./http.js").ApiError} ApiError
 * @typedef {"login" | "code" | "set-up" | "send" | "send-alone" | "method" | "trust" | "practice"} Place
 *   what the person was doing
 * @typedef {object} Explanation
 * @property {string} text may hold `{wait}`, to be replaced by the time that is left
 * @property {number | null} wait seconds until it is worth trying again
 * @property {Record<string, string>} fields for `invalid_request`, by field
 *
 * @typedef {(error: ApiError, place: Place) => string} Sentence
 */

import { duration, plural } from "./words.js";

const RELOAD = "Reload the page and try again.";

/** @type {Record<string, string | Sentence>} */
const SENTENCES = {
  invalid_request: "Something in there isn't right. Check it and try again.",
  invalid_credentials:
    "That e-mail and password don't match. Check both and try again.",
  invalid_ticket: (_, place) =>
    place === "login" || place === "code"
      ? "This sign-in took too long or was used up. Enter your password again to start over."
      : "This took too long or was used up. Start again.",
  unauthenticated: "You're no longer signed in. Sign in again to carry on.",
  step_up_required: "A recent code is needed for this. Try again and enter one.",
  full_access_required:
    "Only people with Full Access can do this. Ask one of them in your practice.",
  origin_not_allowed:
    "This page isn't allowed to use the service. Open it at its usual address.",
  not_found: (_, place) => NOT_FOUND[place] ?? `That's no longer there. ${RELOAD}`,
  method_not_enabled: (_, place) =>
    place === "practice"
      ? "That method was removed already."
      : "That method is no longer turned on. Use a different one.",
  method_suspended: (_, place) =>
    `This method is paused after too many wrong codes. ${place === "send-alone"
      ? "Ask" : "Use a different method, or ask"} someone with Full Access in your practice to `
    + "remove it, so that you can set it up again.",
  last_method:
    "This is your only method, so it can't be removed. Replace it, or set up another first.",
  no_method_enabled: "Set up a two-factor method first.",
  conflict: (_, place) =>
    place === "practice"
      ? "Something changed at the same moment, or this is your own account, which you change "
        + "under Security. Check and try again."
      : "Something else changed this at the same moment. Check how it is now and try again.",
  body_too_large: "That's too long. Shorten it and try again.",
  unsupported_media_type: `The service didn't understand this page. ${RELOAD}`,
  invalid_code: ({ attemptsLeft }) => `That code isn't right. ${triesLeft(attemptsLeft)}`,
  code_already_used: ({ attemptsLeft }) =>
    `That code was used already. Wait for the next one in your app. ${triesLeft(attemptsLeft)}`,
  destination_not_allowed: (_, place) =>
    place === "set-up"
      ? "Codes can't be sent there. Use a mobile number of a country your practice works in, "
        + "or choose another method."
      : "Codes can't be sent there. Use a different method.",
  too_many_attempts: (_, place) =>
    place === "login"
      ? "Too many tries. Try again {wait}."
      : "Too many wrong codes lately. Try again {wait}.",
  resend_too_soon: "A code was sent just now. You can have it sent again {wait}.",
  send_limit_reached: (_, place) =>
    `No more codes can be sent for now. Try again {wait}${orOther(place)}.`,
  delivery_unavailable: (_, place) =>
    `The code couldn't be sent. Try again {wait}${orOther(place)}.`,
  temporarily_unavailable: "The service is busy. Nothing was changed. Try again {wait}.",
  network: "The service can't be reached. Check your connection and try again.",
};

/** @type {Partial<Record<Place, string>>} */
const NOT_FOUND = {
  code: "This set-up took too long or was used up. Start it again.",
  "set-up": "This set-up took too long or was used up. Start it again.",
  trust: "That was forgotten already.",
  practice: "This person is no longer in your practice.",
};

/** What to say for a field that the API refused, whatever its own words were. @type {Record<string, string>} */
const FIELDS = {
  email: "Enter a full e-mail address, such as name@example.com.",
  phone: "Enter a full mobile number that starts with + and the country code.",
  code: "Enter the 6 digits of the code.",
  password: "Enter your password. It has 8 to 256 characters.",
};

/**
 * @param {ApiError} error
 * @param {Place} place
 * @returns {Explanation}
 */
export function explain(error, place) {
  const sentence = SENTENCES[error.code];
  const text = typeof sentence === "function" ? sentence(error, place) : sentence;
  /** @type {Record<string, string>} */
  const fields = {};
  for (const { field, message } of error.errors) fields[field] = FIELDS[field] ?? message;
  return {
    text: text ?? `Something went wrong on our side. ${RELOAD}`,
    wait: error.retryAfter,
    fields,
  };
}

/**
 * The whole sentence, with the time left put in.
 *
 * @param {string} text
 * @param {number | null} seconds
 */
export function withWait(text, seconds) {
  const wait = seconds === null ? "in a little while" : `in ${duration(seconds)}`;
  return text.replace("{wait}", seconds !== null && seconds <= 0 ? "now" : wait);
}

/** @param {Place} place */
const orOther = (place) => (place === "send-alone" ? "" : ", or use a different method");

/** @param {number | null} left */
function triesLeft(left) {
  if (left === null) return "Check it and try again.";
  if (left === 0) return "No tries are left.";
  return `Check it and try again. ${plural(left, "try").replace("trys", "tries")} left.`;
}
