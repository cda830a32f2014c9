//! Gemara's evaluation log (version 1): one evaluation per control, in it one log per requirement with its evidence. The result
//! of a requirement is what was seen; what a person declared stands beside it as evidence, with the declarer and the dates. The
//! text is JSON, which is YAML, and in which no text from a repository can end early.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Format, NotRendered, declarations, links, record};
use crate::model::assessment::{Assessment, Standing, Verdict};
use crate::model::declaration::{Claim, Laid};
use crate::model::evidence::{Confidence, Evidence};
use crate::model::id::Level;
use crate::model::ruling::Outcome;

/// The version of Gemara whose schema the log follows.
const VERSION: &str = "v1.4.1";
/// The group of requirements that the catalog lists at no level.
const NO_LEVEL: &str = "no-level";

pub(super) fn render(assessment: &Assessment) -> Result<String, NotRendered> {
    let log = Log { assessment, moment: record::moment(assessment, Format::Gemara)? };
    Ok(record::text(&log.document()))
}

struct Log<'a> {
    assessment: &'a Assessment,
    moment: String,
}

impl Log<'_> {
    fn document(&self) -> Value {
        let mut controls: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
        for verdict in &self.assessment.requirements {
            controls.entry(verdict.id.control()).or_default().push(verdict);
        }
        let evaluations: Vec<Value> = controls.iter().map(|(id, verdicts)| self.control(id, verdicts)).collect();
        json!({
            "metadata": self.metadata(),
            "target": self.target(),
            "result": result(record::whole(self.assessment.requirements.iter().map(|verdict| verdict.outcome))),
            "evaluations": evaluations,
        })
    }

    fn metadata(&self) -> Value {
        let version = self.assessment.tool.strip_prefix("osps ").unwrap_or(&self.assessment.tool);
        let subject = record::subject(self.assessment);
        let said = record::standing(self.assessment, &self.moment);
        json!({
            "id": record::Ids::of(self.assessment).id("evaluation log"),
            "type": "EvaluationLog",
            "gemara-version": VERSION,
            "description": format!("Evaluation of {subject}. {said}"),
            "date": self.moment,
            "author": {
                "id": "osps",
                "name": "osps",
                "type": "Software",
                "version": version,
                "description": self.author(),
            },
            "mapping-references": self.references(),
            "applicability-groups": self.groups(),
        })
    }

    fn author(&self) -> String {
        match self.assessment.policies.changed.as_slice() {
            [] => "It judged with its own policies.".to_owned(),
            changed => format!("It judged with policies that are not its own: {}.", changed.join(", ")),
        }
    }

    /// What the log refers to: the catalog, the policies, every source of facts, every file of declarations and claims.
    fn references(&self) -> Vec<Value> {
        let Assessment { catalog, policies, facts, declarations, .. } = self.assessment;
        let mut references = vec![
            reference(&catalog.id, "OSPS Baseline", &catalog.version, Some(&catalog.url), None),
            reference("osps-policies", "The policies that judged", &policies.digest, None, None),
            reference("osps-facts", "The facts that were judged", &facts.digest, None, None),
        ];
        let repository = links::repository(&self.assessment.subject);
        for (name, source) in &facts.sources {
            let status = source.status.map(|status| format!(", answered with status {status}")).unwrap_or_default();
            let about = format!("Read as {}{status}, with the credential `{}`.", source.kind, facts.access.credential);
            let url = repository.as_deref().filter(|_| source.kind == "git");
            let version = source.digest.as_deref().unwrap_or(&self.moment);
            references.push(reference(&source_id(name), &source.reference, version, url, Some(&about)));
        }
        let mut files: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for verdict in &self.assessment.requirements {
            files.extend(verdict.declaration.iter().map(|laid| (laid.said.origin.file.as_str(), None)));
            files.extend(verdict.claims.iter().map(|claim| (claim.file.as_str(), None)));
        }
        files.extend(declarations.files.iter().map(|file| (file.file.as_str(), file.digest.as_deref())));
        for (file, digest) in files {
            references.push(reference(&file_id(file), file, digest.unwrap_or(&self.moment), None, None));
        }
        references
    }

    fn groups(&self) -> Vec<Value> {
        let mut groups: Vec<Value> = Level::ALL
            .into_iter()
            .map(|level| {
                let said = format!("Requirements that the catalog lists at level {level}.");
                json!({"id": format!("maturity-{level}"), "title": format!("Maturity Level {level}"), "description": said})
            })
            .collect();
        if self.assessment.requirements.iter().any(|verdict| verdict.levels.is_empty()) {
            let said = "Requirements that the catalog lists at no level.";
            groups.push(json!({"id": NO_LEVEL, "title": "No level", "description": said}));
        }
        groups
    }

    fn target(&self) -> Value {
        let subject = &self.assessment.subject;
        let repository = links::repository(subject);
        let mut target = json!({
            "id": repository.as_ref().unwrap_or(&subject.name),
            "name": subject.name,
            "type": "Software",
            "description": record::subject(self.assessment),
        });
        target["version"] = subject.commit.as_deref().unwrap_or("files without a commit").into();
        if let Some(repository) = repository {
            target["uri"] = repository.into();
        }
        target
    }

    fn control(&self, id: &str, verdicts: &[&Verdict]) -> Value {
        let named = self.assessment.catalog.controls.iter().find(|control| control.id == id);
        let catalog = &self.assessment.catalog.id;
        json!({
            "name": named.map_or(id, |control| &control.title),
            "control": {"reference-id": catalog, "entry-id": id},
            "result": result(record::whole(verdicts.iter().map(|verdict| verdict.outcome))),
            "message": counts(verdicts),
            "assessment-logs": verdicts.iter().map(|verdict| self.requirement(verdict)).collect::<Vec<_>>(),
        })
    }

    fn requirement(&self, verdict: &Verdict) -> Value {
        let steps = record::steps(self.assessment, verdict);
        let executed = if verdict.outcome == Outcome::NotRun { 0 } else { steps.len() };
        let mut levels = record::levels(verdict);
        if levels.is_empty() {
            levels.push(NO_LEVEL.to_owned());
        }
        let limits = verdict.check.as_ref().and_then(|check| check.limits.as_deref());
        let mut log = json!({
            "requirement": {"reference-id": self.assessment.catalog.id, "entry-id": verdict.id},
            "description": limits.map_or_else(|| verdict.summary.clone(), |limits| format!("{} {limits}", verdict.summary)),
            "result": result(verdict.outcome),
            "message": message(verdict),
            "applicability": levels,
            "steps": steps,
            "steps-executed": executed,
            "start": self.moment,
            "confidence-level": confidence(verdict.confidence),
        });
        if let Some(remediation) = verdict.remediation.as_ref().filter(|_| record::is_due(verdict)) {
            log["recommendation"] = remediation.text.clone().into();
        }
        let evidence = self.evidence(verdict);
        if !evidence.is_empty() {
            log["evidence"] = evidence.into();
        }
        log
    }

    fn evidence(&self, verdict: &Verdict) -> Vec<Value> {
        let kind = verdict.evidence_kind.map_or_else(|| "observed".to_owned(), record::name);
        let seen = verdict.evidence.iter().map(|evidence| self.seen(evidence, &kind));
        let said = verdict.declaration.iter().map(|laid| self.declared(laid));
        let claimed = verdict.claims.iter().map(|claim| self.claimed(claim));
        let numbered = seen.chain(said).chain(claimed).enumerate();
        numbered
            .map(|(index, mut evidence)| {
                evidence["id"] = format!("{}/{}", verdict.id, index + 1).into();
                evidence["collected-at"] = self.moment.clone().into();
                evidence
            })
            .collect()
    }

    fn seen(&self, evidence: &Evidence, kind: &str) -> Value {
        let place = match (&evidence.path, evidence.line) {
            (Some(path), Some(line)) => Some(format!("{path}:{line}")),
            (path, _) => path.clone(),
        };
        let mut value = json!({"type": kind, "payload": evidence});
        if let Some(link) = links::permalink(self.assessment, evidence) {
            value["payload"]["permalink"] = link.into();
        }
        let said: Vec<&str> =
            [place.as_deref().or(evidence.url.as_deref()), evidence.detail.as_deref()].into_iter().flatten().collect();
        if !said.is_empty() {
            value["description"] = said.join(": ").into();
        }
        let sources = &self.assessment.facts.sources;
        if let Some((name, source)) = evidence.src.iter().find_map(|name| Some((name, sources.get(name)?))) {
            // An address only explains; the digest is that of the source.
            let coordinate = place.or_else(|| evidence.fact.clone());
            value["source"] = mapping(&source_id(name), coordinate, source.digest.as_deref());
        }
        value
    }

    fn declared(&self, laid: &Laid) -> Value {
        let origin = &laid.said.origin;
        let file = self.assessment.declarations.files.iter().find(|file| file.file == origin.file);
        let coordinate = Some(format!("{}:{}", origin.file, origin.line));
        json!({
            "type": record::declared_as(laid),
            "description": declarations::sentence(laid),
            "payload": laid,
            "source": mapping(&file_id(&origin.file), coordinate, file.and_then(|file| file.digest.as_deref())),
        })
    }

    fn claimed(&self, claim: &Claim) -> Value {
        let file = self.assessment.declarations.files.iter().find(|file| file.file == claim.file);
        json!({
            "type": "claim, which does not count",
            "description": declarations::claimed(claim),
            "payload": claim,
            "source": mapping(&file_id(&claim.file), None, file.and_then(|file| file.digest.as_deref())),
        })
    }
}

