//! Prints the OpenAPI document: `cargo run -p twostep-openapi > infra/openapi.json`.

use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let written = twostep_openapi::text().and_then(|text| {
        let written = io::stdout().write_all(text.as_bytes());
        written.map_err(|error| error.to_string())
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
