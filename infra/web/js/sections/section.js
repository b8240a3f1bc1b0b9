/** A part of a screen with a heading of its own, redrawn when its data changes. */

import { h, redraw } from "../ui/dom.js";

/**
 * @template Data
 * @param {object} options
 * @param {string} options.testId
 * @param {string} options.title
 * @param {string} options.text what it is for, in a sentence or two
 * @param {(data: Data) => import("../ui/dom.js").Child[]} options.draw
 */
export function section({ testId, title, text, draw }) {
  const heading = h("h2", { id: `${testId}-title`, tabindex: "-1" }, title);
  const element = h("section", { class: "section", "aria-labelledby": heading.id,
    testId: `section-${testId}` });
  /** @param {Data} data */
  const show = (data) => redraw(element, [heading, h("p", { class: "quiet" }, text), ...draw(data)]);
  return { element, show };
}
