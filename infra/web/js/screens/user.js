/** For people with Full Access: one user's methods and activity. */

import { readUserActivity, removeUserMethods } from "../api.js";
import { kindInSentence, kindName, roleName, when } from "../words.js";
import { findUser } from "../practice-users.js";
import { activitySection } from "../sections/activity.js";
import { section } from "../sections/section.js";
import { session } from "../session.js";
import { actionButton } from "../ui/button.js";
import { confirm } from "../ui/dialog.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { toast, toastError } from "../ui/notify.js";

/**
 * @typedef {import("../types.js").User} User
 * @typedef {import("../types.js").Kind} Kind
 */

/** @param {string} id */
export async function userScreen(id) {
  const [user, activity] = await Promise.all([findUser(id), readUserActivity(id)]);
  const activityPart = activitySection({
    testId: "user-activity",
    title: "Activity",
    text: `Sign-ins and changes of ${user.name}'s account, newest first.`,
    first: activity,
    load: (cursor) => readUserActivity(id, cursor),
  });
  const refresh = async () => {
    const [freshUser, freshActivity] = await Promise.all([findUser(id), readUserActivity(id)]);
    methods.show(freshUser);
    activityPart.show(freshActivity);
  };
  const methods = methodsSection(user, refresh);
  methods.show(user);
  return { title: user.name, content: [about(user), methods.element, activityPart.element] };
}

/** @param {User} user */
function about({ email, role, last_login_at }) {
  return h("div", { class: "about" },
    h("p", {}, h("a", { class: "back", href: "#/practice", testId: "user-back" },
      icon("back"), "All users")),
    h("p", { class: "quiet" }, `${email} · ${roleName(role)} · `,
      last_login_at === undefined ? "never signed in" : "last signed in ",
      last_login_at !== undefined && when(last_login_at)));
}

/**
 * @param {User} shown
 * @param {() => Promise<void>} refresh
 */
function methodsSection(shown, refresh) {
  const isMe = shown.id === session()?.user.id;
  return section({
    testId: "user-methods",
    title: "Two-factor methods",
    text: isMe ? "This is you: change your own methods under Security."
      : "You can remove methods but not set them up. Removing one takes effect at once and "
        + "signs this person out. Without any, they set one up at their next sign-in.",
    draw: (/** @type {User} */ user) => [
      user.methods.length === 0
        ? h("p", { class: "quiet", testId: "user-methods-empty" }, "No methods are turned on.")
        : h("ul", { class: "rows" },
          ...user.methods.map((method) => row(user, method, isMe, refresh))),
      !isMe && user.methods.length > 0
        && h("div", { class: "list-foot" }, removeAll(user, refresh)),
    ],
  });
}

/**
 * @param {User} user
 * @param {{kind: Kind, primary: boolean}} method
 * @param {boolean} isMe
 * @param {() => Promise<void>} refresh
 */
function row(user, { kind, primary }, isMe, refresh) {
  const remove = actionButton("Remove", {
    testId: `user-method-${kind}-remove`,
    label: `Remove ${kindInSentence(kind)}`,
    look: "danger-quiet",
    act: () => removeAfterAsking({
      title: `Remove ${kindInSentence(kind)} of ${user.name}?`,
      text: `${user.name} is signed out everywhere and can no longer sign in with it.`,
      yes: "Remove",
      done: `${kindName(kind)} of ${user.name} removed.`,
      act: () => removeUserMethods(user.id, kind),
    }, refresh),
  });
  return h("li", { class: "row", testId: `user-method-${kind}` },
    icon(kind),
    h("div", { class: "row-text" },
      h("p", { class: "row-name" }, kindName(kind), " ",
        primary && h("span", { class: "badge" }, "Primary"))),
    h("div", { class: "row-actions" }, !isMe && remove));
}

/**
 * @param {User} user
 * @param {() => Promise<void>} refresh
 */
function removeAll(user, refresh) {
  return actionButton("Remove all methods", {
    testId: "user-methods-remove-all",
    look: "danger-quiet",
    act: () => removeAfterAsking({
      title: `Remove all methods of ${user.name}?`,
      text: `${user.name} is signed out everywhere and has to set up two-factor sign-in again, `
        + "with the password only. Do this when you are sure who is asking.",
      yes: "Remove all",
      done: `All methods of ${user.name} removed.`,
      act: () => removeUserMethods(user.id),
    }, refresh),
  });
}

/**
 * @param {{title: string, text: string, yes: string, done: string,
 *   act: () => Promise<unknown>}} deed
 * @param {() => Promise<void>} refresh
 */
async function removeAfterAsking({ title, text, yes, done, act }, refresh) {
  if (!(await confirm({ title, text, yes }))) return;
  try {
    await act();
    await refresh();
    toast(done);
  } catch (error) {
    toastError(error, "practice");
  }
}
