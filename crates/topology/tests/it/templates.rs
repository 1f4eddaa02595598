//! Templates, as far as they tell what they deploy.

use super::*;

pub fn template() -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "prefix": { "type": "string", "defaultValue": "Contoso" },
            "secret": { "type": "securestring" },
        },
        "variables": { "network": "[concat(parameters('prefix'), '-vnet')]", "space": ["10.0.0.0/16"] },
        "resources": [
            { "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-04-01",
                "name": "[variables('network')]", "location": "westeurope",
                "properties": { "addressSpace": { "addressPrefixes": "[variables('space')]" } },
                "resources": [{ "type": "subnets", "name": "Web", "apiVersion": "2023-04-01",
                    "properties": { "addressPrefix": "10.0.1.0/24" } }] },
            { "type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-04-01",
                "name": "[format('{0}-nic', parameters('prefix'))]", "location": "westeurope",
                "properties": { "ipConfigurations": [{ "name": "c", "properties": { "privateIPAddress": "10.0.1.4",
                    "subnet": { "id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', variables('network'), \
                        'Web')]" } } }] } },
            { "type": "Microsoft.Network/virtualNetworks/subnets", "name": "[concat(variables('network'), '/Db')]",
                "apiVersion": "2023-04-01", "properties": { "addressPrefix": "10.0.2.0/24" } },
            { "type": "Microsoft.Network/routeTables", "name": "[reference('x').name]", "apiVersion": "2023-04-01" },
            { "type": "Microsoft.Network/routeTables", "name": "many", "apiVersion": "2023-04-01",
                "copy": { "name": "loop", "count": 3 } },
            { "type": "Microsoft.Network/routeTables", "name": "off", "apiVersion": "2023-04-01", "condition": false },
        ],
    })
}

fn scope() -> Option<Scope> {
    Some(Scope { subscription: "11111111-1111-1111-1111-111111111111".into(), resource_group: "Net".into() })
}

#[test]
fn a_template_is_resolved_as_far_as_it_goes() {
    let imported = import_into(&[("template.json", &template().to_string())], scope());
    // A parameter without a value, a name that needs a deployment, a loop.
    assert_eq!(counts(&imported), [(FindingKind::Unresolved, 3)], "{:?}", imported.findings.kept());
    let network = &imported.inventory.virtual_networks[0];
    assert_eq!(network.header.id, lower("Microsoft.Network/virtualNetworks/Contoso-vnet"));
    assert_eq!(network.prefixes[0].to_string(), "10.0.0.0/16");
    assert_eq!(network.subnets.len(), 2);
    let nic = &imported.inventory.network_interfaces[0];
    assert_eq!(nic.ip_configurations[0].subnet.as_ref(), Some(&network.subnets[1].id));
}

#[test]
fn a_template_needs_a_place() {
    let imported = import(&[("template.json", &template().to_string())]);
    assert_eq!(counts(&imported), [(FindingKind::UnknownFile, 1)]);
    assert!(imported.findings.kept()[0].detail.contains("--scope"));
}

#[test]
fn symbolic_names_and_wrapped_templates_are_read() {
    let mut symbolic = template();
    let list = symbolic["resources"].as_array().unwrap().clone();
    let named = list.into_iter().enumerate().map(|(at, resource)| (format!("r{at}"), resource)).collect();
    symbolic["resources"] = Value::Object(named);
    let wrapped = json!({ "template": symbolic });
    let imported = import_into(&[("template.json", &wrapped.to_string())], scope());
    assert_eq!(imported.inventory.virtual_networks[0].subnets.len(), 2);
}
