// Signs in from a program: password, code, session. Types come from infra/openapi.json:
//
//     npx openapi-typescript infra/openapi.json --output schema.d.ts
//
// and requests go through openapi-fetch, which checks them against those types.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

/** Asks the person for something: a choice of method, a code. */
export interface Person {
  choose(methods: Schemas["OfferedMethod"][]): Promise<Schemas["MethodKind"]>;
  enterCode(sentTo: string | undefined, attemptsLeft: number): Promise<string>;
}

export interface SignedIn {
  session: Schemas["Session"];
  /** To be kept, and sent with the next sign-in. */
  deviceToken: string | undefined;
}

/** A refusal, with the code to decide by. */
export class Refused extends Error {
  constructor(readonly problem: Schemas["Problem"], readonly retryAfter: number | undefined) {
    super(problem.detail);
  }
}

function refused(problem: Schemas["Problem"], response: Response): Refused {
  const seconds = response.headers.get("Retry-After");
  return new Refused(problem, seconds === null ? undefined : Number(seconds));
}

export async function signIn(
  baseUrl: string,
  credentials: { email: string; password: string; deviceToken?: string },
  person: Person,
): Promise<SignedIn> {
  const api = createClient<paths>({ baseUrl });
  const login = await api.POST("/login", {
    body: {
      email: credentials.email,
      password: credentials.password,
      transport: "bearer",
      ...(credentials.deviceToken ? { device_token: credentials.deviceToken } : {}),
    },
  });
  if (login.error) throw refused(login.error, login.response);
  switch (login.data.status) {
    case "authenticated":
      return signedIn(login.data);
    case "enrollment_required":
      throw new Error(`Enable a method first: ${login.data.available.join(", ")}`);
    case "challenge_required": {
      const method = await person.choose(login.data.methods);
      return secondFactor(api, login.data.ticket, method, person);
    }
  }
}

async function secondFactor(
  api: ReturnType<typeof createClient<paths>>,
  ticket: string,
  method: Schemas["MethodKind"],
  person: Person,
): Promise<SignedIn> {
  const challenge = await api.POST("/challenge", { body: { ticket, method } });
  if (challenge.error) throw refused(challenge.error, challenge.response);
  let attemptsLeft = challenge.data.attempts_left;
  for (;;) {
    const code = await person.enterCode(challenge.data.destination, attemptsLeft);
    const validated = await api.POST("/validate", {
      body: { ticket, method, code, remember_device: true },
    });
    if (validated.data?.status === "authenticated") return signedIn(validated.data);
    if (validated.error?.code === "invalid_code" && validated.error.attempts_left) {
      attemptsLeft = validated.error.attempts_left;
      continue;
    }
    if (validated.error) throw refused(validated.error, validated.response);
    throw new Error("The ticket was not one of a sign-in.");
  }
}

function signedIn(answer: Schemas["Authenticated"]): SignedIn {
  return { session: answer.session, deviceToken: answer.device_token };
}

/** Calls that need the session carry its token. */
export function withSession(baseUrl: string, token: string) {
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
}

/** The kinds the user has enabled. */
export async function enabledMethods(baseUrl: string, token: string): Promise<Schemas["MethodKind"][]> {
  const { data, error, response } = await withSession(baseUrl, token).GET("/methods");
  if (error) throw refused(error, response);
  return data.methods.filter((method) => method.enabled).map((method) => method.kind);
}

/** Starts to set up an authenticator app; what comes back is to be shown once. */
export async function setUpAuthenticator(
  baseUrl: string,
  token: string,
): Promise<Schemas["AuthenticatorEnrollment"]> {
  const { data, error, response } = await withSession(baseUrl, token).POST("/enroll", {
    body: { method: "authenticator" },
  });
  if (error) throw refused(error, response);
  if ("authenticator" in data) return data;
  throw new Error("A code was sent, which no authenticator needs.");
}
