//! How texts that are shared are kept.

/// One text.
pub(crate) mod text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Arc<str>, D::Error> {
        Ok(String::deserialize(from)?.into())
    }
}

/// Threats, whose texts are kept once and shared again.
pub(crate) mod threats {
    use std::collections::HashMap;
    use std::sync::Arc;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::{Threat, ThreatKind};

    /// Kind, numbers of texts, port, confidence, times.
    type Row = (ThreatKind, [u32; 4], Option<u16>, Option<u8>, [Option<i64>; 2]);

    pub(crate) fn serialize<S: Serializer>(threats: &[Threat], to: S) -> Result<S::Ok, S::Error> {
        let (mut texts, mut numbers): (Vec<&str>, HashMap<&str, u32>) = Default::default();
        let rows = threats.iter().map(|threat| -> Row {
            let Threat { kind, description, dns_domain, url, port, confidence, .. } = threat;
            let texts = [description, dns_domain, url, &threat.source].map(|text| {
                *numbers.entry(text).or_insert_with(|| {
                    texts.push(text);
                    texts.len() as u32 - 1
                })
            });
            (*kind, texts, *port, *confidence, [threat.valid_from_micros, threat.valid_until_micros])
        });
        let rows: Vec<Row> = rows.collect();
        (texts, rows).serialize(to)
    }

    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Vec<Threat>, D::Error> {
        let (texts, rows) = <(Vec<String>, Vec<Row>)>::deserialize(from)?;
        let texts: Vec<Arc<str>> = texts.into_iter().map(Arc::from).collect();
        let text = |number: u32| {
            texts.get(number as usize).cloned().ok_or_else(|| D::Error::custom("a text that is not there"))
        };
        let threats =
            rows.into_iter().map(|(kind, [description, domain, url, source], port, confidence, times)| {
                let [valid_from_micros, valid_until_micros] = times;
                Ok(Threat {
                    kind,
                    description: text(description)?,
                    dns_domain: text(domain)?,
                    url: text(url)?,
                    port,
                    confidence,
                    valid_from_micros,
                    valid_until_micros,
                    source: text(source)?,
                })
            });
        threats.collect()
    }
}
