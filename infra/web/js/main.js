/** Starts the page: finds out who is signed in, then shows the screen that fits. */

import { readSession } from "./api.js";
import { ApiError, connect } from "./http.js";
import { HOME, SIGN_IN, currentPath, navigate } from "./navigation.js";
import { problem, startRouter, whileLoading } from "./router.js";
import { routes } from "./routes.js";
import { begin, end, guard, session } from "./session.js";
import { mount } from "./shell.js";
import { comeBackTo, restart } from "./sign-in-flow.js";
import { stepUp } from "./step-up.js";
import { toast } from "./ui/notify.js";

function sessionEnded() {
  if (session() === null) {
    // Several requests may learn of it at once: only the first one finds another screen.
    if (currentPath() !== SIGN_IN) restart("Enter your password again to start over.");
    return;
  }
  end();
  comeBackTo(currentPath());
  restart(
    "You were signed out because your session ended, for example after a while without "
      + "activity. Sign in again to carry on where you were.",
  );
}

async function accessLost() {
  try {
    begin(await readSession());
  } catch {
    return sessionEnded();
  }
  navigate(HOME, { replace: true });
  toast("You no longer have Full Access, so that page can't be shown.", { error: true });
}

/** Stands in for the screen before it is known who is signed in. @type {import("./router.js").Route} */
const NOBODYS = { path: /^/, access: "signed_out", testId: "problem", title: () => "", build: () => null };

async function start() {
  try {
    begin(await whileLoading(NOBODYS, "One moment", readSession()));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code !== "unauthenticated") return showProblem(error);
  }
  startRouter(routes);
}

/** @param {ApiError} error */
function showProblem(error) {
  mount(NOBODYS, { title: "That didn't work", content: problem(error, start) });
}

connect({ sessionEnded, accessLost: () => void accessLost(), stepUp });
guard(sessionEnded);
void start();
