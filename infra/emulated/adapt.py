"""Makes the copy of the built template that the AWS emulator can deploy.

template.yaml stays right for AWS. The emulator (ministack, see requirements/ for its version)
lacks some of what AWS has, and refuses a stack that uses it. Each function below takes one
such thing out of the copy and says what the emulated deployment therefore does not prove.

Usage: adapt.py BUILT_TEMPLATE ADAPTED_TEMPLATE
"""

import json
import sys

import template

# Condition keys the emulator evaluates; any other would never match and deny everything.
KNOWN_KEY_PREFIXES = ("aws:",)


def drop_metric_math_alarms(copy):
    """Alarms over several metrics are not known: neither they nor the roll-back they trigger."""
    dropped = [
        name
        for name, resource in copy["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
    ]
    for name in dropped:
        del copy["Resources"][name]
    for resource in copy["Resources"].values():
        preference = resource.get("Properties", {}).get("DeploymentPreference", {})
        preference.pop("Alarms", None)
    copy["Globals"]["Function"].get("DeploymentPreference", {}).pop("Alarms", None)
    return [f"metric-math alarm {name} is left out" for name in dropped]


def drop_dashboard(copy):
    """The dashboard names the alarms left out, and the emulator draws none anyway."""
    del copy["Resources"]["Dashboard"]
    return ["the dashboard is left out"]


def drop_unknown_condition_keys(copy):
    """kms:, ses:, sns: and dynamodb:LeadingKeys conditions: actions and resources are enforced,
    partition-key prefixes, the sender and the encryption context are not."""
    notes = []
    for name, resource in copy["Resources"].items():
        for statement in _statements(resource):
            keys = _drop_unknown(statement.get("Condition", {}))
            if not statement.get("Condition", True):
                del statement["Condition"]
            notes += [f"{name}: condition {key} is not enforced" for key in keys]
    return notes


def _statements(resource):
    properties = resource.get("Properties", {})
    documents = [properties.get("PolicyDocument"), properties.get("KeyPolicy")]
    documents += [policy.get("PolicyDocument") for policy in properties.get("Policies", [])]
    return [statement for document in documents if document for statement in document["Statement"]]


def _drop_unknown(condition):
    dropped = []
    for operator in list(condition):
        for key in list(condition[operator]):
            if not key.startswith(KNOWN_KEY_PREFIXES):
                del condition[operator][key]
                dropped.append(key)
        if not condition[operator]:
            del condition[operator]
    return dropped


def widen_email_resources(copy):
    """SES's SendEmail is asked about without a resource: the identity is not enforced."""
    notes = []
    for name, resource in copy["Resources"].items():
        for statement in _statements(resource):
            if statement["Action"] == "ses:SendEmail":
                statement["Resource"] = "*"
                notes.append(f"{name}: any identity may send")
    return notes


STEPS = (
    drop_metric_math_alarms,
    drop_dashboard,
    drop_unknown_condition_keys,
    widen_email_resources,
)


def main(built, adapted):
    """Writes the adapted copy of `built` (as JSON) and prints every difference."""
    copy = template.load(built)
    for step in STEPS:
        for note in dict.fromkeys(step(copy)):
            print(f"  {note}")
    with open(adapted, "w", encoding="utf-8") as file:
        json.dump(copy, file, indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
