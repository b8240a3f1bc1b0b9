/**
 * The practice's users. The API lists them page by page and has no call for a single
 * one, so the page that held a user is remembered to read that user again.
 *
 * @typedef {import("./types.js").User} User
 */

import { readUsers } from "./api.js";
import { ApiError } from "./http.js";

/** The cursor of the page that held a user; undefined for the first. @type {Map<string, string | undefined>} */
const pageOf = new Map();

/** @param {User} a @param {User} b */
const byName = (a, b) => a.name.localeCompare(b.name);

/**
 * @param {string} [cursor]
 * @returns {Promise<{items: User[], next?: string | undefined}>}
 */
export async function usersPage(cursor) {
  const { users, next } = await readUsers(cursor);
  for (const user of users) pageOf.set(user.id, cursor);
  // The API's order is no order to people. Only where there is a single page can it be mended.
  if (cursor === undefined && next === undefined) users.sort(byName);
  return { items: users, next };
}

/**
 * Reads one user afresh, from the page where they were seen or else page by page.
 *
 * @param {string} id
 * @returns {Promise<User>}
 * @throws {ApiError} `not_found` when the practice has no such user
 */
export async function findUser(id) {
  /** @type {string | undefined} */
  let cursor = pageOf.get(id);
  let startedAtTop = cursor === undefined;
  for (;;) {
    const { items, next } = await usersPage(cursor);
    const found = items.find((user) => user.id === id);
    if (found !== undefined) return found;
    if (next === undefined && startedAtTop) throw new ApiError({ code: "not_found", status: 404 });
    // Pages move when users come and go: what is not found from there on is sought from the top.
    cursor = startedAtTop ? next : undefined;
    startedAtTop = true;
  }
}
