/**
 * Builds elements from data without ever parsing it as HTML, so that what the API or a
 * person supplies stays text. Inline styles are refused by the page's policy anyway.
 *
 * @typedef {Node | string | null | undefined | false} Leaf
 * @typedef {Leaf | Leaf[]} Child
 * @typedef {Record<string, string | number | boolean | null | undefined
 *   | ((event: any) => void)>} Props attributes; functions listen to the event they name
 *   ("onclick"); `false`, null and undefined are left out; `testId` names it for tests
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  setProps(element, props);
  element.append(...leaves(children));
  return element;
}

/**
 * Replaces what an element holds.
 *
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...leaves(children));
}

/**
 * Redraws a part of the screen and leaves the keyboard focus where it was: on the same
 * control of the new content, or on the part's heading if that control is gone.
 *
 * @param {HTMLElement} element
 * @param {Child[]} children
 */
export function redraw(element, children) {
  const active = document.activeElement;
  const held = active !== null && element.contains(active);
  const testId = active instanceof HTMLElement ? active.dataset["testid"] : undefined;
  fill(element, children.flat());
  if (!held) return;
  const same = testId === undefined ? null : element.querySelector(`[data-testid="${testId}"]`);
  const target = same ?? element.querySelector("h2");
  if (target instanceof HTMLElement) target.focus();
}

let ids = 0;

/**
 * An id for tying a label to its control, however often the same form is on the page.
 *
 * @param {string} name
 */
export const uniqueId = (name) => `${name}-${++ids}`;

/**
 * @param {Element} element
 * @param {Props} props
 */
function setProps(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "testId") element.setAttribute("data-testid", String(value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function leaves(children) {
  /** @type {(Node | string)[]} */
  const kept = [];
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) kept.push(child);
  }
  return kept;
}
