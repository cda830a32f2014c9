//! Where in its file a flow stands: the column of the expression, and its own line where lines of a script are folded.

use std::collections::BTreeMap;

use super::Flow;

/// Lines behind the first one of a folded script that are looked through.
const MAX_FOLDED: usize = 60;

/// Adds columns to flows, and mends lines, from the texts of the files.
pub(super) fn locate(flows: &mut [Flow], sources: &BTreeMap<String, String>) {
    let lines: BTreeMap<&str, Vec<&str>> =
        sources.iter().map(|(path, text)| (path.as_str(), text.lines().collect())).collect();
    for flow in flows {
        let Some(lines) = lines.get(flow.path.as_str()) else { continue };
        let Some(first) = usize::try_from(flow.line).ok().and_then(|line| line.checked_sub(1)) else { continue };
        let needle = needle(&flow.expr);
        let found = lines.iter().enumerate().skip(first).take(MAX_FOLDED).find_map(|(index, line)| {
            let at = line.find(needle).or_else(|| line.find(needle.strip_prefix('$')?.trim_start_matches('{')))?;
            Some((index, line.get(..at)?.chars().count()))
        });
        // A variable is used in many lines; only a value that is pasted into the text moves.
        let pasted = needle.starts_with('$') && flow.via != "variable";
        if let Some((index, column)) = found.filter(|(index, _)| *index == first || pasted) {
            flow.line = index as u64 + 1;
            flow.column = Some(column as u64 + 1);
        }
    }
}

/// The part of a flow's expression that stands in the file as it is.
fn needle(expression: &str) -> &str {
    let written = expression.split(" from ").next().unwrap_or(expression).trim_end_matches('…');
    match written.find("}}") {
        Some(end) if written.starts_with("${{") => written.get(..end + 2).unwrap_or(written),
        _ => written,
    }
}
