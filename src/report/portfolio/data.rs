//! What the script of the page works with: one column for each thing that is known of every project, one character for each
//! requirement, compressed. It is no text of the page, so that nothing in it can become a part of the page by itself.

use std::io::Write as _;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::page::Making;
use super::standing::Reached;
use crate::model::id::Level;
use crate::report::escape;

/// Characters of a name.
const LONGEST: usize = 200;

#[derive(Serialize)]
struct Data<'a> {
    /// The family of each requirement, by its place among the families.
    families: Vec<Option<usize>>,
    /// For each level the places of the requirements that count at it.
    counts: Vec<Vec<usize>>,
    /// The days of the runs of the trend.
    days: Vec<&'a str>,
    /// From here on, one entry per project.
    name: Vec<String>,
    link: Vec<&'a str>,
    group: Vec<Option<usize>>,
    owners: Vec<String>,
    level: Vec<u8>,
    target: Vec<u8>,
    marks: Vec<&'a str>,
    missing: Vec<usize>,
    regressed: Vec<usize>,
    trend: Vec<&'a [Option<usize>]>,
}

/// The data as they stand in the page.
pub(super) fn packed(making: &Making<'_>) -> String {
    let (run, standings) = (&making.survey.now.run, making.standings);
    let counts = Level::ALL.map(|level| {
        let places = 0..run.requirements.len();
        places.filter(|at| making.columns.counts(*at, level)).collect::<Vec<usize>>()
    });
    let group = |id: Option<&str>| run.inventory.groups.iter().position(|group| Some(group.id.as_str()) == id);
    let link = |at: usize| making.link(at).unwrap_or_default();
    let days = making.survey.past.iter().chain([&making.survey.now]);
    let data = Data {
        families: making.columns.families.clone(),
        counts: counts.to_vec(),
        days: days.map(|audit| audit.run.started_at.get(..10).unwrap_or_default()).collect(),
        name: standings.iter().map(|one| escape::short(&one.project.title, LONGEST)).collect(),
        link: (0..standings.len()).map(link).collect(),
        group: standings.iter().map(|one| group(one.project.group.as_deref())).collect(),
        owners: standings.iter().map(|one| escape::short(&one.project.owners.join(" "), LONGEST)).collect(),
        level: standings
            .iter()
            .map(|one| match one.reached {
                Reached::Level(level) => level.number(),
                Reached::None => 0,
                Reached::NotAssessed => 9,
            })
            .collect(),
        target: standings.iter().map(|one| one.project.target_level.map_or(0, Level::number)).collect(),
        marks: standings.iter().map(|one| one.marks.as_deref().unwrap_or_default()).collect(),
        missing: standings.iter().map(|one| one.missing).collect(),
        regressed: standings.iter().map(|one| one.regressed).collect(),
        trend: standings.iter().map(|one| one.trend.as_slice()).collect(),
    };
    let text = serde_json::to_string(&data).unwrap_or_default();
    // Writing into memory cannot fail.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default();
    base64::engine::general_purpose::STANDARD.encode(packed)
}
