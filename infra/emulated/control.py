"""Shows that the emulator enforces the roles: with a permission less, the call it is for fails.

Without this the journey would prove nothing about permissions on an emulator that ignored
them. That each permission of each function is needed is checked in tests/tests/deployment.
"""

import json


def run(session, stack, journey):
    """Takes a permission of each function that answers requests, and gives it back."""
    for function, action, attempt in journey.controls():
        role = session.client("cloudformation").describe_stack_resource(
            StackName=stack, LogicalResourceId=f"{function.capitalize()}Role"
        )["StackResourceDetail"]["PhysicalResourceId"]
        iam = session.client("iam")
        kept = iam.get_role_policy(RoleName=role, PolicyName=function)["PolicyDocument"]
        put(iam, role, function, without(kept, action))
        try:
            status, answer = attempt()
        finally:
            put(iam, role, function, kept)
        if status != 503:
            raise SystemExit(f"{function} without {action} answers {status}: {answer}")
        status, answer = attempt()
        if status >= 300:
            raise SystemExit(f"{function} with {action} answers {status}: {answer}")
        print(f"  {function} fails without {action}, and works with it")


def without(document, action):
    """The policy without this action."""
    statements, taken = [], False
    for statement in document["Statement"]:
        listed = statement["Action"]
        actions = [listed] if isinstance(listed, str) else listed
        left = [one for one in actions if one != action]
        if left:
            statements.append({**statement, "Action": left})
        taken = taken or left != actions
    if not taken:
        raise SystemExit(f"{action} is not in {document}")
    return {**document, "Statement": statements}


def put(iam, role, function, document):
    """Replaces the function's own policy."""
    iam.put_role_policy(
        RoleName=role, PolicyName=function, PolicyDocument=json.dumps(document)
    )
