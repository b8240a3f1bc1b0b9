/**
 * A list of methods to choose from.
 *
 * @typedef {import("../types.js").Kind} Kind
 */

import { kindName } from "../words.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @type {Record<Kind, string>} */
const WAYS = {
  authenticator: "Enter the code your app shows",
  email: "Get a code by e-mail",
  sms: "Get a code by text message",
};

/**
 * @param {{kind: Kind, destination?: string}[]} methods
 * @param {object} options
 * @param {string} options.testId the kind is added to it
 * @param {(kind: Kind) => void} options.pick
 * @param {Record<Kind, string>} [options.texts] below the names, unless they are masked addresses
 * @param {Kind} [options.recommended]
 */
export function methodChoices(methods, { testId, pick, texts = WAYS, recommended }) {
  const rows = methods.map(({ kind, destination }) =>
    h("li", {},
      h("button", { type: "button", class: "choice", testId: `${testId}-${kind}`,
        onclick: () => pick(kind) },
        icon(kind),
        h("span", { class: "choice-text" },
          h("span", { class: "choice-name" }, kindName(kind), " ",
            kind === recommended && h("span", { class: "badge" }, "Recommended")),
          h("span", { class: "choice-note" }, texts[kind]),
          destination !== undefined && h("span", { class: "choice-note destination" }, destination)),
        icon("next"))));
  return h("ul", { class: "choices" }, ...rows);
}
