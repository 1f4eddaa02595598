//! `weir simulate`

use crate::args::Simulate;
use crate::exit::Exit;

pub fn run(_: &Simulate) -> anyhow::Result<Exit> {
    Ok(Exit::Failed)
}
