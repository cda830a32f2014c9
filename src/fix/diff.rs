//! Changes as a patch that git reads.

use similar::TextDiff;

use super::Change;

/// Lines around a change.
const CONTEXT: usize = 3;

/// One change, with its headers.
pub(super) fn unified(change: &Change) -> String {
    let (old, new) = (quoted("a/", &change.path), quoted("b/", &change.path));
    let before = change.before.as_deref().unwrap_or_default();
    // A carriage return alone ends no line for git.
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), change.after.split_inclusive('\n').collect());
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&before, &after);
    let hunks = diff.unified_diff().context_radius(CONTEXT).to_string();
    match change.before {
        Some(_) => format!("diff --git {old} {new}\n--- {old}\n+++ {new}\n{hunks}"),
        None => format!("diff --git {old} {new}\nnew file mode 100644\n--- /dev/null\n+++ {new}\n{hunks}"),
    }
}

/// A path as git writes it: in quotes where it holds anything but ordinary characters.
fn quoted(side: &str, path: &str) -> String {
    let ordinary = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ';
    // A space at the end would be lost, and git itself ends a name with a space in it by a tab.
    if path.chars().all(ordinary) && !path.contains(' ') {
        return format!("{side}{path}");
    }
    let mut text = format!("\"{side}");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(".github/workflows/ci.yml", "a/.github/workflows/ci.yml")]
    #[case("a b.yml", "\"a/a b.yml\"")]
    #[case("x\ny\"ä.yml", "\"a/x\\012y\\\"\\303\\244.yml\"")]
    fn paths(#[case] path: &str, #[case] expected: &str) {
        assert_eq!(quoted("a/", path), expected);
    }

    #[test]
    fn a_last_line_without_an_end_is_marked() {
        let change =
            Change { path: "x".to_owned(), before: Some("a\r\nb".to_owned()), after: "a\r\nc\r\nb".to_owned() };
        let patch = unified(&change);
        assert!(patch.ends_with("@@ -1,2 +1,3 @@\n a\r\n+c\r\n b\n\\ No newline at end of file\n"), "{patch:?}");
    }

    #[test]
    fn a_new_file_comes_from_nowhere() {
        let patch = unified(&Change { path: "x".to_owned(), before: None, after: "a\nb\n".to_owned() });
        assert_eq!(
            patch,
            "diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n"
        );
    }
}
