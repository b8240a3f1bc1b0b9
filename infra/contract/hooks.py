"""What Schemathesis can't invent: sessions that are alive, and things that exist.

Generated requests know no ticket, code or identifier that is real, so alone they would see
refusals only. Every second valid one is therefore given real ones. Requests that are invalid on
purpose are sent as they are.

Loaded by Schemathesis, see run.py. STACK is the URL of the stack, RUN the kind of run, and ASKED
a file that gets a line for every answer: operation, status, and code of the problem.
"""

import collections
import itertools
import os
from urllib.parse import quote

import schemathesis

from people import PASSWORD, Person, Stack, new_address

STACK = Stack(os.environ["STACK"])
RUN = os.environ["RUN"]
ASKED = open(os.environ["ASKED"], "a", encoding="utf-8", buffering=1)

# So few that nobody gets near a limit meant for one person.
CASES_EACH = 8
# In a parameter these can make another path of it, though they are percent-encoded. Schemathesis
# makes up none of them.
STRANGE = ["a/b", "..", "sms\0", ".", "a?b", "a#b", "a\\b", "sms\n", "../users", " ", "\0", "/"]
# How long a code passed in a session counts as recent.
RECENT_SECONDS = 15 * 60
# After these a session has ended, or has a new token, or its user has no method to spare.
LAST_ACTS = {"logOut", "validateCode", "removeMethod"}
PAGED = {"listUsers", "listActivity", "listUserActivity"}


class Cast:
    """Who sends the requests: one person after the other."""

    def __init__(self):
        self.by_token = {}
        self.over = set()
        self.current, self.left = None, 0
        self.reader = None
        self.turns = collections.defaultdict(itertools.count)

    def person(self, operation):
        """Who sends the next request."""
        if operation in PAGED and RUN == "full-access":
            self.reader = self.reader or self.known(Person(STACK).busy())
            return self.reader
        if not self.left:
            self.current, self.left = self.known(new_person()), CASES_EACH
        self.left -= 1
        return self.current

    def known(self, person):
        self.by_token[person.token] = person
        return person

    def turn(self, operation):
        """Counts the valid requests of an operation, from 0."""
        return next(self.turns[operation])

    def used_up(self, person):
        """Their session is over, or they are short of something: the next one, please."""
        self.over.add(person.token)
        if person is self.reader:
            self.reader = None
        if person is self.current:
            self.left = 0


def new_person():
    """Someone as the run has them."""
    if RUN == "standard":
        return Person(STACK, "standard").enrolled()
    person = Person(STACK).enrolled()
    if RUN == "long-signed-in":
        STACK.pass_seconds(RECENT_SECONDS)
    return person


CAST = Cast()


@schemathesis.auth(refresh_interval=None)
class Sessions:
    """The bearer token of a living session, in the run that has them."""

    def get(self, case, _context):
        return None if RUN == "nobody" else CAST.person(operation(case)).token

    def set(self, case, token, _context):
        if token:
            case.headers["Authorization"] = f"Bearer {token}"


def operation(case):
    return case.operation.definition.raw["operationId"]


def sender(case):
    """The person whose session the request carries; none if it carries none."""
    token = str(case.headers.get("Authorization", "")).removeprefix("Bearer ")
    return CAST.by_token.get(token)


