//! The sites file: places that no resource describes.

use crate::model::Company;

/// The file as YAML. The names of the model need no quotes but for their own sake.
pub(super) fn text(company: &Company) -> String {
    let mut text = String::from("# Places outside Azure that no resource describes.\nsites:\n");
    for site in &company.sites {
        text.push_str(&format!(
            "  - name: \"{}\"\n    prefixes: [\"{}\"]\n    via: {}\n",
            site.name, site.prefix, site.via
        ));
        if let Some((vnet, name)) = site.connection {
            let network = &company.vnets[vnet];
            let subscription = company.subscription_of(network).id;
            text.push_str(&format!("    connection: \"{subscription}/{}/{name}\"\n", network.resource_group));
        }
    }
    text.push_str("client_pools:\n");
    for pool in &company.client_pools {
        text.push_str(&format!("  - name: \"{}\"\n    prefixes: [\"{}\"]\n", pool.name, pool.prefix));
    }
    text
}
