//! What many samples come to.

use std::cmp::Ordering;
use std::time::Duration;

/// The value below which `share` of the samples are; the middle one for 0.5.
pub(crate) fn quantile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let index = (last as f64 * share).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// The middle of the samples.
pub(crate) fn median(samples: &[f64]) -> f64 {
    quantile(samples, 0.5)
}

/// How often one of `mine` is above one of `others`, drawn by chance; ties count half. A half if
/// both are alike: the statistic of Mann and Whitney, as a share of all pairs.
pub(crate) fn outdoes(mine: &[f64], others: &[f64]) -> f64 {
    let pairs = mine.iter().flat_map(|a| others.iter().map(move |b| (a, b)));
    let won = pairs.map(|(a, b)| match a.total_cmp(b) {
        Ordering::Greater => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Less => 0.0,
    });
    won.sum::<f64>() / (mine.len() * others.len()) as f64
}

/// A time as a figure.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_samples() {
        let samples = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(median(&samples), 3.0);
        assert_eq!(quantile(&samples, 0.99), 5.0);
        assert_eq!(quantile(&samples, 0.0), 1.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn compares_samples() {
        assert_eq!(outdoes(&[2.0, 3.0], &[1.0, 1.5]), 1.0);
        assert_eq!(outdoes(&[1.0], &[2.0]), 0.0);
        assert_eq!(outdoes(&[1.0, 2.0, 3.0], &[3.0, 1.0, 2.0]), 0.5);
    }
}
