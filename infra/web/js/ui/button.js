/** Buttons that show that something is under way and can't be pressed twice meanwhile. */

import { h } from "./dom.js";

/**
 * @typedef {"primary" | "secondary" | "danger" | "danger-quiet" | "link"} Look
 */

/**
 * @param {string} text
 * @param {{testId: string, look?: Look, label?: string, wide?: boolean,
 *   onclick?: (event: MouseEvent) => void}} options label: what a screen reader says
 *   instead of the text, beginning with it; without `onclick` it submits its form
 */
export function button(text, { testId, look = "secondary", label, wide = false, onclick }) {
  return h(
    "button",
    {
      type: onclick === undefined ? "submit" : "button",
      class: `button button-${look}${wide ? " button-wide" : ""}`,
      "aria-label": label,
      testId,
      onclick,
    },
    h("span", { class: "button-text" }, text),
  );
}

/**
 * Marks a button as busy; it keeps its size and the focus.
 *
 * @param {HTMLButtonElement} element
 * @returns {() => void} makes it a normal button again
 */
export function busy(element) {
  element.setAttribute("aria-busy", "true");
  return () => element.removeAttribute("aria-busy");
}

/**
 * A button for something that takes a while: busy until `act` is done.
 *
 * @param {string} text
 * @param {{testId: string, look?: Look, label?: string, wide?: boolean,
 *   act: () => Promise<void>}} options
 */
export function actionButton(text, { act, ...options }) {
  const element = button(text, {
    ...options,
    onclick: async () => {
      if (element.getAttribute("aria-busy") === "true") return;
      const done = busy(element);
      try {
        await act();
      } finally {
        done();
      }
    },
  });
  return element;
}
