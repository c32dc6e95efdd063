export function Heartbeats() {
  return null;
}
