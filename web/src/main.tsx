import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import "./style/tokens.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/filter.css";
import "./style/panel.css";
import "./style/table.css";
import "./style/query.css";

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
