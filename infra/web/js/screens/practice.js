/** For people with Full Access: the practice's users and its New Login Alerts. */

import { readAlerts } from "../api.js";
import { kindName, roleName, when } from "../words.js";
import { usersPage } from "../practice-users.js";
import { alertsSection } from "../sections/alerts.js";
import { section } from "../sections/section.js";
import { session } from "../session.js";
import { h } from "../ui/dom.js";
import { pagedList } from "../ui/paged-list.js";

/** @typedef {import("../types.js").User} User */

export async function practiceScreen() {
  const [first, alerts] = await Promise.all([usersPage(), readAlerts()]);
  const users = section({
    testId: "users",
    title: "Users",
    text: "Everyone in your practice, with the two-factor methods they have turned on. Open "
      + "someone to remove methods or to see their activity.",
    draw: (/** @type {typeof first} */ page) => [
      pagedList({
        testId: "users-list",
        label: "Users",
        noun: "user",
        nouns: "users",
        empty: "There are no users.",
        place: "practice",
        first: page,
        load: usersPage,
        row,
      }),
    ],
  });
  users.show(first);
  return {
    title: session()?.user.practice.name ?? "Practice",
    content: [users.element, alertsSection(alerts.new_login_alerts).element],
  };
}

/** @param {User} user */
function row(user) {
  const { id, name, email, role, last_login_at } = user;
  const isMe = id === session()?.user.id;
  return h("li", { class: "row row-user", testId: `user-${id}` },
    h("div", { class: "row-text" },
      h("p", { class: "row-name" },
        h("a", { href: `#/practice/users/${encodeURIComponent(id)}`, testId: `user-open-${id}` }, name),
        " ", isMe && h("span", { class: "badge" }, "You"), " ",
        role === "full_access" && h("span", { class: "badge badge-quiet" }, roleName(role))),
      h("p", { class: "row-note" }, email)),
    methodsOf(user),
    h("p", { class: "row-time" },
      last_login_at === undefined ? "Never signed in" : ["Signed in ", when(last_login_at)]));
}

/** @param {User} user */
function methodsOf({ methods }) {
  if (methods.length === 0) return h("p", { class: "row-methods row-note" }, "No methods yet");
  return h("ul", { class: "row-methods chips", "aria-label": "Methods" },
    ...methods.map(({ kind, primary }) =>
      h("li", { class: "badge badge-quiet" }, kindName(kind), primary && " (primary)")));
}
