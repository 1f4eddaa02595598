// Colours of charts: told apart by people who do not see red and green apart, and on both grounds.

export interface Palette {
  text: string;
  muted: string;
  line: string;
  ground: string;
  allowed: string;
  denied: string;
  malicious: string;
  inbound: string;
  outbound: string;
  series: string[];
}

const LIGHT: Palette = {
  text: "#16202c", muted: "#566373", line: "#e3e8ee", ground: "#ffffff",
  allowed: "#2f7ec4", denied: "#d9822b", malicious: "#c22f5a", inbound: "#2f7ec4", outbound: "#16967f",
  series: ["#2f7ec4", "#d9822b", "#16967f", "#8a5cc2", "#b8a100", "#c22f5a", "#5b8c2a", "#4a5a70", "#2aa5c0", "#b06a4f"],
};

const DARK: Palette = {
  text: "#e4eaf1", muted: "#98a6b6", line: "#2b3643", ground: "#161e28",
  allowed: "#5aa6e6", denied: "#eda04f", malicious: "#f0668c", inbound: "#5aa6e6", outbound: "#3fc2a6",
  series: ["#5aa6e6", "#eda04f", "#3fc2a6", "#b48ee6", "#d6c340", "#f0668c", "#93c460", "#8b9db5", "#58cde4", "#d79a80"],
};

export function palette(dark: boolean): Palette {
  return dark ? DARK : LIGHT;
}
