/** The few drawings in use. They decorate words and are hidden from screen readers. */

const SVG = "http://www.w3.org/2000/svg";

/** Paths in a 24 by 24 box, drawn as lines. */
const PATHS = {
  logo: ["M12 3 5 5.6v5.6c0 4.5 3 7.9 7 9.8 4-1.9 7-5.3 7-9.8V5.6z", "m8.8 11.8 2.4 2.4 4.2-4.6"],
  authenticator: ["M7 3h10a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z",
    "m9.4 11.6 1.9 1.9 3.4-3.6", "M11 18h2"],
  email: ["M4 5.5h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1z",
    "m3.5 7 8.5 6 8.5-6"],
  sms: ["M5 4.5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-4.5 4v-4H5a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2z",
    "M8 10.5h.01", "M12 10.5h.01", "M16 10.5h.01"],
  next: ["m9 5 7 7-7 7"],
  back: ["m15 5-7 7 7 7"],
  warning: ["M12 4 2.8 19.5h18.4z", "M12 10v4.5", "M12 17.2h.01"],
  info: ["M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z", "M12 11v5", "M12 8h.01"],
  done: ["M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z", "m8.5 12.2 2.4 2.4 4.6-5"],
  close: ["m6 6 12 12", "M18 6 6 18"],
  device: ["M4 5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z",
    "M9 20h6", "M12 16v4"],
  place: ["M12 21s-6.5-5.6-6.5-11a6.5 6.5 0 0 1 13 0c0 5.4-6.5 11-6.5 11z",
    "M12 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z"],
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
