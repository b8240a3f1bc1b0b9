/** The three methods: set up, replace, remove, make primary. */

import { makePrimary, removeMethod } from "../api.js";
import { kindInSentence, kindName, KINDS, when } from "../words.js";
import { navigate } from "../navigation.js";
import { actionButton, button } from "../ui/button.js";
import { confirm } from "../ui/dialog.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { toast, toastError } from "../ui/notify.js";
import { section } from "./section.js";

/** @typedef {import("../types.js").Method} Method */

/**
 * @param {Method[]} methods
 * @param {() => Promise<void>} refresh reads the whole screen's data again
 */
export function methodsSection(methods, refresh) {
  const part = section({
    testId: "methods",
    title: "Two-factor methods",
    text: "How you get the code that is asked for on top of your password. The primary "
      + "method is offered first; any other can be used instead. An authenticator app is the "
      + "safest, text messages are the least safe.",
    draw: (/** @type {Method[]} */ list) => draw(list, { refresh, show: (fresh) => part.show(fresh) }),
  });
  part.show(methods);
  return part;
}

/** @typedef {{refresh: () => Promise<void>, show: (methods: Method[]) => void}} Update */

/**
 * @param {Method[]} methods
 * @param {Update} update
 */
function draw(methods, update) {
  const enabled = methods.filter((method) => method.enabled).length;
  const ordered = [...methods].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
  return [
    h("ul", { class: "rows" }, ...ordered.map((method) => row(method, enabled, update))),
    enabled === 1 && h("p", { class: "quiet" },
      "Two-factor sign-in is required, so your only method can be replaced but not removed."),
  ];
}

/**
 * @param {Method} method
 * @param {number} enabled how many there are
 * @param {Update} update
 */
function row(method, enabled, update) {
  const { kind, primary, suspended } = method;
  return h("li", { class: "row", testId: `method-${kind}` },
    icon(kind),
    h("div", { class: "row-text" },
      h("p", { class: "row-name" }, kindName(kind), " ",
        primary && h("span", { class: "badge", testId: `method-${kind}-primary` }, "Primary"),
        suspended && h("span", { class: "badge badge-warning" }, "Paused")),
      ...facts(method)),
    h("div", { class: "row-actions" }, ...actions(method, enabled, update)));
}

/** @param {Method} method */
function facts({ enabled, destination, last_used_at, enabled_at, suspended }) {
  if (!enabled) return [h("p", { class: "row-note" }, "Not set up")];
  const used = last_used_at !== undefined
    ? h("p", { class: "row-note" }, "Last used ", when(last_used_at))
    : enabled_at !== undefined && h("p", { class: "row-note" }, "Turned on ", when(enabled_at));
  return [
    destination !== undefined && h("p", { class: "row-note destination" }, destination),
    used,
    suspended && h("p", { class: "row-note note-error" },
      "Paused after too many wrong codes. Replace it to use it again."),
  ];
}

/**
 * @param {Method} method
 * @param {number} enabledCount
 * @param {Update} update
 */
function actions({ kind, enabled, primary, suspended }, enabledCount, update) {
  const name = kindName(kind).toLowerCase();
  if (!enabled) {
    return [button("Set up", { testId: `method-${kind}-set-up`, label: `Set up ${name}`,
      onclick: () => navigate(`/security/set-up/${kind}`) })];
  }
  const promote = actionButton("Make primary", { testId: `method-${kind}-make-primary`,
    label: `Make primary: ${name}`, act: () => promoteTo(kind, update) });
  const replace = button("Replace", { testId: `method-${kind}-replace`, label: `Replace ${name}`,
    onclick: () => navigate(`/security/replace/${kind}`) });
  const remove = actionButton("Remove", { testId: `method-${kind}-remove`, label: `Remove ${name}`,
    look: "danger-quiet", act: () => removeAfterAsking(kind, update) });
  return [!primary && !suspended && promote, replace, enabledCount > 1 && remove];
}

/**
 * @param {import("../types.js").Kind} kind
 * @param {Update} update
 */
async function promoteTo(kind, { show }) {
  try {
    show((await makePrimary(kind)).methods);
    toast(`${kindName(kind)} is now your primary method.`);
  } catch (error) {
    toastError(error, "method");
  }
}

/**
 * @param {import("../types.js").Kind} kind
 * @param {Update} update
 */
async function removeAfterAsking(kind, { refresh }) {
  const sure = await confirm({
    title: `Remove ${kindInSentence(kind)}?`,
    text: "You can no longer sign in with it. Your other sessions end, and your remembered "
      + "browsers and known addresses are forgotten.",
    yes: "Remove",
  });
  if (!sure) return;
  try {
    await removeMethod(kind);
    await refresh();
    toast(`${kindName(kind)} removed.`);
  } catch (error) {
    toastError(error, "method");
  }
}
