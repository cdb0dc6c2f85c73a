import './meter.css';

interface MeterProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  /** The value as it is read. */
  readonly text: string;
  /** From this share on it is close to its bound. Default 0.8. */
  readonly high?: number;
}

/** How much of something bounded is taken. */
export const Meter = ({ label, value, max, text, high = 0.8 }: MeterProps) => (
  <div class="meter">
    <span>{label}</span>
    <span class="figures">{text}</span>
    <span class="meter-bar" aria-hidden="true" data-high={max > 0 && value / max >= high}>
      <span style={{ width: `${max > 0 ? Math.min(100, (value / max) * 100) : 0}%` }} />
    </span>
  </div>
);
