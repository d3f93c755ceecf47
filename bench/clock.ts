/** The monotonic clock that all processes of a machine share, exact to some hundred nanoseconds. */
export function nowNanos(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e9 + nanos;
}
