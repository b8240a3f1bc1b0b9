/**
 * Fields that say what is wrong right below themselves, and forms that send, wait, and
 * bring people to the field to correct.
 */

import { ApiError, Interrupted } from "../http.js";
import { explain, withWait } from "../messages.js";
import { busy } from "./button.js";
import { countDown, inSeconds } from "./countdown.js";
import { h, uniqueId } from "./dom.js";
import { announce } from "./notify.js";

/**
 * @typedef {object} FieldOptions
 * @property {string} name of the API's field
 * @property {string} label
 * @property {string} testId
 * @property {string} [hint] shown below the field until there is an error
 * @property {boolean} [tall] keeps room for two lines below, so that nothing jumps
 * @property {import("./dom.js").Props} [input] attributes
 * @property {(input: HTMLInputElement) => Node} [extra] a control inside the field's box
 * @property {(value: string) => string | null} check what is wrong with it, if anything
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {HTMLElement} element label, input and the line below
 * @property {HTMLInputElement} input
 * @property {(value: string) => string | null} check
 * @property {(text: string | null, wait?: number | null, isWrong?: boolean) => void} setError
 *   shows an error below it, or none; `isWrong`: what was typed is the reason
 */

/**
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function field({ name, label, testId, hint = "", tall = false, input = {}, extra, check }) {
  const id = uniqueId(name);
  const note = h("p", { class: tall ? "note note-tall" : "note", id: `${id}-note` }, hint);
  const control = h("input", {
    id,
    name,
    type: "text",
    class: "input",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-required": "true",
    "aria-describedby": note.id,
    testId,
    ...input,
  });
  const box = extra === undefined ? control : h("div", { class: "input-box" }, control, extra(control));
  const element = h("div", { class: "field" }, h("label", { for: id }, label), box, note);
  return { name, element, input: control, check, setError: errorSetter(control, note, hint, testId) };
}

/**
 * @param {HTMLInputElement} control
 * @param {HTMLElement} note the line below it
 * @param {string} hint what the line says while there is no error
 * @param {string} testId
 * @returns {Field["setError"]}
 */
function errorSetter(control, note, hint, testId) {
  let stop = () => {};
  return (text, wait = null, isWrong = true) => {
    stop();
    note.classList.toggle("note-error", text !== null);
    if (text === null) {
      control.removeAttribute("aria-invalid");
      note.removeAttribute("data-testid");
      note.textContent = hint;
      return;
    }
    control.setAttribute("aria-invalid", String(isWrong));
    note.setAttribute("data-testid", `${testId}-error`);
    note.textContent = withWait(text, wait);
    announce(note.textContent, { urgent: true });
    if (wait === null || !text.includes("{wait}")) return;
    stop = countDown(note, inSeconds(wait), (left) => {
      note.textContent = withWait(text, left);
    });
  };
}

/**
 * @typedef {object} FormOptions
 * @property {string} testId
 * @property {Field[]} fields checked in this order; the last one shows general errors
 * @property {(Node | string)[]} content everything in the form, fields included
 * @property {HTMLButtonElement} submit
 * @property {import("../messages.js").Place} place
 * @property {() => Promise<void>} onSubmit
 * @property {(error: ApiError) => boolean} [onError] true when it dealt with the error
 */

/** @param {FormOptions} options */
export function form({ testId, fields, content, submit, place, onSubmit, onError }) {
  const element = h("form", { class: "form", novalidate: true, testId }, ...content);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.getAttribute("aria-busy") === "true" || !allRight(fields)) return;
    const done = busy(submit);
    try {
      await onSubmit();
    } catch (error) {
      if (error instanceof Interrupted) return;
      if (!(error instanceof ApiError)) throw error;
      if (!onError?.(error)) showError(fields, error, place);
    } finally {
      done();
    }
  });
  return element;
}

/** @param {Field[]} fields */
function allRight(fields) {
  /** @type {Field | null} */
  let firstWrong = null;
  for (const one of fields) {
    const text = one.check(one.input.value);
    // Set first-to-last would announce the last; people are brought to the first.
    one.setError(firstWrong === null ? text : null);
    if (text !== null) firstWrong ??= one;
  }
  firstWrong?.input.focus();
  return firstWrong === null;
}

/**
 * Puts an error next to the field it is about and the focus into that field.
 *
 * @param {Field[]} fields
 * @param {ApiError} error
 * @param {import("../messages.js").Place} place
 */
export function showError(fields, error, place) {
  const { text, wait, fields: byName } = explain(error, place);
  const named = fields.find((one) => byName[one.name] !== undefined);
  const target = named ?? fields.at(-1);
  if (target === undefined) throw error;
  target.setError(byName[target.name] ?? text, wait);
  target.input.focus();
  target.input.select();
}
