//! Settings of pipelines and of security as GitHub tells them.

use serde::Deserialize;
use serde_json::Value as Json;

use super::protection::ADMIN;
use super::query::Queried;
use super::repository::{self, Description, TokenDefault};
use crate::collect::ci::PlatformScanner;
use crate::collect::forge::Settings;
use crate::collect::forge::failure::{Answer, Failure, fact};
use crate::collect::security::Advisory;
use crate::model::fact::{Fact, Reason, SourceId};

const READ: &str = "a read token";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ActionsPermissions {
    enabled: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PrivateReporting {
    enabled: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DefaultSetup {
    state: Option<String>,
    languages: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AdvisoryAnswer {
    ghsa_id: Option<String>,
    published_at: Option<String>,
    severity: Option<String>,
    state: Option<String>,
}

/// A branch as anybody sees it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BranchSummary {
    protected: Option<bool>,
}

impl BranchSummary {
    pub(crate) fn is_protected(&self) -> Answer<bool> {
        self.protected
            .ok_or_else(|| Failure::new(Reason::ParseError, "the branch does not say whether it is protected"))
    }
}

/// What was read about settings.
pub(crate) struct Sources<'a> {
    pub(crate) queried: &'a Answer<Queried>,
    pub(crate) described: Option<&'a Answer<Description>>,
    pub(crate) token: Option<&'a Answer<TokenDefault>>,
    pub(crate) actions: Option<&'a Answer<ActionsPermissions>>,
    pub(crate) default_setup: Option<&'a Answer<DefaultSetup>>,
    pub(crate) reporting: Option<&'a Answer<PrivateReporting>>,
    pub(crate) advisories: Answer<(Vec<AdvisoryAnswer>, bool)>,
}

impl Sources<'_> {
    pub(crate) fn read(self) -> Settings {
        Settings {
            default_token: self.admins(self.token, |seen| seen.default_workflow_permissions.clone(), &["actions"]),
            pipelines_enabled: self.admins(self.actions, |seen| seen.enabled, &["actions_enabled"]),
            platform_scanners: self.scanners(),
            secret_scanning: self.analysis("secret_scanning"),
            push_protection: self.analysis("secret_scanning_push_protection"),
            private_reporting: self.private_reporting(),
            advisories: match self.advisories {
                Ok((list, complete)) => Fact::seen(advisories(list), complete, &["advisories"]),
                Err(failure) => failure.or_needs("a token with `repository advisories: read`").fact(&["advisories"]),
            },
        }
    }

    /// A setting that only administrators are shown.
    fn admins<T, V>(&self, answer: Option<&Answer<T>>, value: impl Fn(&T) -> Option<V>, src: &[SourceId]) -> Fact<V> {
        let gap = || Failure::new(Reason::ParseError, "the answer does not hold the setting");
        match answer {
            Some(Ok(seen)) => fact(value(seen).ok_or_else(gap), src),
            Some(Err(failure)) => failure.clone().or_needs(ADMIN).fact(src),
            None => repository::not_asked(self.queried).fact(src),
        }
    }

    /// Scanners that GitHub runs on its own.
    fn scanners(&self) -> Fact<Vec<PlatformScanner>> {
        const SRC: &[SourceId] = &["code_scanning"];
        match self.default_setup {
            Some(Ok(setup)) => {
                let Some(state) = setup.state.as_deref() else {
                    return Failure::new(Reason::ParseError, "the answer does not hold the setting").fact(SRC);
                };
                let scanner = PlatformScanner {
                    kind: "sast".to_owned(),
                    product: "code scanning default setup".to_owned(),
                    state: if state == "configured" { "configured" } else { "off" }.to_owned(),
                    languages: setup.languages.clone(),
                };
                Fact::known(vec![scanner], SRC)
            }
            // Where the product is not switched on at all, it runs nothing.
            Some(Err(failure)) if says(failure, "must be enabled") || says(failure, "is not enabled") => {
                Fact::known(Vec::new(), SRC)
            }
            Some(Err(failure)) => failure.clone().or_needs(ADMIN).fact(SRC),
            None => repository::not_asked(self.queried).fact(SRC),
        }
    }

    /// One entry of the block of security settings, which is left out for all but administrators.
    fn analysis(&self, name: &str) -> Fact<String> {
        const SRC: &[SourceId] = &["settings"];
        let described = match self.described {
            Some(Ok(described)) => described,
            Some(Err(failure)) => return failure.clone().or_needs(ADMIN).fact(SRC),
            None => return repository::not_asked(self.queried).fact(SRC),
        };
        let Some(block) = described.security_and_analysis.as_ref().filter(|block| block.is_object()) else {
            let anonymous = matches!(self.queried, Err(failure) if failure.reason == Reason::Unauthenticated);
            let reason = if anonymous { Reason::Unauthenticated } else { Reason::Forbidden };
            return Failure::needing(reason, ADMIN).fact(SRC);
        };
        let status = block.get(name).and_then(|entry| entry.get("status")).and_then(Json::as_str);
        match status {
            Some(status @ ("enabled" | "disabled")) => Fact::known(status.to_owned(), SRC),
            _ => Failure::needing(Reason::Unsupported, "a server that tells this setting").fact(SRC),
        }
    }

    fn private_reporting(&self) -> Fact<bool> {
        const SRC: &[SourceId] = &["private_reporting"];
        match self.reporting {
            Some(Ok(seen)) => {
                let gap = || Failure::new(Reason::ParseError, "the answer does not hold the setting");
                fact(seen.enabled.ok_or_else(gap), SRC)
            }
            Some(Err(failure)) => failure.clone().or_needs(READ).fact(SRC),
            None => match self.queried {
                Err(failure) => failure.clone().or_needs(READ).fact(SRC),
                Ok(_) => Failure::needing(
                    Reason::Unsupported,
                    "a public repository: GitHub tells this setting for those only",
                )
                .fact(SRC),
            },
        }
    }
}

fn says(failure: &Failure, words: &str) -> bool {
    failure.status == Some(403) && failure.detail.as_deref().is_some_and(|detail| detail.contains(words))
}

fn advisories(list: Vec<AdvisoryAnswer>) -> Vec<Advisory> {
    let published =
        list.into_iter().filter(|advisory| advisory.state.as_deref().is_none_or(|state| state == "published"));
    let mut found: Vec<Advisory> = published
        .filter_map(|advisory| {
            Some(Advisory { id: advisory.ghsa_id?, published: advisory.published_at, severity: advisory.severity })
        })
        .collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found
}
