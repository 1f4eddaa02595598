import "./kusto.global";
import "@kusto/language-service/bridge.min";
import "@kusto/monaco-kusto/release/esm/kusto.worker";
