"""Takes users through the deployed system: sign-in, enrollment, codes, remember, removal.

Each step calls the API as a front end would and fails loudly when the answer is not the one
that the wire contract promises. Together the steps make every function use every permission
its role has, so that under enforced roles a missing one fails here.
"""

from client import Authenticator, Browser, Inbox
from seed import PASSWORD

PRIVATE_MAIL = "desk.private@example.com"
NUMBER = "+61491570006"


class Journey:
    """The users of one practice and what they do, in order."""

    def __init__(self, port, api_id, origin, admin, desk):
        self.port, self.api_id, self.origin = port, api_id, origin
        self.admin_email, self.desk_email, self.desk_id = admin, desk["email"], desk["id"]
        self.inbox = Inbox(port)
        self.desk, self.admin = self.browser(), self.browser()
        self.admin_app = None
        # What no log may hold; grows on the way.
        self.secrets = {PASSWORD, admin, desk["email"], PRIVATE_MAIL, NUMBER}

    def browser(self):
        return Browser(self.port, self.api_id, self.origin)

    def run(self):
        """Every step; the name of each is printed as it passes."""
        for step in (
            self.gateway_answers_for_itself,
            self.wrong_password_is_refused,
            self.guessing_is_slowed_down,
            self.desk_enrolls_email_at_sign_in,
            self.remembered_device_needs_no_code,
            self.other_browser_needs_a_code,
            self.desk_adds_sms_and_makes_it_primary,
            self.desk_adds_authenticator,
            self.desk_knows_addresses_and_devices,
            self.desk_removes_a_method,
            self.admin_enrolls_authenticator_at_sign_in,
            self.admin_sees_the_practice,
            self.admin_resets_desk,
            self.notices_arrive,
        ):
            step()
            print(f"  {step.__name__.replace('_', ' ')}")

    # -- steps ------------------------------------------------------------------------------

    def gateway_answers_for_itself(self):
        status, _, body = self.desk.send("GET", "/nowhere")
        check(status == 404 and body == {"message": "Not Found"}, status, body)
        asked = {"Access-Control-Request-Method": "POST"}
        _, headers, _ = self.desk.send("OPTIONS", "/login", headers=asked)
        check(headers["Access-Control-Allow-Origin"] == self.origin, headers)
        _, headers, _ = self.desk.send("OPTIONS", "/login", origin="https://evil.test", headers=asked)
        check("Access-Control-Allow-Origin" not in headers, headers)

    def wrong_password_is_refused(self):
        body = {"email": self.desk_email, "password": "not the password"}
        self.expect(self.desk, 401, "POST", "/login", body, code="invalid_credentials")

    def guessing_is_slowed_down(self):
        body = {"email": "nobody@example.com", "password": "a guess"}
        # After five failures each next try has to wait twice as long, from a second on.
        statuses = [self.browser().send("POST", "/login", body)[0] for _ in range(12)]
        check(statuses[:5] == [401] * 5 and 429 in statuses, statuses)

    def desk_enrolls_email_at_sign_in(self):
        ticket = self.sign_in(self.desk, self.desk_email, "enrollment_required")["ticket"]
        started = self.expect(
            self.desk, 201, "POST", "/enroll",
            {"ticket": ticket, "method": "email", "email": PRIVATE_MAIL},
        )
        answer = self.expect(self.desk, 200, "POST", "/validate", {
            "ticket": ticket,
            "enrollment": started["enrollment"],
            "code": self.code(self.private_mail),
            "remember_device": True,
        })
        check(answer["status"] == "authenticated" and answer["method"]["primary"], answer)
        check(self.expect(self.desk, 200, "GET", "/session")["user"]["email"] == self.desk_email)

    def remembered_device_needs_no_code(self):
        self.expect(self.desk, 204, "POST", "/logout")
        self.expect(self.desk, 401, "GET", "/session", code="unauthenticated")
        answer = self.sign_in(self.desk, self.desk_email, "authenticated")
        check(answer["reason"] == "remembered_device", answer)

    def other_browser_needs_a_code(self):
        self.desk = self.browser()
        ticket = self.sign_in(self.desk, self.desk_email, "challenge_required")["ticket"]
        self.expect(self.desk, 200, "POST", "/challenge", {"ticket": ticket, "method": "email"})
        code = self.code(self.private_mail)
        guess = {"ticket": ticket, "method": "email", "code": "000000" if code != "000000" else "1" * 6}
        problem = self.expect(self.desk, 422, "POST", "/validate", guess, code="invalid_code")
        check(problem["attempts_left"] == 4, problem)
        answer = self.expect(self.desk, 200, "POST", "/validate", {
            **guess, "code": code, "remember_device": True,
        })
        check(answer["reason"] == "second_factor", answer)

    def desk_adds_sms_and_makes_it_primary(self):
        started = self.expect(self.desk, 201, "POST", "/enroll", {"method": "sms", "phone": NUMBER})
        answer = self.expect(self.desk, 200, "POST", "/validate", {
            "enrollment": started["enrollment"],
            "code": self.code(self.sms),
        })
        check(answer["status"] == "enabled", answer)
        methods = self.expect(self.desk, 200, "PUT", "/methods/sms/primary")["methods"]
        check([m["kind"] for m in methods if m["primary"]] == ["sms"], methods)
        # A step-up by the new method: a code by SMS from challenge, not from enroll.
        ticket = self.expect(self.desk, 200, "POST", "/challenge", {"method": "sms"})["ticket"]
        answer = self.expect(self.desk, 200, "POST", "/validate", {
            "ticket": ticket, "method": "sms",
            "code": self.code(self.sms),
        })
        check(answer["status"] == "verified", answer)

    def desk_adds_authenticator(self):
        self.enroll_authenticator(self.desk, {})
        methods = self.expect(self.desk, 200, "GET", "/methods")["methods"]
        check(all(method["enabled"] for method in methods), methods)

    def desk_knows_addresses_and_devices(self):
        body = self.expect(self.desk, 200, "PUT", "/whitelist", {"mode": "new_addresses_only"})
        check(body["mode"] == "new_addresses_only", body)
        known = self.expect(self.desk, 200, "GET", "/whitelist")["addresses"]
        for address in known:
            self.expect(self.desk, 204, "DELETE", f"/whitelist/addresses/{address['id']}")
        self.expect(self.desk, 200, "PUT", "/whitelist", {"mode": "always"})
        devices = self.expect(self.desk, 200, "GET", "/devices")["devices"]
        check(devices, "no remembered device")
        self.expect(self.desk, 204, "DELETE", f"/devices/{devices[0]['id']}")
        self.expect(self.desk, 204, "DELETE", "/devices")

    def desk_removes_a_method(self):
        methods = self.expect(self.desk, 200, "DELETE", "/methods/email")["methods"]
        check([m["kind"] for m in methods if m["enabled"]] == ["authenticator", "sms"], methods)

    def admin_enrolls_authenticator_at_sign_in(self):
        ticket = self.sign_in(self.admin, self.admin_email, "enrollment_required")["ticket"]
        self.admin_app = self.enroll_authenticator(self.admin, {"ticket": ticket})

    def admin_sees_the_practice(self):
        users = self.expect(self.admin, 200, "GET", "/users")["users"]
        check({self.admin_email, self.desk_email} <= {user["email"] for user in users}, users)
        wanted = {"new_login_alerts": "user_and_full_access"}
        check(self.expect(self.admin, 200, "PUT", "/practice/alerts", wanted) == wanted)
        check(self.expect(self.admin, 200, "GET", "/practice/alerts") == wanted)
        check(self.expect(self.admin, 200, "GET", "/activity")["events"], "no activity of one's own")
        events = self.expect(self.admin, 200, "GET", f"/users/{self.desk_id}/activity")["events"]
        check("signed_in" in {event["kind"] for event in events}, events)

    def admin_resets_desk(self):
        path = f"/users/{self.desk_id}/methods"
        self.expect(self.admin, 204, "DELETE", f"{path}/sms")
        self.expect(self.admin, 204, "DELETE", path)
        self.expect(self.desk, 401, "GET", "/session", code="unauthenticated")
        self.sign_in(self.desk, self.desk_email, "enrollment_required")

    def notices_arrive(self):
        self.inbox.wait_for(lambda: self.inbox.emails(self.desk_email), "removed")

    # -- for the control ----------------------------------------------------------------------

    def controls(self):
        """(function, permission it needs, a call that fails closed without it), each in turn."""
        of_desk = f"/users/{self.desk_id}/methods"
        return [
            ("login", "dynamodb:BatchGetItem", self.password_is_right),
            ("validate", "dynamodb:UpdateItem", self.sign_in_by_authenticator),
            ("challenge", "dynamodb:PutItem", lambda: self.by_admin(
                "POST", "/challenge", {"method": "authenticator"})),
            ("enroll", "dynamodb:BatchGetItem", lambda: self.by_admin("GET", "/methods")),
            ("whitelist", "dynamodb:BatchGetItem", lambda: self.by_admin("GET", "/whitelist")),
            ("practice", "dynamodb:Query", lambda: self.by_admin("GET", "/users")),
            ("remove", "dynamodb:UpdateItem", lambda: self.by_admin("DELETE", of_desk)),
        ]

    def by_admin(self, method, path, body=None):
        status, _, answer = self.admin.send(method, path, body)
        return status, answer

    def password_is_right(self):
        body = {"email": self.admin_email, "password": PASSWORD}
        status, _, answer = self.browser().send("POST", "/login", body)
        return status, answer

    def sign_in_by_authenticator(self):
        browser = self.browser()
        ticket = self.sign_in(browser, self.admin_email, "challenge_required")["ticket"]
        body = {"ticket": ticket, "method": "authenticator", "code": self.admin_app.code()}
        status, _, answer = browser.send("POST", "/validate", body)
        return status, answer

    # -- helpers ----------------------------------------------------------------------------

    def expect(self, browser, status, method, path, body=None, code=None):
        """Sends a request, checks status and problem code, and returns the answer's body."""
        got, _, answer = browser.send(method, path, body)
        check(got == status, f"{method} {path}: {got}, not {status}", answer)
        check(code is None or answer["code"] == code, answer)
        self.secrets |= set(browser.cookies.values())
        for name in ("ticket", "enrollment"):
            if answer and name in answer:
                self.secrets.add(answer[name])
        return answer

    def sign_in(self, browser, email, status):
        body = {"email": email, "password": PASSWORD}
        answer = self.expect(browser, 200, "POST", "/login", body)
        check(answer["status"] == status, answer)
        return answer

    def enroll_authenticator(self, browser, ticket):
        started = self.expect(browser, 201, "POST", "/enroll", {**ticket, "method": "authenticator"})
        app = Authenticator(started["authenticator"]["secret"])
        self.secrets.add(started["authenticator"]["secret"])
        self.expect(browser, 200, "POST", "/validate", {
            **ticket, "enrollment": started["enrollment"], "code": app.code(),
        })
        return app

    def code(self, texts):
        code = self.inbox.code(texts)
        self.secrets.add(f'"{code}"')  # alone it could be part of some number
        return code

    def sms(self):
        return self.inbox.sms(NUMBER)

    def private_mail(self):
        return self.inbox.emails(PRIVATE_MAIL)


def check(truth, *evidence):
    """Fails with the evidence unless `truth`; an assert statement would vanish under -O."""
    if not truth:
        raise AssertionError(*evidence)
