/** Modal dialogs: Escape and leaving the screen close them as if cancelled. */

import { h } from "./dom.js";
import { button } from "./button.js";

/** @type {Set<HTMLDialogElement>} */
const open = new Set();

/**
 * Opens a dialog; the focus goes to its heading, and back to where it was at the end.
 *
 * @template T
 * @param {string} title
 * @param {string} testId
 * @param {(close: (result: T) => void, heading: HTMLElement) => (Node | string)[]} build
 *   content below the heading
 * @returns {Promise<T | null>} null when it was cancelled
 */
export function openDialog(title, testId, build) {
  return new Promise((resolve) => {
    /** @type {T | null} */
    let result = null;
    const heading = h("h2", { id: `${testId}-title`, tabindex: "-1", autofocus: true }, title);
    const content = build((given) => {
      result = given;
      dialog.close();
    }, heading);
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": heading.id, testId },
      heading, ...content,
      h("p", { class: "visually-hidden", role: "status" }),
      h("p", { class: "visually-hidden", role: "alert" }));
    dialog.addEventListener("close", () => {
      open.delete(dialog);
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    open.add(dialog);
    dialog.showModal();
  });
}

/** Cancels whatever dialog is open: the screen below it is left. */
export function closeDialogs() {
  for (const dialog of open) dialog.close();
}

/**
 * Asks before something that can't be undone.
 *
 * @param {object} options
 * @param {string} options.title a question
 * @param {string} options.text what happens
 * @param {string} options.yes names the deed
 * @returns {Promise<boolean>}
 */
export async function confirm({ title, text, yes }) {
  /** @param {(result: boolean) => void} close */
  const build = (close) => [
    h("p", {}, text),
    h("div", { class: "dialog-actions" },
      button("Cancel", { testId: "confirm-cancel", onclick: () => close(false) }),
      button(yes, { testId: "confirm-yes", look: "danger", onclick: () => close(true) })),
  ];
  return (await openDialog(title, "confirm", build)) === true;
}
