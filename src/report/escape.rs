//! Texts of others in documents of ours: what does not show is made to show, and nothing of it becomes markup.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text with its control characters, and whatever turns or hides the text around it, as signs that show. Line breaks and
/// tabs stay.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) || byte == b'\n' || byte == b'\t';
    if text.bytes().all(is_plain) || text.chars().all(|c| c == '\n' || c == '\t' || !is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' if rest.peek() == Some(&'\n') => {}
            c if is_hidden(c) => {
                let _ = write!(out, "[U+{:04X}]", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Control characters, marks of direction, separators of lines, what has no width, tags, and what is no character at all. The
/// joiners that scripts and pictures need are not among them.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e007f}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// A text in HTML, between tags or in a quoted attribute.
pub(super) fn html(text: &str) -> Cow<'_, str> {
    let text = visible(text);
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// A text in Markdown, on one line: no markup, no link, no mention of anybody, also in a cell of a table.
pub(super) fn markdown(text: &str) -> String {
    markdown_piece(one_line(text).trim())
}

fn markdown_piece(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '{' | '}' | '|' | '~' | '$' => out.extend(['\\', c]),
            // At the start these would make a heading, a list or a rule.
            '#' | '+' | '-' | '=' | '!' if at == 0 => out.extend(['\\', c]),
            '.' | ')' if at > 0 && text.get(..at).is_some_and(|head| head.bytes().all(|b| b.is_ascii_digit())) => {
                out.extend(['\\', c]);
            }
            // An address that stands for itself is made a link by many, and a name after `@` a message to somebody.
            ':' if rest.starts_with("//") => out.push_str("\\:"),
            '.' if at >= 3 && text.get(at - 3..at).is_some_and(|www| www.eq_ignore_ascii_case("www")) => {
                out.push_str("\\.");
            }
            '@' if !before.is_alphanumeric() => out.push_str("@&#8203;"),
            // The number of an issue leaves a mark in that issue.
            '#' if rest.starts_with(|c: char| c.is_ascii_digit()) => out.push_str("#&#8203;"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// A text in Markdown as code, on one line: what it holds stays as it is.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() {
        return String::new();
    }
    let (mut run, mut longest) = (0_usize, 0_usize);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A sentence in HTML, with what stands between backticks as code.
pub(super) fn html_prose(text: &str) -> String {
    prose(text, |text| html(text).into_owned(), |code| format!("<code>{}</code>", html(code)))
}

/// A sentence in Markdown, with what stands between backticks as code.
pub(super) fn markdown_prose(text: &str) -> String {
    prose(one_line(text).trim(), markdown_piece, code)
}

fn prose(text: &str, plain: impl Fn(&str) -> String, code: impl Fn(&str) -> String) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired = parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|part| !part.trim().is_empty());
    if parts.len() == 1 || !is_paired {
        return plain(text);
    }
    parts.iter().enumerate().map(|(at, part)| if at % 2 == 1 { code(part) } else { plain(part) }).collect()
}

/// The text on one line.
pub(super) fn one_line(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("  ") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '\n' | '\t' | ' ' if out.ends_with(' ') => {}
            '\n' | '\t' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The beginning of a text on one line, of so many characters at most.
pub(super) fn short(text: &str, most: usize) -> String {
    // Nobody waits for the end of a text that is not shown.
    let text = text.trim_start();
    let end = text.char_indices().nth(most.saturating_add(1)).map_or(text.len(), |(at, _)| at);
    let line = one_line(text.get(..end).unwrap_or_default());
    let line = line.trim();
    if end == text.len() && (line.len() <= most || line.chars().nth(most).is_none()) {
        return line.to_owned();
    }
    let mut out: String = line.chars().take(most.saturating_sub(1)).collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("plain text, with 'quotes' – and ä", "plain text, with 'quotes' – and ä")]
    #[case("nul\u{0} bell\u{7} escape\u{1b}[31m", "nul[U+0000] bell[U+0007] escape[U+001B][31m")]
    #[case("a\r\nb\rc\td", "a\nb[U+000D]c\td")]
    #[case("bidi\u{202e}txt.exe \u{fffe} \u{e0041}\u{85}", "bidi[U+202E]txt.exe [U+FFFE] [U+E0041][U+0085]")]
    #[case("family 👨\u{200d}👩", "family 👨\u{200d}👩")]
    fn what_hides_is_shown(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(visible(text), expected);
    }

    #[rstest]
    #[case("<img src=x onerror='a'>&\"", "&lt;img src=x onerror=&#39;a&#39;&gt;&amp;&quot;")]
    #[case("plain", "plain")]
    fn nothing_becomes_a_tag(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(html(text), expected);
    }

    #[rstest]
    #[case("a | b", "a \\| b")]
    #[case("# heading\n\n- item", "\\# heading - item")]
    #[case("12. item", "12\\. item")]
    #[case("[click](javascript:alert(1))", "\\[click\\](javascript:alert(1))")]
    #[case("<b> & `x` *y* _z_ ~~n~~", "&lt;b&gt; &amp; \\`x\\` \\*y\\* \\_z\\_ \\~\\~n\\~\\~")]
    #[case("see https://evil.example or www.evil.example", "see https\\://evil.example or www\\.evil.example")]
    #[case("thanks @ada, use actions/checkout@v4", "thanks @&#8203;ada, use actions/checkout@v4")]
    #[case("{{ 7 }} ${{ x }}", "\\{\\{ 7 \\}\\} \\$\\{\\{ x \\}\\}")]
    #[case("back\\slash", "back\\\\slash")]
    fn nothing_becomes_markup(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(markdown(text), expected);
    }

    #[rstest]
    #[case("add `env:` and `a<b`.", "add <code>env:</code> and <code>a&lt;b</code>.", "add `env:` and `a<b`.")]
    #[case("a ` b", "a ` b", "a \\` b")]
    #[case("a ``` b", "a ``` b", "a \\`\\`\\` b")]
    #[case("[x](y) `z` @ada", "[x](y) <code>z</code> @ada", "\\[x\\](y) `z` @&#8203;ada")]
    fn backticks_make_code(#[case] text: &str, #[case] in_html: &str, #[case] in_markdown: &str) {
        assert_eq!((html_prose(text).as_str(), markdown_prose(text).as_str()), (in_html, in_markdown));
    }

    #[rstest]
    #[case("docs/a.md", "`docs/a.md`")]
    #[case("a `b` ``c``", "``` a `b` ``c`` ```")]
    #[case("two\n\nlines", "`two lines`")]
    #[case("", "")]
    fn code_holds_what_it_holds(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(code(text), expected);
    }

    #[rstest]
    #[case("abcd", 4, "abcd")]
    #[case("abcde", 4, "abc…")]
    #[case("äöüß!", 4, "äöü…")]
    #[case("a\r\nb\tc", 9, "a b c")]
    #[case(" a b c d e", 4, "a b…")]
    #[case("", 0, "")]
    fn beginnings(#[case] text: &str, #[case] most: usize, #[case] expected: &str) {
        assert_eq!(short(text, most), expected);
    }

    #[test]
    fn numbers_of_issues_are_no_links() {
        assert_eq!(markdown("see acme/widget#12, #x and # 3"), "see acme/widget#&#8203;12, #x and # 3");
    }
}
