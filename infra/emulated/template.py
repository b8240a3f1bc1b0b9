"""Reads template.yaml: CloudFormation's short tags, the functions and their routes."""

import yaml


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags turned into their long form."""


def _intrinsic(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _intrinsic)


def load(path):
    """The template at `path` as plain dictionaries and lists."""
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=_Loader)


def functions(template):
    """The template's functions: {"login": resource, …} by the last part of their name."""
    found = {}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            name = resource["Properties"]["FunctionName"]["Fn::Sub"]
            found[name.rsplit("-", 1)[1]] = resource
    return found


def routes(template):
    """The routes of the HTTP API as (function, method, path)."""
    return [
        (function, event["Properties"]["Method"], event["Properties"]["Path"])
        for function, resource in functions(template).items()
        for event in resource["Properties"]["Events"].values()
        if event["Type"] == "HttpApi"
    ]
