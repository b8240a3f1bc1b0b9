"""Brings about the refusals that chance doesn't meet, and holds each answer to the document.

Limits, locks, changes that lose a race, and services that fail need a history that no generated
request has. Here each gets one; Schemathesis checks status, media type, headers and schema.

STACK is the URL of the stack, and ASKED a file that gets a line for every answer: operation,
status, and code of the problem.
"""

import os
import pathlib
import threading

import schemathesis
from schemathesis.checks import not_a_server_error

from people import PASSWORD, Person, Stack, new_address

DOCUMENT = pathlib.Path(__file__).parent.parent / "openapi.json"
STACK = Stack(os.environ["STACK"])
ASKED = open(os.environ["ASKED"], "a", encoding="utf-8", buffering=1)

SCHEMA = schemathesis.openapi.from_path(DOCUMENT)
OPERATIONS = {
    one.definition.raw["operationId"]: one
    for one in (found.ok() for found in SCHEMA.get_all_operations())
}
HOUR = 3600
WRONG_CODE = "000000"


def refused(operation, code, person=None, **parts):
    """Sends a request, and fails unless it is refused with `code` as the document says."""
    answer = sent(operation, person, **parts)
    got = answer.json().get("code") if answer.content else None
    assert got == code, f"{operation}: {answer.status_code} {answer.text}, not {code}"


def sent(operation, person=None, headers=None, **parts):
    """Sends a request and holds the answer to the document; parts left out are its examples."""
    of = OPERATIONS[operation]
    headers = {"X-Local-Source-Ip": person.address if person else new_address(), **(headers or {})}
    if person and person.token:
        headers["Authorization"] = f"Bearer {person.token}"
    case = of.Case(**{**examples(of), **parts}, headers=headers)
    answer = case.call(base_url=STACK.url)
    failure_is_meant = [not_a_server_error] if answer.status_code == 503 else []
    case.validate_response(answer, excluded_checks=failure_is_meant)
    code = answer.json().get("code", "") if answer.content else ""
    print(operation, answer.status_code, code, file=ASKED)
    return answer


def examples(operation):
    """A body and values for the path that are what they have to be."""
    raw = operation.definition.raw
    parts = {}
    if "requestBody" in raw:
        content = raw["requestBody"]["content"]["application/json"]
        parts["body"] = next(iter(content["examples"].values()))["value"]
        parts["media_type"] = "application/json"
    names = [one["name"] for one in raw.get("parameters", []) if one["in"] == "path"]
    if names:
        parts["path_parameters"] = {name: "sms" if name == "kind" else "none" for name in names}
    return parts


def wrong_codes(person, count):
    """Enters wrong codes of the app at fresh sign-ins, each of which takes five."""
    for number in range(count):
        if number % 5 == 0:
            ticket = person.log_in()["ticket"]
        body = {"ticket": ticket, "method": "authenticator", "code": WRONG_CODE}
        answer = sent("validateCode", Person.at(person.address), body=body)
        if answer.json()["code"] == "too_many_attempts":
            return


def enrollment_ticket():
    """Someone who has to enable a method first, and the ticket to do it with."""
    person = Person(STACK)
    return person, person.log_in()["ticket"]


# -- one history each ------------------------------------------------------------------------------


def foreign_origins():
    for operation in OPERATIONS:
        refused(operation, "origin_not_allowed", headers={"Origin": "https://elsewhere.example"})


def bodies_that_are_too_large():
    for operation, of in OPERATIONS.items():
        if "requestBody" in of.definition.raw:
            refused(operation, "body_too_large", body={"email": "a" * 9000})


def a_database_that_fails():
    person = Person(STACK).enrolled()
    bodies = {
        "logIn": {"email": person.email, "password": PASSWORD},
        "requestChallenge": {"method": "email"},
        "validateCode": {"ticket": person.log_in()["ticket"], "method": "email", "code": "123456"},
        "enrollMethod": {"method": "authenticator"},
    }
    for operation in OPERATIONS:
        STACK.break_down({"service": "dynamodb", "mode": "error", "count": 1000})
        parts = {"body": bodies[operation]} if operation in bodies else {}
        refused(operation, "temporarily_unavailable", person, **parts)
        STACK.repair()


def mail_that_fails():
    person = Person(STACK).enrolled()
    STACK.break_down({"service": "ses", "mode": "error", "count": 1000})
    refused("requestChallenge", "delivery_unavailable", person, body={"method": "email"})
    body = {"method": "email", "email": person.mailbox}
    refused("enrollMethod", "delivery_unavailable", person, body=body)
    STACK.repair()


def passwords_that_fail():
    person = Person(STACK)
    body = {"email": person.email, "password": "not the password"}
    for wait in [0, 0, 0, 0, 0, 1, 2, 4, 8]:
        STACK.pass_seconds(wait)
        refused("logIn", "invalid_credentials", person, body=body)
    refused("logIn", "too_many_attempts", person, body=body)


def codes_that_fail():
    person = Person(STACK).enrolled().with_app()
    ticket = person.log_in()["ticket"]
    wrong_codes(person, 10)
    person.token = None
    for operation, more in [("requestChallenge", {}), ("validateCode", {"code": WRONG_CODE})]:
        body = {"ticket": ticket, "method": "authenticator", **more}
        refused(operation, "too_many_attempts", person, body=body)


