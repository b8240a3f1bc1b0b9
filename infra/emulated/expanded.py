"""Checks what SAM makes of template.yaml, where the emulator doesn't show it.

SAM's own translator expands the template, as CloudFormation does on AWS: the API with its CORS,
which the emulator doesn't import; the versions that a change of a parameter publishes; and the
gradual rollout, which the emulator doesn't know.
"""

import json
import os
import re

from samtranslator.translator.transform import transform

import template

PARAMETERS = {"AllowedOrigins": "https://app.example.com", "EmailFromAddress": "a@example.com"}
ALARMS = ["ErrorsAlarm", "ServerErrorsAlarm"]
CORS = {
    "allowOrigins": {"Fn::Split": [",", PARAMETERS["AllowedOrigins"]]},
    "allowMethods": ["GET", "POST", "PUT", "DELETE"],
    "allowHeaders": ["authorization", "content-type"],
    "exposeHeaders": ["retry-after"],
    "allowCredentials": True,
    "maxAge": 3600,
}


class NoManagedPolicies:
    """The template names none of AWS's managed policies."""

    def load(self):
        """The managed policies by name."""
        return {}


def expand(**parameters):
    """The template as CloudFormation gets it, with these parameters."""
    source = template.load("template.yaml")
    for function in template.functions(source).values():
        function["Properties"]["CodeUri"] = "s3://bucket/key"  # as after packaging
    return transform(source, {**PARAMETERS, **parameters}, NoManagedPolicies())


def cors(expanded):
    """What API Gateway imports as the API's CORS."""
    (api,) = _of_type(expanded, "AWS::ApiGatewayV2::Api")
    condition, when_true, _ = api["Body"]["x-amazon-apigateway-cors"]["Fn::If"]
    if condition != "HasOrigins":
        raise SystemExit(f"CORS hangs on {condition}")
    return when_true


def versions(**parameters):
    """Names of the functions' versions; one that has another name is published anew."""
    resources = expand(**parameters)["Resources"].items()
    return {name for name, resource in resources if resource["Type"] == "AWS::Lambda::Version"}


def parameters_of_functions():
    """The parameters whose values the functions' variables depend on."""
    source = template.load("template.yaml")
    variables = json.dumps(source["Globals"]["Function"]["Environment"])
    # Conditions stand for a parameter each, which they name.
    conditions = json.dumps(
        [test for name, test in source["Conditions"].items() if f'"{name}"' in variables]
    )
    return {name for name in source["Parameters"] if re.search(rf"\b{name}\b", variables + conditions)}


def deployment_groups(rollout):
    """Names of the alarms of each CodeDeploy deployment group that `rollout` makes."""
    return [
        [alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]]
        for group in _of_type(expand(Rollout=rollout), "AWS::CodeDeploy::DeploymentGroup")
    ]


def _of_type(expanded, kind):
    resources = expanded["Resources"].values()
    return [resource["Properties"] for resource in resources if resource["Type"] == kind]


def main():
    """Fails unless CORS is whole, values reach the functions and the rollout is as asked."""
    if cors(expand()) != CORS:
        raise SystemExit(f"CORS would be {cors(expand())}")
    print("CORS gets to the API whole")
    functions = template.functions(template.load("template.yaml"))
    for name in sorted(parameters_of_functions()):
        kept = versions() & versions(**{name: "another-value"})
        if kept or len(versions()) != len(functions):
            raise SystemExit(f"another {name} would not get to {kept}")
    print("another value of any parameter gets to the functions")
    if deployment_groups("AllAtOnce"):
        raise SystemExit("Rollout=AllAtOnce must not need CodeDeploy")
    if deployment_groups("Canary10Percent5Minutes") != [ALARMS] * len(functions):
        raise SystemExit("Rollout=Canary10Percent5Minutes must roll back on the alarms")
    print("Rollout makes deployment groups only when asked, with their alarms")


if __name__ == "__main__":
    os.environ.setdefault("AWS_DEFAULT_REGION", "ap-southeast-2")
    main()
