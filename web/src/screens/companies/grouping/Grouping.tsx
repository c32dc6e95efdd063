export function Grouping() {
  return null;
}
