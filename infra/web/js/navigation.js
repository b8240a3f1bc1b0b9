/**
 * Moves between screens. A screen's path is the part of the address after "#", so that
 * the browser's Back, Forward and bookmarks work on any static host.
 */

/** Where a signed-in person starts. */
export const HOME = "/security";
export const SIGN_IN = "/sign-in";

/** @returns {string} such as "/security"; empty when the address names no screen */
export function currentPath() {
  return location.hash.replace(/^#/, "");
}

/**
 * @param {string} path
 * @param {{replace?: boolean}} [options] replace: Back skips the screen that is left
 */
export function navigate(path, { replace = false } = {}) {
  if (!replace && currentPath() !== path) {
    location.hash = path;
    return;
  }
  history.replaceState(null, "", `#${path}`);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
