/**
 * One function for each call of the API. All may throw `ApiError`, and those that need a
 * session `Interrupted` as well.
 *
 * @typedef {import("./types.js").Kind} Kind
 * @typedef {import("./types.js").Method} Method
 */

import { request, send } from "./http.js";

const id = encodeURIComponent;

/**
 * @param {string} path
 * @param {string} [cursor] the `next` of the page before
 */
function page(path, cursor) {
  return cursor === undefined ? path : `${path}?cursor=${id(cursor)}`;
}

/** @returns {Promise<import("./types.js").Session>} throws `unauthenticated` without one */
export const readSession = () => send("GET", "/session");

/**
 * @param {string} email
 * @param {string} password
 * @returns {Promise<import("./types.js").LoginAnswer>}
 */
export const login = (email, password) => request("POST", "/login", { email, password });

/** @returns {Promise<null>} */
export const logout = () => request("POST", "/logout");

/**
 * Starts a challenge, or sends its code again: with the ticket of a sign-in or of an
 * earlier step-up, or without one to start a step-up.
 *
 * @param {{ticket?: string, method: Kind}} body
 * @returns {Promise<import("./types.js").Challenge>}
 */
export const challenge = (body) => request("POST", "/challenge", body);

/**
 * @param {{ticket: string, method: Kind, code: string, remember_device?: boolean}} body
 * @returns {Promise<import("./types.js").Authenticated>}
 */
export const validateSignIn = (body) => request("POST", "/validate", body);

/**
 * @param {{ticket: string, method: Kind, code: string}} body
 * @returns {Promise<{status: "verified", session: import("./types.js").Session}>}
 */
export const validateStepUp = (body) => request("POST", "/validate", body);

/**
 * @param {{ticket: string, enrollment: string, code: string, remember_device?: boolean}} body
 * @returns {Promise<import("./types.js").Authenticated>}
 */
export const validateFirstMethod = (body) => request("POST", "/validate", body);

/**
 * @param {{enrollment: string, code: string}} body
 * @returns {Promise<{status: "enabled", method: Method}>}
 */
export const validateMethod = (body) => request("POST", "/validate", body);

/**
 * @param {{ticket?: string, method: Kind, email?: string, phone?: string}} body
 * @returns {Promise<import("./types.js").Enrollment>}
 */
export const enroll = (body) => request("POST", "/enroll", body);

/**
 * @param {{ticket?: string, enrollment: string}} body
 * @returns {Promise<import("./types.js").Enrollment>}
 */
export const enrollAgain = (body) => request("POST", "/enroll", body);

/** @returns {Promise<{methods: Method[]}>} */
export const readMethods = () => request("GET", "/methods");

/**
 * @param {Kind} kind
 * @returns {Promise<{methods: Method[]}>}
 */
export const makePrimary = (kind) => request("PUT", `/methods/${kind}/primary`);

/**
 * @param {Kind} kind
 * @returns {Promise<{methods: Method[]}>}
 */
export const removeMethod = (kind) => request("DELETE", `/methods/${kind}`);

/** @returns {Promise<import("./types.js").Whitelist>} */
export const readWhitelist = () => request("GET", "/whitelist");

/**
 * @param {import("./types.js").WhitelistMode} mode
 * @returns {Promise<import("./types.js").Whitelist>}
 */
export const setWhitelist = (mode) => request("PUT", "/whitelist", { mode });

/**
 * @param {string} addressId
 * @returns {Promise<null>}
 */
export const forgetAddress = (addressId) =>
  request("DELETE", `/whitelist/addresses/${id(addressId)}`);

/** @returns {Promise<{devices: import("./types.js").Device[]}>} */
export const readDevices = () => request("GET", "/devices");

/**
 * @param {string} deviceId
 * @returns {Promise<null>}
 */
export const forgetDevice = (deviceId) => request("DELETE", `/devices/${id(deviceId)}`);

/** @returns {Promise<null>} */
export const forgetAllDevices = () => request("DELETE", "/devices");

/**
 * @param {string} [cursor]
 * @returns {Promise<{events: import("./types.js").ActivityEvent[], next?: string}>}
 */
export const readActivity = (cursor) => request("GET", page("/activity", cursor));

/**
 * @param {string} [cursor]
 * @returns {Promise<{users: import("./types.js").User[], next?: string}>}
 */
export const readUsers = (cursor) => request("GET", page("/users", cursor));

/**
 * @param {string} userId
 * @param {string} [cursor]
 * @returns {Promise<{events: import("./types.js").ActivityEvent[], next?: string}>}
 */
export const readUserActivity = (userId, cursor) =>
  request("GET", page(`/users/${id(userId)}/activity`, cursor));

/**
 * @param {string} userId
 * @param {Kind} [kind] all of them if left out
 * @returns {Promise<null>}
 */
export const removeUserMethods = (userId, kind) =>
  request("DELETE", `/users/${id(userId)}/methods${kind === undefined ? "" : `/${kind}`}`);

/** @returns {Promise<{new_login_alerts: import("./types.js").AlertSetting}>} */
export const readAlerts = () => request("GET", "/practice/alerts");

/**
 * @param {import("./types.js").AlertSetting} setting
 * @returns {Promise<{new_login_alerts: import("./types.js").AlertSetting}>}
 */
export const setAlerts = (setting) =>
  request("PUT", "/practice/alerts", { new_login_alerts: setting });
