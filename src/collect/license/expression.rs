//! Licence expressions and the names that people give to licences.

use spdx::expression::{ExprNode, Operator};
use spdx::{AdditionItem, Expression, LicenseItem, LicenseReq, ParseMode};

use super::rules::{Approval, Rules};

/// Characters of an expression.
const LONGEST: usize = 1000;

/// What a value says about the licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// An expression, or a name that stands for one.
    Expression { text: String, approval: Approval },
    /// That the licence stands somewhere else.
    Elsewhere,
    /// Words that name no known licence.
    Words(String),
}

/// Reads the value of a manifest.
pub(super) fn read(rules: &Rules, value: &str) -> Said {
    let value = value.trim();
    let lower = value.to_lowercase();
    if value.is_empty() || rules.pointers.iter().any(|pointer| *pointer == lower) || lower.starts_with("see ") {
        return Said::Elsewhere;
    }
    let said = |text: &str, approval| Said::Expression { text: text.chars().take(200).collect(), approval };
    if rules.refusals.contains(&lower) {
        return said(value, Approval::NotApproved);
    }
    if let Some(approval) = evaluate(rules, value) {
        return said(value, approval);
    }
    if let Some(name) = classifier(&lower) {
        // Only the class is certain: the list it names is the one that approves.
        return said(value, named(rules, &name).map_or(Approval::Approved, |(_, approval)| approval));
    }
    // R names the file beside the licence.
    let base = lower.split(" + file ").next().unwrap_or_default().split(" | file ").next().unwrap_or_default().trim();
    match evaluate(rules, base.trim()).map(|approval| (base.to_owned(), approval)).or_else(|| named(rules, base)) {
        Some((_, approval)) => said(value, approval),
        None => Said::Words(value.chars().take(200).collect()),
    }
}

/// The last part of a classifier that calls a licence approved.
fn classifier(lower: &str) -> Option<String> {
    lower.strip_prefix("license :: osi approved").map(|rest| rest.trim_start_matches([' ', ':']).to_owned())
}

/// A name of the table, alone or before a version in brackets.
fn named(rules: &Rules, lower: &str) -> Option<(String, Approval)> {
    let bare = lower.split(" (").next().unwrap_or_default().trim().trim_start_matches("the ").trim_end_matches('.');
    let expression = rules
        .names
        .iter()
        .find(|known| known.name == lower || known.name == bare || known.name.trim_start_matches("the ") == bare)?;
    evaluate(rules, &expression.expression).map(|approval| (expression.expression.clone(), approval))
}

/// What an expression comes to; none for what is no expression.
pub(super) fn evaluate(rules: &Rules, text: &str) -> Option<Approval> {
    if text.len() > LONGEST {
        return None;
    }
    let expression = Expression::parse_mode(text, ParseMode::LAX).ok()?;
    let mut stack = Vec::new();
    for node in expression.iter() {
        let value = match node {
            ExprNode::Req(requirement) => requirement_approval(rules, &requirement.req),
            ExprNode::Op(operator) => {
                let (b, a): (Approval, Approval) = (stack.pop()?, stack.pop()?);
                match operator {
                    Operator::And => a.min(b),
                    Operator::Or => a.max(b),
                }
            }
        };
        stack.push(value);
    }
    stack.pop()
}

fn requirement_approval(rules: &Rules, requirement: &LicenseReq) -> Approval {
    let base = match &requirement.license {
        LicenseItem::Spdx { id, or_later } => {
            let later = or_later.then(|| format!("{}-or-later", id.name.trim_end_matches("-only")));
            let later = later.map_or(Approval::NotApproved, |id| rules.approval(&id));
            if *or_later { rules.approval(id.name).max(later) } else { rules.approval(id.name) }
        }
        LicenseItem::Other(reference) => rules.approval(&format!("LicenseRef-{}", reference.lic_ref)),
    };
    match &requirement.addition {
        None | Some(AdditionItem::Spdx(_)) => base,
        Some(_) => base.min(Approval::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    #[rstest]
    #[case("MIT", Approval::Approved)]
    #[case("MIT OR LicenseRef-Commercial", Approval::Approved)]
    #[case("MIT AND LicenseRef-X", Approval::Unknown)]
    #[case("MIT AND BUSL-1.1", Approval::NotApproved)]
    #[case("(MIT OR BUSL-1.1) AND Apache-2.0", Approval::Approved)]
    #[case("Apache-2.0 WITH LLVM-exception", Approval::Approved)]
    #[case("GPL-2.0+", Approval::Approved)]
    #[case("MIT/Apache-2.0", Approval::Approved)]
    #[case("MIT AND curl", Approval::Approved)]
    #[case("MIT AND bzip2-1.0.6", Approval::Equivalent)]
    #[case("GPL-2.0-only WITH Classpath-exception-2.0 OR SSPL-1.0", Approval::Approved)]
    fn expressions(#[case] text: &str, #[case] expected: Approval) {
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        assert_eq!(evaluate(&rules, text), Some(expected));
    }

    #[rstest]
    #[case("SEE LICENSE IN LICENSE.md", None)]
    #[case("UNLICENSED", Some("not_approved"))]
    #[case("License :: OSI Approved :: MIT License", Some("approved"))]
    #[case("License :: Other/Proprietary License", Some("not_approved"))]
    #[case("The Apache Software License, Version 2.0", Some("approved"))]
    #[case("MIT + file LICENSE", Some("approved"))]
    #[case("Perl_5", Some("approved"))]
    #[case("Business Source License", Some("not_approved"))]
    #[case("file LICENSE", None)]
    #[case("", None)]
    fn values(#[case] value: &str, #[case] expected: Option<&str>) {
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        let approval = match read(&rules, value) {
            Said::Expression { approval, .. } => Some(approval.name()),
            Said::Elsewhere => None,
            Said::Words(words) => panic!("{words}"),
        };
        assert_eq!(approval, expected);
    }

    #[test]
    fn other_words_are_kept_as_words() {
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        assert_eq!(read(&rules, "Acme terms"), Said::Words("Acme terms".to_owned()));
        assert_eq!(evaluate(&rules, &"MIT OR ".repeat(500)), None);
    }
}
