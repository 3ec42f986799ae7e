//! A report as a table.
use super::{FamilyReport, Report};
use std::ffi::OsStr;
use std::fmt::Write;

/// Whether the table may be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Escape sequences for a terminal.
    Ansi,
    /// Text alone.
    Plain,
}

impl Colour {
    /// On a terminal: colours, unless `NO_COLOR` is set and not empty.
    #[must_use]
    pub fn on_terminal(no_color: Option<&OsStr>) -> Self {
        if no_color.is_some_and(|value| !value.is_empty()) {
            Self::Plain
        } else {
            Self::Ansi
        }
    }
}

/// A cell: its text, and whether it is good or bad news.
struct Cell(String, Option<bool>);

/// The report as a table by family, with a line of totals; that of recordings by section.
#[must_use]
pub fn table(report: &Report, colour: Colour) -> String {
    let mut rows = vec![head(report)];
    rows.extend(report.families.iter().map(row));
    rows.push(row(&totals(report)));
    let columns = rows[0].len();
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .map(|row| row[column].0.len())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for row in &rows {
        line(&mut out, row, &widths, colour);
    }
    out
}

fn head(report: &Report) -> Vec<Cell> {
    let (first, last) = match not_covered(report) {
        Some(_) => (["section", "cases"], "not covered"),
        None => (["family", "tests"], "time"),
    };
    let drivers = report.drivers.iter().map(String::as_str);
    let names = first.into_iter().chain(drivers).chain([last]);
    names.map(|name| Cell(name.to_owned(), None)).collect()
}

fn row(family: &FamilyReport) -> Vec<Cell> {
    let mut cells = vec![
        Cell(family.family.clone(), None),
        Cell(family.tests.to_string(), None),
    ];
    for driver in &family.drivers {
        cells.push(match (driver.passed, driver.failed) {
            (0, 0) => Cell("-".to_owned(), None),
            (_, 0) => Cell("ok".to_owned(), Some(true)),
            (_, failed) => Cell(format!("{failed} failed"), Some(false)),
        });
    }
    let times = family.drivers.iter().map(|driver| driver.milliseconds);
    let last = match family.not_covered {
        Some(count) => count.to_string(),
        None => time(times.sum()),
    };
    cells.push(Cell(last, None));
    cells
}

fn totals(report: &Report) -> FamilyReport {
    let mut total = FamilyReport {
        family: "total".to_owned(),
        tests: report.families.iter().map(|family| family.tests).sum(),
        not_covered: not_covered(report),
        ..FamilyReport::default()
    };
    for (column, name) in report.drivers.iter().enumerate() {
        let mut sum = super::DriverReport {
            driver: name.clone(),
            ..super::DriverReport::default()
        };
        for driver in report
            .families
            .iter()
            .filter_map(|family| family.drivers.get(column))
        {
            sum.passed += driver.passed;
            sum.failed += driver.failed;
            sum.milliseconds += driver.milliseconds;
        }
        total.drivers.push(sum);
    }
    total
}

/// How many recorded cases nothing covers, if the report is one of recordings.
fn not_covered(report: &Report) -> Option<usize> {
    let counts = report.families.iter().filter_map(|it| it.not_covered);
    counts.reduce(|sum, count| sum + count)
}

fn time(milliseconds: f64) -> String {
    if milliseconds < 1000.0 {
        format!("{milliseconds:.0} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}

fn line(out: &mut String, row: &[Cell], widths: &[usize], colour: Colour) {
    for (column, (Cell(text, news), width)) in row.iter().zip(widths).enumerate() {
        let padded = if column == 0 {
            format!("{text:<width$}")
        } else {
            format!("  {text:>width$}")
        };
        let _ = match (colour, news) {
            (Colour::Ansi, Some(true)) => write!(out, "\x1b[32m{padded}\x1b[0m"),
            (Colour::Ansi, Some(false)) => write!(out, "\x1b[31m{padded}\x1b[0m"),
            _ => write!(out, "{padded}"),
        };
    }
    out.push('\n');
}
