import { askEarly } from "./app/early";
import "./style/tokens.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/filter.css";
import "./style/panel.css";
import "./style/table.css";
import "./style/query.css";

askEarly();
const root = document.getElementById("root");
if (root) void import("./app/show").then(({ show }) => show(root));
