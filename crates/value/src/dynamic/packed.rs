use super::Dynamic;

/// What a packed value is; the first byte of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// JSON `null`; only inside arrays and bags, a null of the column is an Arrow null.
    Null = 0,
    /// One byte, 0 or 1.
    Bool = 1,
    /// Eight bytes, little endian.
    Long = 2,
    /// Eight bytes, little endian.
    Real = 3,
    /// UTF-8 up to the end.
    String = 4,
    /// Ticks, eight bytes.
    Datetime = 5,
    /// Ticks, eight bytes.
    Timespan = 6,
    /// Canonical text up to the end.
    Guid = 7,
    /// The items one after the other, the end of each as `u32`, then their number as `u32`.
    Array = 8,
    /// Key, value, key, value …, the end of each as `u32`, then twice their number as `u32`.
    Bag = 9,
}

impl Kind {
    fn from_tag(tag: u8) -> Kind {
        match tag {
            1 => Kind::Bool,
            2 => Kind::Long,
            3 => Kind::Real,
            4 => Kind::String,
            5 => Kind::Datetime,
            6 => Kind::Timespan,
            7 => Kind::Guid,
            8 => Kind::Array,
            9 => Kind::Bag,
            _ => Kind::Null,
        }
    }

    /// What `gettype` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "bool",
            Kind::Long => "long",
            Kind::Real => "real",
            Kind::String => "string",
            Kind::Datetime => "datetime",
            Kind::Timespan => "timespan",
            Kind::Guid => "guid",
            Kind::Array => "array",
            Kind::Bag => "dictionary",
        }
    }
}

/// A packed dynamic value: a view of bytes that a [`Packer`] wrote.
///
/// Bytes that no packer wrote read as null or as empty; nothing panics.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    bytes: &'a [u8],
}

impl<'a> View<'a> {
    /// A view of one packed value.
    pub fn new(bytes: &'a [u8]) -> Self {
        View { bytes }
    }

    /// The packed bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// What the value is.
    pub fn kind(self) -> Kind {
        self.bytes.first().map_or(Kind::Null, |tag| Kind::from_tag(*tag))
    }

    fn body(self) -> &'a [u8] {
        self.bytes.get(1..).unwrap_or(&[])
    }

    fn eight(self) -> Option<[u8; 8]> {
        self.body().get(..8)?.try_into().ok()
    }

    /// The value of a bool.
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.body().first().is_some_and(|b| *b != 0))
    }

    /// The value of a long, or the ticks of a datetime or timespan.
    pub fn as_long(self) -> Option<i64> {
        matches!(self.kind(), Kind::Long | Kind::Datetime | Kind::Timespan)
            .then(|| self.eight().map(i64::from_le_bytes))?
    }

    /// The value of a real.
    pub fn as_real(self) -> Option<f64> {
        (self.kind() == Kind::Real).then(|| self.eight().map(f64::from_le_bytes))?
    }

    /// The text of a string or a guid.
    pub fn as_str(self) -> Option<&'a str> {
        matches!(self.kind(), Kind::String | Kind::Guid).then(|| std::str::from_utf8(self.body()).ok())?
    }

    /// The number of items of an array or of properties of a bag.
    pub fn len(self) -> usize {
        match self.kind() {
            Kind::Array => self.parts(),
            Kind::Bag => self.parts() / 2,
            _ => 0,
        }
    }

    /// Whether there is neither item nor property.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// An item of an array; a negative position counts from the end.
    pub fn item(self, position: i64) -> Option<View<'a>> {
        if self.kind() != Kind::Array {
            return None;
        }
        let count = self.parts();
        let position = if position < 0 { position + count as i64 } else { position };
        let position = usize::try_from(position).ok().filter(|p| *p < count)?;
        self.part(count, position).map(View::new)
    }

    /// The value of a property of a bag.
    pub fn property(self, key: &str) -> Option<View<'a>> {
        if self.kind() != Kind::Bag {
            return None;
        }
        let count = self.parts();
        (0..count / 2)
            .find(|i| self.part(count, 2 * i) == Some(key.as_bytes()))
            .and_then(|i| self.part(count, 2 * i + 1))
            .map(View::new)
    }

    /// The items of an array, in order; nothing of anything else.
    pub fn items(self) -> impl Iterator<Item = View<'a>> {
        let count = if self.kind() == Kind::Array { self.parts() } else { 0 };
        (0..count).filter_map(move |i| self.part(count, i).map(View::new))
    }

    /// The properties of a bag, in order; nothing of anything else.
    pub fn properties(self) -> impl Iterator<Item = (&'a str, View<'a>)> {
        let count = if self.kind() == Kind::Bag { self.parts() } else { 0 };
        (0..count / 2).filter_map(move |i| {
            let key = std::str::from_utf8(self.part(count, 2 * i)?).ok()?;
            Some((key, View::new(self.part(count, 2 * i + 1)?)))
        })
    }

    /// The value as a tree.
    pub fn to_tree(self) -> Dynamic {
        match self.kind() {
            Kind::Null => Dynamic::Null,
            Kind::Bool => Dynamic::Bool(self.as_bool().unwrap_or_default()),
            Kind::Long => Dynamic::Long(self.as_long().unwrap_or_default()),
            Kind::Real => Dynamic::Real(self.as_real().unwrap_or_default()),
            Kind::String => Dynamic::String(self.as_str().unwrap_or_default().to_owned()),
            Kind::Datetime => Dynamic::Datetime(self.as_long().unwrap_or_default()),
            Kind::Timespan => Dynamic::Timespan(self.as_long().unwrap_or_default()),
            Kind::Guid => Dynamic::Guid(self.as_str().unwrap_or_default().to_owned()),
            Kind::Array => Dynamic::Array(self.items().map(View::to_tree).collect()),
            Kind::Bag => Dynamic::Bag(self.properties().map(|(k, v)| (k.to_owned(), v.to_tree())).collect()),
        }
    }

    fn parts(self) -> usize {
        let body = self.body();
        body.len().checked_sub(4).map_or(0, |at| u32_at(body, at)).min(body.len() / 4)
    }

    fn part(self, count: usize, index: usize) -> Option<&'a [u8]> {
        let body = self.body();
        let table = body.len().checked_sub(4 * (count + 1))?;
        let start = if index == 0 { 0 } else { u32_at(body, table + 4 * (index - 1)) };
        body.get(start..u32_at(body, table + 4 * index))
    }
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, |b| u32::from_le_bytes(b) as usize)
}

