"""A browser, an inbox and an authenticator app, as far as the journey needs them."""

import http.client
import json
import re
import time

import pyotp


class Browser:
    """Keeps cookies and sends requests to the emulated API as a web front end would."""

    def __init__(self, port, api_id, origin):
        self.port = port
        self.origin = origin
        # By path: by host name the emulator takes /login for a page of its own.
        self.base = f"/_aws/execute-api/{api_id}/$default"
        self.cookies = {}

    def send(self, method, path, body=None, origin=None, headers=None):
        """Sends one request; returns (status, headers, parsed JSON body or None)."""
        sent = {"Origin": origin or self.origin, **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(body)
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, self.base + path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self._keep(cookie)
        return answer.status, answer.headers, json.loads(text) if text else None

    def _keep(self, cookie):
        pair, *attributes = [part.strip() for part in cookie.split(";")]
        name, value = pair.split("=", 1)
        if not value or "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def forget(self, prefix):
        """Drops the cookies whose name starts with `prefix`, as another browser would lack them."""
        for name in [name for name in self.cookies if name.startswith(prefix)]:
            del self.cookies[name]


class Inbox:
    """Reads the e-mails and SMS that the emulator was given to send."""

    def __init__(self, port):
        self.port = port

    def emails(self, address):
        """Subjects and texts of the e-mails sent to `address`, oldest first."""
        accounts = self._get("/_ministack/ses/messages")["messages"]
        return [
            f"{message['Subject']}\n{message['BodyText']}"
            for messages in accounts.values()
            for message in messages
            if address in message["To"]
        ]

    def sms(self, number):
        """Texts of the SMS sent to `number`, oldest first."""
        sent = self._get("/_ministack/sns/sms-messages")["sms_messages"]
        return [message["Message"] for message in sent.get(number, [])]

    def code(self, texts):
        """The six-digit code in the newest of `texts`."""
        return re.findall(r"(?<!\d)\d{6}(?!\d)", texts()[-1])[0]

    def wait_for(self, texts, phrase, seconds=60):
        """Waits until one of `texts` contains `phrase`: notices come through the stream."""
        deadline = time.monotonic() + seconds
        while not any(phrase in text for text in texts()):
            if time.monotonic() > deadline:
                raise AssertionError(f"no message with {phrase!r} after {seconds} s: {texts()}")
            time.sleep(1)

    def _get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


class Authenticator:
    """A TOTP app that never shows the code of a time step twice, as none is accepted twice."""

    def __init__(self, secret):
        self.totp = pyotp.TOTP(secret)
        self.last_step = 0

    def code(self):
        """A code not used before, waiting for one if the clock hasn't reached it."""
        step = max(int(time.time()) // 30, self.last_step + 1)
        while step > int(time.time()) // 30 + 1:
            time.sleep(1)
        self.last_step = step
        return self.totp.at(step * 30)
