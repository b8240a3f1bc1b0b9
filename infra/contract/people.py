"""People of the local stack, as many as are needed, and what only they know.

Each has a practice, a mailbox and a source address of their own, so nobody's limits or locks
are another's.
"""

import base64
import datetime
import hashlib
import hmac
import itertools
import re
import struct

import requests

PASSWORD = "correct horse battery staple"
PAGE = 25  # what the API lists on one page


class Stack:
    """The local stack, by its URL."""

    def __init__(self, url):
        self.url = url
        self.connection = requests.Session()

    def send(self, method, path, body=None, person=None):
        """Sends a request that must succeed; returns the answer's body, or None without one."""
        headers = person.headers() if person else {}
        answer = self.connection.request(
            method, self.url + path, json=body, headers=headers, timeout=30
        )
        if not answer.ok:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def pass_seconds(self, seconds):
        """Moves the clock that every function sees."""
        self.send("POST", "/_local/clock", {"advance_seconds": seconds})

    def break_down(self, fault):
        """Sets a fault of a service; docs/local-stack.md says which there are."""
        self.send("POST", "/_local/faults", fault)

    def repair(self):
        """Clears all faults."""
        self.send("DELETE", "/_local/faults")


NUMBERS = itertools.count(1)


def new_address():
    """A source address that nothing came from before."""
    number = next(NUMBERS)
    return f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1"


class Person:
    """A user with a practice of their own, or a colleague of `boss`."""

    def __init__(self, stack, role="full_access", boss=None):
        number = next(NUMBERS)
        self.stack = stack
        self.token = self.device_token = self.secret = None
        self.practice = boss.practice if boss else f"Practice {number}"
        self.email = f"person{number}@contract.test"
        self.mailbox = f"codes{number}@contract.test"
        self.address = new_address()
        made = stack.send("POST", "/_local/users", {
            "practice": self.practice, "email": self.email, "name": f"Person {number}",
            "role": role, "password": PASSWORD,
        })
        self.id = made["user_id"]

    @classmethod
    def at(cls, address, token=None):
        """Whoever it is that comes from `address`, with this session if any."""
        person = cls.__new__(cls)
        person.address, person.token = address, token
        return person

    def headers(self):
        """What every request of theirs carries."""
        session = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"X-Local-Source-Ip": self.address, **session}

    def send(self, method, path, body=None):
        return self.stack.send(method, path, body, self)

    def log_in(self):
        """The password step; the answer depends on their methods."""
        return self.stack.send("POST", "/login", {
            "email": self.email, "password": PASSWORD, "transport": "bearer",
        })

    def enrolled(self):
        """Signs in, enabling codes by e-mail, remembered; returns the person."""
        ticket = {"ticket": self.log_in()["ticket"]}
        answer = self.send("POST", "/validate", {
            **ticket, **self.enrollment(ticket), "remember_device": True,
        })
        self.token, self.device_token = answer["session"]["token"], answer["device_token"]
        return self

    def enrollment(self, ticket):
        """Starts to enable e-mail, and returns what enables it."""
        started = self.send("POST", "/enroll", {
            **ticket, "method": "email", "email": self.mailbox,
        })
        return {"enrollment": started["enrollment"], "code": self.mailed_code()}

    def challenge(self, ticket):
        """Has a code sent, for a sign-in or in the session, and returns what passes it."""
        sent = self.send("POST", "/challenge", {**ticket, "method": "email"})
        return {"ticket": sent["ticket"], "method": "email", "code": self.mailed_code()}

    def mailed_code(self):
        """The code that was mailed last."""
        inbox = self.stack.send("GET", f"/_local/messages?channel=email&to={self.mailbox}")
        return re.search(r"(?<!\d)\d{6}(?!\d)", inbox["messages"][-1]["text"])[0]

    def with_app(self):
        """Enables an authenticator app too; returns the person."""
        started = self.send("POST", "/enroll", {"method": "authenticator"})
        self.secret = started["authenticator"]["secret"]
        body = {"enrollment": started["enrollment"], "code": self.app_code()}
        self.send("POST", "/validate", body)
        return self

    def app_code(self):
        """What the app shows now."""
        return totp(self.secret, self.stack)

    def first(self, path, names):
        """The identifier of the first of the things that `path` lists."""
        return self.send("GET", path)[names][0]["id"]

    def busy(self):
        """Fills more than a page of their activity, and of their practice; returns the person."""
        self.enrolled().with_app()
        for _ in range(PAGE):
            for kind in ("authenticator", "email"):
                self.send("PUT", f"/methods/{kind}/primary")
            Person(self.stack, "standard", boss=self)
        return self


def totp(secret, stack):
    """The code that an authenticator app shows now (RFC 6238)."""
    now = stack.send("GET", "/_local/clock")["now"]
    seconds = int(datetime.datetime.fromisoformat(now).timestamp())
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", seconds // 30), hashlib.sha1)
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset:offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
