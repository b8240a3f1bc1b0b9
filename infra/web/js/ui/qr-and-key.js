/** The secret of an authenticator, to scan or to type. */

import { button } from "./button.js";
import { h } from "./dom.js";
import { announce } from "./notify.js";

/** @param {{secret: string, qr_svg: string}} authenticator */
export function qrAndKey({ secret, qr_svg }) {
  const qr = h("img", {
    class: "qr",
    src: `data:image/svg+xml,${encodeURIComponent(qr_svg)}`,
    alt: "QR code for your authenticator app. The key to type instead is below.",
    width: 240,
    height: 240,
    testId: "set-up-qr",
  });
  const groups = secret.match(/.{1,4}/g) ?? [];
  const key = h("code", { class: "key", testId: "set-up-secret" }, groups.join(" "));
  const copy = button("Copy key", {
    testId: "set-up-copy",
    onclick: () => void copyText(secret, copy),
  });
  // A phone can't scan its own screen.
  const onPhone = matchMedia("(pointer: coarse) and (max-width: 40rem)").matches;
  const typing = h("details", { class: "details", open: onPhone },
    h("summary", { testId: "set-up-show-secret" }, "Can't scan it? Type a key"),
    h("p", { class: "quiet" }, "Choose to enter a key in your app, type this one, and pick "
      + "“time-based” if it asks."),
    key, copy);
  return [qr, typing];
}

/**
 * @param {string} text
 * @param {HTMLButtonElement} copy says how it went
 */
async function copyText(text, copy) {
  const label = copy.firstElementChild ?? copy;
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = "Copied";
    announce("Key copied.");
  } catch {
    label.textContent = "Select the key and copy it";
  }
}
