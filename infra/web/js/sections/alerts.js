/** The practice's New Login Alerts. */

import { setAlerts } from "../api.js";
import { toast } from "../ui/notify.js";
import { radioForm } from "../ui/radio-form.js";
import { section } from "./section.js";

/** @typedef {import("../types.js").AlertSetting} AlertSetting */

/** @param {AlertSetting} setting */
export function alertsSection(setting) {
  const part = section({
    testId: "alerts",
    title: "New Login Alerts",
    text: "An e-mail for each sign-in that comes neither from a remembered browser nor from an "
      + "address known for that person.",
    draw: (/** @type {AlertSetting} */ value) => [
      radioForm({
        testId: "alerts",
        legend: "Who gets the e-mail",
        value,
        options: [
          { value: "off", label: "Nobody" },
          { value: "user", label: "The person who signed in" },
          { value: "user_and_full_access", label: "That person and everyone with Full Access" },
        ],
        place: "method",
        save: async (chosen) => {
          const fresh = await setAlerts(/** @type {AlertSetting} */ (chosen));
          part.show(fresh.new_login_alerts);
          toast("New Login Alerts saved.");
        },
      }),
    ],
  });
  part.show(setting);
  return part;
}
