/**
 * The shapes of the API's requests and answers, for the type checker and for readers.
 * Times are RFC 3339 strings in UTC.
 *
 * @typedef {"authenticator" | "email" | "sms"} Kind
 * @typedef {"full_access" | "standard"} Role
 *
 * @typedef {object} Session
 * @property {{id: string, name: string, email: string, role: Role,
 *   practice: {id: string, name: string}}} user
 * @property {string} expires_at
 * @property {string | null} second_factor_at null when no code was asked for
 *
 * @typedef {object} Method
 * @property {Kind} kind
 * @property {boolean} enabled
 * @property {boolean} primary
 * @property {string} [destination] masked
 * @property {string} [enabled_at]
 * @property {string} [last_used_at]
 * @property {true} [suspended]
 *
 * @typedef {{kind: Kind, primary: boolean, destination?: string}} OfferedMethod
 *
 * @typedef {object} Authenticated
 * @property {"authenticated"} status
 * @property {"remembered_device" | "known_address" | "second_factor"} reason
 * @property {Session} session
 * @property {Method} [method] the one just enabled, when signing in included that
 *
 * @typedef {{status: "challenge_required", ticket: string, expires_at: string,
 *   methods: OfferedMethod[]}} ChallengeRequired
 * @typedef {{status: "enrollment_required", ticket: string, expires_at: string,
 *   available: Kind[]}} EnrollmentRequired
 * @typedef {Authenticated | ChallengeRequired | EnrollmentRequired} LoginAnswer
 *
 * @typedef {object} Challenge
 * @property {string} ticket
 * @property {Kind} method
 * @property {string} [destination] masked
 * @property {string} expires_at
 * @property {number} resend_after seconds
 * @property {number} attempts_left
 *
 * @typedef {object} Enrollment
 * @property {string} enrollment
 * @property {Kind} method
 * @property {string} expires_at
 * @property {{secret: string, otpauth_uri: string, qr_svg: string}} [authenticator]
 * @property {string} [destination] masked
 * @property {number} [resend_after] seconds
 *
 * @typedef {"always" | "new_addresses_only"} WhitelistMode
 * @typedef {{id: string, address: string, verified_at: string, expires_at: string}} KnownAddress
 * @typedef {{mode: WhitelistMode, current_address: string, addresses: KnownAddress[]}} Whitelist
 *
 * @typedef {object} Device
 * @property {string} id
 * @property {string} label
 * @property {string} created_at
 * @property {string} last_used_at
 * @property {string} expires_at
 * @property {boolean} current
 *
 * @typedef {object} User
 * @property {string} id
 * @property {string} name
 * @property {string} email
 * @property {Role} role
 * @property {{kind: Kind, primary: boolean}[]} methods
 * @property {string} [last_login_at]
 *
 * @typedef {"off" | "user" | "user_and_full_access"} AlertSetting
 *
 * @typedef {object} ActivityEvent
 * @property {string} id
 * @property {string} at
 * @property {string} kind
 * @property {string} [address]
 * @property {string} [device]
 * @property {string} [actor]
 * @property {Kind} [method]
 *
 * @typedef {{field: string, message: string}} FieldError
 */

export {};
