//! Bars and columns as SVG, so that they are as sharp on paper as on a screen.
//!
//! For the eye alone: each stands beside its figure in a table, and screen readers read that.

use leptos::prelude::*;

/// One bar of a table's row.
#[component]
pub fn Bar(
    /// From 0 to 100; what is beyond is drawn full.
    percent: f64,
    #[prop(optional)] faded: bool,
) -> impl IntoView {
    let class = if faded { "bar faded" } else { "bar" };
    view! {
        <svg class=class viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect class="bar-ground" x="0" y="0" width="100" height="10"></rect>
            <rect class="bar-fill" x="0" y="0" width=width(percent) height="10"></rect>
        </svg>
    }
}

fn width(percent: f64) -> f64 {
    if percent.is_finite() { (percent.clamp(0.0, 100.0) * 10.0).round() / 10.0 } else { 0.0 }
}

const HEIGHT: f64 = 120.0;
/// What one month takes.
const STEP: f64 = 64.0;

/// Columns side by side, a group for each month.
#[component]
pub fn Columns(
    /// Under each group.
    labels: Vec<String>,
    /// A row of heights for each kind of column.
    kinds: Vec<Vec<usize>>,
) -> impl IntoView {
    let most = kinds.iter().flatten().copied().max().unwrap_or(0).max(1) as f64;
    let wide = (STEP - 16.0) / kinds.len().max(1) as f64;
    let columns: Vec<_> = kinds
        .iter()
        .enumerate()
        .flat_map(|(kind, heights)| heights.iter().enumerate().map(move |(place, count)| (kind, place, *count)))
        .map(|(kind, place, count)| {
            let height = count as f64 / most * HEIGHT;
            let x = place as f64 * STEP + 8.0 + kind as f64 * wide;
            view! {
                <rect class=format!("column kind-{kind}") x=x y=16.0 + HEIGHT - height width=wide - 2.0 height=height></rect>
                {(count > 0).then(|| view! {
                    <text class="column-figure" x=x + (wide - 2.0) / 2.0 y=12.0 + HEIGHT - height text-anchor="middle">{count}</text> })}
            }
        })
        .collect();
    let names: Vec<_> = labels
        .iter()
        .enumerate()
        .map(|(place, label)| {
            view! { <text class="column-label" x=place as f64 * STEP + STEP / 2.0 y=HEIGHT + 32.0 text-anchor="middle">{label.clone()}</text> }
        })
        .collect();
    let all = labels.len().max(1) as f64 * STEP;
    let class = if labels.len() > 6 { "columns" } else { "columns few" };
    view! {
        <svg class=class viewBox=format!("0 0 {all} {}", HEIGHT + 40.0) width=all aria-hidden="true" focusable="false">
            <line class="bar-ground" x1="0" y1=16.0 + HEIGHT x2=all y2=16.0 + HEIGHT></line>
            {columns}
            {names}
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_stays_within_its_frame() {
        assert_eq!([width(33.333), width(140.0), width(-1.0), width(f64::NAN)], [33.3, 100.0, 0.0, 0.0]);
    }
}