/// Appends packed values to a buffer.
pub struct Packer<'b> {
    out: &'b mut Vec<u8>,
}

impl<'b> Packer<'b> {
    /// A packer that appends to `out`.
    pub fn new(out: &'b mut Vec<u8>) -> Self {
        Packer { out }
    }

    /// Appends a null.
    pub fn null(&mut self) {
        self.out.push(Kind::Null as u8);
    }

    /// Appends a bool.
    pub fn bool(&mut self, value: bool) {
        self.out.extend([Kind::Bool as u8, u8::from(value)]);
    }

    /// Appends a long.
    pub fn long(&mut self, value: i64) {
        self.eight(Kind::Long, value.to_le_bytes());
    }

    /// Appends a real.
    pub fn real(&mut self, value: f64) {
        self.eight(Kind::Real, value.to_le_bytes());
    }

    /// Appends text.
    pub fn string(&mut self, value: &str) {
        self.out.push(Kind::String as u8);
        self.out.extend_from_slice(value.as_bytes());
    }

    /// Appends a datetime given in ticks.
    pub fn datetime(&mut self, ticks: i64) {
        self.eight(Kind::Datetime, ticks.to_le_bytes());
    }

    /// Appends a timespan given in ticks.
    pub fn timespan(&mut self, ticks: i64) {
        self.eight(Kind::Timespan, ticks.to_le_bytes());
    }

    /// Appends a guid given in canonical text.
    pub fn guid(&mut self, canonical: &str) {
        self.out.push(Kind::Guid as u8);
        self.out.extend_from_slice(canonical.as_bytes());
    }

    /// Appends a value that is packed already.
    pub fn packed(&mut self, value: View<'_>) {
        match value.bytes() {
            [] => self.null(),
            bytes => self.out.extend_from_slice(bytes),
        }
    }

