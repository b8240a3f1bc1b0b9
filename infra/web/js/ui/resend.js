/** The button that sends a code again, once enough seconds have passed. */

import { button } from "./button.js";
import { countDown, inSeconds, minutesAndSeconds } from "./countdown.js";

const READY = "Send the code again";

/**
 * It stays focusable while it waits, so that nobody's focus is lost when the wait ends.
 *
 * @param {string} testId
 */
export function resendButton(testId) {
  /** @type {() => Promise<void>} */
  let press = async () => {};
  let stop = () => {};
  const element = button(READY, {
    testId,
    look: "secondary",
    wide: true,
    onclick: () => {
      if (element.getAttribute("aria-disabled") !== "true") void press();
    },
  });
  const text = element.firstElementChild ?? element;

  const ready = () => {
    stop();
    element.removeAttribute("aria-disabled");
    text.textContent = READY;
  };
  /** @param {string} words shown until further notice */
  const wait = (words) => {
    stop();
    element.setAttribute("aria-disabled", "true");
    text.textContent = words;
  };
  /** @param {number} time by `performance.now()` */
  const until = (time) => {
    wait(READY);
    stop = countDown(element, time, (left) => {
      if (left === 0) ready();
      else text.textContent = `Send again in ${minutesAndSeconds(left)}`;
    });
  };
  return {
    element,
    ready,
    wait,
    until,
    /** @param {number} seconds */
    after: (seconds) => until(inSeconds(seconds)),
    /** @param {() => Promise<void>} act */
    onPress: (act) => {
      press = act;
    },
  };
}
