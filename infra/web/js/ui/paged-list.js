/** A list that grows by a page each time people ask for more. */

import { actionButton } from "./button.js";
import { fill, h } from "./dom.js";
import { announce, toastError } from "./notify.js";

/**
 * @template Item
 * @param {object} options
 * @param {string} options.testId
 * @param {string} options.label of the list, for screen readers
 * @param {string} options.noun one item, to say how many were added
 * @param {string} options.nouns several
 * @param {string} options.empty shown when there is nothing
 * @param {import("../messages.js").Place} options.place
 * @param {{items: Item[], next?: string | undefined}} options.first page
 * @param {(cursor: string) => Promise<{items: Item[], next?: string | undefined}>} options.load
 * @param {(item: Item) => HTMLLIElement} options.row
 */
export function pagedList({ testId, label, noun, nouns, empty, place, first, load, row }) {
  const list = h("ul", { class: "rows", "aria-label": label, testId });
  const foot = h("div", { class: "list-foot" });

  /** @param {{items: Item[], next?: string | undefined}} page */
  const add = ({ items, next }) => {
    const rows = items.map(row);
    list.append(...rows);
    fill(foot, next !== undefined && more(next));
    return rows;
  };
  /** @param {string} cursor */
  const more = (cursor) =>
    actionButton("Show more", {
      testId: `${testId}-more`,
      act: async () => {
        try {
          const rows = add(await load(cursor));
          // The button is gone or moved down: go on reading at the first new row.
          focusRow(rows[0]);
          announce(`${rows.length} more ${rows.length === 1 ? noun : nouns}.`);
        } catch (error) {
          toastError(error, place);
        }
      },
    });
  add(first);
  const nothing = first.items.length === 0 && first.next === undefined;
  return nothing ? h("p", { class: "quiet", testId: `${testId}-empty` }, empty)
    : h("div", {}, list, foot);
}

/** @param {HTMLLIElement | undefined} row */
function focusRow(row) {
  if (row === undefined) return;
  row.tabIndex = -1;
  row.focus();
}
