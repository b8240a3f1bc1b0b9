//! `template.yaml` and what it deploys can't drift apart: routes, variables, permissions.

mod asked;
mod everything;
mod guard;
mod permissions;
mod policy;
mod routes;
mod shape;
mod template;
