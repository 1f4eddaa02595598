//! What the tables do not hold.

use weir_answer::Answer;
use weir_intel::Manifest;
use weir_table::{Error, Workspace, intel, topology};
use weir_topology::History;

use crate::asked::Question;
use crate::unknown::{Reason, reasons};

/// What is known beside the tables.
#[derive(Debug, Default)]
pub struct Facts {
    /// The snapshots of the inventory.
    pub history: History,
    /// The files of feeds.
    pub feeds: Vec<Manifest>,
    /// Why rows are of the type `Unknown`, the most rows first.
    pub unknown: Vec<Reason>,
}

/// Looks at snapshots and feeds. `answered` are the questions of [`crate::questions`] with their answers.
pub async fn facts(workspace: &Workspace, answered: &[(Question, Answer)]) -> Result<Facts, Error> {
    let history = topology::load(workspace).await?;
    let feeds = intel::load(workspace).await?.files().to_vec();
    let unknown = match answered.iter().find(|(question, _)| question.check.name == "unknown") {
        Some((_, answer)) => reasons(workspace, &history, answer).await?,
        None => Vec::new(),
    };
    Ok(Facts { history, feeds, unknown })
}
