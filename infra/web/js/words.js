/**
 * Names of things, and times, as people read them.
 *
 * @typedef {import("./types.js").Kind} Kind
 */

import { h } from "./ui/dom.js";

/** @type {Record<Kind, string>} */
const NAMES = {
  authenticator: "Authenticator app",
  email: "E-mail",
  sms: "Text message",
};

/** @type {Record<Kind, string>} */
const SENTENCE_NAMES = {
  authenticator: "the authenticator app",
  email: "e-mail codes",
  sms: "text message codes",
};

/** @type {readonly Kind[]} */
export const KINDS = ["authenticator", "email", "sms"];

/** @param {Kind} kind */
export const kindName = (kind) => NAMES[kind];

/** @param {Kind} kind */
export const kindInSentence = (kind) => SENTENCE_NAMES[kind];

/** @param {import("./types.js").Role} role */
export const roleName = (role) => (role === "full_access" ? "Full Access" : "Standard");

/**
 * A length of time, as the end of "Try again in …".
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 60) return plural(Math.max(1, Math.ceil(seconds)), "second");
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return plural(minutes, "minute");
  return `about ${plural(Math.round(minutes / 60), "hour")}`;
}

/**
 * @param {number} count
 * @param {string} noun
 */
export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** @param {string} iso such as "10:42" on the person's own clock, never broken into two lines */
export const clockTime = (iso) =>
  format(new Date(iso), { timeStyle: "short" }).replace(/\s/g, "\u00a0");

/**
 * A point in time in local time, as part of a sentence: near ones by name of day; the exact one
 * as a title.
 *
 * @param {string} iso
 */
export function when(iso) {
  const date = new Date(iso);
  const title = format(date, { dateStyle: "full", timeStyle: "long" });
  return h("time", { datetime: iso, title }, `${dayName(date)}, ${clockTime(iso)}`);
}

/**
 * A day in local time, for ends that are weeks away; the exact time as a title.
 *
 * @param {string} iso
 */
export function day(iso) {
  const date = new Date(iso);
  const title = format(date, { dateStyle: "full", timeStyle: "long" });
  return h("time", { datetime: iso, title }, format(date, { dateStyle: "medium" }));
}

/** @param {Date} date */
function dayName(date) {
  const today = new Date();
  const days = Math.round((startOfDay(today) - startOfDay(date)) / 86_400_000);
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  const thisYear = date.getFullYear() === today.getFullYear();
  return format(date, { day: "numeric", month: "short", year: thisYear ? undefined : "numeric" });
}

/** @param {Date} date */
function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/**
 * @param {Date} date
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(date, options) {
  return new Intl.DateTimeFormat(undefined, options).format(date);
}

/**
 * @param {import("./types.js").ActivityEvent} event
 * @returns {string} what happened
 */
export function activityTitle({ kind, method, actor }) {
  const name = method === undefined ? "A method" : kindName(method);
  const by = method === undefined ? "" : ` (${kindName(method).toLowerCase()})`;
  /** @type {Record<string, string>} */
  const titles = {
    signed_in: method === undefined ? "Signed in, no code needed" : `Signed in${by}`,
    sign_in_failed: "Sign-in failed: wrong password",
    code_sent: `Code sent${by}`,
    code_failed: `Wrong code entered${by}`,
    locked: actor === "support" ? "Account disabled" : "Locked for a while after too many tries",
    method_enabled: `${name} turned on`,
    method_replaced: `${name} replaced`,
    method_removed: `${name} removed`,
    method_suspended: `${name} paused after too many wrong codes`,
    primary_changed: `${name} made the primary method`,
    whitelist_changed: "IP whitelist setting changed",
    device_remembered: "Browser remembered for 30 days",
    device_revoked: "Remembered browser forgotten",
    device_misused: "A copied remembered-browser cookie was refused",
    reset: "Two-factor reset",
    alerts_changed: "New Login Alerts changed",
    password_changed: "Password changed",
  };
  return titles[kind] ?? kind.replaceAll("_", " ");
}

/** Kinds of activity that deserve a second look. */
const WARNINGS = new Set([
  "sign_in_failed",
  "code_failed",
  "locked",
  "method_suspended",
  "device_misused",
]);

/** @param {string} kind */
export const isWarning = (kind) => WARNINGS.has(kind);
