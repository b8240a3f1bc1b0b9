/** The first method has to be set up before signing in goes on: which one? */

import { navigate } from "../navigation.js";
import { enrolling, restart } from "../sign-in-flow.js";
import { button } from "../ui/button.js";
import { h } from "../ui/dom.js";
import { methodChoices } from "../ui/method-choices.js";

/** What each method needs and is good for. */
const TEXTS = {
  authenticator: "The safest. Works without a signal; you scan a QR code once",
  email: "Codes to an e-mail address you choose",
  sms: "Codes to your mobile phone. Less safe: text messages can be intercepted",
};

export function setUpChoiceScreen() {
  const flow = enrolling();
  if (flow === null) {
    restart(null);
    return null;
  }
  const list = methodChoices(flow.available.map((kind) => ({ kind })), {
    testId: "set-up-choice",
    texts: TEXTS,
    recommended: "authenticator",
    pick: (kind) => navigate(`/sign-in/set-up/${kind}`),
  });
  const cancel = button("Back to sign in", {
    testId: "set-up-cancel",
    look: "link",
    wide: true,
    onclick: () => restart(null),
  });
  return {
    content: [
      h("p", { class: "intro" },
        "Your practice protects every account with a code on top of the password. "
          + "Choose how you want to get yours. You can add more ways later."),
      list,
      cancel,
    ],
  };
}
