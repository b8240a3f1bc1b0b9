/** Mobile numbers as people type them, made into E.164 as the API takes them. */

/**
 * Drops what only helps reading, and takes "00" for the "+" it stands for.
 *
 * @param {string} value such as "+61 (412) 345-678"
 * @returns {string} such as "+61412345678"
 */
export function plainPhone(value) {
  return value.replace(/[\s().\u2010-\u2015-]/g, "").replace(/^00/, "+");
}

/**
 * @param {string} value
 * @returns {string | null} what is wrong with it
 */
export function checkPhone(value) {
  const plain = plainPhone(value);
  if (plain === "") return "Enter your mobile number.";
  if (!plain.startsWith("+")) {
    return "Start with + and the country code: +61 412 345 678 instead of 0412 345 678.";
  }
  if (/^\+[1-9]\d{6,14}$/.test(plain)) return null;
  return "That isn't a full number. Check it: + and the country code, then the digits.";
}
