/** Counts seconds down for things that are worth trying again only after a while. */

/**
 * Calls `tick` at once and then every second with the whole seconds left, last with 0.
 * Stops by itself when `element` leaves the page.
 *
 * @param {Element} element what the countdown is for
 * @param {number} until by `performance.now()`, in milliseconds
 * @param {(secondsLeft: number) => void} tick
 * @returns {() => void} stops it early
 */
export function countDown(element, until, tick) {
  let wasShown = element.isConnected;
  const step = () => {
    wasShown ||= element.isConnected;
    if (wasShown && !element.isConnected) return stop();
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    tick(left);
    if (left === 0) stop();
  };
  const timer = setInterval(step, 1000);
  const stop = () => clearInterval(timer);
  step();
  return stop;
}

/**
 * @param {number} seconds
 * @returns {number} that many seconds from now, by `performance.now()`
 */
export const inSeconds = (seconds) => performance.now() + seconds * 1000;

/**
 * @param {number} seconds
 * @returns {string} such as "0:24"
 */
export function minutesAndSeconds(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
