// A line as small as a word: the shape of a number over time.

export function Spark({ values, colour }: { values: number[]; colour: string }) {
  const largest = Math.max(...values, 1);
  const width = Math.max(values.length - 1, 1);
  const points = values.map((v, i) => `${(100 * i) / width},${28 - (26 * v) / largest}`);
  return (
    <svg className="spark" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,30 ${points.join(" ")} 100,30`} fill={colour} opacity={0.16} />
      <polyline points={points.join(" ")} fill="none" stroke={colour} strokeWidth={1.6} vectorEffect="non-scaling-stroke" strokeLinejoin="round" />
    </svg>
  );
}
