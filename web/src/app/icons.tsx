// The few pictures of the frame: strokes on a 20 × 20 grid, in the colour of the text around them.

const PATHS = {
  overview: "M3 11h5V3H3zM12 17h5V9h-5zM3 17h5v-3H3zM12 6h5V3h-5z",
  distribution: "M10 3v14M4 7h12M4 7l-2 5h4zM16 7l-2 5h4zM7 17h6",
  ports: "M4 4h12v5H4zM4 11h12v5H4zM7 6.500h.01M7 13.500h.01M11 6.500h3M11 13.500h3",
  internet: "M10 2.500a7.500 7.500 0 100 15 7.500 7.500 0 000-15zM2.500 10h15M10 2.500c2.600 2.200 3.300 4.800 3.300 7.500s-.7 5.300-3.300 7.500c-2.600-2.200-3.300-4.800-3.300-7.500S7.400 4.700 10 2.500z",
  rules: "M3 5h9M3 10h6M3 15h9M14.500 8.500l2.500 2.500M17 8.500L14.500 11",
  security: "M10 2.500l6 2.200v4.800c0 3.800-2.500 6.500-6 8-3.500-1.500-6-4.200-6-8V4.700zM10 7v3.500M10 13.200h.01",
  health: "M2.500 10h3.500l2-5 4 10 2-5h3.500",
  query: "M4 5l4 5-4 5M10 15h6",
  search: "M9 3.500a5.500 5.500 0 100 11 5.500 5.500 0 000-11zM13 13l4 4",
  close: "M5 5l10 10M15 5L5 15",
  clock: "M10 3a7 7 0 100 14 7 7 0 000-14zM10 6v4.200l2.700 1.600",
  refresh: "M16 10a6 6 0 11-1.800-4.300M16 3v3.500h-3.500",
  left: "M12 5l-5 5 5 5",
  right: "M8 5l5 5-5 5",
  down: "M5 8l5 5 5-5",
  sun: "M10 6.500a3.500 3.500 0 100 7 3.500 3.500 0 000-7zM10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1.100 1.100M14.600 14.600l1.100 1.100M4.300 15.700l1.100-1.100M14.600 5.400l1.100-1.100",
  moon: "M16 11.500A6.500 6.500 0 018.500 4 6.500 6.500 0 1016 11.500z",
  code: "M7 5.500L2.500 10 7 14.500M13 5.500l4.500 4.500-4.500 4.500",
  copy: "M7 7h9v9H7zM4 13V4h9",
  download: "M10 3v9M6.500 8.500L10 12l3.500-3.500M4 16h12",
  play: "M6 4l10 6-10 6z",
  stop: "M5 5h10v10H5z",
  link: "M8.500 11.500l3-3M7 9l-2 2a2.800 2.800 0 004 4l2-2M13 11l2-2a2.800 2.800 0 00-4-4L9 7",
  menu: "M3 5.500h14M3 10h14M3 14.500h14",
  star: "M10 3l2.100 4.500 4.900.6-3.600 3.400.9 4.900L10 14l-4.300 2.400.9-4.900L3 8.100l4.900-.6z",
  history: "M4 10a6 6 0 111.800 4.300M4 16v-3.500h3.500M10 7v3.200l2 1.300",
  book: "M4 4h5a2 2 0 012 2v10a2 2 0 00-2-1.500H4zM16 4h-3a2 2 0 00-2 2v10a2 2 0 012-1.500h3z",
  topology: "M8 3h4v4H8zM3 13h4v4H3zM13 13h4v4h-4zM10 7v3M5 13v-3h10v3",
  minus: "M4 10h12",
  home: "M3.500 9.500L10 4l6.500 5.500M5.500 8.500V16h9V8.500",
  plus: "M10 4v12M4 10h12",
  table: "M3 4h14v12H3zM3 8h14M3 12h14M8 4v12",
  chart: "M3 16h14M5 13V9M9 13V5M13 13V8",
  keyboard: "M2.500 5.500h15v9h-15zM5.500 8.500h.01M8.500 8.500h.01M11.500 8.500h.01M14.500 8.500h.01M6 11.500h8",
  format: "M4 5h12M4 9h7M4 13h10M4 17h5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
