// The program that draws the pages, apart from what asks their first queries.

import { createRoot } from "react-dom/client";
import { App } from "./App";

export function show(root: HTMLElement): void {
  createRoot(root).render(<App />);
}
