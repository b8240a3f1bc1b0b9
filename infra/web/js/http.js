/**
 * Sends requests to the API and turns what goes wrong into errors that screens can show.
 * Some answers are dealt with here, for every screen alike: a session that has ended, a
 * role that was taken away, and a request that needs a recent code.
 */

import { API_ORIGIN } from "../config.js";

/** Longer than any answer takes: the gateway gives up after 30 s. */
const TIME_LIMIT_MS = 35_000;

/** A problem answered by the API, or `network` / `unexpected` when there was no such answer. */
export class ApiError extends Error {
  /**
   * @param {object} problem
   * @param {string} problem.code
   * @param {number} [problem.status]
   * @param {import("./types.js").FieldError[]} [problem.errors] fields of `invalid_request`
   * @param {number | null} [problem.attemptsLeft]
   * @param {number | null} [problem.retryAfter] seconds
   */
  constructor({ code, status = 0, errors = [], attemptsLeft = null, retryAfter = null }) {
    super(code);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.attemptsLeft = attemptsLeft;
    this.retryAfter = retryAfter;
  }
}

/** The request was given up and the person already knows why: there is nothing to show. */
export class Interrupted extends Error {
  /** @param {"elsewhere" | "cancelled"} reason elsewhere: another screen is shown now */
  constructor(reason) {
    super(reason);
    this.name = "Interrupted";
    this.reason = reason;
  }
}

/**
 * @typedef {object} Hooks
 * @property {() => void} sessionEnded brings the person to the sign-in screen
 * @property {() => void} accessLost the person no longer has Full Access
 * @property {() => Promise<boolean>} stepUp asks for a code; false when they gave up
 */

/** @type {Hooks} */
let hooks = { sessionEnded: () => {}, accessLost: () => {}, stepUp: async () => false };

/** @param {Hooks} given */
export function connect(given) {
  hooks = given;
}

/**
 * Sends a request; asks for a code and sends it once more if the API wants a recent one.
 *
 * @param {"GET" | "POST" | "PUT" | "DELETE"} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} the answer's JSON, or null when it has none
 * @throws {ApiError | Interrupted}
 */
export async function request(method, path, body) {
  try {
    return await send(method, path, body);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "step_up_required") throw ended(error);
  }
  if (!(await hooks.stepUp())) throw new Interrupted("cancelled");
  try {
    return await send(method, path, body);
  } catch (error) {
    throw ended(error);
  }
}

/**
 * Sends a request once and leaves every error to the caller.
 *
 * @param {"GET" | "POST" | "PUT" | "DELETE"} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function send(method, path, body) {
  /** @type {RequestInit} */
  const init = {
    method,
    credentials: "include",
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  };
  if (body !== undefined) {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response;
  let answer;
  try {
    response = await fetch(API_ORIGIN + path, init);
    answer = response.status === 204 ? null : await readJson(response);
  } catch {
    throw new ApiError({ code: "network" });
  }
  if (!response.ok) throw problem(response, answer);
  return answer;
}

/**
 * @param {unknown} error
 * @returns {unknown} the error to throw on, after telling the page of a lost session or role
 */
function ended(error) {
  if (!(error instanceof ApiError)) return error;
  if (error.code === "unauthenticated") hooks.sessionEnded();
  else if (error.code === "full_access_required") hooks.accessLost();
  else return error;
  return new Interrupted("elsewhere");
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function readJson(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {Response} response
 * @param {any} answer
 */
function problem(response, answer) {
  // A cross-origin page can read this header only if the API exposes it.
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return new ApiError({
    code: typeof answer?.code === "string" ? answer.code : "unexpected",
    status: response.status,
    errors: Array.isArray(answer?.errors) ? answer.errors : [],
    attemptsLeft: typeof answer?.attempts_left === "number" ? answer.attempts_left : null,
    retryAfter: Number.isFinite(seconds) ? seconds : null,
  });
}
