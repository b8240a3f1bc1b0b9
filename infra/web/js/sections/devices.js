/** Browsers on which the person is remembered for 30 days. */

import { forgetAllDevices, forgetDevice, readDevices } from "../api.js";
import { day, when } from "../words.js";
import { actionButton } from "../ui/button.js";
import { confirm } from "../ui/dialog.js";
import { h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { toast, toastError } from "../ui/notify.js";
import { section } from "./section.js";

/** @typedef {import("../types.js").Device} Device */

/** @param {Device[]} devices */
export function devicesSection(devices) {
  const part = section({
    testId: "devices",
    title: "Remembered browsers",
    text: "You are not asked for a code on these, for 30 days from when you ticked the box.",
    draw: (/** @type {Device[]} */ list) => draw(list, (fresh) => part.show(fresh)),
  });
  part.show(devices);
  return part;
}

/** @typedef {(devices: Device[]) => void} Show */

/**
 * @param {Device[]} devices
 * @param {Show} show
 */
function draw(devices, show) {
  if (devices.length === 0) {
    return [h("p", { class: "quiet", testId: "devices-empty" }, "No browsers are remembered.")];
  }
  const all = actionButton("Forget all", {
    testId: "devices-forget-all",
    label: "Forget all remembered browsers",
    look: "danger-quiet",
    act: () => forgetAllAfterAsking(show),
  });
  return [
    h("ul", { class: "rows", "aria-label": "Remembered browsers", testId: "devices" },
      ...devices.map((device) => row(device, show))),
    h("div", { class: "list-foot" }, all),
  ];
}

/**
 * @param {Device} device
 * @param {Show} show
 */
function row({ id, label, current, created_at, last_used_at, expires_at }, show) {
  const forget = actionButton("Forget", {
    testId: `device-forget-${id}`,
    label: `Forget ${label}`,
    act: () => change(() => forgetDevice(id), `${label} forgotten.`, show),
  });
  return h("li", { class: "row", testId: `device-${id}` },
    icon("device"),
    h("div", { class: "row-text" },
      h("p", { class: "row-name" }, label, " ",
        current && h("span", { class: "badge" }, "This browser")),
      h("p", { class: "row-note" }, "Remembered ", when(created_at)),
      h("p", { class: "row-note" }, "Last used ", when(last_used_at)),
      h("p", { class: "row-note" }, "Asks again on ", day(expires_at))),
    h("div", { class: "row-actions" }, forget));
}

/** @param {Show} show */
async function forgetAllAfterAsking(show) {
  const sure = await confirm({
    title: "Forget all remembered browsers?",
    text: "You will be asked for a code on each of them at the next sign-in.",
    yes: "Forget all",
  });
  if (sure) await change(forgetAllDevices, "All remembered browsers forgotten.", show);
}

/**
 * @param {() => Promise<unknown>} act
 * @param {string} done
 * @param {Show} show
 */
async function change(act, done, show) {
  try {
    await act();
    show((await readDevices()).devices);
    toast(done);
  } catch (error) {
    toastError(error, "trust");
  }
}
