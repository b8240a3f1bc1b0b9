/** A person's own settings: methods, when to ask, remembered browsers, activity. */

import { readActivity, readDevices, readMethods, readWhitelist } from "../api.js";
import { activitySection } from "../sections/activity.js";
import { devicesSection } from "../sections/devices.js";
import { methodsSection } from "../sections/methods.js";
import { whitelistSection } from "../sections/whitelist.js";

export async function securityScreen() {
  const { methods, whitelist, devices, activity } = await readAll();

  /** Removing a method takes trust away too, so everything may look different. */
  const refresh = async () => {
    const fresh = await readAll();
    methodsPart.show(fresh.methods);
    whitelistPart.show(fresh.whitelist);
    devicesPart.show(fresh.devices);
    activityPart.show(fresh.activity);
  };
  const methodsPart = methodsSection(methods, refresh);
  const whitelistPart = whitelistSection(whitelist);
  const devicesPart = devicesSection(devices);
  const activityPart = activitySection({
    testId: "activity",
    title: "Recent activity",
    text: "Sign-ins and changes of your account, newest first.",
    first: activity,
    load: readActivity,
  });
  return {
    content: [
      methodsPart.element, whitelistPart.element, devicesPart.element, activityPart.element,
    ],
  };
}

async function readAll() {
  const [{ methods }, whitelist, { devices }, activity] = await Promise.all([
    readMethods(), readWhitelist(), readDevices(), readActivity(),
  ]);
  return { methods, whitelist, devices, activity };
}