fn reference(id: &str, title: &str, version: &str, url: Option<&str>, description: Option<&str>) -> Value {
    let mut reference = json!({"id": id, "title": title, "version": version});
    if let Some(url) = url.and_then(links::web) {
        reference["url"] = url.into();
    }
    if let Some(description) = description {
        reference["description"] = description.into();
    }
    reference
}

fn mapping(reference: &str, coordinate: Option<String>, digest: Option<&str>) -> Value {
    let mut mapping = json!({"reference-id": reference});
    if let Some(coordinate) = coordinate {
        mapping["coordinate"] = coordinate.into();
    }
    if let Some(digest) = digest.filter(|digest| is_digest(digest)) {
        mapping["digest"] = digest.into();
    }
    mapping
}

/// Whether a text has the form that the schema asks of digests, such as `sha256:` and the digits.
fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, digits)| {
        !algorithm.is_empty()
            && !digits.is_empty()
            && algorithm.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'=' | b'_' | b'-'))
    })
}

fn source_id(name: &str) -> String {
    format!("source:{name}")
}

fn file_id(name: &str) -> String {
    format!("file:{name}")
}

fn result(outcome: Outcome) -> &'static str {
    record::gemara_name(outcome)
}

fn confidence(confidence: Option<Confidence>) -> &'static str {
    match confidence {
        Some(Confidence::High) => "High",
        Some(Confidence::Medium) => "Medium",
        Some(Confidence::Low) => "Low",
        None => "Undetermined",
    }
}

