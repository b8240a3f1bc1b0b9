"""Checks what SAM makes of template.yaml, where the emulator doesn't show it.

SAM's own translator expands the template, as CloudFormation does on AWS: the API with its CORS,
which the emulator doesn't import, and the gradual rollout, which it doesn't know.
"""

import os

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
    """Fails unless CORS is complete and the rollout is gradual when asked, and only then."""
    if cors(expand()) != CORS:
        raise SystemExit(f"CORS would be {cors(expand())}")
    print("CORS gets to the API whole")
    functions = template.functions(template.load("template.yaml"))
    if deployment_groups("AllAtOnce"):
        raise SystemExit("Rollout=AllAtOnce must not need CodeDeploy")
    if deployment_groups("Canary10Percent5Minutes") != [ALARMS] * len(functions):
        raise SystemExit("Rollout=Canary10Percent5Minutes must roll back on the alarms")
    print("Rollout makes deployment groups only when asked, with their alarms")


if __name__ == "__main__":
    os.environ.setdefault("AWS_DEFAULT_REGION", "ap-southeast-2")
    main()
