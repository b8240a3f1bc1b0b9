"""Asks CloudFormation, as the emulator does it, about wrong parameters.

It gets the template's parameters and rules with a resource that doesn't matter, which is all
that it looks at to refuse them. tests/tests/deployment has many more values of each; this shows
that a deployment asks about them and says what they have to be.
"""

import json

from botocore.exceptions import ClientError

# What is wrong, and what is said of it.
WRONG = (
    ({"AllowedOrigins": "*"}, "no * wildcard"),
    ({"AllowedOrigins": "https://app.example.com/"}, "no trailing slash"),
    ({"EmailFromAddress": "Clinic <no-reply@example.com>"}, "EmailFromName"),
    ({"EmailFromAddress": f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.com"}, "bare e-mail"),
    ({"SmsCountries": "au"}, "two-letter country codes in upper case"),
    ({"SmsDailyLimit": "1.5"}, "whole number"),
    ({"Architecture": "x86"}, "Architecture"),
    ({"ThrottleRate": "0"}, "from 1 to 10000"),
    ({"ReservedConcurrency": "1001"}, "from 0 (none) to 1000"),
    ({"LogRetentionDays": "2"}, "LogRetentionDays"),
    ({"DomainName": "auth.example.com"}, "DomainName needs CertificateArn"),
    ({"HostedZoneId": "Z0123456789ABC"}, "of use only with DomainName"),
    ({"ExistingTable": "twostep-restored"}, "needs ExistingTableStreamArn"),
)
RIGHT = {"AllowedOrigins": "https://app.example.com", "EmailFromAddress": "no-reply@example.com"}


def refuse(session, source):
    """Fails unless each of `WRONG` is refused in these words, and nothing else is."""
    skeleton = {
        **{name: source[name] for name in ("AWSTemplateFormatVersion", "Parameters", "Rules")},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    formation = session.client("cloudformation")
    said = _refusal(formation, skeleton, {})
    if said is not None:
        raise SystemExit(f"right parameters were refused: {said}")
    for wrong, words in WRONG:
        said = _refusal(formation, skeleton, wrong)
        if said is None or words not in said:
            raise SystemExit(f"{wrong} was not refused with {words!r}: {said}")
    print(f"  {len(WRONG)} wrong parameters are refused with what they have to be")


def _refusal(formation, skeleton, changes):
    """What is said against these parameters; None if nothing."""
    parameters = [
        {"ParameterKey": name, "ParameterValue": value}
        for name, value in {**RIGHT, **changes}.items()
    ]
    try:
        formation.create_stack(
            StackName="parameters", TemplateBody=json.dumps(skeleton), Parameters=parameters
        )
    except ClientError as error:
        return str(error)
    formation.delete_stack(StackName="parameters")
    formation.get_waiter("stack_delete_complete").wait(
        StackName="parameters", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    return None
