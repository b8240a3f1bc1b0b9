"""Adds to the emulated HTTP API what SAM put into its OpenAPI body and the emulator skipped.

Routes and integrations come from the template's own events, CORS from what SAM made of it, so
that what is missing there is missing here too.
"""

import expanded
import template


def complete(session, built, stack, origins):
    """Adds the routes of the `built` template to `stack`'s API and returns the API's id."""
    api_id = _physical_id(session, stack, "Api")
    api = session.client("apigatewayv2")
    imported = expanded.cors(expanded.expand())
    cors = {name[0].upper() + name[1:]: value for name, value in imported.items()}
    api.update_api(ApiId=api_id, CorsConfiguration={**cors, "AllowOrigins": origins})
    integrations = {
        name: api.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=_alias_arn(session, f"{stack}-{name}"),
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        for name in {function for function, _, _ in template.routes(built)}
    }
    for function, method, path in template.routes(built):
        api.create_route(
            ApiId=api_id,
            RouteKey=f"{method} {path}",
            Target=f"integrations/{integrations[function]}",
        )
    return api_id


def _physical_id(session, stack, logical_id):
    resource = session.client("cloudformation").describe_stack_resource(
        StackName=stack, LogicalResourceId=logical_id
    )
    return resource["StackResourceDetail"]["PhysicalResourceId"]


def _alias_arn(session, function):
    return session.client("lambda").get_alias(FunctionName=function, Name="live")["AliasArn"]
