"""Checks what the emulator can't deploy: the gradual rollout that parameter Rollout turns on.

Expands template.yaml with SAM's own translator, off and on.
"""

import os

from samtranslator.translator.transform import transform

import template

PARAMETERS = {"AllowedOrigins": "https://app.example.com", "EmailFromAddress": "a@example.com"}
ALARMS = ["ErrorsAlarm", "ServerErrorsAlarm"]


class NoManagedPolicies:
    """The template names none of AWS's managed policies."""

    def load(self):
        """The managed policies by name."""
        return {}


def deployment_groups(rollout):
    """Names of the alarms of each CodeDeploy deployment group that `rollout` makes."""
    source = template.load("template.yaml")
    for function in template.functions(source).values():
        function["Properties"]["CodeUri"] = "s3://bucket/key"  # as after packaging
    expanded = transform(source, {**PARAMETERS, "Rollout": rollout}, NoManagedPolicies())
    return [
        [alarm["Name"]["Ref"] for alarm in group["Properties"]["AlarmConfiguration"]["Alarms"]]
        for group in expanded["Resources"].values()
        if group["Type"] == "AWS::CodeDeploy::DeploymentGroup"
    ]


def main():
    """Fails unless every function is rolled out gradually when asked, and none otherwise."""
    functions = template.functions(template.load("template.yaml"))
    if deployment_groups("AllAtOnce"):
        raise SystemExit("Rollout=AllAtOnce must not need CodeDeploy")
    if deployment_groups("Canary10Percent5Minutes") != [ALARMS] * len(functions):
        raise SystemExit("Rollout=Canary10Percent5Minutes must roll back on the alarms")
    print("Rollout makes deployment groups only when asked, with their alarms")


if __name__ == "__main__":
    os.environ.setdefault("AWS_DEFAULT_REGION", "ap-southeast-2")
    main()
