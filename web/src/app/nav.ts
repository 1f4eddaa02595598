// The pages, in the order of the navigation.

import type { IconName } from "./icons";

export interface PageInfo {
  path: string;
  title: string;
  /** What the navigation says, where the title is too long for it. */
  short?: string;
  icon: IconName;
  /** Key that goes there after g. */
  key: string;
}

export const PAGES: PageInfo[] = [
  { path: "/", title: "Overview", icon: "overview", key: "o" },
  { path: "/distribution", title: "Distribution", icon: "distribution", key: "d" },
  { path: "/topology", title: "Topology", icon: "topology", key: "t" },
  { path: "/ports", title: "Ports and applications", short: "Applications", icon: "ports", key: "p" },
  { path: "/internet", title: "Internet exposure", icon: "internet", key: "i" },
  { path: "/rules", title: "Rules", icon: "rules", key: "r" },
  { path: "/security", title: "Security", icon: "security", key: "s" },
  { path: "/health", title: "Health", icon: "health", key: "h" },
  { path: "/query", title: "Query", icon: "query", key: "q" },
];
