//! `template.yaml` and what it deploys can't drift apart: routes, variables, permissions.

mod asked;
mod documents;
mod everything;
mod guard;
mod mutants;
mod parameters;
mod permissions;
mod policy;
mod routes;
mod rules;
mod shape;
mod template;
mod threats;
mod values;
