use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// The name of a blob, of which there may be very many: its beginning is shared with others of the same flow log or folder.
#[derive(Debug, Clone)]
pub struct BlobName {
    beginning: Arc<str>,
    rest: Box<str>,
}

/// The beginnings that names share.
#[derive(Debug, Default)]
pub struct BlobNames {
    beginnings: HashSet<Arc<str>>,
}

impl BlobNames {
    /// A name that shares its beginning with those that were made before.
    pub fn name(&mut self, name: &str) -> BlobName {
        let (beginning, rest) = split(name);
        let beginning = match self.beginnings.get(beginning) {
            Some(known) => Arc::clone(known),
            None => {
                let new: Arc<str> = beginning.into();
                self.beginnings.insert(Arc::clone(&new));
                new
            }
        };
        BlobName { beginning, rest: rest.into() }
    }
}

/// The blobs of a flow log differ from the year on, others in their folder.
fn split(name: &str) -> (&str, &str) {
    let place = name.rfind("/y=").or_else(|| name.rfind('/')).unwrap_or(0);
    name.split_at(place)
}

impl BlobName {
    fn bytes(&self) -> impl Iterator<Item = u8> {
        self.beginning.bytes().chain(self.rest.bytes())
    }
}

impl From<&str> for BlobName {
    fn from(name: &str) -> Self {
        BlobNames::default().name(name)
    }
}

impl fmt::Display for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.beginning)?;
        f.write_str(&self.rest)
    }
}

impl PartialEq<str> for BlobName {
    fn eq(&self, other: &str) -> bool {
        other.strip_prefix(&*self.beginning) == Some(&self.rest)
    }
}

impl PartialEq for BlobName {
    fn eq(&self, other: &Self) -> bool {
        // Equal texts are split alike.
        self.beginning == other.beginning && self.rest == other.rest
    }
}

impl Eq for BlobName {}

impl PartialOrd for BlobName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for BlobName {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.beginning == other.beginning {
            return self.rest.cmp(&other.rest);
        }
        self.bytes().cmp(other.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_they_were_made_of_and_stand_in_the_order_of_their_texts() {
        let mut names = BlobNames::default();
        let mut texts = [
            "",
            "PT1H.json",
            "/a/PT1H.json",
            "/a/b/PT1H.json",
            "/a!/PT1H.json",
            "/a/y=2026/m=05/d=31/h=00/m=00/macAddress=A/PT1H.json",
            "/a/y=2026/m=05/d=31/h=00/m=00/macAddress=B/PT1H.json",
            "/a/x/y=2026/m=05/d=31/h=00/m=00/macAddress=A/PT1H.json",
            "/a/y=2026/y=2026",
            "/ä/PT1H.json",
        ];
        let mut made = texts.map(|text| names.name(text));
        texts.sort_unstable();
        made.sort_unstable();
        assert_eq!(made.each_ref().map(ToString::to_string), texts);
        for (name, text) in made.iter().zip(texts) {
            assert!(*name == *text && *name == BlobName::from(text));
            assert!(*name != *"/a/other");
        }
        assert_eq!(names.beginnings.len(), 7);
    }
}
