//! How a script is written so that a value reaches it as data: through a variable of the step, quoted.

/// A script with an expression in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spliced<'a> {
    /// The shell as it is named; empty for the host's own choice. `script` stands for an inline script.
    pub(super) shell: &'a str,
    pub(super) text: &'a str,
    /// Where the expression starts in it.
    pub(super) start: usize,
}

/// How to rewrite it, in one sentence.
pub(super) fn advice(spliced: Spliced<'_>, expression: &str) -> String {
    let known = environment(expression);
    let name = known.clone().unwrap_or_else(|| variable(expression));
    let put = match known {
        Some(_) => "The value is in the environment already:".to_owned(),
        None => format!("Add `{name}: {expression}` under `env:` of the step and"),
    };
    match spliced.shell.split([' ', '.']).next().unwrap_or_default() {
        "" | "bash" | "sh" | "zsh" | "dash" => match line(spliced, expression, &name) {
            Some(line) => format!("{put} write the line as `{line}`."),
            None => format!("{put} use \"${{{name}}}\" in the script."),
        },
        "pwsh" | "powershell" => format!("{put} use `$env:{name}` in the script."),
        "python" | "python3" => format!("{put} read `os.environ[\"{name}\"]` in the script."),
        "script" | "node" => format!("{put} read `process.env.{name}` in the script."),
        _ => format!("{put} read the variable `{name}` in the script."),
    }
}

/// How a value is handled where no expression has to be moved.
pub(super) fn otherwise(sink: &str, expression: &str) -> Option<String> {
    Some(match sink {
        "env_file" => "Take line breaks out of the value before it is written, or write it between delimiters that \
                       nobody can guess."
            .to_owned(),
        "nested_shell" => format!(
            "Hand {expression} over as an argument, as in `sh -c 'echo \"$1\"' sh \"$VALUE\"`, not inside the code."
        ),
        "opaque_input" => format!("Make sure that what is given {expression} treats it as data."),
        _ if expression.starts_with('%') => {
            format!(
                "Run the step with `shell: pwsh` and read the variable there; cmd pastes {expression} into its commands."
            )
        }
        _ if expression.starts_with('$') && !expression.starts_with("${{") => {
            format!("Put double quotes around {expression}.")
        }
        _ => return None,
    })
}

/// The line of the script with the variable in place of the expression.
fn line(spliced: Spliced<'_>, expression: &str, name: &str) -> Option<String> {
    let before = spliced.text.get(..spliced.start)?;
    let behind = spliced.text.get(spliced.start..)?.strip_prefix(expression)?;
    let before = before.rsplit('\n').next().unwrap_or_default();
    let behind = behind.split('\n').next().unwrap_or_default();
    if before.len() + behind.len() > 300 {
        return None;
    }
    let variable = match quote(before)? {
        Quote::Double => format!("${{{name}}}"),
        Quote::None => format!("\"${{{name}}}\""),
        Quote::Single => format!("'\"${{{name}}}\"'"),
    };
    Some(format!("{}{variable}{}", before.trim_start(), behind.trim_end()))
}

#[derive(Debug, PartialEq)]
enum Quote {
    None,
    Single,
    Double,
}

/// The quotes that are open behind a text; none where a substitution makes that hard to say.
fn quote(before: &str) -> Option<Quote> {
    if before.contains("$(") || before.contains('`') {
        return None;
    }
    let mut open = Quote::None;
    let mut escaped = false;
    for c in before.chars() {
        open = match (open, c) {
            (open, _) if escaped => open,
            (Quote::None, '\'') => Quote::Single,
            (Quote::None, '"') => Quote::Double,
            (Quote::Single, '\'') | (Quote::Double, '"') => Quote::None,
            (open, _) => open,
        };
        escaped = c == '\\' && !escaped && open != Quote::Single;
    }
    Some(open)
}

/// The name of the variable behind `${{ env.X }}`.
fn environment(expression: &str) -> Option<String> {
    let inner = expression.strip_prefix("${{")?.strip_suffix("}}")?.trim();
    let name = inner.strip_prefix("env.")?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then(|| name.to_owned())
}

/// A name for the variable: what the value is, such as `ISSUE_TITLE`.
fn variable(expression: &str) -> String {
    let inner = expression.trim_start_matches("${{").trim_end_matches("}}");
    let words: Vec<String> = inner
        .split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
        .filter(|word| !word.is_empty() && !matches!(word.to_lowercase().as_str(), "github" | "event" | "outputs"))
        .map(|word| word.replace('-', "_").to_uppercase())
        .map(|word| if word == "INPUTS" { "INPUT".to_owned() } else { word })
        .collect();
    let last = words.get(words.len().saturating_sub(2)..).unwrap_or_default().join("_");
    match last.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("VALUE_{last}"),
        Some(_) => last,
        None => "VALUE".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const TITLE: &str = "${{ github.event.issue.title }}";

    #[rstest]
    #[case::quoted(
        "",
        "set -e\n  echo \"T: ${{ github.event.issue.title }}!\"  \nexit",
        "write the line as `echo \"T: ${ISSUE_TITLE}!\"`."
    )]
    #[case::bare("bash", "echo ${{ github.event.issue.title }} x", "write the line as `echo \"${ISSUE_TITLE}\" x`.")]
    #[case::single(
        "sh",
        "echo 'a ${{ github.event.issue.title }}'",
        "write the line as `echo 'a '\"${ISSUE_TITLE}\"''`."
    )]
    #[case::inside("", "x=$(echo ${{ github.event.issue.title }})", "use \"${ISSUE_TITLE}\" in the script.")]
    #[case::windows("pwsh", "echo ${{ github.event.issue.title }}", "use `$env:ISSUE_TITLE` in the script.")]
    #[case::inline("script", "f(`${{ github.event.issue.title }}`)", "read `process.env.ISSUE_TITLE` in the script.")]
    fn says_how(#[case] shell: &str, #[case] text: &str, #[case] expected: &str) {
        let start = text.find("${{").expect("an expression");
        let advice = advice(Spliced { shell, text, start }, TITLE);
        let put = "Add `ISSUE_TITLE: ${{ github.event.issue.title }}` under `env:` of the step and";
        assert_eq!(advice, format!("{put} {expected}"));
    }

    #[rstest]
    #[case("${{ inputs['target-dir'] }}", "INPUT_TARGET_DIR")]
    #[case("${{ github.head_ref }}", "HEAD_REF")]
    #[case("${{ steps.x.outputs.name }}", "X_NAME")]
    #[case("${{ }}", "VALUE")]
    fn names(#[case] expression: &str, #[case] name: &str) {
        assert_eq!(variable(expression), name);
    }

    #[test]
    fn what_is_in_the_environment_stays_there() {
        let text = "echo ${{ env.TITLE }}";
        let advice = advice(Spliced { shell: "", text, start: 5 }, "${{ env.TITLE }}");
        assert_eq!(advice, "The value is in the environment already: write the line as `echo \"${TITLE}\"`.");
    }
}
