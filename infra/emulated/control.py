"""Shows that the emulator enforces the roles: with a permission less, the call it is for fails.

Without this the journey would prove nothing about permissions on an emulator that ignored
them. Which permission each function needs is checked call by call in tests/.
"""

import json

FUNCTION, ACTION = "validate", "dynamodb:UpdateItem"


def run(session, stack, journey):
    """Takes the permission to count attempts from `validate`; no code may then be compared."""
    iam = session.client("iam")
    role = session.client("cloudformation").describe_stack_resource(
        StackName=stack, LogicalResourceId=f"{FUNCTION.capitalize()}Role"
    )["StackResourceDetail"]["PhysicalResourceId"]
    kept = iam.get_role_policy(RoleName=role, PolicyName=FUNCTION)["PolicyDocument"]
    taken = json.loads(json.dumps(kept))
    for statement in taken["Statement"]:
        statement["Action"] = [action for action in statement["Action"] if action != ACTION]
    put(iam, role, taken)
    try:
        journey.right_code_is_not_compared()
    finally:
        put(iam, role, kept)
    journey.right_code_signs_in()


def put(iam, role, document):
    """Replaces the function's own policy."""
    iam.put_role_policy(
        RoleName=role, PolicyName=FUNCTION, PolicyDocument=json.dumps(document)
    )
