//! Where the reading of a blob begins: behind what was read of it, under whatever name.

use std::io;
use std::sync::Arc;

use weir_table::{BlobState, HeadHash};

use crate::Outcome;
use crate::pieces::Pieces;

/// Where to begin.
pub(crate) enum Start {
    /// Behind what was read of this blob, or at the beginning. The pieces stand there.
    At(Option<Arc<BlobState>>),
    /// It is an earlier state of a blob that was read. `own` is how far its own bytes are known.
    EarlierState {
        /// The one that was read.
        of: Arc<BlobState>,
        own: Option<Arc<BlobState>>,
    },
    /// At the beginning, once what was read of it has left: it is not what it was, in this way and for this reason.
    Anew(Outcome, &'static str),
    /// Nowhere: this became of it, and why.
    Nowhere(Outcome, String),
}

/// How a blob compares with what was read of it, or of one that begins alike.
enum Fit {
    /// The same bytes, then more or none.
    Same,
    /// It ends before.
    Shorter,
    /// Other bytes.
    Different,
}

/// Finds where to begin. `own` is what was read under the blob's name, `head` what was read furthest of those that
/// begin with its first record; the further of them is taken up, if the blob's bytes are the same so far.
pub(crate) fn take_up(
    own: Option<Arc<BlobState>>,
    head: Option<Arc<BlobState>>,
    head_hash: Option<HeadHash>,
    pieces: &mut Pieces,
) -> io::Result<Start> {
    if let Some(own) = &own {
        let anew = match fit(own, pieces)? {
            Fit::Same => None,
            fit if own.head_hash != head_hash && (matches!(fit, Fit::Different) || head_hash.is_some()) => {
                Some((Outcome::Replaced, "it begins with another record than before"))
            }
            Fit::Shorter => Some((Outcome::Shortened, "it is shorter than what was read of it")),
            Fit::Different => Some((Outcome::Replaced, "what was read of it has changed")),
        };
        if let Some((outcome, detail)) = anew {
            return Ok(Start::Anew(outcome, detail));
        }
    }
    let further = |head: &Arc<BlobState>| own.as_ref().is_none_or(|own| own.to_byte < head.to_byte);
    let Some(head) = head.filter(further) else { return Ok(Start::At(own)) };
    let other = &head.blob;
    if head.head_hash != head_hash {
        let detail = format!("it has the first record of {other}, spelled in another way");
        return Ok(Start::Nowhere(Outcome::Overlap, detail));
    }
    Ok(match fit(&head, pieces)? {
        Fit::Same => Start::At(Some(head)),
        Fit::Shorter => Start::EarlierState { of: head, own },
        Fit::Different => {
            let detail = format!("it begins like {other} and goes on differently");
            Start::Nowhere(Outcome::Overlap, detail)
        }
    })
}

fn fit(state: &BlobState, pieces: &mut Pieces) -> io::Result<Fit> {
    pieces.consume_to(state.to_byte)?;
    Ok(if pieces.consumed() < state.to_byte {
        Fit::Shorter
    } else if state.prefix_hash == Some(pieces.digest()) {
        Fit::Same
    } else {
        Fit::Different
    })
}
