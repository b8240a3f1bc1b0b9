//! Plots of figures, as SVG.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::cost::Figures;

const SIZE: (u32, u32) = (900, 480);
const OURS: RGBColor = RGBColor(0x1f, 0x6f, 0x8b);
const OTHERS: RGBColor = RGBColor(0xb0, 0x8a, 0x4a);

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
        .x_label_area_size(30)
        .build_cartesian_2d((1.0..most).log_scale(), 0.0..count)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_label_formatter(&|dollars| format!("{dollars}"))
        .draw()?;
    for (number, (name, dollars, colour)) in bars.iter().enumerate() {
        let top = count - number as f64;
        let corners = [(1.0, top - 0.15), (*dollars, top - 0.85)];
        chart.draw_series([Rectangle::new(corners, colour.filled())])?;
        let label = format!("{name}: {dollars:.0}");
        let font = ("sans-serif", 14).into_font();
        chart.draw_series([Text::new(label, (*dollars * 1.1, top - 0.35), font)])?;
    }
    area.present()?;
    Ok(())
}
