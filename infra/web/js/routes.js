/** Every screen and its path. */

import { codeScreen, otherMethodScreen } from "./screens/code.js";
import { practiceScreen } from "./screens/practice.js";
import { securityScreen } from "./screens/security.js";
import { setUpChoiceScreen } from "./screens/set-up-choice.js";
import { setUpCodeScreen } from "./screens/set-up-code.js";
import { setUpScreen } from "./screens/set-up.js";
import { signInScreen } from "./screens/sign-in.js";
import { userScreen } from "./screens/user.js";
import { duringSignIn, inSession } from "./set-up-flow.js";

/** @typedef {import("./types.js").Kind} Kind */

const KIND = "(authenticator|email|sms)";

/** @param {string | undefined} text matched by KIND */
const kindOf = (text) => /** @type {Kind} */ (text);

/** @param {string} verb */
const titled = (verb) => (/** @type {string[]} */ params) =>
  `${verb} ${OBJECTS[kindOf(params.at(-1))]}`;

const OBJECTS = {
  authenticator: "an authenticator app",
  email: "e-mail codes",
  sms: "text message codes",
};

/** @type {import("./router.js").Route[]} */
export const routes = [
  {
    path: /^\/sign-in$/,
    access: "signed_out",
    testId: "sign-in",
    title: () => "Sign in",
    build: signInScreen,
  },
  {
    path: new RegExp(`^/sign-in/code/${KIND}$`),
    access: "signed_out",
    testId: "code",
    title: () => "Enter your code",
    build: ([kind]) => codeScreen(kindOf(kind)),
  },
  {
    path: /^\/sign-in\/methods$/,
    access: "signed_out",
    testId: "other-method",
    title: () => "Use a different method",
    build: otherMethodScreen,
  },
  {
    path: /^\/sign-in\/set-up$/,
    access: "signed_out",
    testId: "set-up-choice",
    title: () => "Set up two-factor sign-in",
    build: setUpChoiceScreen,
  },
  {
    path: new RegExp(`^/sign-in/set-up/${KIND}$`),
    access: "signed_out",
    testId: "set-up",
    title: titled("Set up"),
    build: ([kind]) => setUpScreen(duringSignIn(), kindOf(kind)),
  },
  {
    path: new RegExp(`^/sign-in/set-up/${KIND}/code$`),
    access: "signed_out",
    testId: "set-up-code",
    title: () => "Enter the code",
    build: ([kind]) => setUpCodeScreen(duringSignIn(), kindOf(kind)),
  },
  {
    path: /^\/security$/,
    access: "signed_in",
    testId: "security",
    title: () => "Security",
    build: securityScreen,
  },
  {
    path: new RegExp(`^/security/(set-up|replace)/${KIND}$`),
    access: "signed_in",
    testId: "set-up",
    narrow: true,
    title: (params) => titled(params[0] === "replace" ? "Replace" : "Set up")(params),
    build: ([verb, kind]) => setUpScreen(inSession(verb === "replace"), kindOf(kind)),
  },
  {
    path: new RegExp(`^/security/(set-up|replace)/${KIND}/code$`),
    access: "signed_in",
    testId: "set-up-code",
    narrow: true,
    title: () => "Enter the code",
    build: ([verb, kind]) => setUpCodeScreen(inSession(verb === "replace"), kindOf(kind)),
  },
  {
    path: /^\/practice$/,
    access: "full_access",
    testId: "practice",
    title: () => "Practice",
    build: practiceScreen,
  },
  {
    path: /^\/practice\/users\/([^/]+)$/,
    access: "full_access",
    testId: "user",
    title: () => "User",
    build: ([id]) => userScreen(id ?? ""),
  },
];
