"""First data of a new stack, made as infra/docs/operations.md tells: identity, keyring, users."""

import json
import os
import subprocess

PASSWORD = "correct horse battery staple"


def seed(session, stack):
    """Verifies the sender, makes the keyring's first key, a practice and two users.

    Returns what the journey needs to know of them: {"admin": e-mail, "desk": {"email", "id"}}.
    """
    session.client("sesv2").create_email_identity(EmailIdentity="example.com")
    described = session.client("cloudformation").describe_stacks(StackName=stack)
    outputs = {
        output["OutputKey"]: output["OutputValue"] for output in described["Stacks"][0]["Outputs"]
    }
    os.environ.update(TABLE_NAME=outputs["TableName"], KMS_KEY_ID=outputs["KeyArn"])
    ops("keys", "rotate", "--yes")
    practice = ops("practice", "create", "Harbour Clinic")["practice"]["id"]
    admin, desk = "admin@example.com", "desk@example.com"
    user(practice, admin, "full_access")
    return {"admin": admin, "desk": {"email": desk, "id": user(practice, desk, "standard")}}


def user(practice, email, role):
    """Makes a user with the journey's password; returns the id."""
    made = ops(
        "user", "create", "--practice", practice, "--email", email, "--name", email,
        "--role", role, "--password-stdin", stdin=PASSWORD,
    )
    return made["user"]["id"]


def ops(*arguments, stdin=""):
    """Runs the operator CLI and returns what it printed, as JSON."""
    done = subprocess.run(
        ["cargo", "ops", "--json", *arguments],
        input=stdin, text=True, check=True, stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)
