/** What happened on an account, page by page. */

import { activityTitle, isWarning, when } from "../words.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { pagedList } from "../ui/paged-list.js";
import { section } from "./section.js";

/** @typedef {{events: import("../types.js").ActivityEvent[], next?: string}} Page */

/**
 * @param {object} options
 * @param {string} options.testId
 * @param {string} options.title
 * @param {string} options.text
 * @param {Page} options.first
 * @param {(cursor: string) => Promise<Page>} options.load
 */
export function activitySection({ testId, title, text, first, load }) {
  const part = section({
    testId,
    title,
    text,
    draw: (/** @type {Page} */ page) => [
      pagedList({
        testId: `${testId}-list`,
        label: title,
        noun: "entry",
        nouns: "entries",
        empty: "Nothing has happened yet.",
        place: "practice",
        first: items(page),
        load: async (cursor) => items(await load(cursor)),
        row,
      }),
    ],
  });
  part.show(first);
  return part;
}

/** @param {Page} page */
const items = ({ events, next }) => ({ items: events, next });

/** @param {import("../types.js").ActivityEvent} event */
function row(event) {
  const { id, at, address, device, actor, kind } = event;
  const details = [address, device, actor !== undefined && `by ${actor}`].filter(Boolean).join(" · ");
  return h("li", { class: "row row-event", testId: `event-${id}` },
    icon(isWarning(kind) ? "warning" : "info"),
    h("div", { class: "row-text" },
      h("p", { class: "row-name" }, activityTitle(event)),
      details !== "" && h("p", { class: "row-note" }, details)),
    h("p", { class: "row-time" }, when(at)));
}
