//! The level that follows from all standings, and what brought a change of it about.

use std::collections::BTreeMap;

use super::{Past, Rules, met};
use crate::model::assessment::{Assessment, Standing};
use crate::model::comparison::{Cause, Change, Class, LevelChange, Severity};
use crate::model::id::{Level, RequirementId};

/// The level before, as today's lists of the catalog count it where the state itself does not say.
pub(super) fn reached_before(before: &Past, after: &Assessment) -> Option<Level> {
    if before.side.subject.is_some() {
        return before.side.reached;
    }
    let standing = |id: &RequirementId| before.requirements.get(id).map(|was| was.state.standing);
    reached(after, &standing)
}

/// How the level changed. It weighs only where the project or the clock would have brought it down alone.
pub(super) fn change(before: &Past, after: &Assessment, changes: &[Change], rules: &Rules) -> Option<LevelChange> {
    let (was, now) = (reached_before(before, after), after.levels.reached);
    if was == now || !rules.looks_at_all() {
        return None;
    }
    let own: BTreeMap<&RequirementId, &Change> = changes
        .iter()
        .filter(|change| matches!(change.cause, Cause::Project | Cause::Clock))
        // A waiver lets a gate stay as it is.
        .filter(|change| !matches!(change.class, Class::ExpiresSoon | Class::Stale | Class::NewWaiver))
        .map(|change| (&change.id, change))
        .collect();
    let standing = |id: &RequirementId| match own.get(id) {
        Some(change) => change.after.as_ref().map(|state| state.standing),
        None => before.requirements.get(id).map(|was| was.state.standing),
    };
    let pulling = |change: &&Change| change.after.as_ref().is_some_and(|state| !met(state.standing));
    let falls = reached(after, &standing) < was;
    let cause = match falls {
        true => own.values().copied().find(pulling).map_or(Cause::Project, |change| change.cause),
        false => changes.iter().find(pulling).filter(|_| now < was).map_or(Cause::Project, |change| change.cause),
    };
    let severity = if falls { rules.weight(Class::LevelDrop) } else { Severity::Notice };
    Some(LevelChange { before: was, after: now, cause, severity })
}

fn reached(catalog: &Assessment, standing: &dyn Fn(&RequirementId) -> Option<Standing>) -> Option<Level> {
    let is_reached = |level: &Level| {
        let mut counting = catalog
            .requirements
            .iter()
            .filter(|verdict| catalog.levels.mode.counts(&verdict.levels, *level))
            .peekable();
        // A requirement that nobody asked for before takes no level away from then.
        counting.peek().is_some() && counting.all(|verdict| standing(&verdict.id).is_none_or(met))
    };
    Level::ALL.into_iter().take_while(is_reached).last()
}
