/** E-mail and password. */

import { login } from "../api.js";
import { currentNotice, lastEmail, proceed } from "../sign-in-flow.js";
import { button } from "../ui/button.js";
import { h } from "../ui/dom.js";
import { field, form } from "../ui/form.js";
import { icon } from "../ui/icons.js";

export function signInScreen() {
  const email = field({
    name: "email",
    label: "E-mail",
    testId: "sign-in-email",
    input: { type: "email", autocomplete: "username", value: lastEmail() },
    check: (value) => (value.trim() === "" ? "Enter your e-mail address." : null),
  });
  const password = field({
    name: "password",
    label: "Password",
    testId: "sign-in-password",
    tall: true,
    input: { type: "password", autocomplete: "current-password" },
    extra: showPassword,
    check: (value) => (value === "" ? "Enter your password." : null),
  });
  const submit = button("Sign in", { testId: "sign-in-submit", look: "primary", wide: true });
  const element = form({
    testId: "sign-in-form",
    place: "login",
    fields: [email, password],
    submit,
    content: [email.element, password.element, submit],
    onSubmit: async () => {
      const address = email.input.value.trim();
      proceed(address, await login(address, password.input.value));
    },
  });
  return { content: [noticeAbove(), element] };
}

function noticeAbove() {
  const notice = currentNotice();
  if (notice === null) return null;
  return h("p", { class: `notice notice-${notice.tone}`, testId: "sign-in-notice" },
    icon(notice.tone), notice.text);
}

/** @param {HTMLInputElement} input */
function showPassword(input) {
  const toggle = button("Show", {
    testId: "sign-in-show-password",
    look: "link",
    label: "Show password",
    onclick: () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      toggle.setAttribute("aria-pressed", String(!shown));
    },
  });
  toggle.setAttribute("aria-pressed", "false");
  return toggle;
}
