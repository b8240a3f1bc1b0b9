/**
 * Where the API answers, such as "https://api.example.com": scheme, host and port, with
 * no slash at the end. Empty means that the API has the same origin as this page.
 *
 * The session cookie is SameSite=Strict, so this page and the API must be on one site.
 */
export const API_ORIGIN = "";
