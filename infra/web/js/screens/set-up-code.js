/** The first code of a method that sends codes: it proves that they arrive. */

import { navigate } from "../navigation.js";
import { complete, dealWith, pendingFor, resend } from "../set-up-flow.js";
import { restart } from "../sign-in-flow.js";
import { button } from "../ui/button.js";
import { codePanel } from "../ui/code-panel.js";

/**
 * @param {import("../set-up-flow.js").SetUp | null} setUp
 * @param {import("../types.js").Kind} kind
 */
export function setUpCodeScreen(setUp, kind) {
  if (setUp === null) {
    restart(null);
    return null;
  }
  const form = `${setUp.base}/${kind}`;
  const pending = pendingFor(kind);
  if (pending === null) {
    navigate(form, { replace: true });
    return null;
  }
  const { enrollment, delivery } = pending;
  const change = button(kind === "sms" ? "Change the number" : "Change the address", {
    testId: "set-up-change",
    look: "link",
    wide: true,
    onclick: () => navigate(form),
  });
  const panel = codePanel({
    testId: "set-up",
    kind,
    place: "set-up",
    submitLabel: "Turn on",
    remember: setUp.ticket !== null,
    delivery,
    send: () => resend(setUp, enrollment),
    submit: (code, remember) => complete(setUp, { enrollment, kind, code, remember }),
    onError: dealWith(setUp),
    below: [change],
  });
  return { content: [panel.element], typeInto: panel.input };
}