def a_method_that_is_suspended():
    person = Person(STACK).enrolled().with_app()
    for _ in range(11):
        wrong_codes(person, 11)
        STACK.pass_seconds(HOUR)
    person.token = None
    ticket = person.log_in()["ticket"]
    for operation, more in [("requestChallenge", {}), ("validateCode", {"code": WRONG_CODE})]:
        body = {"ticket": ticket, "method": "authenticator", **more}
        refused(operation, "method_suspended", person, body=body)


def a_code_used_twice():
    person = Person(STACK).enrolled().with_app()
    code = person.app_code()
    person.token = None
    body = {"ticket": person.log_in()["ticket"], "method": "authenticator", "code": code}
    refused("validateCode", "code_already_used", person, body=body)
    body["code"] = WRONG_CODE
    refused("validateCode", "invalid_code", person, body=body)
    refused("validateCode", "method_not_enabled", person, body=body | {"method": "sms"})


def sending_again():
    person = Person(STACK).enrolled()
    ticket = sent("requestChallenge", person, body={"method": "email"}).json()["ticket"]
    body = {"ticket": ticket, "method": "email"}
    send_too_often("requestChallenge", person, body, sent_already=1)


def enrolling_again():
    person, ticket = enrollment_ticket()
    body = {"ticket": ticket, "method": "email", "email": person.mailbox}
    enrollment = sent("enrollMethod", person, body=body).json()["enrollment"]
    body = {"ticket": ticket, "enrollment": enrollment}
    send_too_often("enrollMethod", person, body, sent_already=1)
    person, ticket = enrollment_ticket()
    for operation, more in [("enrollMethod", {}), ("validateCode", {"code": WRONG_CODE})]:
        body = {"ticket": ticket, "enrollment": enrollment, **more}
        refused(operation, "not_found", person, body=body)
    body = {"ticket": ticket, "method": "sms", "phone": "+12025550123"}
    refused("enrollMethod", "destination_not_allowed", person, body=body)


def send_too_often(operation, person, body, sent_already):
    """Five sends half a minute apart are all that a ticket or an enrollment has."""
    refused(operation, "resend_too_soon", person, body=body)
    for _ in range(sent_already, 5):
        STACK.pass_seconds(30)
        assert sent(operation, person, body=body).status_code == 200
    STACK.pass_seconds(30)
    refused(operation, "send_limit_reached", person, body=body)


def methods_of_others_and_ones_own():
    person = Person(STACK).enrolled()
    mine, other = {"user_id": person.id}, Person(STACK, "standard", boss=person)
    refused("resetUser", "conflict", person, path_parameters=mine)
    refused("removeUserMethod", "conflict", person, path_parameters={**mine, "kind": "sms"})
    theirs = {"user_id": other.id, "kind": "sms"}
    refused("removeUserMethod", "method_not_enabled", person, path_parameters=theirs)
    for operation, kind, code in [
        ("removeMethod", "sms", "method_not_enabled"),
        ("removeMethod", "email", "last_method"),
        ("setPrimaryMethod", "sms", "method_not_enabled"),
    ]:
        refused(operation, code, person, path_parameters={"kind": kind})


def races_that_are_lost():
    for operation, function, path in [
        ("setPrimaryMethod", "enroll", lambda _: {"kind": "authenticator"}),
        ("removeMethod", "remove", lambda _: {"kind": "email"}),
        ("setWhitelist", "whitelist", None),
        ("forgetAddress", "whitelist", lambda one: {"id": one.first("/whitelist", "addresses")}),
        ("forgetDevice", "whitelist", lambda one: {"id": one.first("/devices", "devices")}),
        ("forgetAllDevices", "whitelist", None),
    ]:
        person = Person(STACK).enrolled().with_app()
        parts = {"path_parameters": path(person)} if path else {}
        with Rival(person, STACK, function):
            refused(operation, "conflict", person, **parts)


class Rival:
    """Someone with the same session who is always faster: writes of `function` come late."""

    def __init__(self, person, stack, function):
        self.person = Person.at(person.address, person.token)
        self.stack = Stack(stack.url)
        self.fault = {"service": "dynamodb", "operation": "TransactWriteItems",
                      "function": function, "mode": "slow", "delay_ms": 400, "count": 1000}
        self.done = threading.Event()
        # The other way to change the same user.
        kinds = ("email", "authenticator")
        self.acts = [("PUT", f"/methods/{kind}/primary", None) for kind in kinds]
        if function == "enroll":
            modes = ("new_addresses_only", "always")
            self.acts = [("PUT", "/whitelist", {"mode": mode}) for mode in modes]
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.done.is_set():
            for act in self.acts:
                self.stack.send(*act, self.person)

    def __enter__(self):
        self.stack.break_down(self.fault)
        self.thread.start()

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.stack.repair()


HISTORIES = [
    foreign_origins, bodies_that_are_too_large, a_database_that_fails, mail_that_fails,
    passwords_that_fail, codes_that_fail, a_method_that_is_suspended, a_code_used_twice,
    sending_again, enrolling_again, methods_of_others_and_ones_own, races_that_are_lost,
]

if __name__ == "__main__":
    for history in HISTORIES:
        print(f"  {history.__name__.replace('_', ' ')}", flush=True)
        history()
