//! What holds for every format.

use std::path::Path;

use super::*;

fn view() -> View {
    View { style: Style { color: false, unicode: true, width: 100 }, detail: Detail::Short, also: Also::default() }
}

/// Every format of every sample, twice. The texts stay in `target/reports/` for the validators that CI runs.
#[test]
fn the_same_assessment_gives_the_same_bytes() {
    for (name, assessment) in samples::all() {
        let directory = Path::new("target/reports").join(name);
        std::fs::create_dir_all(&directory).expect("made");
        for format in Format::ALL {
            let text = render(&assessment, format, &view()).expect("rendered");
            assert!(Ok(&text) == render(&assessment, format, &view()).as_ref(), "{} of {name}", format.name());
            assert!(text.ends_with('\n'), "{} of {name} ends with a line", format.name());
            let file = format!("{}.{}", format.name(), format.extension());
            std::fs::write(directory.join(file), text).expect("written");
        }
    }
}

#[test]
fn formats_are_found_by_their_names() {
    for format in Format::ALL {
        assert_eq!(Format::named(format.name()), Some(format));
    }
    assert_eq!(Format::named("pdf"), None);
}

#[test]
fn the_document_is_read_back_as_it_was() {
    for (name, assessment) in samples::all() {
        let read: Assessment = serde_json::from_str(&render(&assessment, Format::Json, &view()).expect("rendered"))
            .expect("an assessment");
        assert!(read == assessment, "{name}");
    }
}
