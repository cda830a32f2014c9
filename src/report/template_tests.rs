use rstest::rstest;

use super::super::samples;
use super::*;

fn rendered(name: &str, text: &str) -> Result<String, String> {
    let assessment = samples::hostile();
    let template = UserTemplate::parse(name, text.to_owned()).map_err(|error| error.to_string())?;
    template.render(&assessment).map_err(|error| error.to_string())
}

#[rstest]
#[case("a.html.j2", "{{ assessment.subject.name }}", "&lt;img src=x onerror=alert(1)&gt;")]
#[case("a.xml", "{{ assessment.subject.name }}", "&lt;img src=x onerror=alert(1)&gt;")]
#[case("a.md", "{{ assessment.subject.name }}", "&lt;img src=x onerror=alert(1)&gt;")]
#[case("a.md", "{{ assessment.subject.name | code }}", "`<img src=x onerror=alert(1)>`")]
#[case("a.json.j2", "[{{ assessment.subject.name }}]", r#"["\u003cimg src=x onerror=alert(1)\u003e"]"#)]
#[case("a.txt", "{{ assessment.subject.name }}", "<img src=x onerror=alert(1)>")]
#[case("a.txt", "{{ assessment.subject.name | escape }}", "&lt;img src=x onerror=alert(1)&gt;")]
#[case("a.md", "{{ assessment.subject.name | escape }}", "&lt;img src=x onerror=alert(1)&gt;")]
#[case("a.txt", "{{ true }} {{ none }} {{ [1, 'a'] }}", r#"true  [1,"a"]"#)]
#[case("a.json", "{{ true }} {{ none }} {{ [1, 'a'] }}", r#"true null [1,"a"]"#)]
#[case(
    "a.txt",
    "{{ families | length }} {{ families[0].id }} {{ families[0].requirements[0].id }}",
    "8 AC OSPS-AC-01.01"
)]
#[case("a.txt", "{{ 'javascript:alert(1)' | web }}{{ 'https://a.example/x' | web }}", "https://a.example/x")]
#[case("a.txt", "{% if assessment.requirements[0].no_such_key %}x{% endif %}ok", "ok")]
fn texts_are_escaped_for_what_is_made(#[case] name: &str, #[case] text: &str, #[case] expected: &str) {
    assert_eq!(rendered(name, text).as_deref(), Ok(expected));
}

#[test]
fn evidence_has_permalinks() {
    let text = "{% for verdict in assessment.requirements %}{% for item in verdict.evidence %}{% if permalink(item) %}\
                {{ permalink(item) }}\n{% endif %}{% endfor %}{% endfor %}";
    let template = UserTemplate::parse("a.txt", text.to_owned()).expect("a template");
    let links = template.render(&samples::mixed()).expect("a text");
    assert!(
        links.contains("https://github.com/acme/widget/blob/2f806e04e9ef26161b89b47ad7380241c7a225ff/LICENSE#L1\n")
    );
    assert!(links.lines().all(|line| line.starts_with("https://")), "{links}");
    assert!(!template.render(&samples::hostile()).expect("a text").contains("javascript:"));
}

#[rstest]
#[case("\n\n{{ assessment.no_such_key }}", "a.html:3: ")]
#[case("\n{% if %}", "a.html:2: syntax error")]
#[case("{% include '/etc/passwd' %}", "a.html:1: template not found")]
#[case("{% include 'evidence.html.j2' %}", "a.html:1: template not found")]
#[case("{% import 'a.txt' as x %}", "a.html:1: template not found")]
#[case("{% extends 'a.txt' %}", "a.html:1: template not found")]
#[case("{% include 'a.html' %}", "recursion limit exceeded")]
#[case("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion limit exceeded")]
#[case("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}", "out of fuel")]
#[case("{% for a in range(10000) %}{{ ('x' * 100000) | safe }}{% endfor %}", "it writes more than")]
#[case("{{ get_env('HOME') }}", "a.html:1: unknown function")]
fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] message: &str) {
    let error = rendered("a.html", text).expect_err("an error");
    assert!(error.contains(message), "{error}");
}

#[test]
fn a_template_of_any_size_is_not_read() {
    let error = UserTemplate::parse("a.txt", "x".repeat(MAX_TEMPLATE + 1)).expect_err("an error");
    assert!(error.to_string().contains("longer than"), "{error}");
}

/// What is drafted goes into files as it is, whatever the end of the template's name.
#[test]
fn drafts_hold_headings_and_addresses() {
    let style = Style { color: false, unicode: true, width: 100 };
    let values = serde_json::json!({
        "depth": 2, "private_reporting": true, "address": "https://github.com/acme/the_widget",
        "open": {"OSPS-VM-05.01": true, "OSPS-VM-05.02": true, "OSPS-VM-06.01": true},
    });
    let findings = text("fix/findings.md.j2", style, &values).expect("a draft");
    assert!(findings.starts_with("## Findings of scanners\n\n### Findings in dependencies\n"), "{findings}");
    let security = text("fix/SECURITY.md.j2", style, &values).expect("a draft");
    assert!(security.contains(" https://github.com/acme/the_widget/security/advisories/new,"), "{security}");
}

#[test]
fn every_built_in_template_compiles() {
    BUILT_IN.as_ref().map(drop).expect("templates");
    let style = Style { color: false, unicode: true, width: 100 };
    for (name, _) in TEMPLATES.files().filter(|(name, _)| kind(name) == AutoEscape::None && name.ends_with(".j2")) {
        // Values are missing, so that it may end early; what it must not be is wrong in itself.
        if let Err(error) = text(name, style, ()) {
            assert!(!error.to_string().contains("syntax error"), "{error}");
        }
    }
}
