//! Plots of figures, as SVG.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::cost::Figures;

const SIZE: (u32, u32) = (900, 480);
const OURS: RGBColor = RGBColor(0x1f, 0x6f, 0x8b);
const OTHERS: RGBColor = RGBColor(0xb0, 0x8a, 0x4a);
const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);

/// A bar for what a million sign-ins cost in each way and elsewhere, on a logarithmic scale.
pub(crate) fn costs(figures: &Figures, path: &Path) -> Result<(), Box<dyn Error>> {
    let ours = figures
        .ways
        .iter()
        .map(|way| (format!("twostep, {}", way.name), way.total, OURS));
    let others = figures
        .others
        .iter()
        .map(|(name, total)| (name.clone(), *total, OTHERS));
    let bars: Vec<_> = ours.chain(others).collect();
    // Room for the label of the longest bar.
    let most = bars.iter().map(|bar| bar.1).fold(1.0, f64::max) * 100.0;
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let count = bars.len() as f64;
    let mut chart = ChartBuilder::on(&area)
        .caption("US dollars for a million sign-ins", ("sans-serif", 18))
        .margin(12)
        // Half the width of the last label of the axis.
        .margin_right(40)
        .x_label_area_size(30)
        .build_cartesian_2d((1.0..most).log_scale(), 0.0..count)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .max_light_lines(0)
        .bold_line_style(GRID)
        .x_label_formatter(&|dollars| thousands(*dollars))
        .draw()?;
    for (number, (name, dollars, colour)) in bars.iter().enumerate() {
        let top = count - number as f64;
        let corners = [(1.0, top - 0.15), (*dollars, top - 0.85)];
        chart.draw_series([Rectangle::new(corners, colour.filled())])?;
        let label = format!("{name}: {}", thousands(*dollars));
        let font = ("sans-serif", 14).into_font();
        chart.draw_series([Text::new(label, (*dollars * 1.1, top - 0.35), font)])?;
    }
    area.present()?;
    Ok(())
}

/// Whole dollars, their thousands set apart: "101,500".
fn thousands(dollars: f64) -> String {
    let digits = format!("{dollars:.0}");
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn sets_thousands_apart() {
        assert_eq!(thousands(1.2), "1");
        assert_eq!(thousands(999.6), "1,000");
        assert_eq!(thousands(101_500.0), "101,500");
        assert_eq!(thousands(1e7), "10,000,000");
    }
}
