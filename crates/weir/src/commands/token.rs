//! `weir token`

use anyhow::{Context, bail};
use weir_api::auth::tokens::Tokens;
use weir_value::timespan::TICKS_PER_DAY;

use super::{now_ticks, print};
use crate::args::{Folder, Token, TokenCommand};
use crate::exit::Exit;

pub fn run(folder: &Folder, args: &Token) -> anyhow::Result<Exit> {
    let path = args.tokens.clone().unwrap_or_else(|| folder.data.join("tokens.json"));
    let mut tokens = Tokens::read(&path)?;
    match &args.command {
        TokenCommand::Add { name, role, workspaces, days } => {
            if name.trim().is_empty() {
                bail!("a token needs the name of whose it is");
            }
            let workspaces = match workspaces.as_slice() {
                [] => ["*".to_owned()].into(),
                some => some.iter().cloned().collect(),
            };
            let expires = days.map(|days| now_ticks() + i64::from(days) * TICKS_PER_DAY);
            let text = tokens.add(name, *role, workspaces, expires)?;
            tokens.write(&path)?;
            eprintln!(
                "token of {name}, kept as a hash in {}; this is the only time it is shown:",
                path.display()
            );
            print(|out| Ok(writeln!(out, "{text}")?))?;
        }
        TokenCommand::List => print(|out| {
            for token in &tokens.tokens {
                let workspaces: Vec<&str> = token.workspaces.iter().map(String::as_str).collect();
                let ends = token.expires.as_deref().unwrap_or("never");
                let (name, role, created) = (&token.name, token.role.name(), &token.created);
                let workspaces = workspaces.join(",");
                writeln!(out, "{name}  {role}  workspaces {workspaces}  made {created}  ends {ends}")?;
            }
            Ok(())
        })?,
        TokenCommand::Remove { name } => {
            tokens.remove(name)?;
            tokens.write(&path).context("the token is still there")?;
            eprintln!("token of {name} taken away");
        }
    }
    Ok(Exit::Done)
}