/// What was seen, what was remarked, and what stands beside it; the log has no field of its own for how a requirement counts.
fn message(verdict: &Verdict) -> String {
    let mut parts = vec![verdict.message.clone()];
    parts.extend(verdict.notes.iter().cloned());
    if let Some(laid) = &verdict.declaration {
        let counts = match verdict.standing {
            Standing::Met if laid.effect.counts() => "It counts as met.",
            Standing::Waived => "It does not count as met.",
            _ => "",
        };
        parts.push(format!("Beside it stands: {}", declarations::sentence(laid)));
        parts.push(counts.to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// How many requirements of a control came out how.
fn counts(verdicts: &[&Verdict]) -> String {
    let parts: Vec<String> = Outcome::ALL
        .into_iter()
        .filter_map(|outcome| {
            let count = verdicts.iter().filter(|verdict| verdict.outcome == outcome).count();
            (count > 0).then(|| format!("{count} {}", result(outcome)))
        })
        .collect();
    format!("Of {} requirements: {}.", verdicts.len(), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use std::collections::BTreeSet;

    fn document(assessment: &Assessment) -> Value {
        serde_json::from_str(&render(assessment).expect("rendered")).expect("JSON")
    }

    fn logs(document: &Value) -> Vec<&Value> {
        let evaluations = document["evaluations"].as_array().expect("evaluations");
        evaluations.iter().flat_map(|one| one["assessment-logs"].as_array().expect("logs")).collect()
    }

    #[test]
    fn the_mixed_sample() {
        let document = document(&samples::mixed());
        let of = |id: &str| {
            logs(&document).into_iter().find(|log| log["requirement"]["entry-id"] == id).expect("a log").clone()
        };
        insta::assert_json_snapshot!(
            "gemara_metadata",
            samples::steady(
                json!({"metadata": document["metadata"], "target": document["target"], "result": document["result"]})
            )
        );
        insta::assert_json_snapshot!("gemara_attested", samples::steady(of("OSPS-AC-01.01")));
        insta::assert_json_snapshot!("gemara_waived", samples::steady(of("OSPS-QA-05.01")));
        insta::assert_json_snapshot!("gemara_stale", samples::steady(of("OSPS-GV-01.01")));
        insta::assert_json_snapshot!(
            "gemara_control",
            samples::steady(
                document["evaluations"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .find(|one| one["control"]["entry-id"] == "OSPS-VM-05")
            )
        );
    }

    #[test]
    fn every_requirement_has_its_log_with_steps_and_every_reference_is_declared() {
        for (name, assessment) in samples::all() {
            let document = document(&assessment);
            let declared: BTreeSet<&str> = document["metadata"]["mapping-references"]
                .as_array()
                .expect("references")
                .iter()
                .filter_map(|reference| reference["id"].as_str())
                .collect();
            let logs = logs(&document);
            assert_eq!(logs.len(), assessment.requirements.len(), "{name}");
            for (log, verdict) in logs.iter().zip(&assessment.requirements) {
                assert_eq!(log["requirement"]["entry-id"], json!(verdict.id), "{name}");
                assert_eq!(log["result"], record::gemara_name(verdict.outcome), "{name}");
                assert!(!log["steps"].as_array().expect("steps").is_empty());
                for evidence in log["evidence"].as_array().into_iter().flatten() {
                    assert!(evidence["payload"].is_object());
                    if let Some(reference) = evidence["source"]["reference-id"].as_str() {
                        assert!(declared.contains(reference), "{name}: {reference}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_was_not_run_has_steps_and_never_reads_as_passed() {
        let mut assessment = samples::all_of(Outcome::Passed);
        for verdict in &mut assessment.requirements {
            if verdict.id.as_str() != "OSPS-AC-01.01" {
                verdict.outcome = Outcome::NotRun;
                verdict.check = None;
                verdict.evidence.clear();
                verdict.levels.clear();
            }
        }
        let document = document(&assessment);
        assert_eq!(document["result"], "Passed");
        let evaluations = document["evaluations"].as_array().expect("a list");
        assert!(evaluations.iter().skip(1).all(|control| control["result"] == "Not Run"));
        let log = &evaluations[1]["assessment-logs"][0];
        assert_eq!((log["steps-executed"].as_u64(), &log["applicability"][0]), (Some(0), &json!("no-level")));
        assert!(log.get("evidence").is_none());
    }
}
