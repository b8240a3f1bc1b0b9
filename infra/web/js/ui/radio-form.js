/** A choice of one among a few, saved with a button. */

import { actionButton } from "./button.js";
import { h, uniqueId } from "./dom.js";
import { toastError } from "./notify.js";

/**
 * @param {object} options
 * @param {string} options.testId the value of each choice is added to it
 * @param {string} options.legend
 * @param {string} options.value the one in force
 * @param {{value: string, label: string, note?: string}[]} options.options
 * @param {import("../messages.js").Place} options.place
 * @param {(value: string) => Promise<void>} options.save
 */
export function radioForm({ testId, legend, value, options, place, save }) {
  const group = uniqueId(testId);
  const inputs = options.map((option) =>
    h("input", { type: "radio", name: group, id: `${group}-${option.value}`, value: option.value,
      checked: option.value === value, testId: `${testId}-${option.value}`,
      "aria-describedby": option.note === undefined ? null : `${group}-${option.value}-note` }));
  const rows = options.map((option, index) =>
    h("div", { class: "check" }, inputs[index],
      h("label", { for: `${group}-${option.value}` }, option.label),
      option.note !== undefined
        && h("p", { class: "note", id: `${group}-${option.value}-note` }, option.note)));
  const submit = actionButton("Save", {
    testId: `${testId}-save`,
    look: "secondary",
    label: `Save: ${legend.toLowerCase()}`,
    act: async () => {
      try {
        await save(inputs.find((input) => input.checked)?.value ?? value);
      } catch (error) {
        toastError(error, place);
      }
    },
  });
  return h("div", { class: "radio-form" },
    h("fieldset", {}, h("legend", {}, legend), ...rows), submit);
}
