export interface Bar {
  /** Which time it stands for. */
  label: string;
  value: number;
  /** The part of `value` to be seen in the colour of failure. */
  failed: number;
  /** `value` in words. */
  text: string;
}

const WIDTH = 10;
const GAP = 2;
const HEIGHT = 60;

/** A small chart of amounts over time; its numbers are also in words, for those who do not see it. */
export function Bars({ bars, title }: { bars: readonly Bar[]; title: string }) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const scale = most === 0 ? 0 : HEIGHT / most;
  const width = bars.length * WIDTH;
  const peak = bars.find(({ value }) => value === most);
  const words = most === 0 || peak === undefined ? `${title}: none` : `${title}. Most: ${peak.text}, ${peak.label}`;
  return (
    <figure className="bars">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        {bars.map(({ label, value, failed, text }, index) => {
          const place = { x: index * WIDTH + GAP / 2, width: WIDTH - GAP };
          // What happened at all is seen, however little it is beside the rest.
          const height = value === 0 ? 0 : Math.max(value * scale, 1.5);
          return (
            <g key={label}>
              <title>{`${label}: ${text}`}</title>
              <rect className="room" {...place} y={0} height={HEIGHT} />
              <rect className="bar" {...place} y={HEIGHT - height} height={height} />
              <rect className="bar failed" {...place} y={HEIGHT - failed * scale} height={failed * scale} />
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </figcaption>
    </figure>
  );
}
