/** The IP whitelist: whether a code is asked for at addresses used before. */

import { forgetAddress, readWhitelist, setWhitelist } from "../api.js";
import { day, when } from "../words.js";
import { actionButton } from "../ui/button.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { toast, toastError } from "../ui/notify.js";
import { radioForm } from "../ui/radio-form.js";
import { section } from "./section.js";

/**
 * @typedef {import("../types.js").Whitelist} Whitelist
 * @typedef {import("../types.js").WhitelistMode} WhitelistMode
 */

/** @param {Whitelist} whitelist */
export function whitelistSection(whitelist) {
  const part = section({
    testId: "whitelist",
    title: "IP whitelist",
    text: "Decide whether you are asked for a code every time, or only from places that are "
      + "new. This is about your own sign-ins only.",
    draw: (/** @type {Whitelist} */ data) => draw(data, (fresh) => part.show(fresh)),
  });
  part.show(whitelist);
  return part;
}

/**
 * @param {Whitelist} data
 * @param {(fresh: Whitelist) => void} show
 */
function draw(data, show) {
  return [
    modeForm(data, show),
    h("h3", {}, "Known addresses"),
    h("p", { class: "quiet" },
      "An address becomes known when you sign in from it with a code, and is forgotten 90 "
        + "days after the last time. You are at ",
      h("span", { class: "address", testId: "whitelist-current" }, data.current_address), " now."),
    data.addresses.length === 0
      ? h("p", { class: "quiet", testId: "addresses-empty" }, "No addresses are known.")
      : h("ul", { class: "rows", "aria-label": "Known addresses", testId: "addresses" },
        ...data.addresses.map((address) => row(address, data.current_address, show))),
  ];
}

/**
 * @param {Whitelist} data
 * @param {(fresh: Whitelist) => void} show
 */
function modeForm({ mode }, show) {
  return radioForm({
    testId: "whitelist",
    legend: "Ask me for a code",
    value: mode,
    options: [
      { value: "always", label: "At every sign-in",
        note: "The safest. Changing back to this forgets all known addresses." },
      { value: "new_addresses_only", label: "Only from new addresses",
        note: "Skips the code where you have signed in with one in the last 90 days." },
    ],
    place: "method",
    save: async (value) => {
      show(await setWhitelist(/** @type {WhitelistMode} */ (value)));
      toast(value === "always" ? "You'll be asked for a code at every sign-in."
        : "You'll be asked for a code only from new addresses.");
    },
  });
}

/**
 * @param {import("../types.js").KnownAddress} known
 * @param {string} current
 * @param {(fresh: Whitelist) => void} show
 */
function row({ id, address, verified_at, expires_at }, current, show) {
  const forget = actionButton("Forget", {
    testId: `address-forget-${id}`,
    label: `Forget ${address}`,
    act: async () => {
      try {
        await forgetAddress(id);
        show(await readWhitelist());
        toast(`${address} forgotten.`);
      } catch (error) {
        toastError(error, "trust");
      }
    },
  });
  return h("li", { class: "row", testId: `address-${id}` },
    icon("place"),
    h("div", { class: "row-text" },
      h("p", { class: "row-name" }, h("span", { class: "address" }, address), " ",
        address === current && h("span", { class: "badge" }, "You are here")),
      h("p", { class: "row-note" }, "Last sign-in with a code: ", when(verified_at)),
      h("p", { class: "row-note" }, "Known until ", day(expires_at))),
    h("div", { class: "row-actions" }, forget));
}