    /// Appends an array of the items that `fill` adds.
    pub fn array<R>(&mut self, fill: impl FnOnce(&mut ArrayPacker<'_>) -> R) -> R {
        let mut array = ArrayPacker { parts: Parts::begin(self.out, Kind::Array) };
        let result = fill(&mut array);
        array.parts.end();
        result
    }

    /// Appends a bag of the properties that `fill` adds.
    pub fn bag<R>(&mut self, fill: impl FnOnce(&mut BagPacker<'_>) -> R) -> R {
        let mut bag = BagPacker { parts: Parts::begin(self.out, Kind::Bag) };
        let result = fill(&mut bag);
        bag.parts.end();
        result
    }

    /// The same packer for a shorter time.
    pub fn reborrow(&mut self) -> Packer<'_> {
        Packer { out: self.out }
    }

    fn eight(&mut self, kind: Kind, bytes: [u8; 8]) {
        self.out.push(kind as u8);
        self.out.extend_from_slice(&bytes);
    }
}

/// The parts of an array or a bag while they are written.
struct Parts<'b> {
    out: &'b mut Vec<u8>,
    body: usize,
    ends: Vec<u32>,
}

impl<'b> Parts<'b> {
    fn begin(out: &'b mut Vec<u8>, kind: Kind) -> Self {
        out.push(kind as u8);
        let body = out.len();
        Parts { out, body, ends: Vec::new() }
    }

    fn close_part(&mut self) {
        // A value of 4 GiB is beyond every limit of a query.
        self.ends.push((self.out.len() - self.body) as u32);
    }

    fn end(self) {
        for end in &self.ends {
            self.out.extend_from_slice(&end.to_le_bytes());
        }
        self.out.extend_from_slice(&(self.ends.len() as u32).to_le_bytes());
    }
}

/// Adds items to an array.
pub struct ArrayPacker<'b> {
    parts: Parts<'b>,
}

impl ArrayPacker<'_> {
    /// Adds the one item that `write` appends.
    pub fn item<R>(&mut self, write: impl FnOnce(&mut Packer<'_>) -> R) -> R {
        let result = write(&mut Packer::new(self.parts.out));
        self.parts.close_part();
        result
    }

    /// Adds the item that `write` appends, if it appends one.
    pub fn item_if<T, E>(
        &mut self,
        write: impl FnOnce(Packer<'_>) -> Result<Option<T>, E>,
    ) -> Result<Option<T>, E> {
        let written = write(Packer::new(self.parts.out))?;
        if written.is_some() {
            self.parts.close_part();
        }
        Ok(written)
    }
}

/// Adds properties to a bag.
pub struct BagPacker<'b> {
    parts: Parts<'b>,
}

impl BagPacker<'_> {
    /// Adds a property whose one value `write` appends.
    pub fn property<R>(&mut self, key: &str, write: impl FnOnce(&mut Packer<'_>) -> R) -> R {
        self.parts.out.extend_from_slice(key.as_bytes());
        self.parts.close_part();
        let result = write(&mut Packer::new(self.parts.out));
        self.parts.close_part();
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tree() -> impl Strategy<Value = Dynamic> {
        let leaf = prop_oneof![
            Just(Dynamic::Null),
            any::<bool>().prop_map(Dynamic::Bool),
            any::<i64>().prop_map(Dynamic::Long),
            (-1e9..1e9).prop_map(Dynamic::Real),
            "\\PC{0,8}".prop_map(Dynamic::String),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Dynamic::Array),
                prop::collection::vec(("[a-c]{1,2}", inner), 0..5).prop_map(Dynamic::Bag),
            ]
        })
    }

    #[test]
    fn members_are_reached_by_position_and_name() {
        let value = Dynamic::Bag(vec![
            ("a".into(), Dynamic::Long(1)),
            ("b".into(), Dynamic::Array(vec![Dynamic::String("x".into()), Dynamic::Null])),
        ]);
        let bytes = value.pack();
        let view = View::new(&bytes);
        assert_eq!(view.property("a").and_then(View::as_long), Some(1));
        let array = view.property("b").unwrap();
        assert_eq!(array.item(0).and_then(View::as_str), Some("x"));
        assert_eq!(array.item(-1).map(View::kind), Some(Kind::Null));
        assert!(array.item(2).is_none() && array.item(-3).is_none() && view.property("c").is_none());
    }

    proptest! {
        #[test]
        fn what_is_packed_reads_back(tree in tree()) {
            prop_assert_eq!(View::new(&tree.pack()).to_tree(), tree);
        }

        #[test]
        fn any_bytes_can_be_viewed(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let view = View::new(&bytes);
            let _ = (view.len(), view.item(0), view.item(-1), view.property("a"), view.as_str());
            let _ = view.items().count() + view.properties().count();
        }
    }
}
