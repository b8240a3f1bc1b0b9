/**
 * Setting up one method: the QR code of an authenticator, or where codes are to go.
 *
 * @typedef {import("../types.js").Kind} Kind
 * @typedef {import("../set-up-flow.js").SetUp} SetUp
 */

import { ApiError } from "../http.js";
import { navigate } from "../navigation.js";
import { complete, dealWith, startEnrollment, typed } from "../set-up-flow.js";
import { restart } from "../sign-in-flow.js";
import { button } from "../ui/button.js";
import { codePanel } from "../ui/code-panel.js";
import { h } from "../ui/dom.js";
import { field, form } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { checkPhone, plainPhone } from "../ui/phone.js";
import { qrAndKey } from "../ui/qr-and-key.js";

/**
 * @param {SetUp | null} setUp
 * @param {Kind} kind
 */
export function setUpScreen(setUp, kind) {
  if (setUp === null) {
    restart(null);
    return null;
  }
  return kind === "authenticator" ? authenticator(setUp) : destination(setUp, kind);
}

/** @param {SetUp} setUp */
async function authenticator(setUp) {
  const kind = "authenticator";
  const started = await startOrLeave(setUp);
  if (started?.authenticator === undefined) return null;
  const { enrollment, authenticator: made } = started;
  const panel = codePanel({
    testId: "set-up",
    kind,
    place: "set-up",
    submitLabel: "Turn on",
    intro: "Enter the code that your app shows now.",
    remember: setUp.ticket !== null,
    submit: (code, remember) => complete(setUp, { enrollment, kind, code, remember }),
    onError: dealWith(setUp),
    below: [back(setUp)],
  });
  const steps = h("ol", { class: "steps" },
    h("li", {}, h("p", {}, "Open an authenticator app on your phone, such as Google Authenticator, "
      + "Microsoft Authenticator or 1Password, and add an account.")),
    h("li", {}, h("p", {}, "Scan this QR code with it."), ...qrAndKey(made)),
    h("li", {}, panel.element));
  return { content: [replacingNote(setUp), steps] };
}

/**
 * @param {SetUp} setUp
 * @returns {Promise<import("../types.js").Enrollment | null>} null when it went elsewhere
 */
async function startOrLeave(setUp) {
  try {
    return await startEnrollment(setUp, { method: "authenticator" });
  } catch (error) {
    if (error instanceof ApiError && dealWith(setUp)(error)) return null;
    throw error;
  }
}

/** What differs between the two methods that send codes somewhere. */
const DESTINATIONS = {
  email: {
    caution: null,
    intro: "Enter the address that should get your codes. Use a mailbox that only you can open.",
    label: "E-mail address",
    hint: "",
    input: { type: "email", autocomplete: "email" },
    plain: (/** @type {string} */ value) => value.trim(),
    check: (/** @type {string} */ value) =>
      /^\S+@\S+\.\S+$/.test(value.trim()) ? null
        : "Enter a full e-mail address, such as name@example.com.",
  },
  sms: {
    caution: "Text messages are the weaker method: they can be intercepted, and a number can be "
      + "taken over. We recommend an authenticator app if you can use one.",
    intro: "Enter the mobile number that should get your codes as text messages.",
    label: "Mobile number",
    hint: "Start with + and the country code, such as +61\u00a0412\u00a0345\u00a0678.",
    input: { type: "tel", autocomplete: "tel" },
    plain: plainPhone,
    check: checkPhone,
  },
};

/**
 * @param {SetUp} setUp
 * @param {"email" | "sms"} kind
 */
function destination(setUp, kind) {
  const { caution, intro, label, hint, input, plain, check } = DESTINATIONS[kind];
  const name = kind === "email" ? "email" : "phone";
  const where = field({ name, label, hint, check, tall: true, testId: `set-up-${name}`,
    input: { ...input, value: typed.get(kind) ?? "" } });
  const submit = button("Send a code", { testId: "set-up-send", look: "primary", wide: true });
  const element = form({
    testId: "set-up-form",
    place: "set-up",
    fields: [where],
    submit,
    content: [where.element, submit],
    onSubmit: async () => {
      typed.set(kind, where.input.value);
      await startEnrollment(setUp, { method: kind, [name]: plain(where.input.value) });
      navigate(`${setUp.base}/${kind}/code`);
    },
    onError: dealWith(setUp),
  });
  return {
    content: [replacingNote(setUp), cautionNote(caution), h("p", { class: "intro" }, intro), element,
      h("div", { class: "ways-out" }, back(setUp))],
  };
}

/** @param {SetUp} setUp */
function replacingNote({ replacing }) {
  if (!replacing) return null;
  return h("p", { class: "notice notice-info" }, icon("info"),
    "The one you have now keeps working until the new one is confirmed. Then your other "
      + "sessions end, and remembered browsers and known addresses are forgotten.");
}

/** @param {string | null} text */
function cautionNote(text) {
  if (text === null) return null;
  return h("p", { class: "notice notice-warning", testId: "set-up-caution" }, icon("warning"), text);
}

/** @param {SetUp} setUp */
function back({ ticket, start }) {
  return button(ticket === null ? "Cancel" : "Choose another method", {
    testId: "set-up-back",
    look: "link",
    wide: true,
    onclick: () => navigate(start),
  });
}
