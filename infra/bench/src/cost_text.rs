//! What a million sign-ins cost, as tables for `infra/docs/cost.md`.

use crate::cost::{Figures, Way};
use crate::prices::{Price, Prices};
use crate::report::table;

/// The part of the document that is written by the command.
pub(crate) fn text(figures: &Figures, prices: &Prices, machine: &str) -> String {
    format!(
        "US dollars for a million sign-ins; {}, CPU measured on {machine}.\n\n{}\n\
         ![The same as a plot](images/cost.svg)\n\nOthers, with {} sign-ins a month by each \
         user:\n\n{}\nWhat was reckoned with:\n\n{}",
        prices.region,
        ways(&figures.ways),
        prices.sign_ins_per_user_and_month,
        others(figures, prices),
        list(prices),
    )
}

fn ways(ways: &[Way]) -> String {
    let head = [
        "sign-in",
        "billed ms",
        "Lambda",
        "API",
        "DynamoDB",
        "kept",
        "messages",
        "logs",
        "traces",
        "in all",
    ];
    let row = |way: &Way| {
        let mut row = vec![way.name.clone(), format!("{:.0}", way.billed_ms)];
        let parts = [way.lambda, way.api, way.dynamodb, way.kept];
        row.extend(parts.map(money));
        row.extend([way.messages, way.logs, way.traces, way.total].map(money));
        row
    };
    table(&head, &ways.iter().map(row).collect::<Vec<_>>())
}

fn others(figures: &Figures, prices: &Prices) -> String {
    let rows = prices.others.iter().zip(&figures.others);
    let rows = rows.map(|(other, (name, dollars))| {
        vec![
            name.clone(),
            money(*dollars),
            other.note.clone(),
            other.origin.text(),
        ]
    });
    table(
        &["list price of", "a million", "", "source"],
        &rows.collect::<Vec<_>>(),
    )
}

fn list(prices: &Prices) -> String {
    let list = prices.prices.list().into_iter();
    let list = list
        .chain(prices.sms.values())
        .chain(prices.month.values())
        .map(|price| vec![amount(price), price.usd.to_string(), price.origin.text()]);
    table(
        &["price of", "US dollars", "source"],
        &list.collect::<Vec<_>>(),
    )
}

/// What a price is for: "1000 e-mails by SES".
fn amount(price: &Price) -> String {
    if price.per == 1 {
        price.what.clone()
    } else {
        format!("{} {}", price.per, price.what)
    }
}

fn money(dollars: f64) -> String {
    if dollars < 1000.0 {
        format!("{dollars:.2}")
    } else {
        format!("{dollars:.0}")
    }
}