@schemathesis.hook
def before_call(_context, case, _kwargs):
    person = sender(case)
    if person and person.token in CAST.over:
        # Sessions are given out when requests are made up, which is long before they are sent.
        person = CAST.person(operation(case))
        case.headers["Authorization"] = f"Bearer {person.token}"
    case.headers["X-Local-Source-Ip"] = person.address if person else new_address()
    if case.path_parameters and is_strange(case):
        return
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    if valid and RUN in {"full-access", "nobody"} and operation(case) in REAL:
        turn = CAST.turn(operation(case))
        if turn % 2 == 0:
            REAL[operation(case)](case, person, turn // 2)


def is_strange(case):
    """Makes every third request to a path with parameters one that leads elsewhere."""
    turn = CAST.turn((operation(case), "strange"))
    if turn % 3 != 2:
        return False
    names = sorted(case.path_parameters)
    name, value = names[turn // 3 % len(names)], STRANGE[turn // 3 % len(STRANGE)]
    case.path_parameters[name] = as_segment(value)
    return True


def as_segment(value):
    """`value` percent-encoded, dots too: clients take dot segments for steps in the path."""
    return quote(value, safe="").replace(".", "%2E")


@schemathesis.hook
def after_call(_context, case, response):
    person = sender(case)
    if person and (operation(case) in LAST_ACTS or response.status_code in {401, 429}):
        CAST.used_up(person)
    print(operation(case), response.status_code, refusal(case, response), file=ASKED)


def refusal(case, response):
    """The code of the problem; `no_route` where the gateway answers the operation's own method."""
    if "json" not in response.headers.get("content-type", [""])[0]:
        return ""
    body = response.json()
    is_asked = case.method.upper() == case.operation.method.upper()
    return "no_route" if is_asked and body == {"message": "Not Found"} else body.get("code", "")


# -- real things, by operation --------------------------------------------------------------------
# Each is given the request, who sends it if anybody is signed in, and the how-many-eth it is.


def log_in(case, person, turn):
    """Someone without a method; someone with one; someone on a remembered device."""
    person = Person(STACK) if turn % 3 == 0 else person or Person(STACK).enrolled()
    case.body.update(email=person.email, password=PASSWORD)
    case.body.pop("device_token", None)
    if turn % 3 == 2 and person.device_token:
        case.body["device_token"] = person.device_token


def challenge(case, person, turn):
    """A step-up in the session, or the challenge of a sign-in."""
    case.body = {"method": "email"}
    if not person or turn % 2:
        case.body["ticket"] = (person or Person(STACK).enrolled()).log_in()["ticket"]


def validate(case, person, turn):
    """A sign-in, an enrollment during one, a step-up, an enrollment in a session."""
    kept = {name: case.body[name] for name in ["remember_device"] if name in case.body}
    turn %= 4 if person else 2
    if turn == 0:
        person = Person(STACK).enrolled()
        case.body = person.challenge({"ticket": person.log_in()["ticket"]}) | kept
    elif turn == 1:
        person = Person(STACK)
        ticket = {"ticket": person.log_in()["ticket"]}
        case.body = ticket | person.enrollment(ticket) | kept
    elif turn == 2:
        case.body = person.challenge({})
    else:
        case.body = person.enrollment({})


def enroll(case, person, turn):
    """At sign-in, in a session, and the code again half a minute later."""
    ticket = {}
    if not person:
        person = Person(STACK)
        ticket = {"ticket": person.log_in()["ticket"]}
    new = {"method": "email", "email": person.mailbox}
    if turn % 2:
        enrollment = person.send("POST", "/enroll", {**ticket, **new})["enrollment"]
        STACK.pass_seconds(31)
        case.body = {**ticket, "enrollment": enrollment}
    else:
        case.body = {**ticket, **new}


def own_method(case, person, turn):
    """One of two methods."""
    if person:
        enabled = [method for method in person.send("GET", "/methods")["methods"] if method["enabled"]]
        if len(enabled) < 2:
            person.with_app()
        case.path_parameters["kind"] = ["email", "authenticator"][turn % 2]


def colleague(case, person, turn):
    """Someone of the same practice who has a method."""
    if person:
        other = Person(STACK, "standard", boss=person).enrolled()
        case.path_parameters["user_id"] = other.id
        if "kind" in case.path_parameters:
            case.path_parameters["kind"] = "email"


def listed(path, names):
    """The first of what `path` lists."""

    def real(case, person, _turn):
        if person:
            things = person.send("GET", path)[names]
            if things:
                case.path_parameters["id"] = things[0]["id"]
            else:
                CAST.used_up(person)

    return real


def second_page(path):
    """The cursor of the second page; every other time the first."""

    def real(case, person, turn):
        if person:
            if "user_id" in case.path_parameters:
                case.path_parameters["user_id"] = person.id
            real_path = path.format(user_id=person.id)
            case.query = {"cursor": person.send("GET", real_path)["next"]} if turn % 2 else {}

    return real


REAL = {
    "logIn": log_in,
    "requestChallenge": challenge,
    "validateCode": validate,
    "enrollMethod": enroll,
    "setPrimaryMethod": own_method,
    "removeMethod": own_method,
    "resetUser": colleague,
    "removeUserMethod": colleague,
    "forgetAddress": listed("/whitelist", "addresses"),
    "forgetDevice": listed("/devices", "devices"),
    "listUsers": second_page("/users"),
    "listActivity": second_page("/activity"),
    "listUserActivity": second_page("/users/{user_id}/activity"),
}
