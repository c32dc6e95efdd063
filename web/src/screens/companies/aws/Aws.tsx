export function Aws() {
  return null;
}
