//! What another memory size would make of a function: how long its calls take, what they cost.

use crate::cost::{Measured, billed_ms, memory_mb};
use crate::prices::Prices;
use crate::report::table;

/// Sizes to choose among, in MB. More than a whole processor helps nothing here.
const SIZES: [f64; 5] = [128.0, 256.0, 512.0, 1024.0, 1769.0];

/// The call by which each function is judged: the one people wait for.
const CALLS: [&str; 4] = [
    "`POST /login`, code asked for",
    "`POST /validate`, authenticator",
    "`POST /challenge`, e-mail",
    "`GET /session`",
];

/// Milliseconds billed and dollars of a million calls at each size; the size in `template` is
/// marked.
pub(crate) fn text(prices: &Prices, measured: &Measured, template: &str) -> String {
    let mut rows = Vec::new();
    for name in CALLS {
        let call = measured.calls.iter().find(|call| call.call == name);
        let call = call.unwrap_or_else(|| panic!("no figures of {name}: run `functions` first"));
        let chosen = memory_mb(template, &call.function);
        let mut row = vec![name.to_owned()];
        for size in SIZES {
            let ms = billed_ms(call, size, prices);
            let dollars = prices.lambda(size, ms);
            let mark = if chosen == size { "**" } else { "" };
            row.push(format!("{mark}{ms:.0} ms, {dollars:.2}{mark}"));
        }
        rows.push(row);
    }
    let sizes = SIZES.map(|size| format!("{size} MB"));
    let head: Vec<&str> = ["call"]
        .into_iter()
        .chain(sizes.iter().map(String::as_str))
        .collect();
    table(&head, &rows)
}
